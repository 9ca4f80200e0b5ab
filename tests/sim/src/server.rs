//! The HTTP/1.1 server around [`answer`](crate::answer): on loopback, on a thread of its own.

mod connection;

use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{SystemTime, UNIX_EPOCH};

use tokio::runtime::{Builder, Runtime};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;

use crate::documents::Documents;
use crate::log::LogEntry;
use crate::model::ModelError;
use crate::settings::Settings;
use crate::state::State;

/// A running simulated API. Dropping it ends it and all its connections.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    shared: Arc<Shared>,
    commands: mpsc::UnboundedSender<Command>,
    thread: Option<JoinHandle<()>>,
}

/// What the server's thread and its owner share.
#[derive(Debug)]
struct Shared {
    state: Mutex<State>,
    /// Becomes true when a rule kills the server.
    death: watch::Sender<bool>,
}

enum Command {
    Stop,
    /// Listen again, and tell when it is so.
    Revive(std::sync::mpsc::Sender<io::Result<()>>),
}

/// Why the server did not start.
#[derive(Debug, thiserror::Error)]
pub enum ServerError {
    /// The documents are of no use.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// The port is taken, or the system refuses.
    #[error("cannot listen on 127.0.0.1:{port}: {source}")]
    Listen {
        /// The wanted port.
        port: u16,
        /// What the system says.
        source: io::Error,
    },
}

impl Server {
    /// Starts an API on a free port of the loopback address.
    ///
    /// # Errors
    /// When the documents are of no use or no socket can be had.
    pub fn start(settings: Settings, documents: Documents) -> Result<Self, ServerError> {
        Self::start_on(0, settings, documents)
    }

    /// Starts an API on a port of the loopback address; 0 means any that is free.
    ///
    /// # Errors
    /// As [`start`](Self::start), and when the port is taken.
    pub fn start_on(port: u16, settings: Settings, documents: Documents) -> Result<Self, ServerError> {
        let failed = |source| ServerError::Listen { port, source };
        let listener = listen(port).map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let state = State::new(settings, documents, format!("http://{address}"), now())?;
        let shared = Arc::new(Shared { state: Mutex::new(state), death: watch::Sender::new(false) });
        let runtime = Builder::new_current_thread().enable_all().build().map_err(failed)?;
        let (commands, received) = mpsc::unbounded_channel();
        let thread = {
            let shared = Arc::clone(&shared);
            std::thread::Builder::new()
                .name("simulated-api".to_owned())
                .spawn(move || run(&runtime, listener, address.port(), &shared, received))
                .map_err(failed)?
        };
        Ok(Self { address, shared, commands, thread: Some(thread) })
    }

    /// Where it listens.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// The base address of the API, with its base path and without a slash at the end.
    pub fn url(&self) -> String {
        self.with_state(|state| state.root())
    }

    /// Looks at, or changes, what the API knows. No request is answered meanwhile.
    pub fn with_state<T>(&self, look: impl FnOnce(&mut State) -> T) -> T {
        look(&mut self.shared.lock())
    }

    /// The logged requests, oldest first.
    pub fn log(&self) -> Vec<LogEntry> {
        self.with_state(|state| state.log().cloned().collect())
    }

    /// Ends when a rule has killed the server.
    pub async fn died(&self) {
        let mut death = self.shared.death.subscribe();
        // The sender lives as long as `self`, so there is nothing but the value to wait for.
        let _ = death.wait_for(|is_dead| *is_dead).await;
    }

    /// Brings a killed server back on the same port, with everything that it knew. Does nothing to a live one.
    ///
    /// # Errors
    /// When the port was taken meanwhile.
    pub fn revive(&self) -> io::Result<()> {
        if !self.with_state(|state| state.is_dead()) {
            return Ok(());
        }
        let (told, answer) = std::sync::mpsc::channel();
        let gone = || io::Error::other("the server's thread has ended");
        self.commands.send(Command::Revive(told)).map_err(|_| gone())?;
        answer.recv().map_err(|_| gone())?
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Fails only when the thread has ended already.
        let _ = self.commands.send(Command::Stop);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        // A test that fails while it looks at the state must not take the server with it.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn listen(port: u16) -> io::Result<TcpListener> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
    listener.set_nonblocking(true)?;
    Ok(listener)
}

/// Milliseconds since 1970.
fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

fn run(
    runtime: &Runtime,
    listener: TcpListener,
    port: u16,
    shared: &Arc<Shared>,
    mut commands: mpsc::UnboundedReceiver<Command>,
) {
    runtime.block_on(async {
        let mut listener = Some(listener);
        while let Some(live) = listener.take() {
            if let End::Stopped = serve(live, shared, &mut commands).await {
                return;
            }
            listener = revived(port, shared, &mut commands).await;
        }
    });
}

enum End {
    Stopped,
    Killed,
}

/// Accepts connections until the end. All connections end with it.
async fn serve(listener: TcpListener, shared: &Arc<Shared>, commands: &mut mpsc::UnboundedReceiver<Command>) -> End {
    let Ok(listener) = tokio::net::TcpListener::from_std(listener) else {
        return End::Stopped;
    };
    let mut connections = JoinSet::new();
    let mut death = shared.death.subscribe();
    loop {
        tokio::select! {
            biased;
            _ = death.wait_for(|is_dead| *is_dead) => return End::Killed,
            command = commands.recv() => match command {
                Some(Command::Revive(told)) => {
                    let _ = told.send(Ok(()));
                }
                Some(Command::Stop) | None => return End::Stopped,
            },
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    connections.spawn(connection::serve(stream, Arc::clone(shared)));
                }
                // Out of file descriptors, say: wait until a connection ends.
                Err(_) => {
                    connections.join_next().await;
                }
            },
            Some(_) = connections.join_next(), if !connections.is_empty() => {}
        }
    }
}

/// Waits until the dead server is wanted again; `None` when it is not.
async fn revived(port: u16, shared: &Shared, commands: &mut mpsc::UnboundedReceiver<Command>) -> Option<TcpListener> {
    while let Some(Command::Revive(told)) = commands.recv().await {
        match listen(port) {
            Ok(listener) => {
                shared.lock().revive();
                shared.death.send_replace(false);
                let _ = told.send(Ok(()));
                return Some(listener);
            }
            Err(error) => {
                let _ = told.send(Err(error));
            }
        }
    }
    None
}

#[cfg(test)]
mod tests;

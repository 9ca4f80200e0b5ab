//! The component's standard input: lines that a person types at a terminal, and orders of the launcher.

use std::io::BufRead;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::{Bytes, BytesMut};
use tokio::io::AsyncRead;
use tokio::sync::Notify;
use wasmtime_wasi::cli::{IsTerminal, StdinStream};
use wasmtime_wasi::p2::{InputStream, Pollable, StreamError, StreamResult};

/// What the component reads. Cloning shares it.
///
/// The terminal is read only when the component waits for an answer: what is typed ahead for the shell stays there, and
/// so does what a script around this program has on its standard input.
#[derive(Debug, Clone)]
pub struct Orders(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    is_terminal: bool,
    queue: Mutex<Queue>,
    arrived: Notify,
}

#[derive(Debug, Default)]
struct Queue {
    bytes: BytesMut,
    /// Whether a thread reads the terminal.
    read: bool,
    /// Whether the terminal's input has ended.
    ended: bool,
}

impl Orders {
    /// Input without anything in it yet. `is_terminal`: whether a person is there who can be asked.
    pub fn new(is_terminal: bool) -> Self {
        Self(Arc::new(Shared { is_terminal, queue: Mutex::default(), arrived: Notify::new() }))
    }

    /// Tells the component to stop: what is in flight is finished, nothing new is begun.
    pub fn stop(&self) {
        self.0.push(b"stop\n");
    }
}

impl Shared {
    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn push(&self, line: &[u8]) {
        self.queue().bytes.extend_from_slice(line);
        self.arrived.notify_waiters();
    }
}

/// Reads one line of the terminal, unless somebody does already.
fn read_terminal(shared: &Arc<Shared>) {
    if !shared.is_terminal || std::mem::replace(&mut shared.queue().read, true) {
        return;
    }
    let shared = shared.clone();
    // It ends with the process: a read of a terminal cannot be broken off.
    std::thread::spawn(move || {
        let mut line = Vec::new();
        let read = std::io::stdin().lock().read_until(b'\n', &mut line);
        {
            let mut queue = shared.queue();
            queue.read = false;
            queue.ended |= !matches!(read, Ok(1..));
        }
        shared.push(&line);
    });
}

impl IsTerminal for Orders {
    fn is_terminal(&self) -> bool {
        self.0.is_terminal
    }
}

impl StdinStream for Orders {
    fn async_stream(&self) -> Box<dyn AsyncRead + Send + Sync> {
        // Of WASI 0.3, which the component does not use.
        Box::new(tokio::io::empty())
    }

    fn p2_stream(&self) -> Box<dyn InputStream> {
        Box::new(self.clone())
    }
}

#[wasmtime_wasi::async_trait]
impl InputStream for Orders {
    fn read(&mut self, size: usize) -> StreamResult<Bytes> {
        let mut queue = self.0.queue();
        if queue.bytes.is_empty() && queue.ended {
            return Err(StreamError::Closed);
        }
        let some = queue.bytes.len().min(size);
        Ok(queue.bytes.split_to(some).freeze())
    }
}

#[wasmtime_wasi::async_trait]
impl Pollable for Orders {
    async fn ready(&mut self) {
        read_terminal(&self.0);
        loop {
            let arrived = self.0.arrived.notified();
            let mut arrived = std::pin::pin!(arrived);
            // From here on nothing that arrives is missed.
            arrived.as_mut().enable();
            {
                let queue = self.0.queue();
                if !queue.bytes.is_empty() || queue.ended {
                    return;
                }
            }
            arrived.await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_is_read_once_by_whoever_reads() {
        let orders = Orders::new(false);
        let (mut one, mut other) = (orders.p2_stream(), orders.p2_stream());
        assert!(one.read(10).unwrap().is_empty(), "nothing yet, and no end");
        orders.stop();
        assert_eq!(one.read(2).unwrap(), "st");
        assert_eq!(other.read(10).unwrap(), "op\n");
        assert!(one.read(10).unwrap().is_empty());
    }

    #[tokio::test]
    async fn who_waits_hears_of_an_order() {
        let orders = Orders::new(false);
        let mut stream = orders.p2_stream();
        let wait = async {
            stream.ready().await;
            stream.read(10)
        };
        let (line, ()) = tokio::join!(wait, async { orders.stop() });
        assert_eq!(line.unwrap(), "stop\n");
    }
}

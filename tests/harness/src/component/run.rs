use std::fmt;
use std::future::pending;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use http_body_util::BodyExt;
use tokio::io::AsyncRead;
use tokio::sync::Notify;
use wasmtime::component::{Linker, ResourceTable};
use wasmtime::{ResourceLimiter, Store};
use wasmtime_wasi::cli::{IsTerminal, StdinStream};
use wasmtime_wasi::p2::InputStream;
use wasmtime_wasi::p2::bindings::Command;
use wasmtime_wasi::p2::pipe::{MemoryInputPipe, MemoryOutputPipe};
use wasmtime_wasi::{FsPerms, I32Exit, WasiCtx, WasiCtxView, WasiView};
use wasmtime_wasi_http::{RequestOptions, WasiBody, WasiHttpCtx, WasiHttpCtxView, WasiHttpHooks, WasiHttpView};

use super::compiled::Component;

/// The most that a run may write to a captured stream, in bytes.
const CAPTURED: usize = 64 << 20;

/// What a run is given.
#[derive(Debug, Clone, Default)]
pub struct Grants {
    /// The words after the program's name.
    pub args: Vec<String>,
    /// Environment variables.
    pub env: Vec<(String, String)>,
    /// Folders, and the names they get inside.
    pub dirs: Vec<(PathBuf, String)>,
    /// Whether `wasi:http` is there (`-S http`).
    pub http: bool,
    /// Standard input, output and error.
    pub stdio: Stdio,
    /// When the run is killed.
    pub kill: Kill,
}

/// Standard input, output and error of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stdio {
    /// These bytes come in; what goes out is kept.
    Captured(Vec<u8>),
    /// As `Captured`, and what comes in is typed at a terminal: questions are asked there.
    Typed(Vec<u8>),
    /// Those of this process.
    Inherited,
}

impl Default for Stdio {
    fn default() -> Self {
        Self::Captured(Vec::new())
    }
}

/// When a run is killed: nothing of it goes on, as after `kill -9`. What it had written stays.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Kill {
    /// Never.
    #[default]
    Never,
    /// When its request of this number, counted from 1, has been answered; the run never hears of the answer.
    AfterRequests(u64),
    /// At its first wait after this time.
    After(Duration),
}

/// How a run ended.
#[derive(Debug, Clone, Default)]
pub struct Outcome {
    /// The exit code; `None` when it was killed.
    pub exit: Option<i32>,
    /// What went to standard output, if that was captured.
    pub stdout: String,
    /// What went to standard error, if that was captured.
    pub stderr: String,
    /// The largest size of its linear memories together, in bytes.
    pub memory: usize,
    /// The number of requests it made.
    pub requests: u64,
}

/// Runs a component's command to its end. A trap, and an import that was not granted, tell themselves on standard error
/// and end with exit code 134 and 1, as `wasmtime run` has it.
///
/// Wants a tokio runtime with I/O and time.
pub async fn run(component: &Component, grants: Grants) -> Outcome {
    let stdout = MemoryOutputPipe::new(CAPTURED);
    let stderr = MemoryOutputPipe::new(CAPTURED);
    let captured = grants.stdio != Stdio::Inherited;
    let http = grants.http;
    let kill = grants.kill;
    let requests = Arc::new(Requests { kill, count: AtomicU64::new(0), reached: Notify::new() });

    let mut outcome = match state(grants, &stdout, &stderr, requests.clone()) {
        Err(error) => Outcome { exit: Some(1), stderr: format!("error: {error:#}\n"), ..Outcome::default() },
        Ok(state) => {
            let mut store = Store::new(&component.engine, state);
            store.limiter(|state| &mut state.memory);
            let ended = tokio::select! {
                biased;
                () = requests.killed() => None,
                ended = command(component, http, &mut store) => Some(ended),
            };
            let mut outcome = Outcome { memory: store.data().memory.peak, ..Outcome::default() };
            // The tasks of a killed run end with the store.
            drop(store);
            if let Some(ended) = ended {
                let (exit, error) = exit(ended);
                outcome.exit = Some(exit);
                outcome.stderr = error;
            }
            outcome
        }
    };
    outcome.requests = requests.count.load(Ordering::Relaxed);
    outcome.stdout = String::from_utf8_lossy(&stdout.contents()).into_owned();
    let error = std::mem::take(&mut outcome.stderr);
    outcome.stderr = String::from_utf8_lossy(&stderr.contents()).into_owned() + &error;
    if !captured {
        tell(&error);
    }
    outcome
}

#[allow(clippy::print_stderr, reason = "standard error is this run's own")]
fn tell(error: &str) {
    eprint!("{error}");
}

/// What ended the command: its own return, or an error.
type Ended = wasmtime::Result<Result<(), ()>>;

async fn command(component: &Component, http: bool, store: &mut Store<State>) -> Ended {
    let mut linker = Linker::new(&component.engine);
    wasmtime_wasi::p2::add_to_linker_async(&mut linker)?;
    if http {
        wasmtime_wasi_http::p2::add_only_http_to_linker_async(&mut linker)?;
    }
    let command = Command::instantiate_async(&mut *store, &component.code, &linker).await?;
    command.wasi_cli_run().call_run(store).await
}

fn exit(ended: Ended) -> (i32, String) {
    match ended {
        Ok(Ok(())) => (0, String::new()),
        Ok(Err(())) => (1, String::new()),
        Err(error) => match error.downcast_ref::<I32Exit>() {
            Some(exit) => (exit.0, String::new()),
            None if error.downcast_ref::<wasmtime::Trap>().is_some() => (134, format!("error: {error:?}\n")),
            None => (1, format!("error: {error:?}\n")),
        },
    }
}

fn state(
    grants: Grants,
    stdout: &MemoryOutputPipe,
    stderr: &MemoryOutputPipe,
    requests: Arc<Requests>,
) -> wasmtime::Result<State> {
    let mut wasi = WasiCtx::builder();
    wasi.arg("lightbeam.wasm").args(&grants.args).envs(&grants.env);
    for (folder, name) in &grants.dirs {
        wasi.preopened_dir(folder, name, FsPerms::ReadWrite)
            .map_err(|error| wasmtime::Error::msg(format!("{}: {error:#}", folder.display())))?;
    }
    match grants.stdio {
        Stdio::Inherited => wasi.inherit_stdio(),
        Stdio::Captured(input) => wasi.stdin(MemoryInputPipe::new(input)).stdout(stdout.clone()).stderr(stderr.clone()),
        Stdio::Typed(input) => {
            wasi.stdin(Terminal(MemoryInputPipe::new(input))).stdout(stdout.clone()).stderr(stderr.clone())
        }
    };
    Ok(State {
        wasi: wasi.build(),
        http: WasiHttpCtx::new(),
        table: ResourceTable::new(),
        hooks: Hooks(requests),
        memory: Memory::default(),
    })
}

/// A terminal at which somebody has typed ahead.
struct Terminal(MemoryInputPipe);

impl IsTerminal for Terminal {
    fn is_terminal(&self) -> bool {
        true
    }
}

impl StdinStream for Terminal {
    fn async_stream(&self) -> Box<dyn AsyncRead + Send + Sync> {
        self.0.async_stream()
    }

    fn p2_stream(&self) -> Box<dyn InputStream> {
        self.0.p2_stream()
    }
}

struct State {
    wasi: WasiCtx,
    http: WasiHttpCtx,
    table: ResourceTable,
    hooks: Hooks,
    memory: Memory,
}

impl WasiView for State {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView { ctx: &mut self.wasi, table: &mut self.table }
    }
}

impl WasiHttpView for State {
    fn http(&mut self) -> WasiHttpCtxView<'_> {
        WasiHttpCtxView { hooks: &mut self.hooks, table: &mut self.table, ctx: &mut self.http }
    }
}

/// Counts the linear memory of all instances.
#[derive(Debug, Default)]
struct Memory {
    now: usize,
    peak: usize,
}

impl ResourceLimiter for Memory {
    fn memory_growing(&mut self, current: usize, desired: usize, _maximum: Option<usize>) -> wasmtime::Result<bool> {
        self.now += desired.saturating_sub(current);
        self.peak = self.peak.max(self.now);
        Ok(true)
    }

    fn table_growing(&mut self, _current: usize, _desired: usize, _maximum: Option<usize>) -> wasmtime::Result<bool> {
        Ok(true)
    }
}

/// The requests of a run, and the kill switch that hangs on them.
struct Requests {
    kill: Kill,
    count: AtomicU64,
    reached: Notify,
}

impl Requests {
    /// Counts a request, and tells what is to become of it.
    fn fate(&self) -> Fate {
        let number = self.count.fetch_add(1, Ordering::Relaxed) + 1;
        match self.kill {
            Kill::AfterRequests(last) if number == last => Fate::Last,
            Kill::AfterRequests(last) if number > last => Fate::TooLate,
            _ => Fate::Goes,
        }
    }

    /// Completes when the run is to be killed.
    async fn killed(&self) {
        match self.kill {
            Kill::Never => pending().await,
            Kill::AfterRequests(_) => self.reached.notified().await,
            Kill::After(time) => tokio::time::sleep(time).await,
        }
    }
}

/// What becomes of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Goes,
    /// It is answered, and the run is killed.
    Last,
    /// The run is as good as dead.
    TooLate,
}

struct Hooks(Arc<Requests>);

impl fmt::Debug for Hooks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hooks")
    }
}

/// The end of an exchange, as the hook hands it back.
type Exchange = Box<dyn Future<Output = wasmtime_wasi_http::Result<()>> + Send>;

impl WasiHttpHooks for Hooks {
    fn send_request(
        &mut self,
        request: http::Request<WasiBody>,
        options: Option<RequestOptions>,
        ended: Exchange,
    ) -> Box<dyn Future<Output = wasmtime_wasi_http::Result<(http::Response<WasiBody>, Exchange)>> + Send> {
        let _ = ended;
        let fate = self.0.fate();
        let requests = self.0.clone();
        Box::new(async move {
            if fate == Fate::TooLate {
                return pending().await;
            }
            // The stock handler of `wasmtime run`.
            let (response, exchange) = wasmtime_wasi_http::default_send_request(request, options).await?;
            if fate == Fate::Last {
                requests.reached.notify_one();
                return pending().await;
            }
            Ok((response.map(BodyExt::boxed_unsync), Box::new(exchange) as Exchange))
        })
    }
}

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io;
use std::rc::Rc;
use std::time::Duration;

use lightbeam_core::host::memory::{KillPoint, MemoryHost as Engine, Reply};
use lightbeam_core::host::{Clock, Host as _, HttpError, HttpErrorKind, Request, Response, Timestamp};
use lightbeam_core::report::Closing;
use lightbeam_core::run::run;
use lightbeam_sim::{Delivery, State, answer};
use lightbeam_wasi::args;
use lightbeam_wasi::terminal::{Now, Surroundings, Terminal};

use super::{Call, Host, Stage, documents, is_state, look, settings};
use crate::scenario::{Observed, Scenario, decode_log, log_of};

/// The address that the API without sockets has: the machine itself, as that of the other hosts.
const ADDRESS: &str = "http://127.0.0.1:1";

/// The only port that anybody listens on.
const PORT: u16 = 1;

/// What the component under wasmtime tells of a port on which nobody listens.
const REFUSED: &str = "no connection could be made (refused, or no route)";

/// The engine's own in-memory host, with the simulated API as a function and time that passes at once.
#[derive(Debug, Clone, Copy, Default)]
pub struct MemoryHost;

impl Host for MemoryHost {
    fn name(&self) -> &'static str {
        "memory"
    }

    fn stage(&self, scenario: &Scenario) -> Result<Box<dyn Stage>, String> {
        let settings = settings(scenario)?;
        let engine = Engine::new().with_variable("API", &format!("{ADDRESS}{}", settings.base_path));
        let now = milliseconds(engine.clock().now());
        let state =
            State::new(settings, documents(scenario), ADDRESS.to_owned(), now).map_err(|error| error.to_string())?;
        let state = Rc::new(RefCell::new(state));
        let server = state.clone();
        let clock = engine.clock().clone();
        engine.http().serve(move |request| reply(&mut server.borrow_mut(), request, milliseconds(clock.now())));
        Ok(Box::new(MemoryStage { engine, state }))
    }
}

struct MemoryStage {
    engine: Engine,
    state: Rc<RefCell<State>>,
}

impl Stage for MemoryStage {
    fn write(&mut self, path: &str, bytes: &[u8]) -> Result<(), String> {
        self.engine.files().put(path, bytes.to_vec());
        Ok(())
    }

    fn remove(&mut self, path: &str) -> Result<(), String> {
        self.engine.files().remove(path);
        Ok(())
    }

    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, String> {
        Ok(self.engine.files().get(path).map(|bytes| bytes.to_vec()))
    }

    fn files(&self) -> Result<BTreeMap<String, Vec<u8>>, String> {
        let files = self.engine.files();
        let paths = files.paths().into_iter().filter(|path| !is_state(path));
        Ok(paths.filter_map(|path| files.get(&path).map(|bytes| (path, bytes.to_vec()))).collect())
    }

    fn api(&mut self, look: &mut dyn FnMut(&mut State)) {
        look(&mut self.state.borrow_mut());
    }

    fn revive(&mut self) -> Result<(), String> {
        self.state.borrow_mut().revive();
        Ok(())
    }

    fn run(&mut self, call: &Call) -> Result<Observed, String> {
        self.state.borrow_mut().clear_log();
        let mut engine = self.engine.restarted();
        for (name, value) in &call.env {
            engine = engine.with_variable(name, value);
        }
        if let Some(answer) = &call.answer {
            // Only this word is a yes, as for whoever sits at a terminal.
            engine.operator().will_answer(answer == "yes");
        }
        if call.stop {
            engine.operator().stop_after(0);
        }
        if let Some(requests) = call.kill_after_requests {
            engine.kill_at(KillPoint::AfterRequests(requests));
        }
        let mut seen = match args::parse(&call.args) {
            Ok(parsed) => carry_out(&parsed, &engine),
            Err(answer) if answer.exit.code() == 0 => {
                Observed { exit: Some(0), stdout: answer.text, ..Observed::default() }
            }
            Err(answer) => {
                Observed { exit: Some(answer.exit.code().into()), stderr: answer.text, ..Observed::default() }
            }
        };
        for question in engine.operator().questions() {
            seen.stderr.push_str(&question.text);
            seen.stderr.push('\n');
        }
        look(&self.state.borrow(), &mut seen);
        for name in engine.storage().names() {
            if let (Some(log), Some(bytes)) = (log_of(&name), engine.storage().blob(&name)) {
                seen.state.insert(log, decode_log(&bytes));
            }
        }
        self.engine = engine;
        Ok(seen)
    }
}

fn carry_out(parsed: &args::Parsed, engine: &Engine) -> Observed {
    let invocation = &parsed.invocation;
    let written = Written::default();
    let now = VirtualNow(engine.clone());
    let surroundings = Surroundings { columns: 80, ..Surroundings::default() };
    let terminal = Terminal::new(&parsed.terminal, surroundings, invocation.results_file.clone(), now, written.clone());
    let ended = engine.block_on(async {
        let report = Box::pin(run(invocation, engine, &terminal)).await;
        if let Some(ended) = report.ended {
            terminal.close(&Closing {
                at: engine.clock().now(),
                ended,
                results_file: invocation.results_file.clone(),
                failed_dir: invocation.failed_dir.clone(),
                sent_since: report.sent_since,
                width: 80,
            });
        }
        report
    });
    let stderr = written.text();
    match ended {
        Ok(report) => Observed {
            exit: Some(report.exit.code().into()),
            stdout: report.stdout.unwrap_or_default(),
            stderr,
            ..Observed::default()
        },
        Err(lightbeam_core::host::memory::Ended::Killed) => Observed { stderr, ..Observed::default() },
        Err(stuck) => Observed {
            exit: Some(-1),
            stderr: format!("{stderr}the run waits for nothing: {stuck:?}\n"),
            ..Observed::default()
        },
    }
}

/// What the simulated API does with a request of the engine.
fn reply(state: &mut State, request: &Request, now: u64) -> Reply {
    if request.url.port() != PORT {
        let refused = HttpError::new(HttpErrorKind::Connect, REFUSED);
        return Reply::now(Err(refused));
    }
    let target = match request.url.query() {
        Some(query) => format!("{}?{query}", request.url.path()),
        None => request.url.path().to_owned(),
    };
    let mut received = http::Request::new(request.body.clone());
    *received.method_mut() = request.method.clone();
    *received.headers_mut() = request.headers.clone();
    received.headers_mut().insert("host", http::HeaderValue::from_static("127.0.0.1:1"));
    match target.parse() {
        Ok(uri) => *received.uri_mut() = uri,
        Err(_) => return Reply::now(Err(HttpError::new(HttpErrorKind::Invalid, "no valid target"))),
    }
    let answer = answer(state, &received, now);
    let broken = |kind, detail: &str| Some(Err(HttpError::new(kind, detail)));
    Reply {
        after: answer.delay,
        answer: match answer.delivery {
            Delivery::Whole => {
                let (head, body) = answer.response.into_parts();
                Some(Ok(Response { status: head.status.as_u16(), headers: head.headers, body, truncated: false }))
            }
            Delivery::Half { .. } => broken(HttpErrorKind::Interrupted, "the answer ended before it was whole"),
            Delivery::Nothing { .. } => broken(HttpErrorKind::Interrupted, "the connection was closed"),
            Delivery::Never => None,
            Delivery::Dead => broken(HttpErrorKind::Connect, REFUSED),
        },
    }
}

fn milliseconds(at: Timestamp) -> u64 {
    u64::try_from(at.as_millisecond()).unwrap_or_default()
}

#[derive(Debug, Clone, Default)]
struct Written(Rc<RefCell<Vec<u8>>>);

impl Written {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.borrow()).into_owned()
    }
}

impl io::Write for Written {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

struct VirtualNow(Engine);

impl Now for VirtualNow {
    fn wall(&self) -> Timestamp {
        self.0.clock().now()
    }

    fn monotonic(&self) -> Duration {
        self.0.clock().monotonic()
    }
}

//! The engine's in-memory host with the simulated Ed-Fi API as a function: whole runs, in virtual time.
#![allow(dead_code, unreachable_pub, reason = "each test file is a crate of its own and needs a part of it")]

use std::cell::RefCell;
use std::rc::Rc;

use lightbeam_core::event::{Event, RecordEvent};
use lightbeam_core::exit::Exit;
use lightbeam_core::host::memory::{Ended, KillPoint, MemoryHost, Reply};
use lightbeam_core::host::{Clock as _, Host as _, HttpError, HttpErrorKind, Request, Response, Timestamp};
use lightbeam_core::invocation::{Command, Invocation};
use lightbeam_core::run::{Report, run};
use lightbeam_sim::builtin::{self, Style};
use lightbeam_sim::{Delivery, Documents, LogBodies, Settings, State, answer};
use serde_json::Value;

const ADDRESS: &str = "http://127.0.0.1:1";

const CONFIG: &str = "state_dir: state\ndata_dir: data\nedfi_api:\n  base_url: http://127.0.0.1:1\n  \
                      client_id: populated\n  client_secret: populatedSecret\nconnection:\n  pool_size: 4\n  \
                      num_retries: 2\n  timeout: 10\n";

/// A user's machine and the API that it talks to.
pub struct Stage {
    pub host: MemoryHost,
    pub api: Rc<RefCell<State>>,
}

/// What a run came to.
pub struct Ran {
    pub exit: Exit,
    pub report: Report,
    /// Notices with their hints.
    pub notices: Vec<String>,
    pub records: Vec<RecordEvent>,
    /// The results file; null where there is none.
    pub results: Value,
}

impl Stage {
    /// The built-in model in its OpenAPI 3 form.
    pub fn new(settings: Settings) -> Self {
        Self::with(settings, builtin::documents(Style::OpenApi3))
    }

    /// Any documents.
    pub fn with(settings: Settings, documents: Documents) -> Self {
        let settings = Settings { log_bodies: LogBodies::Full, ..settings };
        let host = MemoryHost::new();
        let now = milliseconds(host.clock().now());
        let api = State::new(settings, documents, ADDRESS.to_owned(), now).expect("the documents are sound");
        let api = Rc::new(RefCell::new(api));
        let (server, clock) = (api.clone(), host.clock().clone());
        host.http().serve(move |request| reply(&mut server.borrow_mut(), request, milliseconds(clock.now())));
        host.files().put("lightbeam.yaml", CONFIG);
        Self { host, api }
    }

    /// Answers what `answer` gives an answer for; the rest goes to the API.
    pub fn intercept(&self, mut answer: impl FnMut(&Request) -> Option<Reply> + 'static) {
        let (server, clock) = (self.api.clone(), self.host.clock().clone());
        self.host.http().serve(move |request| {
            let instead = answer(request);
            instead.unwrap_or_else(|| reply(&mut server.borrow_mut(), request, milliseconds(clock.now())))
        });
    }

    /// Adds lines to the configuration.
    pub fn configure(&self, more: &str) {
        self.host.files().put("lightbeam.yaml", format!("{CONFIG}{more}"));
    }

    /// Writes a file, one line a record.
    pub fn put(&self, path: &str, lines: &[&str]) {
        self.host.files().put(path, lines.iter().map(|line| format!("{line}\n")).collect::<String>());
    }

    /// The text of a file.
    pub fn text(&self, path: &str) -> Option<String> {
        self.host.files().get(path).map(|bytes| String::from_utf8(bytes.to_vec()).expect("files of tests are texts"))
    }

    /// How many records the API holds.
    pub fn held(&self, name: &str) -> usize {
        self.api.borrow().records("ed-fi", name).map_or(0, |records| records.len())
    }

    /// The requests that the API received since the run before, as `METHOD /path?query`, token and documents left out.
    pub fn requests(&self) -> Vec<String> {
        let api = self.api.borrow();
        let data = api.log().filter(|entry| entry.path.starts_with("/data/"));
        data.map(|entry| match entry.query.as_str() {
            "" => format!("{} {}", entry.method, entry.path),
            query => format!("{} {}?{query}", entry.method, entry.path),
        })
        .collect()
    }

    /// Runs a command with its results file; fails if the run is killed or stuck.
    pub fn run(&self, command: Command, change: impl FnOnce(&mut Invocation)) -> Ran {
        self.try_run(command, change).expect("the run comes to its end")
    }

    /// Runs a command.
    pub fn try_run(&self, command: Command, change: impl FnOnce(&mut Invocation)) -> Result<Ran, Ended> {
        self.api.borrow_mut().clear_log();
        let mut invocation =
            Invocation { command, results_file: Some("results.json".to_owned()), ..Invocation::default() };
        change(&mut invocation);
        let (notices, records) = (RefCell::new(Vec::new()), RefCell::new(Vec::new()));
        let listener = |event: &Event| match event {
            Event::Notice(notice) => {
                let hint = notice.hint.as_deref().unwrap_or_default();
                notices.borrow_mut().push(format!("{} {hint}", notice.text));
            }
            Event::Record(record) => records.borrow_mut().push(record.clone()),
            _ => {}
        };
        let report = self.host.block_on(run(&invocation, &self.host, &listener))?;
        let results = self.host.files().get("results.json");
        let results = results.and_then(|text| serde_json::from_slice(&text).ok()).unwrap_or(Value::Null);
        Ok(Ran { exit: report.exit, report, notices: notices.take(), records: records.take(), results })
    }

    /// The machine after a crash and a restart: files and storage are as they were left.
    pub fn restarted(&self) -> Self {
        Self { host: self.host.restarted(), api: self.api.clone() }
    }

    /// Kills the next run there.
    pub fn kill_at(&self, point: KillPoint) {
        self.host.kill_at(point);
    }
}

impl Ran {
    /// `records_processed`, `records_skipped` and `records_failed` of an endpoint.
    pub fn counts(&self, endpoint: &str) -> [u64; 3] {
        let resource = &self.results["resources"][endpoint];
        ["records_processed", "records_skipped", "records_failed"].map(|key| resource[key].as_u64().unwrap_or(0))
    }

    /// Whether a notice (or its hint) holds this text.
    pub fn told(&self, text: &str) -> bool {
        self.notices.iter().any(|notice| notice.contains(text))
    }
}

/// What the API answers at this time.
pub fn reply(state: &mut State, request: &Request, now: u64) -> Reply {
    let target = match request.url.query() {
        Some(query) => format!("{}?{query}", request.url.path()),
        None => request.url.path().to_owned(),
    };
    let mut received = http::Request::new(request.body.clone());
    *received.method_mut() = request.method.clone();
    *received.headers_mut() = request.headers.clone();
    received.headers_mut().insert("host", http::HeaderValue::from_static("127.0.0.1:1"));
    *received.uri_mut() = target.parse().expect("the engine asks for valid targets");
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
            Delivery::Dead => broken(HttpErrorKind::Connect, "no connection could be made (refused, or no route)"),
        },
    }
}

/// A time as the API wants it.
pub fn milliseconds(at: Timestamp) -> u64 {
    u64::try_from(at.as_millisecond()).unwrap_or_default()
}

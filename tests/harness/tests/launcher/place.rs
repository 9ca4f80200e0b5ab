//! A folder with a configuration and records, beside a simulated API.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::PathBuf;
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use lightbeam_harness::host::LauncherHost;
use lightbeam_sim::builtin::{self, Style};
use lightbeam_sim::{LogEntry, Server, Settings};
use serde_json::Value;
use tempfile::TempDir;

/// The variable that the configuration refers to for the secret, and its value.
pub(crate) const SECRET: (&str, &str) = ("SECRET", "populatedSecret");

/// The longest that anything may take: a slow machine has time, and a test that goes wrong ends.
const PATIENCE: Duration = Duration::from_mins(2);

pub(crate) struct Place {
    folder: TempDir,
    pub(crate) api: Server,
    launcher: LauncherHost,
}

/// An API of the built-in model.
pub(crate) fn api(settings: Settings) -> Server {
    Server::start(settings, builtin::documents(Style::OpenApi3)).unwrap()
}

impl Place {
    /// With so many students to send.
    pub(crate) fn with_students(settings: Settings, count: usize) -> Self {
        let api = api(settings);
        let launcher = LauncherHost::of_this_repository().unwrap_or_else(|wrong| panic!("{wrong}"));
        let place = Self { folder: tempfile::tempdir().unwrap(), api, launcher };
        place.configure(&format!("base_url: {}", place.api.url()), "");
        let student = |n: usize| {
            format!(
                "{{\"studentUniqueId\": \"{n}\", \"firstName\": \"Ada\", \"lastSurname\": \"Lee\", \"birthDate\": \
                 \"2010-01-01\"}}\n"
            )
        };
        std::fs::create_dir(place.path("data")).unwrap();
        std::fs::write(place.path("data/students.jsonl"), (0..count).map(student).collect::<String>()).unwrap();
        place
    }

    /// Writes the configuration anew: what stands in `edfi_api` beside the credentials, and further sections.
    pub(crate) fn configure(&self, urls: &str, more: &str) {
        let name = SECRET.0;
        let yaml = format!(
            "data_dir: ./data\nstate_dir: ./state\nedfi_api:\n  client_id: populated\n  client_secret: ${{{name}}}\n  \
             {urls}\n{more}"
        );
        std::fs::write(self.path("lightbeam.yaml"), yaml).unwrap();
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Has the API tell in its documents that it is to be found at this root, and the configuration, too.
    pub(crate) fn is_at(&self, root: &str, more: &str) {
        self.api.with_state(|state| state.change(|settings| settings.public_url = Some(root.to_owned())));
        self.configure(&format!("base_url: {root}"), more);
    }

    /// The launcher in this folder, with the secret among its variables.
    pub(crate) fn command(&self, words: &[&str]) -> Command {
        let (name, value) = SECRET;
        let mut command = self.launcher.command(self.folder.path(), [(name.to_owned(), value.to_owned())]);
        command.args(words);
        command
    }

    /// Runs it to its end.
    pub(crate) fn run(&self, words: &[&str]) -> Output {
        self.command(words).output().unwrap()
    }

    /// The requests of this method for data.
    pub(crate) fn requests(&self, method: &str) -> Vec<LogEntry> {
        let is_meant = |entry: &LogEntry| entry.method == method && entry.path.starts_with("/data/v3/");
        self.api.log().into_iter().filter(is_meant).collect()
    }

    pub(crate) fn results(&self, name: &str) -> Value {
        serde_json::from_slice(&std::fs::read(self.path(name)).unwrap()).unwrap()
    }
}

/// Where an API listens.
pub(crate) fn address_of(api: &Server) -> SocketAddr {
    api.url().trim_start_matches("http://").trim_end_matches('/').parse().unwrap()
}

/// What the root of an API answers.
pub(crate) fn document_of(api: &Server) -> String {
    let address = address_of(api);
    let mut stream = TcpStream::connect(address).unwrap();
    write!(stream, "GET / HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer.split_once("\r\n\r\n").unwrap().1.to_owned()
}

/// Exit code and standard error of a run.
pub(crate) fn end(output: &Output) -> (Option<i32>, String) {
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}

/// Waits until something is the case; `what` is that in words.
pub(crate) fn waits_until(what: &str, mut is_so: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < PATIENCE, "it never comes to pass that {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

//! What the page tells, in the words of a terminal.

use std::cell::RefCell;
use std::io;
use std::rc::Rc;
use std::time::Duration;

use lightbeam_core::event::{DryRun, EndpointId, Event, Listener, RemovalPlan};
use lightbeam_core::host::Timestamp;
use lightbeam_core::notice::{Notice, Severity};
use lightbeam_wasi::args::Parsed;
use lightbeam_wasi::terminal::{Now, Surroundings, Terminal};
use lightbeam_web::protocol::{DryRunRow, NoticeRow, RunEnd, Severity as RowSeverity, Snapshot};
use serde_json::Value;

/// What was told so far.
pub(super) struct Told {
    text: Written,
    terminal: Terminal<Written, NoTime>,
}

impl Told {
    pub(super) fn new(parsed: &Parsed) -> Self {
        let text = Written::default();
        let surroundings = Surroundings { columns: 80, ..Surroundings::default() };
        let results_file = parsed.invocation.results_file.clone();
        let terminal = Terminal::new(&parsed.terminal, surroundings, results_file, NoTime, text.clone());
        Self { text, terminal }
    }

    fn notices(&self, notices: &[NoticeRow]) {
        for row in notices {
            let severity = match row.severity {
                RowSeverity::Debug => Severity::Debug,
                RowSeverity::Info => Severity::Info,
                RowSeverity::Warning => Severity::Warning,
                RowSeverity::Error => Severity::Error,
            };
            let notice = Notice { severity, text: row.text.clone(), hint: row.hint.clone() };
            self.terminal.hear(&Event::Notice(notice));
        }
    }

    /// Of the lines of progress, of which there are ten a second, those count that tell of a wait.
    pub(super) fn progress(&mut self, snapshot: &Snapshot) {
        self.notices(&snapshot.notices);
        if snapshot.line.contains("waiting") {
            self.text.push(&snapshot.line);
        }
    }

    pub(super) fn question(&mut self, text: &str) {
        self.text.push(text);
    }

    /// The end of the run: what is in tables on the page stands in lines on a terminal.
    pub(super) fn end(&mut self, end: &RunEnd) {
        self.notices(&end.snapshot.notices);
        for row in &end.snapshot.dry_run {
            let endpoint = EndpointId::new(row.namespace.as_str(), row.name.as_str());
            self.terminal.hear(&Event::DryRun { endpoint, plan: plan(row) });
        }
        let results: Value =
            end.results.as_deref().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
        for (endpoint, resource) in results["resources"].as_object().into_iter().flatten() {
            for failure in resource["failures"].as_array().into_iter().flatten() {
                self.text.push(&failure_line(endpoint, failure));
            }
        }
        self.text.push(&end.summary);
    }

    pub(super) fn text(&self) -> String {
        String::from_utf8_lossy(&self.text.0.borrow()).into_owned()
    }
}

fn plan(row: &DryRunRow) -> DryRun {
    DryRun {
        new: row.new,
        changed: row.changed,
        already_sent: row.already_sent,
        failed_before: row.failed_before,
        repeated: row.repeated,
        unreadable: row.unreadable,
        requests: row.requests,
        removal: row.removal.map(|[found, not_found, several_found, failed]| RemovalPlan {
            found,
            not_found,
            several_found,
            failed,
        }),
    }
}

/// `endpoint: file:lines: status message`.
fn failure_line(endpoint: &str, failure: &Value) -> String {
    let file = failure["file"].as_str().unwrap_or_default();
    let lines: Vec<String> = failure["line_numbers"].as_array().into_iter().flatten().map(Value::to_string).collect();
    let status = failure["status_code"].as_u64().map(|status| format!("{status} ")).unwrap_or_default();
    let message = failure["message"].as_str().unwrap_or_default();
    format!("{endpoint}: {file}:{}: {status}{message}", lines.join(","))
}

#[derive(Debug, Clone, Default)]
struct Written(Rc<RefCell<Vec<u8>>>);

impl Written {
    fn push(&self, text: &str) {
        let mut written = self.0.borrow_mut();
        written.extend_from_slice(text.as_bytes());
        written.push(b'\n');
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

/// The times of lines are not compared.
struct NoTime;

impl Now for NoTime {
    fn wall(&self) -> Timestamp {
        Timestamp::default()
    }

    fn monotonic(&self) -> Duration {
        Duration::ZERO
    }
}

//! What the page tells, in the words of a terminal.

use std::cell::RefCell;
use std::io;
use std::rc::Rc;
use std::time::Duration;

use lightbeam_core::event::{Event, Listener};
use lightbeam_core::host::Timestamp;
use lightbeam_core::notice::{Notice, Severity};
use lightbeam_wasi::args::Parsed;
use lightbeam_wasi::terminal::{Now, Surroundings, Terminal};
use lightbeam_web::protocol::{NoticeRow, Severity as RowSeverity};

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

    pub(super) fn notices(&self, notices: &[NoticeRow]) {
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

    pub(super) fn question(&mut self, text: &str) {
        self.text.push(text);
    }

    pub(super) fn summary(&mut self, text: &str) {
        self.text.push(text);
    }

    pub(super) fn text(&self) -> String {
        String::from_utf8_lossy(&self.text.0.borrow()).into_owned()
    }
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

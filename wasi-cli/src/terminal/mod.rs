//! What the user sees: log lines and progress on standard error. Free of any host, so that it is tested natively.

mod floor;
mod line;
mod options;
mod plan;
mod status;
mod story;

use std::cell::{Cell, RefCell};
use std::io::Write;
use std::time::Duration;

use lightbeam_core::event::{Event, Listener};
use lightbeam_core::host::Timestamp;
use lightbeam_core::notice::Severity;
use lightbeam_core::report::{Closing, Progress, Results, summary};

pub use floor::{Asking, Floor};
use line::Line;
pub use options::{ColorChoice, LogFormat, Surroundings, TerminalOptions};
use status::{Manner, Status, Telling};
use story::Story;

/// The time, as a listener can tell it.
pub trait Now {
    /// The wall-clock time.
    fn wall(&self) -> Timestamp;
    /// Time since some fixed point.
    fn monotonic(&self) -> Duration;
}

/// A listener that tells of a run on a stream.
#[derive(Debug)]
pub struct Terminal<W, N> {
    now: N,
    format: LogFormat,
    options: TerminalOptions,
    threshold: Cell<Severity>,
    coloured: bool,
    told: RefCell<Told<W>>,
}

#[derive(Debug)]
struct Told<W> {
    out: W,
    story: Story,
    status: Status,
    /// What came while a question was open.
    held: String,
    progress: Progress,
    results: Results,
    /// Records since the clock was looked at.
    records: u32,
}

impl<W: Write, N: Now> Terminal<W, N> {
    /// A terminal that writes to `out`. `results_file` is where the run writes its results, for hints.
    pub fn new(
        options: &TerminalOptions,
        surroundings: Surroundings,
        results_file: Option<String>,
        now: N,
        out: W,
    ) -> Self {
        let threshold = options.threshold(None);
        let manner = if options.draws(surroundings) {
            Manner::Drawn(surroundings.columns)
        } else if threshold > Severity::Info {
            Manner::Silent
        } else {
            Manner::Logged
        };
        Self {
            now,
            format: options.log_format,
            options: options.clone(),
            threshold: Cell::new(threshold),
            coloured: options.coloured(surroundings),
            told: RefCell::new(Told {
                out,
                story: Story::new(results_file),
                status: Status::new(manner),
                held: String::new(),
                progress: Progress::new(),
                results: Results::new(),
                records: 0,
            }),
        }
    }

    /// The same terminal, silent while a question holds this floor.
    #[must_use]
    pub fn sharing(self, floor: Floor) -> Self {
        self.told.borrow_mut().status.share(floor);
        self
    }

    /// How often [`tick`](Self::tick) has something to do.
    pub fn interval(&self) -> Duration {
        self.told.borrow().status.interval()
    }

    /// Tells how far the run is, if it is time; for while no event comes.
    pub fn tick(&self) {
        let mut told = self.told.borrow_mut();
        told.write("");
        let now = self.now.monotonic();
        // Looked at even if it is not told: that is how the rate gets its samples.
        let text = told.progress.line(now);
        told.tell_progress(self, now, |_| text);
    }

    /// The summary, once the run has ended. Nothing is told of a run that did not begin: its error says it all.
    pub fn close(&self, closing: &Closing) {
        let mut told = self.told.borrow_mut();
        let told = &mut *told;
        let room = told.status.give_way();
        told.write(room);
        if told.results.started().is_none() || self.threshold.get() > Severity::Info {
            return;
        }
        let lines = summary(&told.results, closing);
        match self.format {
            LogFormat::Text => told.write(&format!("\n{}\n", lines.join("\n"))),
            LogFormat::Json => {
                let totals = told.results.totals();
                let line = Line::new(Severity::Info, "summary", lines.first().map_or("", String::as_str))
                    .with("processed", totals.processed)
                    .with("succeeded", totals.succeeded)
                    .with("skipped", totals.skipped)
                    .with("failed", totals.failed);
                told.write_line(self, &line);
            }
        }
    }
}

impl<W: Write, N: Now> Listener for Terminal<W, N> {
    fn hear(&self, event: &Event) {
        let mut told = self.told.borrow_mut();
        told.progress.observe(event);
        told.results.observe(event);
        if let Event::Started(started) = event {
            self.threshold.set(self.options.threshold(Some(started.log_level)));
            if self.threshold.get() > Severity::Info {
                told.status.log_nothing();
            }
        }
        for line in told.story.hear(event, self.threshold.get() <= Severity::Debug) {
            if line.severity >= self.threshold.get() {
                told.write_line(self, &line);
            }
        }
        if matches!(event, Event::Finished { .. }) {
            let room = told.status.give_way();
            told.write(room);
        } else if told.is_due(event) {
            let now = self.now.monotonic();
            told.tell_progress(self, now, |progress| progress.line(now));
        }
    }
}

/// The clock is looked at once for so many records: under WASI each look is a call of the host.
const RECORDS_A_LOOK: u32 = 16;

impl<W: Write> Told<W> {
    /// Whether it is worth to see if progress is to be told. Records may come by the hundred thousand a second, and the
    /// ticks come all the same.
    fn is_due(&mut self, event: &Event) -> bool {
        if !matches!(event, Event::Record(_)) {
            return true;
        }
        let is_due = self.records == 0;
        self.records = (self.records + 1) % RECORDS_A_LOOK;
        is_due
    }

    fn tell_progress<N: Now>(
        &mut self,
        terminal: &Terminal<W, N>,
        now: Duration,
        text: impl FnOnce(&mut Progress) -> String,
    ) {
        let progress = &mut self.progress;
        match self.status.due(now, || text(progress)) {
            Some(Telling::Draw(text)) => self.write(&text),
            Some(Telling::Log(text)) => self.write_line(terminal, &Line::new(Severity::Info, "progress", text)),
            None => {}
        }
    }

    fn write_line<N: Now>(&mut self, terminal: &Terminal<W, N>, line: &Line) {
        let room = self.status.give_way();
        let text = line.render(terminal.format, terminal.now.wall(), terminal.coloured);
        self.write(&format!("{room}{text}"));
    }

    /// Writes text after what was held back, unless a question is open. There is nobody to tell that standard error
    /// cannot be written to.
    fn write(&mut self, text: &str) {
        if self.status.is_asking() {
            self.held.push_str(text);
            return;
        }
        for text in [&*std::mem::take(&mut self.held), text] {
            if !text.is_empty() {
                let _ = self.out.write_all(text.as_bytes()).and_then(|()| self.out.flush());
            }
        }
    }
}

/// Writes text to standard error as it is. There is nobody to tell of a failure.
pub fn print_error(text: &str) {
    let mut out = std::io::stderr().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

/// So many of something, in words.
fn counted(count: u64, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}

#[cfg(test)]
mod tests;

//! How far a run is, as the page shows it: a fold over the run's events.

use std::collections::HashMap;
use std::time::Duration;

use lightbeam_core::config::LogLevel;
use lightbeam_core::event::{EndpointId, Event, Outcome};
use lightbeam_core::host::Clock;
use lightbeam_core::invocation::Invocation;
use lightbeam_core::notice;
use lightbeam_core::report::{CauseCount, Closing, Ended, Progress, Results, cause_name, summary};
use lightbeam_core::run::Report;

use crate::protocol::{CauseRow, DryRunRow, EndpointRow, NoticeRow, RowState, RunEnd, Severity, Snapshot};

/// The most causes that a snapshot tells.
const CAUSES: usize = 20;
/// Causes are counted anew at most so often: there may be thousands of them.
const CAUSES_INTERVAL: Duration = Duration::from_secs(1);
/// Columns of the summary that people copy.
const WIDTH: usize = 80;

/// What is known of a run.
#[derive(Debug, Default)]
pub struct Story {
    results: Results,
    progress: Progress,
    data_url: Option<String>,
    rows: Vec<EndpointRow>,
    index: HashMap<EndpointId, usize>,
    repeats: u64,
    causes: Vec<CauseRow>,
    causes_at: Option<Duration>,
    dry_run: Vec<DryRunRow>,
    notices: Vec<NoticeRow>,
    level: Option<LogLevel>,
    /// Whether something happened since the last snapshot.
    changed: bool,
}

impl Story {
    /// Nothing happened yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes an event in.
    pub fn hear(&mut self, event: &Event) {
        self.changed = true;
        self.results.observe(event);
        self.progress.observe(event);
        match event {
            Event::Started(started) => self.level = Some(started.log_level),
            Event::Notice(notice) => self.notice(notice),
            Event::Connected { data_url, .. } => self.data_url = Some(data_url.clone()),
            Event::Planned { endpoint, bytes, .. } => self.row(endpoint).bytes = *bytes,
            Event::Read { endpoint, bytes } => self.row(endpoint).read = *bytes,
            Event::EndpointStarted { endpoint, .. } => self.row(endpoint).state = RowState::Working,
            Event::EndpointFinished { endpoint } => {
                let row = self.row(endpoint);
                row.read = row.bytes;
                if row.state != RowState::Broken {
                    row.state = RowState::Done;
                }
            }
            Event::EndpointFailed { endpoint, .. } => self.row(endpoint).state = RowState::Broken,
            Event::Record(record) => self.records(&record.endpoint, &record.outcome, 1),
            Event::Records(records) => self.records(&records.endpoint, &records.outcome, records.count),
            Event::Repeated { .. } => self.repeats += 1,
            Event::DryRun { endpoint, plan } => self.dry_run.push(DryRunRow {
                namespace: endpoint.namespace.to_string(),
                name: endpoint.name.to_string(),
                new: plan.new,
                changed: plan.changed,
                already_sent: plan.already_sent,
                failed_before: plan.failed_before,
                repeated: plan.repeated,
                unreadable: plan.unreadable,
                requests: plan.requests,
                removal: plan.removal.map(|plan| [plan.found, plan.not_found, plan.several_found, plan.failed]),
            }),
            Event::Expected { .. }
            | Event::Received { .. }
            | Event::GateClosed { .. }
            | Event::InFlight { .. }
            | Event::Finished { .. } => {}
        }
    }

    /// How far the run is, if anything happened since this was last asked; `now` is of the monotonic clock.
    pub fn changes(&mut self, now: Duration) -> Option<Snapshot> {
        self.changed.then(|| self.snapshot(now))
    }

    /// The end of the run, as the page shows and keeps it.
    pub fn end(mut self, invocation: &Invocation, report: Report, clock: &impl Clock) -> RunEnd {
        self.causes_at = None;
        let snapshot = self.snapshot(clock.monotonic());
        let at = clock.now();
        let completed = report.ended.map(|ended| matches!(ended, Ended::Completed | Ended::DryRun));
        let closing = report.ended.map(|ended| Closing {
            at,
            ended,
            results_file: invocation.results_file.clone().filter(|path| path != "-"),
            failed_dir: invocation.failed_dir.clone(),
            sent_since: report.sent_since,
            width: WIDTH,
        });
        RunEnd {
            exit: report.exit.code(),
            completed,
            stdout: report.stdout,
            results: self.results.started().map(|_| self.results.to_json(at, completed.unwrap_or(false))),
            summary: closing.map(|closing| summary(&self.results, &closing).join("\n")).unwrap_or_default(),
            snapshot,
        }
    }

    fn snapshot(&mut self, now: Duration) -> Snapshot {
        self.changed = false;
        let figures = self.progress.figures(now);
        if self.causes_at.is_none_or(|at| now.saturating_sub(at) >= CAUSES_INTERVAL) {
            self.causes_at = Some(now);
            self.causes = self.results.causes(CAUSES).into_iter().map(cause_row).collect();
        }
        let totals = self.results.totals();
        Snapshot {
            line: self.progress.line(now),
            percent: figures.percent,
            processed: figures.done,
            expected: figures.expected,
            succeeded: totals.succeeded,
            skipped: totals.skipped,
            failed: totals.failed,
            repeats: self.repeats,
            per_minute: per_minute(figures.rate),
            seconds_left: figures.left.map(|left| left.as_secs()),
            in_flight: figures.in_flight,
            data_url: self.data_url.clone(),
            endpoints: self.rows.clone(),
            causes: self.causes.clone(),
            dry_run: self.dry_run.clone(),
            notices: std::mem::take(&mut self.notices),
        }
    }

    fn notice(&mut self, notice: &notice::Notice) {
        let (severity, least) = match notice.severity {
            notice::Severity::Debug => (Severity::Debug, LogLevel::Debug),
            notice::Severity::Info => (Severity::Info, LogLevel::Info),
            notice::Severity::Warning => (Severity::Warning, LogLevel::Warning),
            notice::Severity::Error => (Severity::Error, LogLevel::Critical),
        };
        if least < self.level.unwrap_or(LogLevel::Info) {
            return;
        }
        self.notices.push(NoticeRow { severity, text: notice.text.clone(), hint: notice.hint.clone() });
    }

    fn records(&mut self, endpoint: &EndpointId, outcome: &Outcome, count: u64) {
        let row = self.row(endpoint);
        row.processed += count;
        match outcome {
            Outcome::Succeeded { .. } => row.succeeded += count,
            Outcome::Skipped(_) => row.skipped += count,
            Outcome::Failed(_) | Outcome::Invalid(_) => row.failed += count,
            Outcome::Valid => {}
        }
    }

    fn row(&mut self, endpoint: &EndpointId) -> &mut EndpointRow {
        let at = if let Some(at) = self.index.get(endpoint) {
            *at
        } else {
            self.index.insert(endpoint.clone(), self.rows.len());
            self.rows.push(EndpointRow {
                namespace: endpoint.namespace.to_string(),
                name: endpoint.name.to_string(),
                state: RowState::Queued,
                processed: 0,
                succeeded: 0,
                skipped: 0,
                failed: 0,
                bytes: 0,
                read: 0,
            });
            self.rows.len() - 1
        };
        &mut self.rows[at]
    }
}

#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a rate is not negative, and casts saturate"
)]
fn per_minute(per_second: f64) -> u64 {
    (per_second * 60.0).round() as u64
}

fn cause_row(count: CauseCount) -> CauseRow {
    CauseRow {
        cause: cause_name(count.cause).to_owned(),
        thing: count.thing,
        value: count.value,
        records: count.records,
        hint: count.hint,
    }
}

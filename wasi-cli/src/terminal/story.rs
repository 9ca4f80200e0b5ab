//! What the events of a run are worth telling.

use lightbeam_core::event::{EndpointId, Event, Failure, Finding, Outcome, RecordEvent, RecordsEvent, Skip};
use lightbeam_core::notice::Severity;

use super::line::Line;
use super::{counted, plan};

/// Failures that are told one by one for each endpoint.
const TOLD: u64 = 10;

/// A fold over the events of a run that yields log lines.
#[derive(Debug)]
pub(super) struct Story {
    results_file: Option<String>,
    /// Those that are worked on: a few side by side. Most events are of the one that was told of last, which is the first.
    endpoints: Vec<(EndpointId, Tally)>,
}

#[derive(Debug, Default)]
struct Tally {
    succeeded: u64,
    skipped: u64,
    failed: u64,
}

impl Story {
    /// A story of a run that writes its results to this file.
    pub(super) fn new(results_file: Option<String>) -> Self {
        Self { results_file, endpoints: Vec::new() }
    }

    fn tally(&mut self, endpoint: &EndpointId) -> &mut Tally {
        let at = self.endpoints.iter().position(|(known, _)| known == endpoint).unwrap_or_else(|| {
            self.endpoints.push((endpoint.clone(), Tally::default()));
            self.endpoints.len() - 1
        });
        self.endpoints.swap(0, at);
        &mut self.endpoints[0].1
    }

    /// The lines an event is worth, those of severity Debug left out unless `debug`: there may be one for each record.
    pub(super) fn hear(&mut self, event: &Event, debug: bool) -> Vec<Line> {
        match event {
            Event::Started(started) => vec![
                Line::new(
                    Severity::Info,
                    "started",
                    format!("{} with {}, run {}", started.command.name(), started.config_file, started.run_id),
                )
                .with("command", started.command.name())
                .with("run_id", started.run_id.as_ref())
                .with("config_file", started.config_file.as_str())
                .with("data_dir", started.data_dir.as_str())
                .with("api_url", started.api_url.as_str()),
            ],
            Event::Notice(notice) => {
                vec![Line::new(notice.severity, "notice", notice.text.as_str()).with_hint(notice.hint.as_ref())]
            }
            Event::Connected { data_url, version } => {
                let named = version.as_ref().map(|version| format!(", version {version}")).unwrap_or_default();
                vec![
                    Line::new(Severity::Info, "connected", format!("the API is at {data_url}{named}"))
                        .with("data_url", data_url.as_str())
                        .with("version", version.clone()),
                ]
            }
            Event::Planned { endpoint, files, bytes } => vec![
                Line::new(
                    Severity::Debug,
                    "planned",
                    format!("{endpoint}: {} with {bytes} bytes", counted(files.len() as u64, "file")),
                )
                .with("endpoint", endpoint.to_string())
                .with("files", files.len())
                .with("bytes", *bytes),
            ],
            Event::EndpointStarted { endpoint, url } => {
                self.tally(endpoint);
                vec![
                    Line::new(Severity::Info, "endpoint_started", format!("{endpoint} …"))
                        .with("endpoint", endpoint.to_string())
                        .with("url", url.as_str()),
                ]
            }
            Event::Record(record) => self.record(record, debug),
            Event::Records(records) => self.records(records),
            Event::EndpointFailed { endpoint, failure } => vec![endpoint_failed(endpoint, failure)],
            Event::Repeated { endpoint, status, wait } => {
                let place = endpoint.as_ref().map_or_else(|| "the API".to_owned(), ToString::to_string);
                let why = status.map_or_else(|| "no answer".to_owned(), |status| format!("status {status}"));
                vec![
                    Line::new(
                        Severity::Debug,
                        "repeated",
                        format!("{place}: {why}, once more in {:.1} s", wait.as_secs_f64()),
                    )
                    .with("endpoint", endpoint.as_ref().map(ToString::to_string))
                    .with("status", *status)
                    .with("wait_ms", milliseconds(*wait)),
                ]
            }
            Event::GateClosed { status, wait } => vec![
                Line::new(
                    Severity::Info,
                    "gate_closed",
                    format!(
                        "the API asks for slowness (status {status}): all requests wait {:.1} s",
                        wait.as_secs_f64()
                    ),
                )
                .with("status", *status)
                .with("wait_ms", milliseconds(*wait)),
            ],
            Event::EndpointFinished { endpoint } => self.endpoint_finished(endpoint),
            Event::DryRun { endpoint, plan } => vec![plan::line(endpoint, plan)],
            Event::Read { .. }
            | Event::Expected { .. }
            | Event::Received { .. }
            | Event::InFlight { .. }
            | Event::Finished { .. } => Vec::new(),
        }
    }

    fn record(&mut self, record: &RecordEvent, debug: bool) -> Vec<Line> {
        let tally = self.tally(&record.endpoint);
        match &record.outcome {
            Outcome::Succeeded { status } => {
                tally.succeeded += 1;
                let line = || {
                    told(record, Severity::Debug, "record_succeeded", &format!("accepted ({status})"))
                        .with("status", *status)
                };
                debug.then(line).into_iter().collect()
            }
            Outcome::Skipped(skip) => {
                tally.skipped += 1;
                let line = || {
                    told(record, Severity::Debug, "record_skipped", reason(*skip)).with("reason", format!("{skip:?}"))
                };
                debug.then(line).into_iter().collect()
            }
            Outcome::Failed(failure) => {
                tally.failed += 1;
                if tally.failed > TOLD { Vec::new() } else { vec![failed(record, failure)] }
            }
            Outcome::Valid => {
                tally.succeeded += 1;
                debug.then(|| told(record, Severity::Debug, "record_valid", "valid")).into_iter().collect()
            }
            Outcome::Invalid(findings) => {
                tally.failed += 1;
                if tally.failed > TOLD { Vec::new() } else { vec![invalid(record, findings)] }
            }
        }
    }

    fn records(&mut self, records: &RecordsEvent) -> Vec<Line> {
        let tally = self.tally(&records.endpoint);
        let line = |severity, kind: &'static str, what: String| {
            vec![
                Line::new(
                    severity,
                    kind,
                    format!("{}: {}: {what}", records.endpoint, counted(records.count, "record")),
                )
                .with("endpoint", records.endpoint.to_string())
                .with("count", records.count),
            ]
        };
        match &records.outcome {
            Outcome::Succeeded { .. } | Outcome::Valid => {
                tally.succeeded += records.count;
                Vec::new()
            }
            Outcome::Skipped(skip) => {
                tally.skipped += records.count;
                line(Severity::Info, "records_skipped", reason(*skip).to_owned())
            }
            Outcome::Failed(failure) => {
                tally.failed += records.count;
                line(Severity::Warning, "records_failed", failure.messages.join("; "))
            }
            Outcome::Invalid(findings) => {
                tally.failed += records.count;
                line(Severity::Warning, "records_failed", messages(findings))
            }
        }
    }

    fn endpoint_finished(&mut self, endpoint: &EndpointId) -> Vec<Line> {
        let Some(at) = self.endpoints.iter().position(|(known, _)| known == endpoint) else { return Vec::new() };
        let (_, tally) = self.endpoints.swap_remove(at);
        let mut lines = Vec::new();
        if let Some(more) = tally.failed.checked_sub(TOLD).filter(|more| *more > 0) {
            let (place, hint) = match &self.results_file {
                Some(_) => ("in the results file", None),
                None => ("that are not shown", Some("--results-file PATH lists them all".to_owned())),
            };
            lines.push(
                Line::new(Severity::Warning, "more_failures", format!("{endpoint}: ... and {more} more {place}"))
                    .with("endpoint", endpoint.to_string())
                    .with("count", more)
                    .with_hint(hint.as_ref()),
            );
        }
        if tally.succeeded + tally.skipped + tally.failed > 0 {
            lines.push(
                Line::new(
                    Severity::Info,
                    "endpoint_finished",
                    format!("{endpoint}: {} done, {} skipped, {} failed", tally.succeeded, tally.skipped, tally.failed),
                )
                .with("endpoint", endpoint.to_string())
                .with("succeeded", tally.succeeded)
                .with("skipped", tally.skipped)
                .with("failed", tally.failed),
            );
        }
        lines
    }
}

/// Where a record stands, as the user finds it.
fn place(record: &RecordEvent) -> String {
    match (record.file.is_empty(), record.line) {
        (true, _) => record.endpoint.to_string(),
        (false, Some(line)) => format!("{}: {}:{line}", record.endpoint, record.file),
        (false, None) => format!("{}: {}", record.endpoint, record.file),
    }
}

fn told(record: &RecordEvent, severity: Severity, event: &'static str, what: &str) -> Line {
    Line::new(severity, event, format!("{}: {what}", place(record)))
        .with("endpoint", record.endpoint.to_string())
        .with("file", record.file.as_ref())
        .with("line", record.line)
        .with("repeats", record.repeats)
}

fn words(failure: &Failure) -> String {
    let words = failure.messages.join("; ");
    match failure.status {
        Some(status) => format!("{status} {words}"),
        None => words,
    }
}

fn messages(findings: &[Finding]) -> String {
    let all: Vec<String> = findings.iter().map(|found| format!("{}: {}", found.method, found.message)).collect();
    all.join("; ")
}

fn invalid(record: &RecordEvent, findings: &[Finding]) -> Line {
    let mut methods: Vec<&str> = findings.iter().map(|found| found.method).collect();
    methods.dedup();
    told(record, Severity::Warning, "record_invalid", &messages(findings)).with("methods", methods.join(","))
}

fn endpoint_failed(endpoint: &EndpointId, failure: &Failure) -> Line {
    Line::new(Severity::Warning, "endpoint_failed", format!("{endpoint}: {}", words(failure)))
        .with("endpoint", endpoint.to_string())
        .with("status", failure.status)
        .with("correlation_id", failure.correlation_id.clone())
}

fn failed(record: &RecordEvent, failure: &Failure) -> Line {
    told(record, Severity::Warning, "record_failed", &words(failure))
        .with("status", failure.status)
        .with("correlation_id", failure.correlation_id.clone())
}

fn reason(skip: Skip) -> &'static str {
    match skip {
        Skip::AlreadySent => "already sent",
        Skip::Repeated => "the same line stood earlier in this run",
        Skip::Outdated => "a later line of the same key was already sent",
        Skip::NotFound => "the API holds no such record",
        Skip::SeveralFound => "the API holds several such records",
        Skip::NotPermitted => "these credentials may not read the endpoint",
        Skip::NotAsked => "the endpoint has no parameter that the query asks for",
        Skip::Kept => "a file of this name is there already",
    }
}

fn milliseconds(duration: std::time::Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use lightbeam_core::event::Cause;

    fn endpoint() -> EndpointId {
        EndpointId::new("ed-fi", "students")
    }

    fn failure(line: u64) -> Event {
        Event::Record(RecordEvent {
            endpoint: endpoint(),
            file: "data/students.jsonl".into(),
            line: Some(line),
            outcome: Outcome::Failed(Failure {
                status: Some(400),
                messages: vec!["one".to_owned(), "two".to_owned()],
                problem_type: None,
                correlation_id: None,
                cause: Cause::InvalidValue,
            }),
            repeats: 0,
        })
    }

    fn texts(lines: &[Line]) -> Vec<&str> {
        lines.iter().map(|line| line.text.as_str()).collect()
    }

    #[test]
    fn ten_failures_are_told_and_the_rest_is_counted() {
        let mut story = Story::new(Some("results.json".to_owned()));
        let told: Vec<Line> = (1..=12).flat_map(|line| story.hear(&failure(line), false)).collect();
        assert_eq!(told.len(), 10);
        assert_eq!(told[9].text, "ed-fi/students: data/students.jsonl:10: 400 one; two");
        assert_eq!(told[9].severity, Severity::Warning);
        assert_eq!(
            texts(&story.hear(&Event::EndpointFinished { endpoint: endpoint() }, false)),
            ["ed-fi/students: ... and 2 more in the results file", "ed-fi/students: 0 done, 0 skipped, 12 failed"]
        );
    }

    #[test]
    fn without_a_results_file_the_flag_is_named() {
        let mut story = Story::new(None);
        for line in 1..=11 {
            story.hear(&failure(line), false);
        }
        let lines = story.hear(&Event::EndpointFinished { endpoint: endpoint() }, false);
        assert_eq!(lines[0].hint.as_deref(), Some("--results-file PATH lists them all"));
    }
}

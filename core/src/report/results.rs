//! The fold that counts: what became of every record, by endpoint.

use std::collections::HashMap;
use std::rc::Rc;

use super::causes::{CauseCount, CauseEntry, Causes, Place};
use super::failures::Failures;
use super::json;
use crate::event::{Cause, DryRun, EndpointId, Event, Failure, Outcome, RecordEvent, RecordsEvent, Skip, Started};
use crate::host::Timestamp;
use crate::invocation::Command;

/// What became of the records of a run. A fold over its events; a record that succeeds costs no memory.
#[derive(Debug, Default)]
pub struct Results {
    pub(super) started: Option<Started>,
    pub(super) endpoints: Vec<EndpointResults>,
    index: HashMap<EndpointId, usize>,
    /// Where the last record went: records of an endpoint come in a row.
    last: usize,
    /// Endpoints of that name among all that the run knows, by name: two namespaces may have the same.
    names: HashMap<Rc<str>, Vec<Rc<str>>>,
    pub(super) causes: Causes,
    pub(super) dry_run: Vec<(EndpointId, DryRun)>,
}

/// Records by what became of them: `processed` is the sum of the three others, and of the valid ones that were not to
/// be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// All records that had a final word.
    pub processed: u64,
    /// Accepted.
    pub succeeded: u64,
    /// Not tried.
    pub skipped: u64,
    /// Refused, unanswered or invalid.
    pub failed: u64,
}

/// What became of the records of one endpoint.
#[derive(Debug)]
pub struct EndpointResults {
    pub(super) id: EndpointId,
    pub(super) counts: Counts,
    /// Successes by status, sorted.
    pub(super) successes: Vec<(u16, u64)>,
    /// Records in which nothing was wrong and with which nothing was to be done.
    pub(super) valid: u64,
    /// Whether it could not be worked on, or not to its end.
    pub(super) broke: bool,
    /// Whether the credentials may not read it; of how many records may not be known.
    pub(super) denied: bool,
    /// Whether it was not asked, as the query is not for it.
    pub(super) not_asked: bool,
    skips: [u64; SKIPS],
    pub(super) retries: u64,
    pub(super) failures: Failures,
}

impl Results {
    /// No results yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes an event in.
    pub fn observe(&mut self, event: &Event) {
        match event {
            Event::Started(started) => self.started = Some(started.clone()),
            Event::Planned { endpoint, .. } => self.know(endpoint),
            Event::EndpointStarted { endpoint, .. } | Event::EndpointFinished { endpoint } => {
                self.position(endpoint);
            }
            Event::Record(RecordEvent { endpoint, file, line, outcome, .. }) => {
                self.records(endpoint, file, *line, outcome, 1);
            }
            Event::Records(RecordsEvent { endpoint, file, outcome, count }) => {
                self.records(endpoint, file, None, outcome, *count);
            }
            Event::EndpointFailed { endpoint, failure } => {
                let at = self.position(endpoint);
                self.endpoints[at].broke = true;
                self.fail(at, failure, &Rc::from(""), None, 1);
            }
            Event::Repeated { endpoint: Some(endpoint), .. } => {
                let at = self.position(endpoint);
                self.endpoints[at].retries += 1;
            }
            Event::DryRun { endpoint, plan } => {
                self.know(endpoint);
                self.dry_run.push((endpoint.clone(), *plan));
            }
            Event::Repeated { endpoint: None, .. }
            | Event::Notice(_)
            | Event::Connected { .. }
            | Event::Read { .. }
            | Event::Expected { .. }
            | Event::Received { .. }
            | Event::GateClosed { .. }
            | Event::InFlight { .. }
            | Event::Finished { .. } => {}
        }
    }

    /// The results file as it stands: the Python tool's JSON with added keys. `now` is its `completed_at`; `completed`
    /// tells whether everything that was to be done was tried.
    pub fn to_json(&self, now: Timestamp, completed: bool) -> String {
        json::document(self, now, completed)
    }

    /// The counts over all endpoints.
    pub fn totals(&self) -> Counts {
        let mut totals = Counts::default();
        for endpoint in &self.endpoints {
            totals.processed += endpoint.counts.processed;
            totals.succeeded += endpoint.counts.succeeded;
            totals.skipped += endpoint.counts.skipped;
            totals.failed += endpoint.counts.failed;
        }
        totals
    }

    /// The failures by what would fix them, most records first, at most `most` groups.
    pub fn causes(&self, most: usize) -> Vec<CauseCount> {
        let command = self.command();
        let count = |entry: &CauseEntry<'_>| CauseCount {
            cause: entry.cause,
            thing: entry.thing.map(str::to_owned),
            value: entry.value.map(str::to_owned),
            records: entry.group.records,
            hint: entry.hint(command),
        };
        self.causes.entries().iter().take(most).map(count).collect()
    }

    /// The command of the run, once it was told.
    pub(super) fn command(&self) -> Command {
        self.started().map(|started| started.command).unwrap_or_default()
    }

    /// The endpoints on which work began, in that order.
    pub fn endpoints(&self) -> &[EndpointResults] {
        &self.endpoints
    }

    /// The beginning of the run, once it was told.
    pub fn started(&self) -> Option<&Started> {
        self.started.as_ref()
    }

    /// What to call an endpoint: its bare name if it is in the run's own namespace or the only one of that name, else
    /// `namespace/name`.
    pub(super) fn name(&self, id: &EndpointId) -> String {
        let own = self.started.as_ref().is_some_and(|started| *started.namespace == *id.namespace);
        let alone = self.names.get(&id.name).is_none_or(|namespaces| namespaces.len() <= 1);
        if own || alone { id.name.to_string() } else { id.to_string() }
    }

    fn records(&mut self, id: &EndpointId, file: &Rc<str>, line: Option<u64>, outcome: &Outcome, count: u64) {
        let at = self.position(id);
        let endpoint = &mut self.endpoints[at];
        endpoint.counts.processed += count;
        match outcome {
            Outcome::Succeeded { status } => {
                endpoint.counts.succeeded += count;
                match endpoint.successes.binary_search_by_key(status, |(status, _)| *status) {
                    Ok(known) => endpoint.successes[known].1 += count,
                    Err(new) => endpoint.successes.insert(new, (*status, count)),
                }
            }
            Outcome::Skipped(skip) => {
                endpoint.counts.skipped += count;
                endpoint.skips[position_of(*skip)] += count;
                endpoint.denied |= *skip == Skip::NotPermitted;
                endpoint.not_asked |= *skip == Skip::NotAsked;
            }
            Outcome::Valid => endpoint.valid += count,
            Outcome::Failed(failure) => {
                endpoint.counts.failed += count;
                self.fail(at, failure, file, line, count);
            }
            Outcome::Invalid(findings) => {
                endpoint.counts.failed += count;
                endpoint.failures.add_findings(findings, file, line);
                let reasons: Vec<(Cause, &str)> = findings.iter().map(|found| (found.cause, &*found.message)).collect();
                self.causes.add(&reasons, &Place { endpoint: at, file, line }, count);
            }
        }
    }

    fn fail(&mut self, at: usize, failure: &Failure, file: &Rc<str>, line: Option<u64>, count: u64) {
        let unexplained;
        let failure = if failure.messages.is_empty() {
            unexplained = Failure { messages: vec!["no reason is known".to_owned()], ..failure.clone() };
            &unexplained
        } else {
            failure
        };
        self.endpoints[at].failures.add(failure, file, line, count);
        let reasons: Vec<(Cause, &str)> = failure.messages.iter().map(|text| (failure.cause, &**text)).collect();
        self.causes.add(&reasons, &Place { endpoint: at, file, line }, count);
    }

    /// The position of an endpoint's results, which are made if there are none.
    fn position(&mut self, id: &EndpointId) -> usize {
        if self.endpoints.get(self.last).is_some_and(|endpoint| endpoint.id == *id) {
            return self.last;
        }
        self.last = if let Some(at) = self.index.get(id) {
            *at
        } else {
            self.know(id);
            self.index.insert(id.clone(), self.endpoints.len());
            self.endpoints.push(EndpointResults::new(id.clone()));
            self.endpoints.len() - 1
        };
        self.last
    }

    fn know(&mut self, id: &EndpointId) {
        let namespaces = self.names.entry(Rc::clone(&id.name)).or_default();
        if !namespaces.contains(&id.namespace) {
            namespaces.push(Rc::clone(&id.namespace));
        }
    }
}

impl EndpointResults {
    fn new(id: EndpointId) -> Self {
        Self {
            id,
            counts: Counts::default(),
            successes: Vec::new(),
            valid: 0,
            broke: false,
            denied: false,
            not_asked: false,
            skips: [0; SKIPS],
            retries: 0,
            failures: Failures::default(),
        }
    }

    /// The endpoint.
    pub fn id(&self) -> &EndpointId {
        &self.id
    }

    /// Its records.
    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// The accepted ones by status, sorted by status.
    pub fn successes(&self) -> &[(u16, u64)] {
        &self.successes
    }

    /// Records in which nothing was wrong and with which nothing was to be done (validate).
    pub fn valid(&self) -> u64 {
        self.valid
    }

    /// Whether it could not be worked on, or not to its end, so that its numbers are not all.
    pub fn broke(&self) -> bool {
        self.broke
    }

    /// How many were not tried for that reason.
    pub fn skipped(&self, skip: Skip) -> u64 {
        self.skips[position_of(skip)]
    }

    /// How many exchanges were repeated.
    pub fn retries(&self) -> u64 {
        self.retries
    }
}

/// How many reasons there are to skip a record.
const SKIPS: usize = 8;

fn position_of(skip: Skip) -> usize {
    match skip {
        Skip::AlreadySent => 0,
        Skip::Repeated => 1,
        Skip::Outdated => 2,
        Skip::NotFound => 3,
        Skip::SeveralFound => 4,
        Skip::NotPermitted => 5,
        Skip::NotAsked => 6,
        Skip::Kept => 7,
    }
}

//! One pass over the files of an endpoint: every record is shown to every method, and has its word in file order.

use std::rc::Rc;
use std::task::Poll;

use futures_util::future::join;
use futures_util::poll;
use futures_util::stream::{FuturesOrdered, StreamExt};

use super::descriptors::{Descriptors, OpenValues};
use super::record::{Object, Place, Record};
use super::references::{LookUps, References};
use super::schema::SchemaCheck;
use super::uniqueness::{self, Uniqueness};
use crate::command::NotBegun;
use crate::command::checked::Checked;
use crate::command::failed_records::FailedRecords;
use crate::command::reader::Reader;
use crate::command::session::Session;
use crate::config::Method;
use crate::data::{Digest, EndpointFiles, Line, Span};
use crate::event::{Cause, Event, Finding, Outcome, RecordEvent};
use crate::host::Host;
use crate::model::Endpoint;
use crate::notice::Notice;
use crate::report::Ended;

/// The name of the method that every record passes first.
pub(super) const JSON: &str = "json";

/// Most records whose word waits for an answer of the API, or behind such a record: reading pauses then.
const MOST_WAITING: usize = 1_000;

/// Whether a record in which nothing is wrong has its word now (`validate`), or later, when it is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::command) enum Valid {
    /// It is told.
    IsTold,
    /// It has its word later.
    IsSentLater,
}

/// The methods that the user wants, made ready.
pub(in crate::command) struct Validation<'a, H: Host> {
    session: &'a Session<'a, H>,
    schema: bool,
    uniqueness: bool,
    descriptors: Option<Descriptors<'a, H>>,
    references: Option<References<'a, H>>,
    /// Records with a finding so far.
    failed: u64,
    /// Those with a finding of the references method.
    failed_references: u64,
    /// Whether the references method has stopped because too many were found.
    references_stopped: bool,
}

impl<'a, H: Host> Validation<'a, H> {
    /// Lets the methods have their first look at the files (`data`: those that will be checked) and at the API.
    pub(in crate::command) async fn prepare(
        session: &'a Session<'a, H>,
        data: &[EndpointFiles],
    ) -> Result<Self, NotBegun> {
        let wants = |method| session.config.validate.methods.contains(&method);
        let descriptors =
            if wants(Method::Descriptors) { Some(Descriptors::prepare(session, data).await?) } else { None };
        let references = if wants(Method::References) { Some(References::prepare(session, data).await?) } else { None };
        Ok(Self {
            session,
            schema: wants(Method::Schema),
            uniqueness: wants(Method::Uniqueness),
            descriptors,
            references,
            failed: 0,
            failed_references: 0,
            references_stopped: false,
        })
    }

    /// Checks the records of an endpoint. Ends early when the session says so.
    pub(in crate::command) async fn check(&mut self, endpoint: &Endpoint, files: &[Rc<str>], valid: Valid) -> Checked {
        let session = self.session;
        let failed = FailedRecords::new(session.keeps_failed_records());
        let mut pass = Pass {
            session,
            endpoint,
            files,
            valid,
            checked: Checked::nothing(files, failed),
            keys: uniqueness::Keys::new(files),
            failed: self.failed,
            failed_references: self.failed_references,
            references_stopped: self.references_stopped,
        };
        let mut methods = Methods {
            schema: if self.schema { SchemaCheck::new(session.listener, endpoint) } else { None },
            descriptors: self.descriptors.as_ref(),
            uniqueness: self.uniqueness.then(|| Uniqueness::new(session.listener, endpoint, self.schema)).flatten(),
            references: self.references.as_ref().filter(|_| !self.references_stopped),
        };
        let mut reader = Reader::new(session, &endpoint.id, files);
        let mut waiting = FuturesOrdered::new();
        while session.goes_on().await {
            let Some((file, line)) = reader.next().await else { break };
            if valid == Valid::IsSentLater {
                pass.checked.contents.add(file, &line);
            }
            let span = Span { offset: line.offset, length: line.length };
            let kept = line.bytes.as_ref().ok().filter(|_| pass.checked.failed.are_kept());
            let place = Place { file, line: line.number, span, digest: kept.map(|bytes| Digest::of(bytes)) };
            let (found, open) = methods.check(endpoint, &line);
            let key = open.key;
            if open.is_none() && waiting.is_empty() {
                pass.conclude(place, key, found);
                continue;
            }
            let (descriptors, references) = (methods.descriptors, methods.references);
            waiting.push_back(async move {
                let values = async {
                    match (descriptors, open.values) {
                        (Some(descriptors), Some(values)) => descriptors.look_up(values).await,
                        _ => Vec::new(),
                    }
                };
                let look_ups = async {
                    match (references, open.look_ups) {
                        (Some(references), Some(look_ups)) => references.look_up(look_ups).await,
                        _ => Vec::new(),
                    }
                };
                let (of_descriptors, of_references) = join(values, look_ups).await;
                (place, key, [found, of_descriptors, of_references].concat())
            });
            while let Poll::Ready(Some((place, key, found))) = poll!(waiting.next()) {
                pass.conclude(place, key, found);
            }
            if waiting.len() >= MOST_WAITING
                && let Some((place, key, found)) = waiting.next().await
            {
                pass.conclude(place, key, found);
            }
            if pass.references_stopped
                && let Some(references) = methods.references.take()
            {
                references.stop();
            }
        }
        while session.goes_on().await {
            let Some((place, key, found)) = waiting.next().await else { break };
            pass.conclude(place, key, found);
        }
        self.failed = pass.failed;
        self.failed_references = pass.failed_references;
        self.references_stopped = pass.references_stopped;
        pass.checked
    }

    /// The last word: a method that stopped alone makes the run incomplete. Gives back whether every record was checked
    /// by every method that was wanted.
    pub(in crate::command) fn finish(self) -> bool {
        if let Some(descriptors) = &self.descriptors {
            descriptors.finish();
        }
        if let Some(references) = &self.references {
            references.finish();
        }
        if self.references_stopped {
            self.session.end(Ended::MaxFailures);
        }
        !self.session.is_ending()
    }
}

/// What must still be looked at to know all that is wrong with a record: the API's answers, and the records before it.
#[derive(Default)]
struct Open {
    key: Option<uniqueness::Seen>,
    values: Option<OpenValues>,
    look_ups: Option<LookUps>,
}

impl Open {
    fn is_none(&self) -> bool {
        self.values.is_none() && self.look_ups.is_none()
    }
}

/// The methods at work on one endpoint.
struct Methods<'m, 'a, H: Host> {
    schema: Option<SchemaCheck<'a>>,
    descriptors: Option<&'m Descriptors<'a, H>>,
    uniqueness: Option<Uniqueness>,
    references: Option<&'m References<'a, H>>,
}

impl<H: Host> Methods<'_, '_, H> {
    /// What is wrong with a line, and what the API must be asked to know whether more is.
    fn check(&mut self, endpoint: &Endpoint, line: &Line) -> (Vec<Finding>, Open) {
        let json = |message| (vec![Finding { method: JSON, message, cause: Cause::InvalidValue }], Open::default());
        let bytes = match &line.bytes {
            Ok(bytes) => bytes,
            Err(problem) => return json(problem.to_string()),
        };
        let tree = match Object::parse(bytes) {
            Ok(tree) => tree,
            Err(message) => return json(message),
        };
        let record = Record { endpoint, bytes, tree: &tree };
        let mut found = Vec::new();
        if let Some(schema) = &mut self.schema {
            schema.check(&record, &mut found);
        }
        let values = self.descriptors.and_then(|descriptors| descriptors.check(&record, &mut found));
        let key = self.uniqueness.as_mut().and_then(|uniqueness| uniqueness.check(&record, &mut found));
        let look_ups = self.references.and_then(|references| references.check(&record, &mut found));
        (found, Open { key, values, look_ups })
    }
}

/// The words on the records of one endpoint.
struct Pass<'p, 'a, H: Host> {
    session: &'p Session<'a, H>,
    endpoint: &'p Endpoint,
    files: &'p [Rc<str>],
    valid: Valid,
    checked: Checked,
    keys: uniqueness::Keys<'p>,
    failed: u64,
    failed_references: u64,
    references_stopped: bool,
}

impl<H: Host> Pass<'_, '_, H> {
    /// The final word on a record; none once the run is ending.
    fn conclude(&mut self, place: Place, key: Option<uniqueness::Seen>, mut found: Vec<Finding>) {
        if self.session.is_ending() {
            return;
        }
        if self.references_stopped {
            // Of records that were under way when the method stopped, which depends on how fast the API is.
            found.retain(|finding| finding.method != super::references::METHOD);
        }
        if let Some(key) = key {
            self.keys.compare(self.endpoint, place, key, &mut found);
        }
        if found.is_empty() {
            self.checked.valid[place.file] += 1;
            if self.valid == Valid::IsTold {
                self.tell(place, Outcome::Valid);
            }
            return;
        }
        self.checked.failed.add_invalid(place.file, place.line, place.span, place.digest, &found);
        self.checked.invalid.push((place.file, place.line));
        self.failed += 1;
        let of_references = found.iter().any(|finding| finding.method == super::references::METHOD);
        self.tell(place, Outcome::Invalid(found));
        let most = &self.session.config.validate;
        if of_references {
            self.failed_references += 1;
            if most.references.max_failures.is_some_and(|most| self.failed_references >= most) {
                self.references_stopped = true;
                self.session.notice(Notice::error(format!(
                    "validate.references.max_failures is reached: references are not checked any further than {} \
                     line {}",
                    self.files[place.file], place.line
                )));
            }
        }
        if most.max_failures.is_some_and(|most| self.failed >= most) {
            self.session.notice(Notice::error(format!(
                "validate.max_failures is reached: nothing is checked any further than {} line {}",
                self.files[place.file], place.line
            )));
            self.session.end(Ended::MaxFailures);
        }
    }

    fn tell(&self, place: Place, outcome: Outcome) {
        self.session.listener.hear(&Event::Record(RecordEvent {
            endpoint: self.endpoint.id.clone(),
            file: self.files[place.file].clone(),
            line: Some(place.line),
            outcome,
            repeats: 0,
        }));
    }
}

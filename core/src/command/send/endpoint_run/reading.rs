//! From lines, and from records that were parked, to records that are sent now.

use std::collections::VecDeque;
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream::{self, Stream};

use super::super::decision::{Decision, decide};
use super::super::job::{Job, Parked, Place, Turn};
use super::EndpointRun;
use crate::api::Permit;
use crate::command::failure::{Refusal, failure};
use crate::command::reader::{Reader, Rereader};
use crate::data::{Digest, Line, LineProblem, Span};
use crate::event::{Cause, Outcome, Skip};
use crate::host::Host;
use crate::state::Standing;

/// Most records that wait behind others of the same natural key before reading pauses.
const MOST_WAITING: usize = 1_000;
/// Most bytes that they have together.
const MOST_WAITING_BYTES: usize = 16 << 20;
/// So long reading pauses before it looks again.
const WAITING_PAUSE: Duration = Duration::from_millis(5);

impl<H: Host> EndpointRun<'_, H> {
    /// Records to send, each with leave to be sent. Nothing is read while the pool is full.
    pub(super) fn jobs(&self) -> impl Stream<Item = (Job, Permit)> + '_ {
        let reader = Reader::new(self.session, &self.endpoint.id, &self.files);
        stream::unfold(reader, move |mut reader| async move {
            let permit = self.session.permit().await?;
            loop {
                if !self.session.goes_on().await {
                    return None;
                }
                self.room().await;
                let Some((file, line)) = reader.next().await else {
                    self.compare_with_checked();
                    return None;
                };
                if !self.is_due(file, &line) {
                    continue;
                }
                if let Some(job) = self.take(file, line) {
                    return Some(((job, permit), reader));
                }
            }
        })
    }

    /// Whether a line is to be worked on: one that was found invalid before has had its word.
    fn is_due(&self, file: usize, line: &Line) -> bool {
        let Some(checked) = &self.checked else { return true };
        self.contents.borrow_mut().add(file, line);
        !checked.is_invalid(file, line.number)
    }

    /// What was checked and what was sent must be the same.
    fn compare_with_checked(&self) {
        let Some(checked) = &self.checked else { return };
        if let Some(file) = checked.contents.differs_in(&self.contents.borrow()) {
            self.session.changed_file(&self.files[file]);
        }
    }

    /// Decides on a line; gives it back if it is to be sent now.
    fn take(&self, file: usize, line: Line) -> Option<Job> {
        let span = Span { offset: line.offset, length: line.length };
        let bytes = match line.bytes {
            Ok(bytes) => bytes,
            Err(problem) => {
                self.unreadable(file, line.number, span, problem);
                return None;
            }
        };
        let digest = Digest::of(&bytes);
        let (seen, standing) = self.log.mark_seen(&digest);
        if self.is_skipped_at_once(file, line.number, standing, seen) {
            return None;
        }
        let natural_key = self.endpoint.key.as_ref().and_then(|key| key.hash(&bytes));
        let job = Job {
            place: Place { file, line: line.number, span, digest, natural_key },
            bytes,
            turn: Turn::Read { seen },
        };
        self.take_turn(job)
    }

    /// Skips a line for which its natural key has no say, and so need not be read: the line was answered, no record is
    /// in flight that it may have to wait for, and none is parked that it may make moot.
    fn is_skipped_at_once(&self, file: usize, line: u64, standing: Standing, seen: bool) -> bool {
        if !self.in_flight.borrow().is_empty() || !self.in_place.borrow().is_empty() {
            return false;
        }
        let Decision::Skip(skip) = decide(standing, seen, self.rules) else { return false };
        self.skip(file, line, standing, skip);
        true
    }

    /// Waits until not too much waits for other records.
    async fn room(&self) {
        loop {
            let (records, bytes) = self.waiting.get();
            if records < MOST_WAITING && bytes < MOST_WAITING_BYTES {
                return;
            }
            self.session.pause(WAITING_PAUSE).await;
        }
    }

    /// Lets a job wait if a record of its key is in flight: what becomes of it depends on the answer for that one.
    /// Else it is settled, and given back if it is to be sent now.
    pub(super) fn take_turn(&self, job: Job) -> Option<Job> {
        let key = job.place.turn_key();
        if let Some(queue) = self.in_flight.borrow_mut().get_mut(&key) {
            let (records, bytes) = self.waiting.get();
            self.waiting.set((records + 1, bytes + job.bytes.len()));
            // A copy: the slice would keep the whole block that it was read in.
            queue.push_back(Job { bytes: Bytes::copy_from_slice(&job.bytes), ..job });
            return None;
        }
        let job = self.settle(job)?;
        self.in_flight.borrow_mut().insert(key, VecDeque::new());
        Some(job)
    }

    /// Skips a job, holds it back, or gives it back to be sent.
    pub(super) fn settle(&self, job: Job) -> Option<Job> {
        let standing = self.log.standing(&job.place.digest);
        let seen = match &job.turn {
            Turn::Read { seen } => *seen,
            Turn::Parked { refused: Some(_), .. } => return Some(job),
            Turn::Parked { refused: None, .. } => {
                if matches!(standing, Standing::Accepted { .. } | Standing::Failed { .. }) {
                    // The same line was held back twice, and has been sent by now.
                    self.skipped(job.place.file, job.place.line, Skip::Repeated);
                    return None;
                }
                if self.session.is_dry_run() {
                    self.plan_sending(standing, &job);
                }
                return Some(job);
            }
        };
        match decide(standing, seen, self.rules) {
            Decision::Send => {
                if self.session.is_dry_run() {
                    self.plan_sending(standing, &job);
                }
                Some(job)
            }
            Decision::Hold => {
                self.park(&self.held, Parked { place: job.place, repeats: 0, refused: None });
                None
            }
            Decision::Skip(skip) => {
                if matches!(standing, Standing::Accepted { .. }) {
                    self.is_in_place(&job.place);
                }
                self.skip(job.place.file, job.place.line, standing, skip);
                None
            }
        }
    }

    /// Skips a line for what is known of it.
    fn skip(&self, file: usize, line: u64, standing: Standing, skip: Skip) {
        if let (Standing::Accepted { time, .. }, Skip::AlreadySent) = (standing, skip) {
            self.session.note_already_sent(time);
        }
        self.skipped(file, line, skip);
    }

    /// Parked records to send, each with leave to be sent.
    pub(super) fn parked_jobs(&self, parked: Vec<Parked>) -> impl Stream<Item = (Job, Permit)> + '_ {
        let places = parked.iter().map(|parked| (parked.place.file, parked.place.span)).collect();
        let rereader = Rereader::new(self.session, &self.files, places);
        stream::unfold((parked.into_iter(), rereader), move |(mut parked, mut rereader)| async move {
            loop {
                let next = parked.next()?;
                if self.is_moot(&next.place) {
                    match next.refused {
                        Some(refusal) => self.failed(&next.place, refusal.into_failure(), next.repeats),
                        None => self.skipped(next.place.file, next.place.line, Skip::Outdated),
                    }
                    rereader.pass_over();
                    continue;
                }
                self.room().await;
                let permit = if self.session.goes_on().await { self.session.permit().await } else { None };
                let Some(permit) = permit else {
                    for parked in std::iter::once(next).chain(parked) {
                        if let Some(refusal) = parked.refused {
                            self.failed(&parked.place, refusal.into_failure(), parked.repeats);
                        }
                    }
                    return None;
                };
                let bytes = rereader.next().await.filter(|bytes| Digest::of(bytes) == next.place.digest);
                let Some(bytes) = bytes else {
                    self.session.changed_file(&self.files[next.place.file]);
                    let changed = "the file was changed while it was read, so the record could not be sent";
                    let failure =
                        next.refused.map_or_else(|| failure(changed.to_owned(), Cause::Other), Refusal::into_failure);
                    self.failed(&next.place, failure, next.repeats);
                    continue;
                };
                let turn = Turn::Parked { repeats: next.repeats, refused: next.refused };
                let job = Job { place: next.place, bytes, turn };
                if let Some(job) = self.take_turn(job) {
                    return Some(((job, permit), (parked, rereader)));
                }
            }
        })
    }

    fn unreadable(&self, file: usize, line: u64, span: Span, problem: LineProblem) {
        if self.session.is_dry_run() {
            self.plan.borrow_mut().unreadable += 1;
            return;
        }
        let failure = failure(problem.to_string(), Cause::InvalidValue);
        self.failed.borrow_mut().add(file, line, span, None, &failure);
        self.tell_line(file, line, Outcome::Failed(failure), 0);
    }
}

use std::cell::{Cell, RefCell};
use std::collections::{HashMap, HashSet, VecDeque};
use std::rc::Rc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream::{self, Stream, StreamExt};

use super::decision::{Decision, decide};
use super::job::{Job, Parked, Place, Turn};
use crate::api::{Permit, SendError};
use crate::command::failed_records::FailedRecords;
use crate::command::failure::{Refusal, failure, refusal, unanswered};
use crate::command::session::Session;
use crate::data::{Digest, Line, LineProblem, Span};
use crate::event::{Cause, DryRun, Event, Failure, Outcome, RecordEvent, Skip};
use crate::host::Host;
use crate::model::Endpoint;
use crate::state::{Log, ResendRules, Standing};

/// Most records that wait behind others of the same natural key before reading pauses.
const MOST_WAITING: usize = 1_000;
/// Most bytes that they have together.
const MOST_WAITING_BYTES: usize = 16 << 20;
/// So long reading pauses before it looks again.
const WAITING_PAUSE: Duration = Duration::from_millis(5);

/// So many answers are at most not yet durable (product documentation, "State").
const MOST_PENDING: usize = 500;

/// What a run does with one endpoint.
pub(super) struct EndpointRun<'a, H: Host> {
    pub(super) session: &'a Session<'a, H>,
    pub(super) endpoint: &'a Endpoint,
    pub(super) files: Vec<Rc<str>>,
    pub(super) rules: &'a ResendRules,
    /// What was sent before, and what is sent now.
    pub(super) log: Rc<Log>,
    /// Natural keys in flight, each with the records that wait for it, in file order.
    in_flight: RefCell<HashMap<u64, VecDeque<Job>>>,
    /// How many records wait, and how many bytes they have.
    waiting: Cell<(usize, usize)>,
    /// Why records were refused that are parked, each reason once.
    reasons: RefCell<HashSet<Rc<Failure>>>,
    /// The furthest line, of each key of which a record was parked, that is in its place at the API: what stands
    /// before it must not be sent any more, or the last line would not win.
    in_place: RefCell<HashMap<u64, (usize, u64)>>,
    /// Records that a later value outdated, held back until the endpoint has been read.
    held: RefCell<Vec<Parked>>,
    /// Records refused for a missing parent.
    orphans: RefCell<Vec<Parked>>,
    /// Records refused with 403 that may be accepted at the endpoint's update order.
    unauthorized: RefCell<Vec<Parked>>,
    pub(super) failed: RefCell<FailedRecords>,
    /// Records accepted so far in this order, by all endpoints.
    accepted: Rc<Cell<u64>>,
    /// What a dry run found.
    pub(super) plan: RefCell<DryRun>,
}

/// Which records a refusal parks instead of failing them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pass {
    /// The first time, or a further time for those whose parents were missing.
    Ordinary,
    /// At the update order: whatever is refused now has failed.
    Update,
}

impl<'a, H: Host> EndpointRun<'a, H> {
    pub(super) fn new(
        session: &'a Session<'a, H>,
        endpoint: &'a Endpoint,
        files: Vec<Rc<str>>,
        rules: &'a ResendRules,
        log: Rc<Log>,
        accepted: Rc<Cell<u64>>,
    ) -> Self {
        Self {
            session,
            endpoint,
            files,
            rules,
            log,
            in_flight: RefCell::default(),
            waiting: Cell::default(),
            reasons: RefCell::default(),
            in_place: RefCell::default(),
            held: RefCell::default(),
            orphans: RefCell::default(),
            unauthorized: RefCell::default(),
            failed: RefCell::new(FailedRecords::new(session.keeps_failed_records())),
            accepted,
            plan: RefCell::default(),
        }
    }

    /// Reads all files and sends what is to be sent; then what was held back.
    pub(super) async fn first_pass(&self) {
        self.fly_all(self.jobs(), Pass::Ordinary).await;
        let held = self.held.take();
        self.send_parked(held, Pass::Ordinary).await;
    }

    /// Records accepted so far in this order, by all endpoints.
    pub(super) fn accepted_in_order(&self) -> u64 {
        self.accepted.get()
    }

    /// How many records wait for a parent.
    pub(super) fn orphans(&self) -> usize {
        self.orphans.borrow().len()
    }

    /// Sends those again that were refused for a missing parent.
    pub(super) async fn orphan_pass(&self) {
        let orphans = self.orphans.take();
        self.send_parked(orphans, Pass::Ordinary).await;
    }

    /// Those whose parents never came have failed.
    pub(super) fn give_up_orphans(&self) {
        for parked in self.orphans.take() {
            self.failed(&parked.place, parked.refused.expect("an orphan was refused").into_failure(), parked.repeats);
        }
    }

    /// Whether records wait for the update order.
    pub(super) fn waits_for_update(&self) -> bool {
        !self.unauthorized.borrow().is_empty()
    }

    /// Sends those again, once, that were refused with 403.
    pub(super) async fn update_pass(&self) {
        let unauthorized = self.unauthorized.take();
        self.send_parked(unauthorized, Pass::Update).await;
        self.give_up_orphans();
    }

    /// Those that waited for an update order that the run never reached have failed.
    pub(super) fn give_up_all(&self) {
        self.give_up_orphans();
        for parked in self.unauthorized.take() {
            self.failed(&parked.place, parked.refused.expect("it was refused with 403").into_failure(), parked.repeats);
        }
    }

    async fn fly_all(&self, jobs: impl Stream<Item = (Job, Permit)>, pass: Pass) {
        jobs.for_each_concurrent(None, |(job, permit)| self.fly(job, permit, pass)).await;
    }

    /// Records to send, each with leave to be sent. Nothing is read while the pool is full.
    fn jobs(&self) -> impl Stream<Item = (Job, Permit)> + '_ {
        let reader = crate::command::reader::Reader::new(self.session, &self.endpoint.id, &self.files);
        stream::unfold(reader, move |mut reader| async move {
            let permit = self.session.permit().await?;
            loop {
                if !self.session.goes_on().await {
                    return None;
                }
                self.room().await;
                let (file, line) = reader.next().await?;
                if let Some(job) = self.take(file, line) {
                    return Some(((job, permit), reader));
                }
            }
        })
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
        let seen = self.log.mark_seen(&digest);
        let natural_key = self.endpoint.key.as_ref().and_then(|key| key.hash(&bytes));
        let job = Job {
            place: Place { file, line: line.number, span, digest, natural_key },
            bytes,
            turn: Turn::Read { seen },
        };
        self.take_turn(job)
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
    fn take_turn(&self, job: Job) -> Option<Job> {
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
    fn settle(&self, job: Job) -> Option<Job> {
        let standing = self.log.standing(&job.place.digest);
        let seen = match &job.turn {
            Turn::Read { seen } => *seen,
            Turn::Parked { refused: Some(_), .. } => return Some(job),
            Turn::Parked { refused: None, .. } => {
                if matches!(standing, Standing::Accepted { .. } | Standing::Failed { .. }) {
                    // The same line was held back twice, and has been sent by now.
                    self.skipped(&job.place, Skip::Repeated);
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
                if let Standing::Accepted { time, .. } = standing {
                    self.is_in_place(&job.place);
                    if skip == Skip::AlreadySent {
                        self.session.note_already_sent(time);
                    }
                }
                self.skipped(&job.place, skip);
                None
            }
        }
    }

    fn park(&self, among: &RefCell<Vec<Parked>>, parked: Parked) {
        self.in_place.borrow_mut().entry(parked.place.place_key()).or_default();
        among.borrow_mut().push(parked);
    }

    fn is_in_place(&self, place: &Place) {
        if let Some(furthest) = self.in_place.borrow_mut().get_mut(&place.place_key()) {
            *furthest = (*furthest).max((place.file, place.line));
        }
    }

    /// Whether a later line of the same key is in its place.
    fn is_moot(&self, place: &Place) -> bool {
        self.in_place.borrow().get(&place.place_key()).is_some_and(|furthest| *furthest > (place.file, place.line))
    }

    /// Sends a record, and after it those of the same key that waited for it.
    async fn fly(&self, job: Job, permit: Permit, pass: Pass) {
        let key = job.place.turn_key();
        let mut next = Some(job);
        while let Some(job) = next {
            self.send(job, pass).await;
            next = loop {
                let Some(waiting) = self.next_of_key(key) else { break None };
                if self.session.is_ending() {
                    self.not_tried(waiting);
                } else if let Some(job) = self.settle(waiting) {
                    break Some(job);
                }
            };
        }
        drop(permit);
    }

    /// The next record that waits for this key; the key is no longer in flight when there is none.
    fn next_of_key(&self, key: u64) -> Option<Job> {
        let mut in_flight = self.in_flight.borrow_mut();
        let job = in_flight.get_mut(&key).and_then(VecDeque::pop_front);
        if let Some(job) = &job {
            let (records, bytes) = self.waiting.get();
            self.waiting.set((records - 1, bytes - job.bytes.len()));
        } else {
            in_flight.remove(&key);
        }
        job
    }

    async fn send(&self, job: Job, pass: Pass) {
        let place = job.place;
        if self.session.is_dry_run() {
            self.log.put(place.digest, place.logged_key(), self.session.now(), 201);
            self.is_in_place(&place);
            return;
        }
        let answer = self.session.api.post(&self.endpoint.id, job.bytes.clone()).await;
        let earlier = if let Turn::Parked { repeats, .. } = job.turn { repeats } else { 0 };
        let repeats = earlier + answer.repeats;
        match answer.result {
            Ok(response) => {
                let status = response.status;
                self.log.put(place.digest, place.logged_key(), self.session.now(), status);
                if response.is_success() {
                    self.accepted.set(self.accepted.get() + 1);
                    self.is_in_place(&place);
                    self.tell(&place, Outcome::Succeeded { status }, repeats);
                } else {
                    self.refused(place, refusal(&response), repeats, pass);
                }
            }
            Err(SendError::BrokenOff { attempts: 0 }) => self.not_tried(job),
            Err(no_answer) => {
                self.log.put(place.digest, place.logged_key(), self.session.now(), 0);
                self.failed(&place, unanswered(&no_answer), repeats);
            }
        }
        if self.log.pending() >= MOST_PENDING {
            self.session.flush(&self.log).await;
        }
    }

    /// The run ends before this record had its turn. Of one that never had any, nothing is said: the next run finds
    /// it unsent.
    fn not_tried(&self, job: Job) {
        if let Turn::Parked { repeats, refused: Some(failure) } = job.turn {
            self.failed(&job.place, failure.into_failure(), repeats);
        }
    }

    /// Parks a refused record if it may be accepted later in this run, else it has failed.
    fn refused(&self, place: Place, failure: Failure, repeats: u32, pass: Pass) {
        let among = if failure.cause == Cause::MissingParent {
            &self.orphans
        } else if failure.status == Some(403) && self.endpoint.update_order.is_some() && pass == Pass::Ordinary {
            &self.unauthorized
        } else {
            return self.failed(&place, failure, repeats);
        };
        let refused = Some(Refusal::new(failure, &mut self.reasons.borrow_mut()));
        self.park(among, Parked { place, repeats, refused });
    }

    /// Sends parked records, in file order, less those that a later line of their key has made moot.
    async fn send_parked(&self, mut parked: Vec<Parked>, pass: Pass) {
        parked.sort_by_key(|parked| (parked.place.file, parked.place.span.offset));
        let jobs = self.parked_jobs(parked);
        self.fly_all(jobs, pass).await;
    }

    fn parked_jobs(&self, parked: Vec<Parked>) -> impl Stream<Item = (Job, Permit)> + '_ {
        let places = parked.iter().map(|parked| (parked.place.file, parked.place.span)).collect();
        let rereader = crate::command::reader::Rereader::new(self.session, &self.files, places);
        stream::unfold((parked.into_iter(), rereader), move |(mut parked, mut rereader)| async move {
            loop {
                let next = parked.next()?;
                if self.is_moot(&next.place) {
                    match next.refused {
                        Some(refusal) => self.failed(&next.place, refusal.into_failure(), next.repeats),
                        None => self.skipped(&next.place, Skip::Outdated),
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
        self.failed.borrow_mut().add(file, line, span, &failure);
        self.tell_line(file, line, Outcome::Failed(failure), 0);
    }

    fn failed(&self, place: &Place, failure: Failure, repeats: u32) {
        self.failed.borrow_mut().add(place.file, place.line, place.span, &failure);
        self.tell(place, Outcome::Failed(failure), repeats);
    }

    fn skipped(&self, place: &Place, skip: Skip) {
        if self.session.is_dry_run() {
            let mut plan = self.plan.borrow_mut();
            match skip {
                Skip::AlreadySent => plan.already_sent += 1,
                _ => plan.repeated += 1,
            }
        }
        self.tell(place, Outcome::Skipped(skip), 0);
    }

    fn plan_sending(&self, standing: Standing, job: &Job) {
        let mut plan = self.plan.borrow_mut();
        plan.requests += 1;
        match standing {
            Standing::Failed { .. } => plan.failed_before += 1,
            Standing::Accepted { .. } => plan.already_sent += 1,
            Standing::Unknown if self.log.latest_of_key(job.place.logged_key()).is_none() => plan.new += 1,
            Standing::Unknown | Standing::Outdated { .. } => plan.changed += 1,
        }
    }

    fn tell(&self, place: &Place, outcome: Outcome, repeats: u32) {
        self.tell_line(place.file, place.line, outcome, repeats);
    }

    fn tell_line(&self, file: usize, line: u64, outcome: Outcome, repeats: u32) {
        if self.session.is_dry_run() {
            return;
        }
        self.session.listener.hear(&Event::Record(RecordEvent {
            endpoint: self.endpoint.id.clone(),
            file: self.files[file].clone(),
            line: Some(line),
            outcome,
            repeats,
        }));
    }
}

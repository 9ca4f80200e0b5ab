//! The work on one endpoint: its files are read once, and its parked records again ([`reading`]); what is to be sent
//! is sent, and the answers decide ([`flying`]).

mod flying;
mod reading;

use std::cell::{Cell, RefCell};
use std::collections::{HashMap, HashSet, VecDeque};
use std::rc::Rc;

use super::Load;
use super::job::{Job, Parked, Place};
use crate::command::checked::{Checked, Contents};
use crate::command::failed_records::FailedRecords;
use crate::command::session::Session;
use crate::event::{DryRun, Event, Failure, Outcome, RecordEvent, Skip};
use crate::host::Host;
use crate::model::Endpoint;
use crate::sort;
use crate::state::{Log, ResendRules, Standing};

/// What a run does with one endpoint.
pub(super) struct EndpointRun<'a, H: Host> {
    pub(super) session: &'a Session<'a, H>,
    pub(super) endpoint: &'a Endpoint,
    pub(super) files: Vec<Rc<str>>,
    /// What came of checking the records, where they were checked; the failed ones are with the others.
    checked: Option<Checked>,
    /// What was read of the files, where they were checked.
    contents: RefCell<Contents>,
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
        load: Load,
        rules: &'a ResendRules,
        log: Rc<Log>,
        accepted: Rc<Cell<u64>>,
    ) -> Self {
        let Load { files, mut checked } = load;
        let nothing = || FailedRecords::new(session.keeps_failed_records());
        let failed = checked.as_mut().map_or_else(nothing, |checked| std::mem::replace(&mut checked.failed, nothing()));
        Self {
            session,
            endpoint,
            files: files.files,
            checked,
            contents: RefCell::default(),
            rules,
            log,
            in_flight: RefCell::default(),
            waiting: Cell::default(),
            reasons: RefCell::default(),
            in_place: RefCell::default(),
            held: RefCell::default(),
            orphans: RefCell::default(),
            unauthorized: RefCell::default(),
            failed: RefCell::new(failed),
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

    /// Sends parked records, in file order, less those that a later line of their key has made moot.
    async fn send_parked(&self, mut parked: Vec<Parked>, pass: Pass) {
        sort::by_key(&mut parked, |parked| (parked.place.file, parked.place.span.offset));
        let jobs = self.parked_jobs(parked);
        self.fly_all(jobs, pass).await;
    }

    fn failed(&self, place: &Place, failure: Failure, repeats: u32) {
        self.failed.borrow_mut().add(place.file, place.line, place.span, Some(place.digest), &failure);
        self.tell(place, Outcome::Failed(failure), repeats);
    }

    fn skipped(&self, file: usize, line: u64, skip: Skip) {
        if self.session.is_dry_run() {
            let mut plan = self.plan.borrow_mut();
            match skip {
                Skip::AlreadySent => plan.already_sent += 1,
                _ => plan.repeated += 1,
            }
        }
        self.tell_line(file, line, Outcome::Skipped(skip), 0);
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

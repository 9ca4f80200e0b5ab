//! What a run does with one endpoint, and what it says of each record.

mod reading;
mod removing;

use std::cell::{Cell, RefCell};
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use futures_util::stream::StreamExt;

use super::local::Local;
use super::look_up::LookUp;
use super::tombstones::Tombstones;
use super::turns::Turns;
use crate::command::failed_records::FailedRecords;
use crate::command::failure::Refusal;
use crate::command::reader::Reader;
use crate::command::removal::RemovedId;
use crate::command::session::Session;
use crate::event::{DryRun, Event, Failure, Outcome, RecordEvent, RemovalPlan, Skip};
use crate::host::Host;
use crate::model::Endpoint;
use crate::notice::Notice;
use crate::report::counted;
use crate::side_by_side;
use crate::state::{Log, ResendRules};

/// So many records are deleted together: their tombstones become durable by one write.
const GROUP: usize = 100;

/// So many reasons are told of records that a dry run could not look up.
const MOST_REASONS: usize = 5;

/// What a run does with one endpoint.
pub(super) struct EndpointRun<'a, H: Host> {
    pub(super) session: &'a Session<'a, H>,
    pub(super) endpoint: &'a Endpoint,
    pub(super) files: Vec<Rc<str>>,
    pub(super) log: Rc<Log>,
    rules: &'a ResendRules,
    /// How records are looked up, or why none can be.
    look_up: Result<LookUp, Failure>,
    /// The local records that describe a record of the API, by its id, until its outcome is known. Several do where
    /// lines share a natural key: it is deleted once.
    open: RefCell<HashMap<RemovedId, Vec<Local>>>,
    /// Records that were found and are not deleted yet.
    found: RefCell<Vec<RemovedId>>,
    /// Lines that wait for one of their natural key, and those of them whose turn has come.
    turns: Turns,
    /// The turns of the lines of what was found.
    found_turns: RefCell<Vec<u64>>,
    /// Records that were refused as still referenced.
    waiting: RefCell<Vec<(RemovedId, Refusal)>>,
    /// Why they were refused, each reason once.
    reasons: RefCell<HashSet<Rc<Failure>>>,
    /// Records removed so far in this order, by all endpoints.
    removed: Rc<Cell<u64>>,
    pub(super) failed: RefCell<FailedRecords>,
    /// What a dry run found.
    plan: RefCell<(DryRun, RemovalPlan)>,
    /// Why a dry run could not look records up, each reason with their number.
    impossible: RefCell<Vec<(String, u64)>>,
}

impl<'a, H: Host> EndpointRun<'a, H> {
    pub(super) fn new(
        session: &'a Session<'a, H>,
        endpoint: &'a Endpoint,
        files: Vec<Rc<str>>,
        look_up: Result<LookUp, Failure>,
        rules: &'a ResendRules,
        log: Rc<Log>,
        removed: Rc<Cell<u64>>,
    ) -> Self {
        Self {
            session,
            endpoint,
            files,
            log,
            rules,
            look_up,
            open: RefCell::default(),
            found: RefCell::default(),
            turns: Turns::default(),
            found_turns: RefCell::default(),
            waiting: RefCell::default(),
            reasons: RefCell::default(),
            removed,
            failed: RefCell::new(FailedRecords::new(session.keeps_failed_records())),
            plan: RefCell::default(),
            impossible: RefCell::default(),
        }
    }

    /// Reads all files, looks the records up, and deletes what is found.
    pub(super) async fn first_pass(&self) {
        // Where records are found by reading pages, deleting one moves the others from page to page: one at a time.
        let at_once = self.look_up.as_ref().is_ok_and(|look_up| !look_up.is_exact()).then_some(1);
        let mut reader = Reader::new(self.session, &self.endpoint.id, &self.files);
        let is_read = Cell::new(false);
        loop {
            let finding = self.lines(&mut reader, &is_read).map(|(asked, permit)| async move {
                self.find(asked).await;
                drop(permit);
                if self.found.borrow().len() >= if at_once.is_some() { 1 } else { GROUP } {
                    self.remove_found().await;
                }
            });
            side_by_side::all(finding, at_once).await;
            self.remove_found().await;
            if self.session.is_ending() || (is_read.get() && self.turns.none_ready()) {
                return;
            }
        }
    }

    /// How many records wait for others to be deleted.
    pub(super) fn waiting(&self) -> usize {
        self.waiting.borrow().len()
    }

    /// Deletes those again that were refused as still referenced.
    pub(super) async fn further_pass(&self) {
        let waiting = self.waiting.take();
        self.remove(waiting.into_iter().map(|(id, refusal)| (id, Some(refusal))).collect()).await;
    }

    /// Those that are still referenced have failed.
    pub(super) fn give_up(&self) {
        for (id, refusal) in self.waiting.take() {
            self.fail_all(&id, &refusal.into_failure(), 0);
        }
    }

    /// What a dry run found.
    pub(super) fn plan(&self) -> DryRun {
        let (plan, removal) = *self.plan.borrow();
        DryRun { requests: plan.requests + removal.found, removal: Some(removal), ..plan }
    }

    /// Says why records could not be looked up in a dry run, which tells nothing of single records.
    pub(super) fn tell_impossible(&self) {
        for (why, count) in self.impossible.take() {
            let records = counted(count, "record", "records");
            let endpoint = &self.endpoint.id;
            self.session.notice(Notice::warning(format!("{records} of {endpoint} could not be looked up: {why}")));
        }
    }

    /// The local records that describe this one, for the last word on them.
    fn close(&self, id: &RemovedId) -> Vec<Local> {
        self.open.borrow_mut().remove(id).unwrap_or_default()
    }

    /// The API holds no such record, so nothing may say that it was sent.
    fn absent(&self, local: &Local) {
        if !self.session.is_dry_run() {
            // Not to be written back.
            let _ = Tombstones::put(&self.log, local, self.session.now());
        }
        self.skip(local, Skip::NotFound);
    }

    fn skip(&self, local: &Local, skip: Skip) {
        self.tell(local, Outcome::Skipped(skip), 0);
    }

    fn fail_all(&self, id: &RemovedId, why: &Failure, repeats: u32) {
        for (at, local) in self.close(id).iter().enumerate() {
            self.fail(local, why, if at == 0 { repeats } else { 0 });
        }
    }

    fn fail(&self, local: &Local, why: &Failure, repeats: u32) {
        if self.session.is_dry_run() {
            self.note_impossible(why);
        }
        self.failed.borrow_mut().add(local.file, local.line, local.span, Some(local.digest), why);
        self.tell(local, Outcome::Failed(why.clone()), repeats);
    }

    fn note_impossible(&self, why: &Failure) {
        let message = why.messages.join("; ");
        let text = why.status.map_or_else(|| message.clone(), |status| format!("{message} (status {status})"));
        let mut impossible = self.impossible.borrow_mut();
        if let Some((_, count)) = impossible.iter_mut().find(|(known, _)| *known == text) {
            *count += 1;
        } else if impossible.len() < MOST_REASONS {
            impossible.push((text, 1));
        }
    }

    /// The last word on a local record. `repeats`: of its DELETE.
    fn tell(&self, local: &Local, outcome: Outcome, repeats: u32) {
        if self.session.is_dry_run() {
            return;
        }
        self.session.listener.hear(&Event::Record(RecordEvent {
            endpoint: self.endpoint.id.clone(),
            file: self.files[local.file].clone(),
            line: Some(local.line),
            outcome,
            repeats: local.repeats + repeats,
        }));
    }
}

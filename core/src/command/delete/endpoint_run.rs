use std::cell::{Cell, RefCell};
use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use futures_util::stream::{self, Stream, StreamExt};

use super::local::{Local, Treatment, treat};
use super::look_up::{LookUp, LookedUp};
use super::tombstones::Tombstones;
use super::turns::{Asked, Turns};
use crate::api::Permit;
use crate::command::failed_records::FailedRecords;
use crate::command::failure::{Refusal, failure};
use crate::command::reader::Reader;
use crate::command::removal::{Deletion, RemovedId, delete_record};
use crate::command::session::Session;
use crate::data::{Digest, Line, Span};
use crate::event::{Cause, DryRun, Event, Failure, Outcome, RecordEvent, RemovalPlan, Skip};
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

/// So many lines wait at most for others of their natural key.
const MOST_WAITING: usize = 1_000;

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

/// A record of the API that is about to be deleted.
struct Target {
    id: RemovedId,
    /// Why it was refused before.
    refused: Option<Refusal>,
    tombstones: Tombstones,
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

    /// Records to look up, each with leave to do so. Nothing is read while the pool is full. Ends early when too many
    /// lines wait for what is found to be deleted.
    fn lines<'s>(
        &'s self,
        reader: &'s mut Reader<'a, H>,
        is_read: &'s Cell<bool>,
    ) -> impl Stream<Item = (Asked, Permit)> + 's {
        stream::unfold(reader, move |reader| async move {
            let permit = self.session.permit().await?;
            loop {
                if !self.session.goes_on().await {
                    return None;
                }
                if let Some(asked) = self.turns.next() {
                    return Some(((asked, permit), reader));
                }
                if is_read.get() || self.turns.waiting() >= MOST_WAITING {
                    return None;
                }
                let Some((file, line)) = reader.next().await else {
                    is_read.set(true);
                    return None;
                };
                if let Some(asked) = self.take(file, line) {
                    return Some(((asked, permit), reader));
                }
            }
        })
    }

    /// Decides on a line; gives it back if it is to be looked up.
    fn take(&self, file: usize, line: Line) -> Option<Asked> {
        let span = Span { offset: line.offset, length: line.length };
        let mut local = Local {
            file,
            line: line.number,
            span,
            digest: Digest::of(b""),
            keys: [None, None],
            turn: None,
            repeats: 0,
        };
        let bytes = match line.bytes {
            Ok(bytes) => bytes,
            Err(problem) => {
                self.plan.borrow_mut().0.unreadable += 1;
                self.fail(&local, &failure(problem.to_string(), Cause::InvalidValue), 0);
                return None;
            }
        };
        local.digest = Digest::of(&bytes);
        match treat(&self.log, &local.digest, self.rules) {
            Treatment::Repeated => {
                self.plan.borrow_mut().0.repeated += 1;
                self.skip(&local, Skip::Repeated);
                None
            }
            Treatment::Known { since } => {
                self.plan.borrow_mut().0.already_sent += 1;
                self.session.note_already_sent(since);
                self.skip(&local, Skip::AlreadySent);
                None
            }
            Treatment::LookUp => match self.look_up.as_ref().map_err(Failure::clone).and_then(|by| by.values(&bytes)) {
                Ok((values, key)) => {
                    local.keys[0] = key.and_then(|key| key.exact);
                    local.turn = key.map(|key| key.folded);
                    self.turns.take(Asked { local, values })
                }
                Err(no_key) => {
                    self.plan.borrow_mut().1.failed += 1;
                    self.fail(&local, &no_key, 0);
                    None
                }
            },
        }
    }

    /// Looks a record up; what is found waits until its group is deleted.
    async fn find(&self, Asked { mut local, values }: Asked) {
        let look_up = self.look_up.as_ref().expect("values are those of a look-up");
        let (looked_up, requests, repeats) = look_up.find(self.session, &values).await;
        local.repeats = repeats;
        let mut plan = self.plan.borrow_mut();
        plan.0.requests += u64::from(requests);
        let turn = local.turn;
        match looked_up {
            LookedUp::Found(hit) => {
                local.keys[1] = hit.key.filter(|_| hit.key != local.keys[0]);
                let mut open = self.open.borrow_mut();
                let lines = match open.entry(hit.id.clone()) {
                    Entry::Vacant(first) => {
                        plan.1.found += 1;
                        self.found.borrow_mut().push(hit.id);
                        first.insert(Vec::new())
                    }
                    Entry::Occupied(lines) => {
                        plan.0.repeated += 1;
                        lines.into_mut()
                    }
                };
                if !self.session.is_dry_run() {
                    lines.push(local);
                    self.found_turns.borrow_mut().extend(turn);
                    return;
                }
            }
            LookedUp::Nothing => {
                plan.1.not_found += 1;
                self.absent(&local);
            }
            LookedUp::Several => {
                plan.1.several_found += 1;
                self.skip(&local, Skip::SeveralFound);
            }
            LookedUp::Failed(why) => {
                plan.1.failed += 1;
                self.fail(&local, &why, 0);
            }
            LookedUp::NotTried => {}
        }
        if let Some(turn) = turn {
            self.turns.end(turn);
        }
    }

    async fn remove_found(&self) {
        let (found, turns) = (self.found.take(), self.found_turns.take());
        if self.session.is_dry_run() {
            return;
        }
        self.remove(found.into_iter().map(|id| (id, None)).collect()).await;
        for turn in turns {
            self.turns.end(turn);
        }
    }

    /// Deletes records, many at a time, after what the state says of them has been forgotten for good.
    async fn remove(&self, records: Vec<(RemovedId, Option<Refusal>)>) {
        if records.is_empty() || !self.session.goes_on().await {
            return self.not_tried(records);
        }
        let now = self.session.now();
        let targets: Vec<Target> = records
            .into_iter()
            .map(|(id, refused)| {
                let mut tombstones = Tombstones::default();
                for local in self.open.borrow().get(&id).into_iter().flatten() {
                    tombstones.extend(Tombstones::put(&self.log, local, now));
                }
                Target { id, refused, tombstones }
            })
            .collect();
        if targets.iter().any(|target| !target.tombstones.is_empty()) {
            self.session.flush(&self.log).await;
        }
        let removing = self.permitted(targets).map(|(target, permit)| async move {
            self.remove_one(target).await;
            drop(permit);
        });
        side_by_side::all(removing, None).await;
    }

    /// Records with leave to be deleted. Those that no longer get it are as they were before.
    fn permitted(&self, targets: Vec<Target>) -> impl Stream<Item = (Target, Permit)> + '_ {
        stream::unfold(targets.into_iter(), move |mut targets| async move {
            let next = targets.next()?;
            let permit = self.session.permit().await;
            match permit {
                Some(permit) if self.session.goes_on().await => Some(((next, permit), targets)),
                _ => {
                    let mut left = Vec::new();
                    for target in std::iter::once(next).chain(targets) {
                        target.tombstones.restore(&self.log);
                        left.push((target.id, target.refused));
                    }
                    self.not_tried(left);
                    None
                }
            }
        })
    }

    async fn remove_one(&self, target: Target) {
        let Target { id, refused, tombstones } = target;
        let (deletion, repeats) = delete_record(self.session, &self.endpoint.id, &id).await;
        match deletion {
            Deletion::Deleted { status } => {
                self.removed.set(self.removed.get() + 1);
                let mut lines = self.close(&id).into_iter();
                if let Some(first) = lines.next() {
                    self.tell(&first, Outcome::Succeeded { status }, repeats);
                }
                lines.for_each(|line| self.absent(&line));
            }
            Deletion::Gone => self.close(&id).iter().for_each(|line| self.absent(line)),
            Deletion::Refused(why) => {
                tombstones.restore(&self.log);
                self.refused(id, why, repeats);
            }
            Deletion::Uncertain(why) => self.refused(id, why, repeats),
            Deletion::NotTried => {
                tombstones.restore(&self.log);
                self.not_tried(vec![(id, refused)]);
            }
        }
    }

    /// What is still referenced waits for another try.
    fn refused(&self, id: RemovedId, why: Failure, repeats: u32) {
        if why.cause != Cause::StillReferenced {
            return self.fail_all(&id, &why, repeats);
        }
        if let Some(first) = self.open.borrow_mut().get_mut(&id).and_then(|lines| lines.first_mut()) {
            first.repeats += repeats;
        }
        let refusal = Refusal::new(why, &mut self.reasons.borrow_mut());
        self.waiting.borrow_mut().push((id, refusal));
    }

    /// The run ends before these had their turn. Of what was never tried nothing is said: the next run finds it.
    fn not_tried(&self, records: Vec<(RemovedId, Option<Refusal>)>) {
        for (id, refused) in records {
            match refused {
                Some(refusal) => self.fail_all(&id, &refusal.into_failure(), 0),
                None => drop(self.close(&id)),
            }
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

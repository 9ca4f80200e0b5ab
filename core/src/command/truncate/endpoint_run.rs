use std::cell::{Cell, RefCell};
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use futures_util::stream::StreamExt;
use serde::Deserialize;

use crate::api::page::Page;
use crate::command::collection::{Collection, Trouble};
use crate::command::failure::{Refusal, failure};
use crate::command::removal::{Deletion, RemovedId, delete_record};
use crate::command::session::Session;
use crate::event::{Cause, Event, Failure, Outcome, RecordEvent};
use crate::host::Host;
use crate::model::Endpoint;
use crate::notice::Notice;
use crate::side_by_side;
use crate::state::Log;

/// Most times that an endpoint is gone through from the front: what others add meanwhile could go on for ever.
const MOST_SCANS: u32 = 10;

/// After so many pages in a row that hold no record that is new, an endpoint has been gone through.
const MOST_WITHOUT_NEW: u32 = 2;

/// What a run does with one endpoint.
pub(super) struct EndpointRun<'a, H: Host> {
    pub(super) session: &'a Session<'a, H>,
    pub(super) endpoint: &'a Endpoint,
    collection: Collection<'a, H>,
    log: Rc<Log>,
    /// What the state knows is void from now on.
    marked: Cell<bool>,
    /// Whether a record is gone, or may be.
    emptied: Cell<bool>,
    /// Whether the API was seen to hold no record at all.
    empty: Cell<bool>,
    /// Records of which the API said that they are not there, and how often their exchanges were repeated: whether that
    /// is so, the next page tells.
    vanished: RefCell<HashMap<RemovedId, u32>>,
    /// Records that are still listed after their turn.
    staying: RefCell<HashSet<RemovedId>>,
    /// How many of them the API said were deleted.
    lingering: Cell<u64>,
    /// Records that were refused as still referenced, and how often their exchanges were repeated.
    waiting: RefCell<Vec<(RemovedId, Refusal, u32)>>,
    /// Why they were refused, each reason once.
    reasons: RefCell<HashSet<Rc<Failure>>>,
    /// Records removed so far in this order, by all endpoints.
    removed: Rc<Cell<u64>>,
    /// The file that no record stands in.
    no_file: Rc<str>,
}

/// A record that is about to be deleted.
struct Target {
    id: RemovedId,
    /// Why it was refused before.
    refused: Option<Refusal>,
    repeats: u32,
}

/// All that is read of a record.
#[derive(Deserialize)]
struct Identified<'a> {
    #[serde(borrow, default)]
    id: Option<std::borrow::Cow<'a, str>>,
}

/// The ids of a page's records.
fn ids(page: &Page) -> Result<Vec<RemovedId>, Trouble> {
    let id = |record| RemovedId::new(serde_json::from_slice::<Identified<'_>>(record).ok()?.id.as_deref()?);
    let ids: Option<Vec<RemovedId>> = page.records().map(id).collect();
    ids.ok_or_else(|| {
        let why = "the API tells no usable ids of its records, so they cannot be deleted";
        Trouble::Failed(failure(why.to_owned(), Cause::Other))
    })
}

impl<'a, H: Host> EndpointRun<'a, H> {
    pub(super) fn new(
        session: &'a Session<'a, H>,
        endpoint: &'a Endpoint,
        collection: Collection<'a, H>,
        log: Rc<Log>,
        removed: Rc<Cell<u64>>,
    ) -> Self {
        Self {
            session,
            endpoint,
            collection,
            log,
            marked: Cell::default(),
            emptied: Cell::default(),
            empty: Cell::default(),
            vanished: RefCell::default(),
            staying: RefCell::default(),
            lingering: Cell::default(),
            waiting: RefCell::default(),
            reasons: RefCell::default(),
            removed,
            no_file: Rc::from(""),
        }
    }

    /// Deletes every record, from the front until none is left that was not tried.
    pub(super) async fn first_pass(&self) {
        for _ in 0..MOST_SCANS {
            let tried = self.scan().await;
            // Records that stay move others out of sight: whether all were tried, only another look tells.
            if tried.is_none_or(|tried| tried == 0) || self.staying.borrow().is_empty() {
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
        let targets = waiting.into_iter().map(|(id, refusal, repeats)| Target { id, refused: Some(refusal), repeats });
        self.remove(targets.collect()).await;
    }

    /// The last word on the endpoint: what still waits has failed, and the state is what it must be now.
    pub(super) async fn finish(self) {
        // Where no further page was read, nothing speaks against what the API said.
        self.settle_vanished(&HashSet::new());
        for (_, refusal, repeats) in self.waiting.take() {
            self.tell(Outcome::Failed(refusal.into_failure()), repeats);
        }
        let session = self.session;
        if self.lingering.get() > 0 {
            session.notice(Notice::warning(format!(
                "{} records of {} were still listed after the API had said that they were deleted",
                self.lingering.get(),
                self.endpoint.id
            )));
        }
        if self.emptied.get() || self.empty.get() {
            session.clear_log(&self.log).await;
        } else if self.marked.get() {
            self.log.take_back();
        }
        session.close_log(&self.log).await;
        session.listener.hear(&Event::EndpointFinished { endpoint: self.endpoint.id.clone() });
    }

    /// Goes through the endpoint from the front. Deleting moves what follows forward, so the same page is read until
    /// what stands there stays. Tells how many records were tried that were not before; `None` if it came to no end.
    async fn scan(&self) -> Option<u64> {
        let mut tried = 0;
        let mut offset = 0;
        // Records that stay, of the pages so far.
        let mut passed: HashSet<RemovedId> = HashSet::new();
        let mut pages_without_new = 0;
        let mut just_removed: HashSet<RemovedId> = HashSet::new();
        loop {
            let ids = match self.collection.page_from(offset).await.and_then(|page| ids(&page)) {
                Ok(ids) => ids,
                Err(Trouble::Failed(failure)) => {
                    let endpoint = self.endpoint.id.clone();
                    self.session.listener.hear(&Event::EndpointFailed { endpoint, failure });
                    return None;
                }
                Err(Trouble::Ending) => return None,
            };
            let listed: HashSet<RemovedId> = ids.iter().cloned().collect();
            self.settle_vanished(&listed);
            if ids.is_empty() {
                self.empty.set(offset == 0);
                return Some(tried);
            }
            pages_without_new = if listed.is_subset(&passed) { pages_without_new + 1 } else { 0 };
            if pages_without_new == MOST_WITHOUT_NEW {
                // The API gives the same records wherever it is asked to begin.
                return Some(tried);
            }
            let lingering: Vec<RemovedId> =
                listed.intersection(&just_removed).filter(|id| !self.staying.borrow().contains(*id)).cloned().collect();
            self.lingering.set(self.lingering.get() + lingering.len() as u64);
            self.staying.borrow_mut().extend(lingering);
            // In the order of the list, and each once, whatever the API lists.
            let mut listed_once: HashSet<RemovedId> = HashSet::new();
            let mut untried: Vec<RemovedId> = ids.into_iter().filter(|id| listed_once.insert(id.clone())).collect();
            untried.retain(|id| !self.staying.borrow().contains(id));
            if untried.is_empty() {
                offset += listed.len() as u64;
                just_removed.clear();
            } else {
                if !self.mark().await {
                    return None;
                }
                tried += untried.len() as u64;
                let targets = untried.iter().map(|id| Target { id: id.clone(), refused: None, repeats: 0 });
                self.remove(targets.collect()).await;
                just_removed = untried.into_iter().filter(|id| !self.staying.borrow().contains(id)).collect();
                // Whether those that vanished are still listed, only the same page tells.
                if self.vanished.borrow().is_empty() {
                    offset += (listed.len() - just_removed.len()) as u64;
                }
            }
            passed.extend(listed.into_iter().filter(|id| self.staying.borrow().contains(id)));
        }
    }

    /// The last word on records of which the API said that they are not there, by the page that followed.
    fn settle_vanished(&self, listed: &HashSet<RemovedId>) {
        for (id, repeats) in self.vanished.take() {
            if listed.contains(&id) {
                let why = "not removed: the API says that there is no such record, but still lists it";
                self.staying.borrow_mut().insert(id);
                self.tell(Outcome::Failed(failure(why.to_owned(), Cause::Other)), repeats);
            } else {
                // It is not there any more, which is what was asked for; counted as what it would have been.
                self.emptied.set(true);
                self.tell(Outcome::Succeeded { status: 204 }, repeats);
            }
        }
    }

    /// Makes what the state knows void before the first DELETE leaves; tells whether that is durable.
    async fn mark(&self) -> bool {
        if !self.marked.replace(true) {
            self.log.mark_emptying();
            self.session.flush(&self.log).await;
        }
        !self.session.is_ending()
    }

    async fn remove(&self, targets: Vec<Target>) {
        let without = |left: Vec<Target>| left.into_iter().for_each(|target| self.not_tried(target));
        let removing = self.session.permitted(targets, without).map(|(target, permit)| async move {
            self.remove_one(target).await;
            drop(permit);
        });
        side_by_side::all(removing, None).await;
    }

    async fn remove_one(&self, target: Target) {
        let (deletion, repeats) = delete_record(self.session, &self.endpoint.id, &target.id).await;
        let repeats = target.repeats + repeats;
        match deletion {
            Deletion::Deleted { status } => {
                self.emptied.set(true);
                self.removed.set(self.removed.get() + 1);
                self.tell(Outcome::Succeeded { status }, repeats);
            }
            Deletion::Gone => {
                self.vanished.borrow_mut().insert(target.id, repeats);
            }
            Deletion::Refused(why) => self.refused(target.id, why, repeats),
            Deletion::Uncertain(why) => {
                self.emptied.set(true);
                self.refused(target.id, why, repeats);
            }
            Deletion::NotTried => self.not_tried(target),
        }
    }

    /// What is still referenced waits for another try.
    fn refused(&self, id: RemovedId, why: Failure, repeats: u32) {
        self.staying.borrow_mut().insert(id.clone());
        if why.cause == Cause::StillReferenced {
            let refusal = Refusal::new(why, &mut self.reasons.borrow_mut());
            self.waiting.borrow_mut().push((id, refusal, repeats));
        } else {
            self.tell(Outcome::Failed(why), repeats);
        }
    }

    /// The run ends before this one had its turn. Of one that never had any, nothing is said.
    fn not_tried(&self, target: Target) {
        self.staying.borrow_mut().insert(target.id);
        if let Some(refusal) = target.refused {
            self.tell(Outcome::Failed(refusal.into_failure()), target.repeats);
        }
    }

    fn tell(&self, outcome: Outcome, repeats: u32) {
        self.session.listener.hear(&Event::Record(RecordEvent {
            endpoint: self.endpoint.id.clone(),
            file: self.no_file.clone(),
            line: None,
            outcome,
            repeats,
        }));
    }
}

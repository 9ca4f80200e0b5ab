//! Deleting records of the API, in groups.

use futures_util::stream::StreamExt;

use super::super::tombstones::Tombstones;
use super::EndpointRun;
use crate::command::failure::Refusal;
use crate::command::removal::{Deletion, RemovedId, delete_record};
use crate::event::{Cause, Failure, Outcome};
use crate::host::Host;
use crate::side_by_side;

/// A record of the API that is about to be deleted.
struct Target {
    id: RemovedId,
    /// Why it was refused before.
    refused: Option<Refusal>,
    tombstones: Tombstones,
}

impl<H: Host> EndpointRun<'_, H> {
    /// Deletes what was found, and lets the lines go on that waited for it.
    pub(super) async fn remove_found(&self) {
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
    pub(super) async fn remove(&self, records: Vec<(RemovedId, Option<Refusal>)>) {
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
        // Those that no longer get leave are as they were before.
        let without = |left: Vec<Target>| {
            let restored = left.into_iter().map(|target| {
                target.tombstones.restore(&self.log);
                (target.id, target.refused)
            });
            self.not_tried(restored.collect());
        };
        let removing = self.session.permitted(targets, without).map(|(target, permit)| async move {
            self.remove_one(target).await;
            drop(permit);
        });
        side_by_side::all(removing, None).await;
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
}

//! What is done with the answers to records that are sent.

use std::collections::VecDeque;

use futures_util::stream::{Stream, StreamExt};

use super::super::job::{Job, Parked, Place, Turn};
use super::{EndpointRun, Pass};
use crate::api::{Permit, SendError};
use crate::command::failure::{Refusal, refusal, unanswered};
use crate::event::{Cause, Failure, Outcome};
use crate::host::Host;
use crate::side_by_side;

/// So many answers are at most not yet durable (product documentation, "State").
const MOST_PENDING: usize = 500;

impl<H: Host> EndpointRun<'_, H> {
    /// Sends records side by side, as many as there is leave for.
    pub(super) async fn fly_all<'s>(&'s self, jobs: impl Stream<Item = (Job, Permit)> + 's, pass: Pass) {
        side_by_side::all(jobs.map(|(job, permit)| self.fly(job, permit, pass)), None).await;
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
}

//! From lines to records of the API.

use std::cell::Cell;
use std::collections::hash_map::Entry;

use futures_util::stream::{self, Stream};

use super::super::local::{Local, Treatment, treat};
use super::super::look_up::LookedUp;
use super::super::turns::Asked;
use super::EndpointRun;
use crate::api::Permit;
use crate::command::failure::failure;
use crate::command::reader::Reader;
use crate::data::{Digest, Line, Span};
use crate::event::{Cause, Failure, Skip};
use crate::host::Host;

/// So many lines wait at most for others of their natural key.
const MOST_WAITING: usize = 1_000;

impl<'a, H: Host> EndpointRun<'a, H> {
    /// Records to look up, each with leave to do so. Nothing is read while the pool is full. Ends early when too many
    /// lines wait for what is found to be deleted.
    pub(super) fn lines<'s>(
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
    pub(super) async fn find(&self, Asked { mut local, values }: Asked) {
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
}

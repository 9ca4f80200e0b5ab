//! `send`: posts local records in dependency order.

mod decision;
mod endpoint_run;
mod job;

use std::cell::Cell;
use std::collections::BTreeSet;
use std::rc::Rc;

use futures_util::stream;

use self::endpoint_run::EndpointRun;
use super::checked::Checked;
use super::session::Session;
use crate::data::EndpointFiles;
use crate::event::Event;
use crate::host::Host;
use crate::model::Endpoint;
use crate::side_by_side;
use crate::state::ResendRules;

/// Most times that records refused for a missing parent are tried again at the end of their order.
const MOST_ORPHAN_PASSES: u32 = 10;

/// So many endpoints of one order are read at a time: enough for any pool, and a bound on the blocks and logs in memory.
const MOST_SIDE_BY_SIDE: usize = 16;

/// The files of an endpoint, and what is known of their records.
pub(super) struct Load {
    pub(super) files: EndpointFiles,
    /// What came of checking them, where they were checked: invalid records had their word, and are passed over.
    pub(super) checked: Option<Checked>,
}

impl Load {
    /// Files whose records were not checked.
    pub(super) fn unchecked(files: EndpointFiles) -> Self {
        Self { files, checked: None }
    }
}

/// Sends the records of all files, order by order: endpoints of one order side by side, an order when the one before
/// it has ended. Ends early, leaving the rest for the next run, when the session says so.
pub(super) async fn send<H: Host>(session: &Session<'_, H>, loads: Vec<Load>, rules: &ResendRules) {
    let mut work = Vec::new();
    for load in loads {
        let endpoint = session.endpoints.get(&load.files.endpoint).expect("files are found for known endpoints");
        work.push((endpoint, load));
    }
    let mut orders: BTreeSet<u32> = BTreeSet::new();
    orders.extend(work.iter().flat_map(|(endpoint, _)| std::iter::once(endpoint.order).chain(endpoint.update_order)));
    // Students, staffs and contacts wait here for the order at which they can be updated.
    let mut waiting: Vec<EndpointRun<'_, H>> = Vec::new();
    for order in orders {
        if !session.goes_on().await {
            break;
        }
        let level: Vec<_> = work.extract_if(.., |(endpoint, _)| endpoint.order == order).collect();
        let due: Vec<_> = waiting.extract_if(.., |run| run.endpoint.update_order <= Some(order)).collect();
        let updates = async {
            side_by_side::all(stream::iter(due.iter().map(EndpointRun::update_pass)), None).await;
            finish_all(due).await;
        };
        let (unfinished, ()) = futures_util::join!(first_passes(session, level, rules), updates);
        orphan_passes(&unfinished).await;
        for run in unfinished {
            if run.waits_for_update() {
                waiting.push(run);
            } else {
                finish(run).await;
            }
        }
    }
    finish_all(waiting).await;
    for (_, load) in work {
        leave(session, load).await;
    }
}

/// Works through the files of one order. Gives back the endpoints on which more is to be done.
async fn first_passes<'a, H: Host>(
    session: &'a Session<'a, H>,
    level: Vec<(&'a Endpoint, Load)>,
    rules: &'a ResendRules,
) -> Vec<EndpointRun<'a, H>> {
    let accepted = Rc::new(Cell::new(0));
    let passes = level.into_iter().map(|(endpoint, load)| {
        let accepted = accepted.clone();
        async move {
            if !session.goes_on().await {
                leave(session, load).await;
                return None;
            }
            let log = match session.open_log(&endpoint.id).await {
                Ok(log) => log,
                Err(error) => {
                    session.storage_failed(&error);
                    leave(session, load).await;
                    return None;
                }
            };
            session.endpoint_started(&endpoint.id);
            let run = EndpointRun::new(session, endpoint, load, rules, log, accepted);
            run.first_pass().await;
            if run.orphans() > 0 || run.waits_for_update() {
                return Some(run);
            }
            finish(run).await;
            None
        }
    });
    side_by_side::outputs(passes, MOST_SIDE_BY_SIDE).await.into_iter().flatten().collect()
}

/// Records that refer to others of the same order (or of their own endpoint) may have come before them.
async fn orphan_passes<H: Host>(level: &[EndpointRun<'_, H>]) {
    let mut before = 0;
    for _ in 0..MOST_ORPHAN_PASSES {
        let now = level.first().map_or(0, EndpointRun::accepted_in_order);
        if now == before || level.iter().all(|run| run.orphans() == 0) {
            break;
        }
        before = now;
        side_by_side::all(stream::iter(level.iter().map(EndpointRun::orphan_pass)), None).await;
    }
    for run in level {
        run.give_up_orphans();
    }
}

async fn finish_all<H: Host>(runs: Vec<EndpointRun<'_, H>>) {
    for run in runs {
        finish(run).await;
    }
}

/// The run ends before an endpoint had its turn: only what was found invalid before is known of its records.
async fn leave<H: Host>(session: &Session<'_, H>, load: Load) {
    if let Some(checked) = load.checked {
        session.write_failed_records(checked.failed, &load.files.endpoint, &load.files.files).await;
    }
}

/// The last word on an endpoint: nothing waits any more, its state is durable, its failed records are written.
async fn finish<H: Host>(run: EndpointRun<'_, H>) {
    run.give_up_all();
    let session = run.session;
    session.close_log(&run.log).await;
    let EndpointRun { endpoint, files, failed, plan, .. } = run;
    if session.is_dry_run() {
        session.listener.hear(&Event::DryRun { endpoint: endpoint.id.clone(), plan: plan.into_inner() });
    } else {
        session.write_failed_records(failed.into_inner(), &endpoint.id, &files).await;
    }
    session.listener.hear(&Event::EndpointFinished { endpoint: endpoint.id.clone() });
}

#[cfg(test)]
mod tests;

//! `send`: posts local records in dependency order.

mod decision;
mod endpoint_run;
mod job;
mod reader;

use std::collections::BTreeSet;

use futures_util::future::join_all;

use self::endpoint_run::EndpointRun;
use super::session::Session;
use crate::data::EndpointFiles;
use crate::event::Event;
use crate::host::Host;
use crate::state::ResendRules;

/// Most times that records refused for a missing parent are tried again at the end of their order.
const MOST_ORPHAN_PASSES: u32 = 10;

/// Sends the records of all files, order by order: endpoints of one order side by side, an order when the one before
/// it has ended. Ends early, leaving the rest for the next run, when the session says so.
pub(super) async fn send<H: Host>(session: &Session<'_, H>, data: Vec<EndpointFiles>, rules: &ResendRules) {
    let mut runs = Vec::new();
    for EndpointFiles { endpoint, files, .. } in data {
        let endpoint = session.endpoints.get(&endpoint).expect("files are found for known endpoints");
        runs.push((endpoint, files));
    }
    let orders: BTreeSet<u32> =
        runs.iter().flat_map(|(endpoint, _)| std::iter::once(endpoint.order).chain(endpoint.update_order)).collect();
    // Students, staffs and contacts wait here for the order at which they can be updated.
    let mut waiting: Vec<EndpointRun<'_, H>> = Vec::new();
    for order in orders {
        if !session.goes_on().await {
            break;
        }
        let mut level = Vec::new();
        for (endpoint, files) in runs.extract_if(.., |(endpoint, _)| endpoint.order == order) {
            match session.open_log(&endpoint.id).await {
                Ok(log) => level.push(EndpointRun::new(session, endpoint, files, rules, log)),
                Err(error) => {
                    session.storage_failed(&error);
                    return finish_all(waiting).await;
                }
            }
        }
        let due: Vec<_> = waiting.extract_if(.., |run| run.endpoint.update_order <= Some(order)).collect();
        futures_util::join!(first_passes(&level), join_all(due.iter().map(EndpointRun::update_pass)));
        finish_all(due).await;
        orphan_passes(&level).await;
        for run in level {
            if run.waits_for_update() {
                waiting.push(run);
            } else {
                finish(run).await;
            }
        }
    }
    finish_all(waiting).await;
}

async fn first_passes<H: Host>(level: &[EndpointRun<'_, H>]) {
    join_all(level.iter().map(|run| async {
        run.session.endpoint_started(&run.endpoint.id);
        run.first_pass().await;
    }))
    .await;
}

/// Records that refer to others of the same order (or of their own endpoint) may have come before them.
async fn orphan_passes<H: Host>(level: &[EndpointRun<'_, H>]) {
    let accepted = || level.iter().map(|run| run.accepted.get()).sum::<u64>();
    let mut before = 0;
    for _ in 0..MOST_ORPHAN_PASSES {
        let now = accepted();
        if now == before || level.iter().all(|run| run.orphans() == 0) {
            break;
        }
        before = now;
        join_all(level.iter().map(EndpointRun::orphan_pass)).await;
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

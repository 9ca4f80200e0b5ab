//! `truncate`: removes every record of the selected endpoints.
//!
//! Order by order, the last one first. Of the records only their ids are read, page by page from the front. Before the
//! first DELETE of an endpoint its state is marked as void, durably; when at least one record went (or may have gone)
//! the state is dropped, else the mark is taken back. So no record is ever gone and remembered as sent.

mod endpoint_run;
mod listing;

use std::cell::Cell;
use std::collections::HashSet;
use std::rc::Rc;

use futures_util::stream::{self, StreamExt};

use self::endpoint_run::EndpointRun;
use self::listing::{Listed, page, total};
use super::removal::{Extent, MOST_SIDE_BY_SIDE, RemovedId, confirm, further_passes, reverse_levels};
use crate::command::{NotBegun, Session};
use crate::event::{DryRun, Event, Failure, RemovalPlan};
use crate::host::Host;
use crate::model::Endpoint;
use crate::notice::Notice;

/// An endpoint, and how many records the API counts there; `None` where it does not tell.
struct Work<'a> {
    endpoint: &'a Endpoint,
    records: Option<u64>,
}

/// Removes all records of the selected endpoints. Ends early, leaving the rest, when the session says so.
pub(super) async fn truncate<H: Host>(session: &Session<'_, H>) -> Result<(), NotBegun> {
    let levels = reverse_levels(counted(session).await, |work| work.endpoint.order);
    let is_empty = levels.iter().flatten().all(|work| work.records == Some(0));
    if is_empty && !session.is_ending() {
        session.notice(Notice::info("the API holds no record of the selected endpoints: there is nothing to delete"));
    }
    if session.is_dry_run() {
        dry_run(session, levels).await;
        return Ok(());
    }
    if !is_empty && !session.is_ending() {
        let busy = levels.iter().flatten().filter(|work| work.records != Some(0));
        let extent = |work: &Work<'_>| Extent { endpoint: work.endpoint.id.clone(), records: work.records };
        confirm(session, &busy.map(extent).collect::<Vec<_>>()).await?;
    }
    for work in levels.iter().flatten() {
        if let Some(records @ 1..) = work.records {
            session.listener.hear(&Event::Expected { endpoint: work.endpoint.id.clone(), records });
        }
    }
    for level in levels {
        if !session.goes_on().await {
            break;
        }
        let removed = Rc::new(Cell::new(0));
        let unfinished = first_passes(session, level, &removed).await;
        further_passes(&unfinished, &removed, EndpointRun::waiting, EndpointRun::further_pass).await;
        for run in unfinished {
            run.finish().await;
        }
    }
    Ok(())
}

/// The selected endpoints, counted.
async fn counted<'a, H: Host>(session: &'a Session<'_, H>) -> Vec<Work<'a>> {
    let endpoints = session.selected.iter().filter_map(|id| session.endpoints.get(id));
    let counts = stream::iter(endpoints)
        .map(|endpoint| async move { Work { endpoint, records: total(session, &endpoint.id).await } });
    counts.buffered(MOST_SIDE_BY_SIDE).collect().await
}

/// Works through the endpoints of one order. Gives back those on which more is to be done.
async fn first_passes<'a, H: Host>(
    session: &'a Session<'a, H>,
    level: Vec<Work<'a>>,
    removed: &Rc<Cell<u64>>,
) -> Vec<EndpointRun<'a, H>> {
    let passes = stream::iter(level).map(|Work { endpoint, records }| async move {
        if !session.goes_on().await {
            return None;
        }
        let log = match session.open_log(&endpoint.id).await {
            Ok(log) => log,
            Err(error) => {
                session.storage_failed(&error);
                return None;
            }
        };
        if records == Some(0) {
            // What is remembered of an endpoint that is empty is no longer true.
            session.clear_log(&log).await;
            session.close_log(&log).await;
            return None;
        }
        session.endpoint_started(&endpoint.id);
        let run = EndpointRun::new(session, endpoint, page_size(session, endpoint), log, removed.clone());
        run.first_pass().await;
        if run.waiting() > 0 {
            return Some(run);
        }
        run.finish().await;
        None
    });
    passes.buffer_unordered(MOST_SIDE_BY_SIDE).filter_map(std::future::ready).collect().await
}

fn page_size<H: Host>(session: &Session<'_, H>, endpoint: &Endpoint) -> u32 {
    let most = endpoint.described.as_ref().and_then(|described| described.resource.reading.most_per_page);
    let wanted = session.config.fetch.page_size;
    most.map_or(wanted, |most| wanted.min(most)).max(1)
}

/// Says how many records would be deleted. Where the API does not count them, they are listed for that.
async fn dry_run<H: Host>(session: &Session<'_, H>, levels: Vec<Vec<Work<'_>>>) {
    for Work { endpoint, records } in levels.into_iter().flatten() {
        if records == Some(0) {
            continue;
        }
        if !session.goes_on().await {
            return;
        }
        session.endpoint_started(&endpoint.id);
        let id = endpoint.id.clone();
        let found = match records {
            Some(found) => Ok(found),
            None => listed(session, endpoint).await,
        };
        match found {
            Ok(found) => {
                let removal = Some(RemovalPlan { found, ..RemovalPlan::default() });
                let plan = DryRun { requests: found, removal, ..DryRun::default() };
                session.listener.hear(&Event::DryRun { endpoint: id.clone(), plan });
            }
            Err(Some(failure)) => session.listener.hear(&Event::EndpointFailed { endpoint: id.clone(), failure }),
            Err(None) => return,
        }
        session.listener.hear(&Event::EndpointFinished { endpoint: id });
    }
}

/// How many records an endpoint lists; `None` if the run is ending.
async fn listed<H: Host>(session: &Session<'_, H>, endpoint: &Endpoint) -> Result<u64, Option<Failure>> {
    let limit = page_size(session, endpoint);
    let mut offset = 0;
    let mut before: Vec<RemovedId> = Vec::new();
    let mut seen: HashSet<RemovedId> = HashSet::new();
    loop {
        if !session.goes_on().await {
            return Err(None);
        }
        match page(session, &endpoint.id, limit, offset).await {
            // The end, or an API that gives the same page wherever it is asked to begin.
            Listed::Ids(ids) if ids.is_empty() || ids == before => return Ok(seen.len() as u64),
            Listed::Ids(ids) => {
                offset += ids.len();
                seen.extend(ids.iter().cloned());
                before = ids;
            }
            Listed::Failed(failure) => return Err(Some(failure)),
            Listed::NotTried => return Err(None),
        }
    }
}

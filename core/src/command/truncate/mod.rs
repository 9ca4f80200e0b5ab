//! `truncate`: removes every record of the selected endpoints.
//!
//! Order by order, the last one first. Of the records only their ids are read, page by page from the front. Before the
//! first DELETE of an endpoint its state is marked as void, durably; when at least one record went (or may have gone)
//! the state is dropped, else the mark is taken back. So no record is ever gone and remembered as sent.

mod endpoint_run;

use std::cell::Cell;
use std::rc::Rc;

use self::endpoint_run::EndpointRun;
use super::collection::{Collection, PageSize, Paging, Query, Trouble};
use super::removal::{Extent, MOST_SIDE_BY_SIDE, confirm, further_passes, reverse_levels};
use crate::command::{NotBegun, Session};
use crate::event::{DryRun, Event, RemovalPlan};
use crate::host::Host;
use crate::model::Endpoint;
use crate::notice::Notice;
use crate::side_by_side;

/// An endpoint, and how many records the API counts there; `None` where it does not tell.
struct Work<'a> {
    endpoint: &'a Endpoint,
    records: Option<u64>,
}

/// Removes all records of the selected endpoints. Ends early, leaving the rest, when the session says so.
pub(super) async fn truncate<H: Host>(session: &Session<'_, H>) -> Result<(), NotBegun> {
    let (paging, query) = (Paging::new(session, PageSize::new(session.config.fetch.page_size)), Query::none());
    let collection = |endpoint| Collection::new(session, &paging, endpoint, &query);
    let levels = reverse_levels(counted(session, collection).await, |work| work.endpoint.order);
    let is_empty = levels.iter().flatten().all(|work| work.records == Some(0));
    if is_empty && !session.is_ending() {
        session.notice(Notice::info("the API holds no record of the selected endpoints: there is nothing to delete"));
    }
    if session.is_dry_run() {
        dry_run(session, levels, collection).await;
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
        let unfinished = first_passes(session, level, collection, &removed).await;
        further_passes(&unfinished, &removed, EndpointRun::waiting, EndpointRun::further_pass).await;
        for run in unfinished {
            run.finish().await;
        }
    }
    Ok(())
}

/// The selected endpoints, counted. One that cannot be counted is told when its records would be deleted.
async fn counted<'a, H: Host>(
    session: &'a Session<'_, H>,
    collection: impl Fn(&'a Endpoint) -> Collection<'a, H>,
) -> Vec<Work<'a>> {
    let endpoints = session.selected.iter().filter_map(|id| session.endpoints.get(id));
    let counts = endpoints.map(|endpoint| {
        let collection = collection(endpoint);
        async move { Work { endpoint, records: collection.total().await.ok().flatten() } }
    });
    side_by_side::outputs(counts, 2 * session.api.pool().allowed()).await
}

/// Works through the endpoints of one order. Gives back those on which more is to be done.
async fn first_passes<'a, H: Host>(
    session: &'a Session<'a, H>,
    level: Vec<Work<'a>>,
    collection: impl Fn(&'a Endpoint) -> Collection<'a, H> + Copy,
    removed: &Rc<Cell<u64>>,
) -> Vec<EndpointRun<'a, H>> {
    let passes = level.into_iter().map(|Work { endpoint, records }| async move {
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
        let run = EndpointRun::new(session, endpoint, collection(endpoint), log, removed.clone());
        run.first_pass().await;
        if run.waiting() > 0 {
            return Some(run);
        }
        run.finish().await;
        None
    });
    side_by_side::outputs(passes, MOST_SIDE_BY_SIDE).await.into_iter().flatten().collect()
}

/// Says how many records would be deleted. Where the API does not count them, they are read for that.
async fn dry_run<'a, H: Host>(
    session: &'a Session<'_, H>,
    levels: Vec<Vec<Work<'a>>>,
    collection: impl Fn(&'a Endpoint) -> Collection<'a, H>,
) {
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
            None => collection(endpoint).counted().await,
        };
        match found {
            Ok(found) => {
                let removal = Some(RemovalPlan { found, ..RemovalPlan::default() });
                let plan = DryRun { requests: found, removal, ..DryRun::default() };
                session.listener.hear(&Event::DryRun { endpoint: id.clone(), plan });
            }
            Err(Trouble::Failed(failure)) => {
                session.listener.hear(&Event::EndpointFailed { endpoint: id.clone(), failure });
            }
            Err(Trouble::Ending) => return,
        }
        session.listener.hear(&Event::EndpointFinished { endpoint: id });
    }
}

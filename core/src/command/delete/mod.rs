//! `delete`: removes from the API what local records describe.
//!
//! Each record is looked up by its natural key, the record found is compared with the local one, and only an equal one
//! is deleted, by its id; order by order, the last one first. What the state says of a record is forgotten, durably,
//! before its DELETE leaves, and written back only if the API certainly refused it: whatever happens on the way, no
//! record is gone and remembered as sent.

mod endpoint_run;
mod key_form;
mod local;
mod look_up;
mod tombstones;
mod turns;

use std::cell::Cell;
use std::rc::Rc;

use self::endpoint_run::EndpointRun;
use self::look_up::LookUp;
use super::failed_records::FailedRecords;
use super::removal::{Extent, MOST_SIDE_BY_SIDE, confirm, further_passes, reverse_levels};
use crate::command::{NotBegun, Session, local_data};
use crate::data::EndpointFiles;
use crate::event::{Event, Failure};
use crate::host::Host;
use crate::model::Endpoint;
use crate::side_by_side;
use crate::state::ResendRules;

/// An endpoint with its files, and how its records are looked up, or why they cannot be.
struct Work<'a> {
    endpoint: &'a Endpoint,
    files: Vec<Rc<str>>,
    look_up: Result<LookUp, Failure>,
}

/// Removes what the local records of the selected endpoints describe. Ends early, leaving the rest, when the session
/// says so.
pub(super) async fn delete<H: Host>(session: &Session<'_, H>, rules: &ResendRules) -> Result<(), NotBegun> {
    let data = local_data(session).await?;
    let page_size = session.config.fetch.page_size;
    let work: Vec<Work<'_>> = data
        .into_iter()
        .map(|EndpointFiles { endpoint, files }| {
            let endpoint = session.endpoints.get(&endpoint).expect("files are found for known endpoints");
            Work { endpoint, files, look_up: LookUp::new(endpoint, page_size) }
        })
        .collect();
    let levels = reverse_levels(work, |work| work.endpoint.order);
    if !session.is_dry_run() {
        ask(session, &levels, rules).await?;
    }
    for level in levels {
        if !session.goes_on().await {
            break;
        }
        let removed = Rc::new(Cell::new(0));
        let unfinished = first_passes(session, level, rules, &removed).await;
        further_passes(&unfinished, &removed, EndpointRun::waiting, EndpointRun::further_pass).await;
        for run in unfinished {
            finish(run).await;
        }
    }
    Ok(())
}

/// Asks for leave, where anything is to be looked up at all.
async fn ask<H: Host>(session: &Session<'_, H>, levels: &[Vec<Work<'_>>], rules: &ResendRules) -> Result<(), NotBegun> {
    if session.invocation.yes || session.config.force_delete {
        return Ok(());
    }
    let mut extents = Vec::new();
    for work in levels.iter().flatten() {
        let Ok(look_up) = &work.look_up else { continue };
        match local::count(session, &work.endpoint.id, &work.files, look_up, rules).await {
            Ok(0) => {}
            Ok(count) => extents.push(Extent { endpoint: work.endpoint.id.clone(), records: Some(count) }),
            Err(error) => {
                session.storage_failed(&error);
                return Ok(());
            }
        }
    }
    if extents.is_empty() { Ok(()) } else { confirm(session, &extents).await }
}

/// Works through the files of one order. Gives back the endpoints on which more is to be done.
async fn first_passes<'a, H: Host>(
    session: &'a Session<'a, H>,
    level: Vec<Work<'a>>,
    rules: &'a ResendRules,
    removed: &Rc<Cell<u64>>,
) -> Vec<EndpointRun<'a, H>> {
    let passes = level.into_iter().map(|Work { endpoint, files, look_up }| async move {
        if !session.goes_on().await {
            return None;
        }
        session.endpoint_started(&endpoint.id);
        let log = match session.open_log(&endpoint.id).await {
            Ok(log) => log,
            Err(error) => {
                session.storage_failed(&error);
                return None;
            }
        };
        let run = EndpointRun::new(session, endpoint, files, look_up, rules, log, removed.clone());
        run.first_pass().await;
        if run.waiting() > 0 {
            return Some(run);
        }
        finish(run).await;
        None
    });
    side_by_side::outputs(passes, MOST_SIDE_BY_SIDE).await.into_iter().flatten().collect()
}

/// The last word on an endpoint: nothing waits any more, its state is durable, its failed records are written.
async fn finish<H: Host>(run: EndpointRun<'_, H>) {
    run.give_up();
    let session = run.session;
    session.close_log(&run.log).await;
    let id = &run.endpoint.id;
    if session.is_dry_run() {
        run.tell_impossible();
        session.listener.hear(&Event::DryRun { endpoint: id.clone(), plan: run.plan() });
    } else {
        let failed = run.failed.replace(FailedRecords::new(false));
        session.write_failed_records(failed, id, &run.files).await;
    }
    session.listener.hear(&Event::EndpointFinished { endpoint: id.clone() });
}

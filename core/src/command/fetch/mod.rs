//! `fetch`: writes the API's records to files.

mod delivery;
mod folder;
mod record_text;

use futures_util::stream;

use self::delivery::Fetch;
use self::folder::Folder;
use self::record_text::RecordText;
use super::collection::{Asked, Collection, PageSize, Paging, Query, Trouble};
use super::{NotBegun, Session};
use crate::config::KeyFilter;
use crate::event::Event;
use crate::host::Host;
use crate::model::Endpoint;
use crate::side_by_side;

/// So many endpoints are written at a time: enough for any pool, and a bound on open files and pages.
const MOST_SIDE_BY_SIDE: usize = 16;

/// What is known of an endpoint before its records are asked for.
enum Counted {
    /// So many records; `None` where the API does not tell.
    Total(Option<u64>),
    /// It is not asked for its records.
    NotAsked,
    /// They could not be counted.
    Not(Trouble),
}

pub(super) async fn fetch<H: Host>(session: &Session<'_, H>) -> Result<(), NotBegun> {
    let query = Query::new(session)?;
    let folder = Folder::look(session).await;
    let paging = Paging::new(session, PageSize::new(session.config.fetch.page_size));
    let selected = query.selected(session);
    // All are counted first, so that progress knows how much there is.
    let counting = selected.iter().map(|(endpoint, asked)| counted(session, &paging, &query, endpoint, *asked));
    let counts = side_by_side::outputs(counting, 2 * session.api.pool().allowed()).await;
    let filter = KeyFilter::from_invocation(session.invocation);
    let fetch = Fetch { session, paging: &paging, query: &query, folder: &folder, text: RecordText::new(filter) };
    let fetching = selected.iter().zip(counts).map(|((endpoint, _), counted)| fetch.endpoint(endpoint, counted));
    side_by_side::all(stream::iter(fetching), MOST_SIDE_BY_SIDE).await;
    Ok(())
}

async fn counted<H: Host>(
    session: &Session<'_, H>,
    paging: &Paging,
    query: &Query,
    endpoint: &Endpoint,
    asked: Asked,
) -> Counted {
    if asked == Asked::No {
        return Counted::NotAsked;
    }
    match Collection::new(session, paging, endpoint, query).total().await {
        Ok(total) => {
            if let Some(records) = total {
                session.listener.hear(&Event::Expected { endpoint: endpoint.id.clone(), records });
            }
            Counted::Total(total)
        }
        Err(trouble) => Counted::Not(trouble),
    }
}

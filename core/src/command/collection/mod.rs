//! The records of an endpoint at the API: how many they are, and page after page of them.

mod ahead;
mod cursor;
mod offset;
mod page_size;
mod query;
mod walk;

use std::cell::Cell;

use futures_util::StreamExt;

pub(crate) use self::page_size::PageSize;
pub(crate) use self::query::{Asked, Query};
pub(crate) use self::walk::Pages;
use super::failure::{failure, refusal, unanswered};
use super::session::Session;
use crate::api::page::{Page, total_count};
use crate::api::{Pool, SendError};
use crate::event::{Cause, Failure};
use crate::host::{Host, Response};
use crate::model::{Endpoint, Reading};
use crate::secret::Url;

/// What the collections of a run share, so that its memory is bounded however many are read side by side.
pub(crate) struct Paging {
    /// How many records are asked for at a time.
    pub(crate) page_size: PageSize,
    /// Room for pages that are under way, or had but not yet taken because one before them is missing.
    slots: Pool,
    /// How many requests one collection makes at a time, at most.
    side_by_side: usize,
    /// Bytes of the pages of later partitions that wait for their turn.
    waiting: Cell<usize>,
}

impl Paging {
    pub(crate) fn new<H: Host>(session: &Session<'_, H>, page_size: PageSize) -> Self {
        let side_by_side = session.api.pool().allowed();
        // Twice the pool: while a page is late, as many requests again keep the pool busy.
        Self { page_size, slots: Pool::new(2 * side_by_side), side_by_side, waiting: Cell::new(0) }
    }
}

/// Why records could not be had.
#[derive(Debug, Clone)]
pub(crate) enum Trouble {
    /// The run is ending: what was not tried is left.
    Ending,
    /// The API refused, did not answer, or answered nonsense.
    Failed(Failure),
}

impl Trouble {
    /// Whether the API said that the credentials may not do this.
    pub(crate) fn is_not_permitted(&self) -> bool {
        self.is_status(403)
    }

    fn is_status(&self, status: u16) -> bool {
        matches!(self, Self::Failed(failure) if failure.status == Some(status))
    }
}

/// The records of one endpoint, or those that a query asks for.
pub(crate) struct Collection<'a, H: Host> {
    session: &'a Session<'a, H>,
    paging: &'a Paging,
    endpoint: &'a Endpoint,
    query: &'a Query,
}

impl<'a, H: Host> Collection<'a, H> {
    pub(crate) fn new(
        session: &'a Session<'a, H>,
        paging: &'a Paging,
        endpoint: &'a Endpoint,
        query: &'a Query,
    ) -> Self {
        Self { session, paging, endpoint, query }
    }

    /// The number of records; `None` where the API does not tell it, or the host may not read it.
    pub(crate) async fn total(&self) -> Result<Option<u64>, Trouble> {
        let url = self.url();
        let mut answer = self.get(&url, &[("limit", "0"), ("totalCount", "true")]).await;
        if matches!(&answer, Err(trouble) if trouble.is_status(400)) {
            // An API that takes no page of nothing takes a page of one.
            answer = self.get(&url, &[("limit", "1"), ("totalCount", "true")]).await.or(answer);
        }
        Ok(total_count(&answer?))
    }

    /// The number of records, found by reading them all.
    pub(crate) async fn counted(&self) -> Result<u64, Trouble> {
        let mut pages = self.pages(None).await?;
        let mut count = 0;
        while let Some(page) = pages.next().await {
            count += page?.len() as u64;
        }
        Ok(count)
    }

    fn reading(&self) -> Option<&Reading> {
        self.endpoint.described.as_ref().map(|described| &described.resource.reading)
    }

    fn url(&self) -> Url {
        self.session.api.target().endpoint_url(&self.endpoint.id)
    }

    /// Gets a page.
    async fn page(&self, parameters: &[(&str, &str)]) -> Result<Page, Trouble> {
        let response = self.get(&self.url(), parameters).await?;
        let page = Page::read(&response).map_err(|error| {
            let failure = failure(error.to_string(), Cause::ServerFault);
            Trouble::Failed(Failure { status: Some(response.status), ..failure })
        })?;
        // A worker hears what the user wants, and others go on, after each page was read.
        self.session.yield_now().await;
        Ok(page)
    }

    /// Gets what is at `url`, with the query and these parameters.
    async fn get(&self, url: &Url, parameters: &[(&str, &str)]) -> Result<Response, Trouble> {
        if !self.session.goes_on().await {
            return Err(Trouble::Ending);
        }
        let asked = self.query.parameters().chain(parameters.iter().copied());
        let Some(url) = url.with_query(asked) else {
            let message = "the URL with this query would be longer than URLs can be".to_owned();
            return Err(Trouble::Failed(failure(message, Cause::Other)));
        };
        let Some(permit) = self.session.permit().await else { return Err(Trouble::Ending) };
        let answer = self.session.api.get(Some(&self.endpoint.id), url).await;
        drop(permit);
        match answer.result {
            Ok(response) if response.is_success() => Ok(response),
            Ok(response) => Err(Trouble::Failed(refusal(&response))),
            Err(SendError::BrokenOff { .. }) => Err(Trouble::Ending),
            Err(error) => Err(Trouble::Failed(unanswered(&error))),
        }
    }
}

//! Which way through a collection is taken: from what the API shows.

use futures_util::stream::{self, LocalBoxStream, StreamExt};

use super::ahead::Ahead;
use super::cursor::{CursorWalk, is_all};
use super::offset::OffsetWalk;
use super::{Collection, PageSize, Trouble};
use crate::api::page::Page;
use crate::host::Host;
use crate::notice::Notice;
use crate::sort;

/// Pages in the API's order, none of them empty. Ends with the first trouble.
pub(crate) type Pages<'s> = LocalBoxStream<'s, Result<Page, Trouble>>;

/// A partition has at least so many pages of the API's largest size, so that fewer pages make no second one (ODS/API
/// 7.3, `/partitions`).
const PARTITION_PAGES: u64 = 5;
/// Most partitions that can be asked for. The smaller they are, the less waits for its turn in memory.
const MOST_PARTITIONS: &str = "200";
/// So often a smaller page is tried where the API refuses the size.
const MOST_LESSONS: u32 = 10;

impl<H: Host> Collection<'_, H> {
    /// All records, page after page. `total` is what [`Collection::total`] found.
    ///
    /// With partitions where the documents name them and there is enough to share out; else by token where the first
    /// page shows one; else by offset, which also is the way where headers cannot be read (a page from another origin).
    pub(crate) async fn pages(&self, total: Option<u64>) -> Result<Pages<'_>, Trouble> {
        if total == Some(0) {
            return Ok(stream::empty().boxed_local());
        }
        let worth_it = total.is_some_and(|total| total > PARTITION_PAGES * u64::from(self.size()));
        if worth_it
            && self.reading().is_some_and(|reading| reading.partitions)
            && let Some(pages) = self.partitioned().await?
        {
            return Ok(pages);
        }
        let (size, first) = self.first_page(|size| vec![("limit", size), ("offset", "0".to_owned())]).await?;
        let is_all = total.is_some_and(|total| is_all(first.len() as u64, total, first.len(), size));
        if first.next.is_some() && !is_all {
            return Ok(pages(CursorWalk::from_page(self, size, first, total)));
        }
        Ok(stream::unfold(OffsetWalk::new(self, size, first, total), |mut walk| async {
            walk.next().await.map(|page| (page, walk))
        })
        .boxed_local())
    }

    /// The page that begins at `offset`, for a reader that removes what it reads: no other way of paging stands still
    /// under that.
    pub(crate) async fn page_from(&self, offset: u64) -> Result<Page, Trouble> {
        let page = self.first_page(|size| vec![("limit", size), ("offset", offset.to_string())]).await?;
        Ok(page.1)
    }

    /// All records by partitions read side by side; `None` where that turns out not to be possible.
    async fn partitioned(&self) -> Result<Option<Pages<'_>>, Trouble> {
        let Some(tokens) = self.partition_tokens().await? else { return Ok(None) };
        let mut tokens = tokens.into_iter();
        let Some(token) = tokens.next() else { return Ok(None) };
        let (size, first) = self.first_page(|size| vec![("pageToken", token.clone()), ("pageSize", size)]).await?;
        if first.len() >= size as usize && first.next.is_none() {
            // The header cannot be read, and without it nothing leads to the rest of the partition.
            return Ok(None);
        }
        let first = pages(CursorWalk::from_page(self, size, first, None));
        let others = tokens.map(move |token| pages(CursorWalk::from_token(self, size, token)));
        let lanes = std::iter::once(first).chain(others);
        Ok(Some(Ahead::new(lanes, self.paging.side_by_side, &self.paging.waiting).boxed_local()))
    }

    /// The tokens that `/partitions` deals out; `None` if it does not.
    async fn partition_tokens(&self) -> Result<Option<Vec<String>>, Trouble> {
        let url = self.session.api.target().record_url(&self.endpoint.id, "partitions");
        let response = match self.get(&url, &[("number", MOST_PARTITIONS)]).await {
            Ok(response) => response,
            Err(Trouble::Ending) => return Err(Trouble::Ending),
            Err(Trouble::Failed(failure)) => {
                let why = failure.messages.join("; ");
                self.session.notice(Notice::debug(format!(
                    "{} is read without partitions, as they were refused: {why}",
                    self.endpoint.id
                )));
                return Ok(None);
            }
        };
        Ok(tokens(&response.body))
    }

    /// The size of pages at the moment.
    pub(super) fn size(&self) -> u32 {
        self.paging.page_size.size(self.reading().and_then(|reading| reading.most_per_page))
    }

    /// Gets the first page of a walk, a smaller one where the API refuses the size; with it the size that all pages of
    /// the walk then have.
    async fn first_page(
        &self,
        parameters: impl Fn(String) -> Vec<(&'static str, String)>,
    ) -> Result<(u32, Page), Trouble> {
        let mut lessons = 0;
        // Of this walk alone until a page of that size was had: a refusal may be about something else altogether, and
        // then the pages of other endpoints must not shrink.
        let mut most = u32::MAX;
        loop {
            let size = self.size().min(most);
            let parameters = parameters(size.to_string());
            let parameters: Vec<(&str, &str)> = parameters.iter().map(|(name, value)| (*name, &**value)).collect();
            match self.page(&parameters).await {
                Err(Trouble::Failed(refusal))
                    if refusal.status == Some(400)
                        && lessons < MOST_LESSONS
                        && let Some(smaller) = PageSize::after(size, &refusal) =>
                {
                    lessons += 1;
                    most = smaller;
                }
                answer => {
                    let page = answer?;
                    if lessons > 0 {
                        self.paging.page_size.learn(size);
                    }
                    if let Some(wanted) = self.paging.page_size.to_be_told(size) {
                        self.session.notice(Notice::info(format!(
                            "the API gives at most {size} records a page, so fetch.page_size {wanted} is lowered to that"
                        )));
                    }
                    return Ok((size, page));
                }
            }
        }
    }
}

fn pages<H: Host>(walk: CursorWalk<'_, H>) -> Pages<'_> {
    stream::unfold(walk, |mut walk| async { walk.next().await.map(|page| (page, walk)) }).boxed_local()
}

/// The tokens in an answer of `/partitions`. None where one stands twice: its records would be written twice.
fn tokens(body: &[u8]) -> Option<Vec<String>> {
    #[derive(serde::Deserialize)]
    struct Partitions {
        #[serde(rename = "pageTokens", alias = "PageTokens")]
        tokens: Vec<String>,
    }
    let Partitions { tokens } = serde_json::from_slice(body).ok()?;
    let mut different = tokens.clone();
    sort::by(&mut different, Ord::cmp);
    different.dedup();
    (different.len() == tokens.len()).then_some(tokens)
}

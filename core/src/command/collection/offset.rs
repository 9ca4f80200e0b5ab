use std::collections::{HashSet, VecDeque};

use futures_util::future::{FutureExt, LocalBoxFuture};
use futures_util::stream::{FuturesOrdered, StreamExt};

use super::{Collection, Trouble};
use crate::api::Permit;
use crate::api::page::Page;
use crate::command::failure::failure;
use crate::data::Digest;
use crate::event::Cause;
use crate::host::Host;
use crate::notice::Notice;

/// Page after page by offset, several under way at a time.
///
/// Where the total is known, pages up to it are asked for, and more as long as full ones come. Where it is not, they
/// are asked for in groups that grow, and the group with the first short page is the last.
pub(super) struct OffsetWalk<'s, H: Host> {
    collection: &'s Collection<'s, H>,
    /// What is asked for.
    limit: u32,
    /// What the API gives for it, and so the distance between two pages.
    step: u64,
    total: Option<u64>,
    /// Pages that were had already.
    ready: VecDeque<Page>,
    offset: u64,
    under_way: FuturesOrdered<LocalBoxFuture<'s, Result<(Page, Permit), Trouble>>>,
    /// Pages in the group before; 0 where the total is known.
    group: usize,
    had: u64,
    /// Whether the page before was as long as pages are.
    is_full: bool,
    /// The first record of the page before.
    first: Option<Digest>,
    /// The first record of every page: where no count bounds the walk, none may come again, or it would never end.
    seen: HashSet<Digest>,
    is_settled: bool,
    is_over: bool,
}

impl<'s, H: Host> OffsetWalk<'s, H> {
    /// `first` is the page at offset 0.
    pub(super) fn new(collection: &'s Collection<'s, H>, limit: u32, first: Page, total: Option<u64>) -> Self {
        Self {
            collection,
            limit,
            step: u64::from(limit),
            total,
            ready: VecDeque::from([first]),
            offset: 0,
            under_way: FuturesOrdered::new(),
            group: 0,
            had: 0,
            is_full: true,
            first: None,
            seen: HashSet::new(),
            is_settled: false,
            is_over: false,
        }
    }

    pub(super) async fn next(&mut self) -> Option<Result<Page, Trouble>> {
        if self.is_over {
            return None;
        }
        let page = self.next_page().await.transpose()?;
        self.is_over = page.is_err();
        Some(page)
    }

    async fn next_page(&mut self) -> Result<Option<Page>, Trouble> {
        loop {
            let mut page = if let Some(page) = self.ready.pop_front() {
                page
            } else {
                self.ask();
                // Its slot is free again from here on, not before: what waits for its turn takes memory.
                match self.under_way.next().await {
                    Some(page) => page?.0,
                    None => return Ok(None),
                }
            };
            if !self.is_settled {
                if page.is_empty() {
                    return Ok(None);
                }
                self.settle(&page).await?;
            }
            self.is_full = page.len() as u64 >= self.step;
            self.had += page.len() as u64;
            page.may_repeat = true;
            let Some(first) = page.first_mark() else { continue };
            let is_bounded = self.total.is_some_and(|total| self.had <= total);
            let is_known = !self.seen.insert(first);
            if self.first.replace(first) == Some(first) || (is_known && !is_bounded) {
                let message = "the API gives the same page again for another offset, so reading would never end";
                return Err(Trouble::Failed(failure(message.to_owned(), Cause::ServerFault)));
            }
            return Ok(Some(page));
        }
    }

    /// After the first page: how far it is to the next. A short page is the end, or the API gives fewer records than it
    /// is asked for without saying so; then the distance must be that, or records would be passed over.
    async fn settle(&mut self, first: &Page) -> Result<(), Trouble> {
        self.is_settled = true;
        let length = first.len() as u64;
        self.offset = length;
        if length >= self.step {
            return Ok(());
        }
        if self.total.is_none() {
            let probe = Self::page(self.collection, self.limit, length).await?;
            if probe.is_empty() {
                self.total = Some(length);
                return Ok(());
            }
            self.offset += probe.len() as u64;
            self.ready.push_back(probe);
        } else if self.total.is_some_and(|total| length >= total) {
            return Ok(());
        }
        self.step = length;
        self.collection.session.notice(Notice::info(format!(
            "{}: the API gives {length} records a page where {} are asked for",
            self.collection.endpoint.id, self.limit
        )));
        Ok(())
    }

    /// Asks for further pages, as far as there is reason to.
    fn ask(&mut self) {
        let most = self.collection.paging.side_by_side;
        match self.total {
            Some(total) if self.offset < total => {
                while self.offset < total && self.under_way.len() < most {
                    self.ask_one();
                }
            }
            // More came than were counted: records were added meanwhile, and there may be more of them.
            Some(total) if self.under_way.is_empty() && self.had > total && self.is_full => self.ask_one(),
            None if self.under_way.is_empty() && self.is_full => {
                self.group = (self.group * 2).clamp(1, most);
                for _ in 0..self.group {
                    self.ask_one();
                }
            }
            _ => {}
        }
    }

    fn ask_one(&mut self) {
        let (collection, limit, offset) = (self.collection, self.limit, self.offset);
        let page = async move {
            let slot = collection.paging.slots.acquire().await;
            Self::page(collection, limit, offset).await.map(|page| (page, slot))
        };
        self.under_way.push_back(page.boxed_local());
        self.offset += self.step;
    }

    async fn page(collection: &'s Collection<'s, H>, limit: u32, offset: u64) -> Result<Page, Trouble> {
        collection.page(&[("limit", &limit.to_string()), ("offset", &offset.to_string())]).await
    }
}

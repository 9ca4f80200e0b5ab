use std::collections::HashSet;

use super::{Collection, Trouble};
use crate::api::page::Page;
use crate::command::failure::failure;
use crate::data::Digest;
use crate::event::Cause;
use crate::host::Host;

/// Page after page by `Next-Page-Token`, until one is empty or shows no further token.
pub(super) struct CursorWalk<'s, H: Host> {
    collection: &'s Collection<'s, H>,
    size: u32,
    /// A page that was had already.
    first: Option<Page>,
    token: Option<String>,
    /// Records that there are, where that is known.
    total: Option<u64>,
    had: u64,
    /// Tokens, and the first record of every page: neither may come again, or the walk would never end.
    seen: HashSet<Digest>,
}

impl<'s, H: Host> CursorWalk<'s, H> {
    pub(super) fn from_page(collection: &'s Collection<'s, H>, size: u32, first: Page, total: Option<u64>) -> Self {
        Self { first: Some(first), total, ..Self::new(collection, size) }
    }

    pub(super) fn from_token(collection: &'s Collection<'s, H>, size: u32, token: String) -> Self {
        Self { token: Some(token), ..Self::new(collection, size) }
    }

    fn new(collection: &'s Collection<'s, H>, size: u32) -> Self {
        Self { collection, size, first: None, token: None, total: None, had: 0, seen: HashSet::new() }
    }

    pub(super) async fn next(&mut self) -> Option<Result<Page, Trouble>> {
        let page = match self.first.take() {
            Some(page) => Ok(page),
            None => self.further().await?,
        };
        let mut page = match page {
            Ok(page) => page,
            Err(trouble) => return Some(Err(trouble)),
        };
        let first = page.first_mark()?;
        self.had += page.len() as u64;
        self.token = page.next.take();
        let is_new = self.token.as_ref().is_none_or(|token| self.seen.insert(Digest::of(token.as_bytes())));
        if !is_new || !self.seen.insert(first) {
            self.token = None;
            let message = "the API gives the same page again for another page token, so reading would never end";
            return Some(Err(Trouble::Failed(failure(message.to_owned(), Cause::ServerFault))));
        }
        // The last page shows a token too; that all was had spares asking for an empty one.
        if self.total.is_some_and(|total| is_all(self.had, total, page.len(), self.size)) {
            self.token = None;
        }
        Some(Ok(page))
    }

    /// The page that the token stands for.
    async fn further(&mut self) -> Option<Result<Page, Trouble>> {
        let token = self.token.take()?;
        Some(self.collection.page(&[("pageToken", &token), ("pageSize", &self.size.to_string())]).await)
    }
}

/// Whether nothing is left after a page: as many records were had as there are; or more, as some were added meanwhile,
/// and the page is short.
pub(super) fn is_all(had: u64, total: u64, length: usize, size: u32) -> bool {
    had == total || (had > total && length < size as usize)
}

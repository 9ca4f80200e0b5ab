use std::cell::Cell;
use std::collections::VecDeque;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_util::stream::{Stream, StreamExt};

use super::{Pages, Trouble};
use crate::api::page::Page;

/// Bytes of pages that wait for their turn, of all endpoints together, before only the partitions go on whose turn it
/// is: 64 MiB. How far others run ahead so depends on their size, and memory does not.
const MOST_WAITING: usize = 64 << 20;

/// Partitions read side by side, and given one after the other.
pub(super) struct Ahead<'s, I> {
    /// Partitions that were not begun.
    rest: I,
    lanes: VecDeque<Lane<'s>>,
    width: usize,
    waiting: &'s Cell<usize>,
}

/// One partition.
struct Lane<'s> {
    pages: Pages<'s>,
    /// Pages that wait for the partitions before.
    had: VecDeque<Page>,
    /// Whether a request is under way: it may hold what others need to go on, so it must be driven to its end.
    is_busy: bool,
    is_done: bool,
}

impl<'s, I> Ahead<'s, I> {
    pub(super) fn new(partitions: I, width: usize, waiting: &'s Cell<usize>) -> Self {
        Self { rest: partitions, lanes: VecDeque::new(), width: width.max(1), waiting }
    }

    fn give(&mut self, page: Page) -> Page {
        self.waiting.set(self.waiting.get() - page.size());
        page
    }
}

impl<'s, I: Iterator<Item = Pages<'s>> + Unpin> Stream for Ahead<'s, I> {
    type Item = Result<Page, Trouble>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        loop {
            while this.lanes.len() < this.width {
                let Some(pages) = this.rest.next() else { break };
                this.lanes.push_back(Lane { pages, had: VecDeque::new(), is_busy: false, is_done: false });
            }
            for (at, lane) in this.lanes.iter_mut().enumerate() {
                let is_next = at == 0 && lane.had.is_empty();
                if let Some(trouble) = lane.drive(is_next, this.waiting, context) {
                    // Whichever partition it is: the records are written as a whole or not at all.
                    return Poll::Ready(Some(Err(trouble)));
                }
            }
            let Some(next) = this.lanes.front_mut() else { return Poll::Ready(None) };
            if let Some(page) = next.had.pop_front() {
                return Poll::Ready(Some(Ok(this.give(page))));
            }
            if !next.is_done {
                return Poll::Pending;
            }
            this.lanes.pop_front();
        }
    }
}

impl Lane<'_> {
    /// Goes on as far as there is room, one page at least if it is the next to be given.
    fn drive(&mut self, is_next: bool, waiting: &Cell<usize>, context: &mut Context<'_>) -> Option<Trouble> {
        let mut is_wanted = is_next;
        while !self.is_done && (self.is_busy || is_wanted || waiting.get() < MOST_WAITING) {
            match self.pages.poll_next_unpin(context) {
                Poll::Pending => {
                    self.is_busy = true;
                    return None;
                }
                Poll::Ready(Some(Ok(page))) => {
                    waiting.set(waiting.get() + page.size());
                    self.had.push_back(page);
                    (self.is_busy, is_wanted) = (false, false);
                }
                Poll::Ready(Some(Err(trouble))) => return Some(trouble),
                Poll::Ready(None) => (self.is_busy, self.is_done) = (false, true),
            }
        }
        None
    }
}

impl<I> Drop for Ahead<'_, I> {
    fn drop(&mut self) {
        let left: usize = self.lanes.iter().flat_map(|lane| &lane.had).map(Page::size).sum();
        self.waiting.set(self.waiting.get() - left);
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use futures_util::FutureExt;
    use futures_util::stream;
    use http::HeaderMap;

    use super::*;
    use crate::host::Response;

    fn page(text: &str) -> Page {
        let body = Bytes::from(format!("[{{\"id\":\"{text}\"}}]"));
        Page::read(&Response { status: 200, headers: HeaderMap::new(), body, truncated: false }).unwrap()
    }

    fn ids(pages: &[Page]) -> Vec<String> {
        pages.iter().map(|page| String::from_utf8(page.records().next().unwrap().to_vec()).unwrap()).collect()
    }

    /// A partition whose pages are each had only after so many polls.
    fn partition<'s>(name: &'static str, pages: usize, polls: usize, begun: &'s Cell<usize>) -> Pages<'s> {
        stream::iter(0..pages)
            .then(move |at| async move {
                begun.set(begun.get() + 1);
                for _ in 0..polls {
                    futures_util::pending!();
                }
                Ok(page(&format!("{name}{at}")))
            })
            .boxed_local()
    }

    /// Polls until the end, or as often as that takes if somebody else wakes.
    fn drain<'s>(ahead: &mut Ahead<'s, impl Iterator<Item = Pages<'s>> + Unpin>) -> Vec<Page> {
        let mut all = Vec::new();
        for _ in 0..10_000 {
            match ahead.next().now_or_never() {
                Some(Some(page)) => all.push(page.unwrap()),
                Some(None) => return all,
                None => {}
            }
        }
        panic!("it does not end");
    }

    #[test]
    fn partitions_are_given_in_their_order_whichever_is_first() {
        let (waiting, begun) = (Cell::new(0), Cell::new(0));
        let all = [("a", 3, 50), ("b", 2, 0), ("c", 0, 0), ("d", 4, 1)];
        let partitions = all.map(|(name, pages, polls)| partition(name, pages, polls, &begun));
        let mut ahead = Ahead::new(partitions.into_iter(), 3, &waiting);
        let pages = drain(&mut ahead);
        let expected = ["a0", "a1", "a2", "b0", "b1", "d0", "d1", "d2", "d3"];
        assert_eq!(ids(&pages), expected.map(|id| format!("{{\"id\":\"{id}\"}}")));
        assert_eq!(waiting.get(), 0);
    }

    #[test]
    fn without_room_only_the_next_partition_goes_on() {
        // Others hold all of the room.
        let (waiting, begun) = (Cell::new(MOST_WAITING), Cell::new(0));
        let partitions = [partition("a", 2, 3, &begun), partition("b", 5, 0, &begun)];
        let mut ahead = Ahead::new(partitions.into_iter(), 2, &waiting);
        assert!(ahead.next().now_or_never().is_none());
        assert_eq!(begun.get(), 1, "only the first was begun");
        assert_eq!(drain(&mut ahead).len(), 7, "and yet all of it comes");
        assert_eq!(waiting.get(), MOST_WAITING);
    }

    #[test]
    fn trouble_anywhere_is_told_at_once_and_the_room_is_given_back() {
        let (waiting, begun) = (Cell::new(0), Cell::new(0));
        let broken = stream::iter([Ok(page("b0")), Err(Trouble::Ending)]).boxed_local();
        let mut ahead = Ahead::new([partition("a", 3, 99, &begun), broken].into_iter(), 2, &waiting);
        assert!(matches!(ahead.next().now_or_never(), Some(Some(Err(Trouble::Ending)))));
        assert!(waiting.get() > 0);
        drop(ahead);
        assert_eq!(waiting.get(), 0);
    }
}

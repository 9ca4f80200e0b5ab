//! Work done side by side, with one copy of the machinery.
//!
//! `FuturesUnordered`, which `buffered`, `for_each_concurrent` and `join_all` are made of, is some 2 kB of WebAssembly
//! for each type of future. Boxed, all futures are of one type; one allocation is nothing beside what they wait for.

use std::cell::RefCell;

use futures_util::future::{FutureExt, LocalBoxFuture};
use futures_util::stream::{self, LocalBoxStream, Stream, StreamExt};

/// Carries out what a stream yields; at most so many at a time, where there is a bound.
pub(crate) async fn all<'w, F: Future<Output = ()> + 'w>(
    work: impl Stream<Item = F> + 'w,
    at_once: impl Into<Option<usize>>,
) {
    carry_out(work.map(FutureExt::boxed_local).boxed_local(), at_once.into()).await;
}

/// Carries all of this out; at most so many at a time, where there is a bound. What each comes to, in their order.
pub(crate) async fn outputs<F: Future>(
    work: impl IntoIterator<Item = F>,
    at_once: impl Into<Option<usize>>,
) -> Vec<F::Output> {
    let outputs = RefCell::new(Vec::new());
    let work = work.into_iter().map(|work| {
        let at = outputs.borrow().len();
        outputs.borrow_mut().push(None);
        let outputs = &outputs;
        async move {
            let output = work.await;
            outputs.borrow_mut()[at] = Some(output);
        }
        .boxed_local()
    });
    carry_out(stream::iter(work).boxed_local(), at_once.into()).await;
    outputs.into_inner().into_iter().map(|output| output.expect("all were carried out")).collect()
}

async fn carry_out(work: LocalBoxStream<'_, LocalBoxFuture<'_, ()>>, at_once: Option<usize>) {
    work.for_each_concurrent(at_once, |work| work).await;
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use futures_util::future::poll_fn;

    use super::*;

    /// Pending as often as that.
    async fn turns(mut left: u32) {
        poll_fn(|context| {
            context.waker().wake_by_ref();
            left = left.saturating_sub(1);
            if left == 0 { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
        })
        .await;
    }

    #[test]
    fn outputs_are_in_order_and_no_more_go_on_than_may() {
        let (now, most) = (Cell::new(0), Cell::new(0));
        let work = (0..10).map(|number| {
            let (now, most) = (&now, &most);
            async move {
                now.set(now.get() + 1);
                most.set(most.get().max(now.get()));
                turns(10 - number).await;
                now.set(now.get() - 1);
                number
            }
        });
        let outputs = run(outputs(work, 3));
        assert_eq!(outputs, (0..10).collect::<Vec<_>>());
        assert_eq!(most.get(), 3);
    }

    #[test]
    fn without_a_bound_all_go_on_together() {
        let (now, most) = (Cell::new(0), Cell::new(0));
        let work = stream::iter((0..5).map(|_| async {
            now.set(now.get() + 1);
            most.set(most.get().max(now.get()));
            // Long enough that all have begun before the first ends.
            turns(100).await;
            now.set(now.get() - 1);
        }));
        run(all(work, None));
        assert_eq!((now.get(), most.get()), (0, 5));
    }

    /// Polls until ready; whatever waits here wakes itself.
    fn run<T>(future: impl Future<Output = T>) -> T {
        let mut future = std::pin::pin!(future);
        loop {
            if let Some(output) = future.as_mut().now_or_never() {
                return output;
            }
        }
    }
}

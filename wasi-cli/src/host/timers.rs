//! All sleeps of a run on one timer of the host.
//!
//! Each request has a deadline, so with a timer each, half of what the executor asks the host to watch would be timers
//! that never fire: several calls of the host for each record. Here only the earliest deadline is watched, and a sleep
//! that is dropped costs nothing.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::convert::Infallible;
use std::future::{Future, pending, poll_fn};
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

use futures_util::future::select;
use wasip2::clocks::monotonic_clock;

use super::executor::{self, ready};

thread_local! {
    // The component has one thread and one executor; the clock is handed out by value.
    static TIMERS: Timers = Timers::default();
}

/// Sleeps by their end, in nanoseconds of the monotonic clock.
#[derive(Default)]
struct Timers {
    sleeping: RefCell<BTreeMap<(u64, u64), Waker>>,
    next: Cell<u64>,
    /// What is watched at the moment.
    watched: Cell<Option<u64>>,
    driver: RefCell<Option<Waker>>,
}

/// A sleep of so many nanoseconds is a deadline: that it begins a moment too early matters to nobody.
const LONG: u64 = 10_000_000_000;

/// Completes `nanoseconds` from now, while [`drive`] runs.
pub(super) fn sleep(nanoseconds: u64) -> Sleep {
    let now = if nanoseconds < LONG { monotonic_clock::now() } else { executor::now() };
    Sleep { end: now.saturating_add(nanoseconds), id: None }
}

/// See [`sleep`].
pub(super) struct Sleep {
    end: u64,
    id: Option<u64>,
}

impl Future for Sleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        TIMERS.with(|timers| {
            let mut sleeping = timers.sleeping.borrow_mut();
            if let Some(id) = self.id {
                // Whoever is no longer there was woken because its time has come.
                return match sleeping.get_mut(&(self.end, id)) {
                    Some(waker) => {
                        waker.clone_from(context.waker());
                        Poll::Pending
                    }
                    None => Poll::Ready(()),
                };
            }
            let id = timers.next.get();
            timers.next.set(id + 1);
            self.id = Some(id);
            sleeping.insert((self.end, id), context.waker().clone());
            if timers.watched.get().is_none_or(|watched| self.end < watched)
                && let Some(driver) = timers.driver.borrow().as_ref()
            {
                driver.wake_by_ref();
            }
            Poll::Pending
        })
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        if let Some(id) = self.id {
            TIMERS.with(|timers| timers.sleeping.borrow_mut().remove(&(self.end, id)));
        }
    }
}

/// Wakes sleepers when their time has come; runs beside everything that sleeps.
pub(crate) async fn drive() -> Infallible {
    loop {
        let earliest = TIMERS.with(wake_due);
        TIMERS.with(|timers| timers.watched.set(earliest));
        let due = pin!(async {
            match earliest {
                Some(end) => ready(monotonic_clock::subscribe_instant(end)).await,
                None => pending().await,
            }
        });
        let earlier = pin!(poll_fn(|context| TIMERS.with(|timers| timers.poll_earlier(context))));
        select(due, earlier).await;
    }
}

/// Wakes those whose time has come; tells when it comes for the next.
fn wake_due(timers: &Timers) -> Option<u64> {
    let now = monotonic_clock::now();
    loop {
        let waker = {
            let mut sleeping = timers.sleeping.borrow_mut();
            let first = sleeping.first_entry()?;
            if first.key().0 > now {
                return Some(first.key().0);
            }
            first.remove()
        };
        waker.wake();
    }
}

impl Timers {
    /// Ready when somebody sleeps whose time comes before the one that is watched.
    fn poll_earlier(&self, context: &mut Context<'_>) -> Poll<()> {
        *self.driver.borrow_mut() = Some(context.waker().clone());
        let earliest = self.sleeping.borrow().first_key_value().map(|(key, _)| key.0);
        match (earliest, self.watched.get()) {
            (Some(earliest), Some(watched)) if earliest >= watched => Poll::Pending,
            (None, _) => Poll::Pending,
            _ => Poll::Ready(()),
        }
    }
}

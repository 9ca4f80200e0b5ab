use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use crate::host::{Clock, Timestamp};

/// Virtual time. Cloning shares it.
#[derive(Debug, Clone)]
pub struct MemoryClock {
    inner: Rc<Inner>,
}

#[derive(Debug)]
struct Inner {
    start: Timestamp,
    elapsed: Cell<Duration>,
    timers: RefCell<BTreeMap<(Duration, u64), Waker>>,
    next_timer: Cell<u64>,
}

impl MemoryClock {
    /// A clock at 2026-01-01T00:00:00Z.
    pub(super) fn new() -> Self {
        let start = Timestamp::constant(1_767_225_600, 0);
        Self {
            inner: Rc::new(Inner {
                start,
                elapsed: Cell::new(Duration::ZERO),
                timers: RefCell::default(),
                next_timer: Cell::new(0),
            }),
        }
    }

    /// Moves time on, waking what was due.
    pub fn advance(&self, duration: Duration) {
        self.inner.elapsed.set(self.inner.elapsed.get() + duration);
        self.wake_due();
    }

    /// Moves time to the next timer; tells whether there was one.
    pub(super) fn advance_to_next_timer(&self) -> bool {
        let Some(at) = self.inner.timers.borrow().keys().next().map(|(at, _)| *at) else { return false };
        self.inner.elapsed.set(self.inner.elapsed.get().max(at));
        self.wake_due();
        true
    }

    fn wake_due(&self) {
        let now = self.inner.elapsed.get();
        let mut timers = self.inner.timers.borrow_mut();
        while let Some(entry) = timers.first_entry() {
            if entry.key().0 > now {
                break;
            }
            entry.remove().wake();
        }
    }
}

impl Clock for MemoryClock {
    fn now(&self) -> Timestamp {
        self.inner.start + self.inner.elapsed.get()
    }

    fn monotonic(&self) -> Duration {
        self.inner.elapsed.get()
    }

    async fn sleep(&self, duration: Duration) {
        if duration.is_zero() {
            let mut yielded = false;
            return poll_fn(|context| {
                if yielded {
                    return Poll::Ready(());
                }
                yielded = true;
                context.waker().wake_by_ref();
                Poll::Pending
            })
            .await;
        }
        let id = self.inner.next_timer.get();
        self.inner.next_timer.set(id + 1);
        Sleep { inner: self.inner.clone(), key: (self.inner.elapsed.get() + duration, id) }.await;
    }
}

/// A timer; dropped early it is forgotten.
struct Sleep {
    inner: Rc<Inner>,
    key: (Duration, u64),
}

impl Future for Sleep {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if self.inner.elapsed.get() >= self.key.0 {
            return Poll::Ready(());
        }
        self.inner.timers.borrow_mut().insert(self.key, context.waker().clone());
        Poll::Pending
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        self.inner.timers.borrow_mut().remove(&self.key);
    }
}

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

/// Wakes all who wait for something to change, on one thread.
///
/// A waiter that is dropped leaves nothing behind, so a signal that is never given does not grow with the number of
/// requests that raced against it.
#[derive(Debug, Default)]
pub(super) struct Signal {
    given: Cell<u64>,
    next: Cell<u64>,
    waiting: RefCell<BTreeMap<u64, Waker>>,
}

impl Signal {
    /// Completes all futures of [`Signal::changed`] that exist now.
    pub(super) fn give(&self) {
        self.given.set(self.given.get().wrapping_add(1));
        let waiting = std::mem::take(&mut *self.waiting.borrow_mut());
        for waker in waiting.into_values() {
            waker.wake();
        }
    }

    /// Completes at the first [`Signal::give`] after this call.
    pub(super) fn changed(&self) -> Changed<'_> {
        Changed { signal: self, seen: self.given.get(), key: None }
    }
}

/// See [`Signal::changed`].
#[derive(Debug)]
pub(super) struct Changed<'a> {
    signal: &'a Signal,
    seen: u64,
    key: Option<u64>,
}

impl Future for Changed<'_> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if self.signal.given.get() != self.seen {
            return Poll::Ready(());
        }
        let key = self.key.unwrap_or_else(|| {
            let key = self.signal.next.get();
            self.signal.next.set(key.wrapping_add(1));
            key
        });
        self.key = Some(key);
        self.signal.waiting.borrow_mut().insert(key, context.waker().clone());
        Poll::Pending
    }
}

impl Drop for Changed<'_> {
    fn drop(&mut self) {
        if let Some(key) = self.key {
            self.signal.waiting.borrow_mut().remove(&key);
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    #[test]
    fn a_dropped_waiter_leaves_nothing_behind() {
        let signal = Signal::default();
        {
            let mut waiter = signal.changed();
            assert!((&mut waiter).now_or_never().is_none());
            assert_eq!(signal.waiting.borrow().len(), 1);
        }
        assert!(signal.waiting.borrow().is_empty());
        let mut waiter = signal.changed();
        assert!((&mut waiter).now_or_never().is_none());
        signal.give();
        assert!(waiter.now_or_never().is_some());
    }
}

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

/// A bound on how much goes on at once: permits, handed out in the order they were asked for.
///
/// The bound may change while permits are out; a lower bound takes effect as permits come back. Clones share the bound.
#[derive(Debug, Clone)]
pub struct Pool(Rc<Inner>);

#[derive(Debug)]
struct Inner {
    limit: Cell<usize>,
    used: Cell<usize>,
    queue: RefCell<VecDeque<Rc<Waiter>>>,
}

#[derive(Debug, Default)]
struct Waiter {
    waker: RefCell<Option<Waker>>,
    granted: Cell<bool>,
}

impl Pool {
    /// A pool of `limit` permits, at least one.
    pub fn new(limit: usize) -> Self {
        let limit = Cell::new(limit.max(1));
        Self(Rc::new(Inner { limit, used: Cell::new(0), queue: RefCell::default() }))
    }

    /// Waits for a permit. First come, first served; dropping the future leaves the queue.
    pub fn acquire(&self) -> Acquire {
        Acquire { inner: Rc::clone(&self.0), waiter: None }
    }

    /// Permits that may be out at the moment.
    pub fn allowed(&self) -> usize {
        self.0.limit.get()
    }

    /// Permits that are out.
    pub fn in_use(&self) -> usize {
        self.0.used.get()
    }

    /// Changes the bound, to at least one.
    pub(super) fn set_allowed(&self, limit: usize) {
        self.0.limit.set(limit.max(1));
        self.0.grant();
    }
}

impl Inner {
    /// Hands free permits to those who wait longest.
    fn grant(&self) {
        while self.used.get() < self.limit.get() {
            let Some(waiter) = self.queue.borrow_mut().pop_front() else { return };
            self.used.set(self.used.get() + 1);
            waiter.granted.set(true);
            let waker = waiter.waker.borrow_mut().take();
            if let Some(waker) = waker {
                waker.wake();
            }
        }
    }

    fn give_back(&self) {
        self.used.set(self.used.get() - 1);
        self.grant();
    }
}

/// Leave to do one thing; dropping it gives it back.
#[derive(Debug)]
pub struct Permit(Rc<Inner>);

impl Drop for Permit {
    fn drop(&mut self) {
        self.0.give_back();
    }
}

/// See [`Pool::acquire`].
#[derive(Debug)]
pub struct Acquire {
    inner: Rc<Inner>,
    waiter: Option<Rc<Waiter>>,
}

impl Future for Acquire {
    type Output = Permit;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Permit> {
        let inner = Rc::clone(&self.inner);
        if let Some(waiter) = &self.waiter {
            if waiter.granted.get() {
                self.waiter = None;
                return Poll::Ready(Permit(inner));
            }
            *waiter.waker.borrow_mut() = Some(context.waker().clone());
            return Poll::Pending;
        }
        if inner.queue.borrow().is_empty() && inner.used.get() < inner.limit.get() {
            inner.used.set(inner.used.get() + 1);
            return Poll::Ready(Permit(inner));
        }
        let waiter = Rc::new(Waiter { waker: RefCell::new(Some(context.waker().clone())), granted: Cell::new(false) });
        inner.queue.borrow_mut().push_back(Rc::clone(&waiter));
        self.waiter = Some(waiter);
        Poll::Pending
    }
}

impl Drop for Acquire {
    fn drop(&mut self) {
        let Some(waiter) = self.waiter.take() else { return };
        if waiter.granted.get() {
            self.inner.give_back();
        } else {
            self.inner.queue.borrow_mut().retain(|other| !Rc::ptr_eq(other, &waiter));
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    #[test]
    fn first_come_first_served() {
        let pool = Pool::new(1);
        let first = pool.acquire().now_or_never().unwrap();
        let mut second = pool.acquire();
        let mut third = pool.acquire();
        assert!((&mut second).now_or_never().is_none());
        assert!((&mut third).now_or_never().is_none());
        drop(first);
        assert!(pool.acquire().now_or_never().is_none(), "nobody overtakes the queue");
        assert!((&mut third).now_or_never().is_none());
        let second = (&mut second).now_or_never().unwrap();
        drop(second);
        assert!(third.now_or_never().is_some());
        assert_eq!(pool.in_use(), 0);
    }

    #[test]
    fn a_dropped_waiter_passes_its_permit_on() {
        let pool = Pool::new(1);
        let held = pool.acquire().now_or_never().unwrap();
        let mut granted = pool.acquire();
        let mut next = pool.acquire();
        assert!((&mut granted).now_or_never().is_none());
        assert!((&mut next).now_or_never().is_none());
        drop(held);
        drop(granted);
        assert!(next.now_or_never().is_some());
        assert_eq!(pool.in_use(), 0);
    }

    #[test]
    fn a_lower_bound_takes_effect_as_permits_come_back() {
        let pool = Pool::new(4);
        let mut held: Vec<_> = (0..4).map(|_| pool.acquire().now_or_never().unwrap()).collect();
        pool.set_allowed(2);
        held.truncate(2);
        let mut waiting = pool.acquire();
        assert!((&mut waiting).now_or_never().is_none());
        held.pop();
        let permit = waiting.now_or_never().unwrap();
        assert_eq!(pool.in_use(), 2);
        pool.set_allowed(3);
        assert!(pool.acquire().now_or_never().is_some());
        drop((permit, held));
        assert_eq!(pool.in_use(), 0);
    }
}

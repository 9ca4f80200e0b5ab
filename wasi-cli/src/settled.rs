//! Runs a future until nothing in it is ready, before the executor looks at the host again.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Wake, Waker};

/// So often a future is polled again at once; then the host has its turn whatever happens.
const AT_ONCE: usize = 16;

/// Who is to be woken, and whether it is needed.
#[derive(Default)]
struct Relay {
    /// Whether the future is being polled: then a wake needs no detour.
    polling: AtomicBool,
    woken: AtomicBool,
    outer: Mutex<Option<Waker>>,
}

impl Wake for Relay {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.woken.store(true, Relaxed);
        if !self.polling.load(Relaxed) {
            self.wake_outer();
        }
    }
}

impl Relay {
    fn wake_outer(&self) {
        if let Some(waker) = self.outer.lock().unwrap_or_else(PoisonError::into_inner).as_ref() {
            waker.wake_by_ref();
        }
    }
}

/// The same future, for an executor to which each wake costs calls of the host: one part of the future that wakes
/// another (a permit given back, a record that waited) is no reason to ask the host about every exchange in flight.
pub(crate) async fn settled<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let relay = Arc::new(Relay::default());
    let waker = Waker::from(relay.clone());
    poll_fn(|outer| {
        *relay.outer.lock().unwrap_or_else(PoisonError::into_inner) = Some(outer.waker().clone());
        for _ in 0..AT_ONCE {
            relay.woken.store(false, Relaxed);
            relay.polling.store(true, Relaxed);
            let polled = future.as_mut().poll(&mut Context::from_waker(&waker));
            relay.polling.store(false, Relaxed);
            if polled.is_ready() || !relay.woken.load(Relaxed) {
                return polled;
            }
        }
        relay.wake_outer();
        Poll::Pending
    })
    .await
}

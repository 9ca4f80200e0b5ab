//! Runs one future, and asks the sandbox only when nothing in it is ready.
//!
//! Each question to the sandbox costs as much as a good part of the work on a record: so what waits is watched in one
//! list, is not asked about by itself, and one part of the future that wakes another (a permit given back, a record that
//! waited) is no reason to look whether exchanges have ended.

use std::cell::{Cell, RefCell};
use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::task::{Context, Poll, Wake, Waker};

use wasip2::clocks::monotonic_clock;
use wasip2::io::poll::{self, Pollable};

/// So often a future is polled again at once; then the sandbox has its turn whatever happens.
const AT_ONCE: usize = 16;

thread_local! {
    // The component has one thread and one future; what waits is deep inside of it.
    static WATCHED: RefCell<Watched> = RefCell::default();
    static NOW: Cell<Option<u64>> = const { Cell::new(None) };
}

/// The monotonic time, in nanoseconds: asked for once for each time that the future is polled.
pub(super) fn now() -> u64 {
    NOW.get().unwrap_or_else(|| {
        let now = monotonic_clock::now();
        NOW.set(Some(now));
        now
    })
}

/// What is waited for.
#[derive(Default)]
struct Watched {
    places: Vec<Option<Wait>>,
    free: Vec<usize>,
}

struct Wait {
    pollable: Pollable,
    /// Taken when the pollable was ready.
    waker: Option<Waker>,
}

/// Completes when this is ready.
pub(crate) fn ready(pollable: Pollable) -> Ready {
    Ready::New(Some(pollable))
}

/// See [`ready`].
pub(crate) enum Ready {
    /// Not watched yet.
    New(Option<Pollable>),
    /// Watched at this place.
    Watched(usize),
}

impl Future for Ready {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        WATCHED.with_borrow_mut(|watched| match &mut *self {
            Self::New(pollable) => {
                // Only a future that has completed has none.
                let Some(pollable) = pollable.take() else { return Poll::Ready(()) };
                let place = watched.add(Wait { pollable, waker: Some(context.waker().clone()) });
                *self = Self::Watched(place);
                Poll::Pending
            }
            Self::Watched(place) => match watched.places[*place].as_mut().and_then(|wait| wait.waker.as_mut()) {
                Some(waker) => {
                    waker.clone_from(context.waker());
                    Poll::Pending
                }
                None => Poll::Ready(()),
            },
        })
    }
}

impl Drop for Ready {
    fn drop(&mut self) {
        if let Self::Watched(place) = self {
            WATCHED.with_borrow_mut(|watched| watched.remove(*place));
        }
    }
}

impl Watched {
    fn add(&mut self, wait: Wait) -> usize {
        if let Some(place) = self.free.pop() {
            self.places[place] = Some(wait);
            return place;
        }
        self.places.push(Some(wait));
        self.places.len() - 1
    }

    fn remove(&mut self, place: usize) {
        self.places[place] = None;
        self.free.push(place);
    }

    /// Asks the sandbox which of all are ready, and gives their wakers. Waits until one is, unless `at_once`.
    fn ask(&mut self, at_once: bool) -> Vec<Waker> {
        let waiting = |place: &Option<Wait>| place.as_ref().is_some_and(|wait| wait.waker.is_some());
        let places: Vec<usize> = (0..self.places.len()).filter(|&place| waiting(&self.places[place])).collect();
        assert!(at_once || !places.is_empty(), "a run that goes on waits for something");
        let mut list: Vec<&Pollable> =
            places.iter().filter_map(|&place| self.places[place].as_ref().map(|wait| &wait.pollable)).collect();
        // Ready, but only after the runtime had a turn: a new one each time, as an old one gives it none, and signals,
        // timers and sockets would wait for as long as there is something to do here.
        let now = at_once.then(|| monotonic_clock::subscribe_duration(0));
        list.extend(&now);
        let found = poll::poll(&list);
        // The last of the list, which is none of the places, may be among them.
        let found = found.into_iter().filter_map(|at| places.get(at as usize).copied());
        found.filter_map(|place| self.places[place].as_mut().and_then(|wait| wait.waker.take())).collect()
    }
}

/// Whether the future wants to be polled.
struct Woken(AtomicBool);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.0.store(true, Relaxed);
    }
}

/// Runs a future to its end.
pub(crate) fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let woken = Arc::new(Woken(AtomicBool::new(true)));
    let waker = Waker::from(woken.clone());
    let mut context = Context::from_waker(&waker);
    loop {
        for _ in 0..AT_ONCE {
            if !woken.0.swap(false, Relaxed) {
                break;
            }
            NOW.set(None);
            if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
                return output;
            }
        }
        let at_once = woken.0.load(Relaxed);
        let wakers = WATCHED.with_borrow_mut(|watched| watched.ask(at_once));
        wakers.into_iter().for_each(Waker::wake);
    }
}

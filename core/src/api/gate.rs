use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use http::header::RETRY_AFTER;

use super::backoff::Backoff;
use super::exchange::{Call, Exchange, Stopped};
use super::outage::Outage;
use super::pool::Pool;
use super::retry_after;
use crate::event::{Event, Listener};
use crate::host::{Clock, Request, Response};

/// The wait of the first closing where the server names none, before it is made random.
const FIRST_WAIT: Duration = Duration::from_secs(1);
/// A request that met a closed gate so often fails with the status it met.
const MOST_MEETINGS: u32 = 20;
/// The number in flight grows by one after so many answers for each request that may be in flight.
const ANSWERS_PER_STEP: usize = 10;
/// Changes of the number in flight are told at most so often.
const TELL_EVERY: Duration = Duration::from_millis(500);

/// One gate for all requests of a server: closed while the server asks for slowness, and a bound on the number in
/// flight, which is halved at each closing and recovers slowly.
#[derive(Debug)]
pub(super) struct Gate {
    flights: Pool,
    most: usize,
    closed_until: Cell<Duration>,
    /// Counts closings, so that a burst of refusals that left before one closing counts as that one.
    generation: Cell<u64>,
    /// Closings since the last answer that was not a refusal.
    closings: Cell<u32>,
    answers: Cell<usize>,
    told: Cell<(usize, Duration)>,
    /// Whether the number in flight is worth telling.
    is_told: bool,
}

impl Gate {
    /// The gate of the run's requests.
    pub(super) fn new(most: usize) -> Self {
        Self { is_told: true, ..Self::quiet(most) }
    }

    /// A gate for requests that are no work on records, whose number in flight is not told.
    pub(super) fn quiet(most: usize) -> Self {
        Self {
            is_told: false,
            flights: Pool::new(most),
            most: most.max(1),
            closed_until: Cell::default(),
            generation: Cell::default(),
            closings: Cell::default(),
            answers: Cell::default(),
            told: Cell::default(),
        }
    }

    /// Requests that may be in flight at the moment.
    pub(super) fn allowed(&self) -> usize {
        self.flights.allowed()
    }

    /// An answer that was no refusal, to a request that passed in `generation`.
    fn passed(&self, generation: u64) -> Change {
        if generation != self.generation.get() {
            return Change::None;
        }
        self.closings.set(0);
        let allowed = self.allowed();
        if allowed >= self.most {
            return Change::None;
        }
        self.answers.set(self.answers.get() + 1);
        if self.answers.get() < allowed * ANSWERS_PER_STEP {
            return Change::None;
        }
        self.answers.set(0);
        self.flights.set_allowed(allowed + 1);
        Change::Allowed
    }

    /// A refusal met by a request that passed in `generation`; closes the gate for `asked`, or for its own wait.
    fn refused(&self, generation: u64, now: Duration, asked: Option<Duration>, backoff: &Backoff) -> Change {
        let first = generation == self.generation.get();
        let is_open = now >= self.closed_until.get();
        if !first && !is_open && asked.is_none() {
            return Change::None;
        }
        let wait = match asked {
            Some(asked) => backoff.capped(asked),
            None => backoff
                .wait(FIRST_WAIT, if first { self.closings.get() } else { self.closings.get().saturating_sub(1) }),
        };
        self.closed_until.set(self.closed_until.get().max(now + wait));
        if !first {
            return if is_open { Change::Closed(wait) } else { Change::None };
        }
        self.generation.set(generation + 1);
        self.closings.set(self.closings.get().saturating_add(1));
        self.answers.set(0);
        self.flights.set_allowed(self.allowed() / 2);
        Change::Closed(wait)
    }
}

/// What an answer changed at the gate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Change {
    None,
    /// The number in flight may grow.
    Allowed,
    /// It was closed for so long, and the number in flight was halved.
    Closed(Duration),
}

/// Sends requests through a [`Gate`].
pub(super) struct Gated<'h, X, C> {
    pub(super) inner: X,
    pub(super) clock: &'h C,
    pub(super) listener: &'h dyn Listener,
    pub(super) gate: Rc<Gate>,
    pub(super) backoff: Rc<Backoff>,
    pub(super) outage: Rc<Outage>,
}

impl<X: Exchange, C: Clock> Exchange for Gated<'_, X, C> {
    async fn exchange(&self, request: &Request, call: &Call<'_>) -> Result<Response, Stopped> {
        loop {
            let permit = self.outage.unless_broken(self.pass()).await?;
            let generation = self.gate.generation.get();
            self.tell(Change::None);
            let result = self.inner.exchange(request, call).await;
            drop(permit);
            let Ok(answer) = &result else {
                self.tell(Change::None);
                return result;
            };
            if !matches!(answer.status, 429 | 503) {
                self.tell(self.gate.passed(generation));
                return result;
            }
            let now = self.clock.monotonic();
            let asked = answer.header(&RETRY_AFTER).and_then(|text| retry_after::read(text, self.clock.now()));
            let change = self.gate.refused(generation, now, asked, &self.backoff);
            if let Change::Closed(wait) = change {
                self.listener.hear(&Event::GateClosed { status: answer.status, wait });
            }
            self.tell(change);
            call.met_gate.set(call.met_gate.get() + 1);
            if call.met_gate.get() >= MOST_MEETINGS {
                call.given_up_at_gate.set(true);
                return result;
            }
            let wait = self.gate.closed_until.get().saturating_sub(now);
            self.listener.hear(&Event::Repeated {
                endpoint: call.endpoint.cloned(),
                status: Some(answer.status),
                wait,
            });
        }
    }
}

impl<X, C: Clock> Gated<'_, X, C> {
    /// Waits until the gate is open and there is room in flight.
    async fn pass(&self) -> super::pool::Permit {
        loop {
            // It may be closed for longer while this waits, so the end is read anew each time.
            let closed = self.gate.closed_until.get().saturating_sub(self.clock.recent());
            if !closed.is_zero() {
                self.clock.sleep(closed).await;
                continue;
            }
            let permit = self.gate.flights.acquire().await;
            if self.clock.recent() >= self.gate.closed_until.get() {
                return permit;
            }
        }
    }

    /// Tells the number in flight: at once where the bound changed, or where it was none or is none any more, as
    /// nobody would tell it later, and a pause is told by it; else now and then.
    fn tell(&self, change: Change) {
        let (told, at) = self.gate.told.get();
        let (now, clock) = (self.gate.flights.in_use(), self.clock.recent());
        let is_due = now != told && (now == 0 || told == 0 || clock >= at + TELL_EVERY);
        if self.gate.is_told && (change != Change::None || is_due) {
            self.gate.told.set((now, clock));
            self.listener.hear(&Event::InFlight { now, allowed: self.gate.allowed() });
        }
    }
}

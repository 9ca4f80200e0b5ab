use std::rc::Rc;
use std::time::Duration;

use super::authorise::Authorise;
use super::backoff::Backoff;
use super::deadline::Deadline;
use super::exchange::{Call, Exchange, Stopped};
use super::gate::{Gate, Gated};
use super::outage::{Outage, Watch};
use super::repeat::Repeat;
use super::token::Tokens;
use crate::config::Connection;
use crate::event::Listener;
use crate::host::{Clock, Http, Request, Response};

/// One attempt: bounded in time, and told to the outage detector.
type Attempt<'h, T, C> = Watch<'h, Deadline<'h, T, C>, C>;
/// All layers.
pub(super) type Stack<'h, T, C> = Repeat<'h, Gated<'h, Inner<'h, T, C>, C>, C>;

/// What stands behind the gate. One type, so that there is one copy of the layers before it.
pub(super) enum Inner<'h, T, C> {
    /// Requests without a token: discovery, and the token request itself.
    Anonymous(Attempt<'h, T, C>),
    /// Requests of the run.
    Signed(Authorise<'h, Attempt<'h, T, C>, T, C>),
}

impl<T: Http, C: Clock> Exchange for Inner<'_, T, C> {
    async fn exchange(&self, request: Request, call: &Call<'_>) -> Result<Response, Stopped> {
        match self {
            Self::Anonymous(inner) => inner.exchange(request, call).await,
            Self::Signed(inner) => inner.exchange(request, call).await,
        }
    }
}

/// What the layers of one run share.
pub(super) struct Parts<'h, T, C> {
    pub(super) http: &'h T,
    pub(super) clock: &'h C,
    pub(super) listener: &'h dyn Listener,
    pub(super) backoff: Rc<Backoff>,
    timeout: Duration,
    most: u32,
    statuses: Rc<[u16]>,
}

impl<'h, T: Http, C: Clock> Parts<'h, T, C> {
    pub(super) fn new(
        http: &'h T,
        clock: &'h C,
        listener: &'h dyn Listener,
        connection: &Connection,
        seed: u64,
    ) -> Self {
        Self {
            http,
            clock,
            listener,
            backoff: Rc::new(Backoff::new(connection.backoff_factor, connection.max_retry_wait, seed)),
            timeout: connection.timeout,
            most: connection.num_retries,
            statuses: connection.retry_statuses.as_slice().into(),
        }
    }

    /// A stack with a gate of its own, for a server that is not, or may not be, the data server.
    pub(super) fn anonymous(&self) -> Stack<'h, T, C> {
        let outage = Outage::never();
        self.repeat(Inner::Anonymous(self.attempt(&outage)), Rc::new(Gate::quiet(1)), outage)
    }

    /// The stack of the run.
    pub(super) fn signed(&self, tokens: Rc<Tokens<'h, T, C>>, gate: Rc<Gate>, outage: &Rc<Outage>) -> Stack<'h, T, C> {
        let inner = Authorise {
            inner: self.attempt(outage),
            tokens,
            listener: self.listener,
            outage: Rc::clone(outage),
            refusing: std::cell::RefCell::default(),
        };
        self.repeat(Inner::Signed(inner), gate, Rc::clone(outage))
    }

    fn attempt(&self, outage: &Rc<Outage>) -> Attempt<'h, T, C> {
        let inner = Deadline { http: self.http, clock: self.clock, timeout: self.timeout };
        Watch { inner, clock: self.clock, outage: Rc::clone(outage) }
    }

    fn repeat(&self, inner: Inner<'h, T, C>, gate: Rc<Gate>, outage: Rc<Outage>) -> Stack<'h, T, C> {
        let gated = Gated {
            inner,
            clock: self.clock,
            listener: self.listener,
            gate,
            backoff: Rc::clone(&self.backoff),
            outage: Rc::clone(&outage),
        };
        Repeat {
            inner: gated,
            clock: self.clock,
            listener: self.listener,
            backoff: Rc::clone(&self.backoff),
            outage,
            most: self.most,
            statuses: Rc::clone(&self.statuses),
        }
    }
}

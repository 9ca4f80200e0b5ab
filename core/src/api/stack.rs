use std::rc::Rc;
use std::time::Duration;

use super::authorise::Authorise;
use super::backoff::Backoff;
use super::deadline::Deadline;
use super::gate::{Gate, Gated};
use super::outage::{Outage, Watch};
use super::repeat::Repeat;
use super::token::Tokens;
use crate::config::Connection;
use crate::event::Listener;
use crate::host::{Clock, Http};

/// One attempt: bounded in time, and told to the outage detector.
type Attempt<'h, T, C> = Watch<'h, Deadline<'h, T, C>, C>;
/// Requests without a token: discovery, and the token request itself.
pub(super) type Anonymous<'h, T, C> = Repeat<'h, Gated<'h, Attempt<'h, T, C>, C>, C>;
/// Requests of the run.
pub(super) type Signed<'h, T, C> = Repeat<'h, Gated<'h, Authorise<'h, Attempt<'h, T, C>, T, C>, C>, C>;

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
    pub(super) fn anonymous(&self) -> Anonymous<'h, T, C> {
        let outage = Outage::never();
        self.repeat(self.gated(self.attempt(&outage), Rc::new(Gate::quiet(1)), &outage), outage)
    }

    /// The stack of the run.
    pub(super) fn signed(&self, tokens: Rc<Tokens<'h, T, C>>, gate: Rc<Gate>, outage: &Rc<Outage>) -> Signed<'h, T, C> {
        let inner = Authorise {
            inner: self.attempt(outage),
            tokens,
            listener: self.listener,
            outage: Rc::clone(outage),
            refusing: std::cell::RefCell::default(),
        };
        self.repeat(self.gated(inner, gate, outage), Rc::clone(outage))
    }

    fn attempt(&self, outage: &Rc<Outage>) -> Attempt<'h, T, C> {
        let inner = Deadline { http: self.http, clock: self.clock, timeout: self.timeout };
        Watch { inner, clock: self.clock, outage: Rc::clone(outage) }
    }

    fn gated<X>(&self, inner: X, gate: Rc<Gate>, outage: &Rc<Outage>) -> Gated<'h, X, C> {
        let (backoff, outage) = (Rc::clone(&self.backoff), Rc::clone(outage));
        Gated { inner, clock: self.clock, listener: self.listener, gate, backoff, outage }
    }

    fn repeat<X>(&self, inner: X, outage: Rc<Outage>) -> Repeat<'h, X, C> {
        Repeat {
            inner,
            clock: self.clock,
            listener: self.listener,
            backoff: Rc::clone(&self.backoff),
            outage,
            most: self.most,
            statuses: Rc::clone(&self.statuses),
        }
    }
}

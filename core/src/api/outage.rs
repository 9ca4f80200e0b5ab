use std::cell::{Cell, RefCell};
use std::fmt;
use std::pin::pin;
use std::rc::Rc;
use std::time::Duration;

use futures_util::future::{Either, select};

use super::Unreachable;
use super::exchange::{Call, Exchange, Stopped};
use super::signal::Signal;
use crate::host::{Clock, Request, Response};
use crate::invocation::Command;
use crate::notice::Notice;

/// Why a run was broken off; `Display` is one plain sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BrokenOff {
    /// The API answers nothing any more.
    NoAnswer {
        /// How long it has been silent.
        silent: Duration,
        /// What the last attempt came to.
        detail: String,
        /// What the user can do about it.
        hint: Option<String>,
    },
    /// No token can be had any more.
    NoToken(Unreachable),
}

impl fmt::Display for BrokenOff {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoAnswer { silent, detail, .. } => {
                write!(f, "The API has not answered for {} s ({detail}); the run was broken off", silent.as_secs())
            }
            Self::NoToken(error) => write!(f, "{error}; the run was broken off"),
        }
    }
}

impl BrokenOff {
    /// The notice that ends the run of a command.
    pub fn notice(&self, command: Command) -> Notice {
        let rest = match command {
            Command::Send | Command::ValidateSend => "run the same command again: it sends what was not accepted yet",
            _ => "run the same command again",
        };
        let hint = match self {
            Self::NoAnswer { hint, .. } => hint,
            Self::NoToken(error) => &error.hint,
        };
        Notice::error(self.to_string()).with_hint(match hint {
            Some(hint) => format!("{hint}; then {rest}"),
            None => rest.to_owned(),
        })
    }
}

/// Notices that an API has gone for good, so that a run neither waits for ever nor fails a million records one by one.
///
/// A run is broken off when at least `pool_size` requests have given up without any answer and none was answered for
/// max(60 s, 2 × timeout), or when no token can be had any more.
#[derive(Debug)]
pub(super) struct Outage {
    enough: usize,
    patience: Duration,
    given_up: Cell<usize>,
    silent_since: Cell<Option<Duration>>,
    reason: RefCell<Option<BrokenOff>>,
    broken: Signal,
}

impl Outage {
    pub(super) fn new(pool_size: usize, timeout: Duration) -> Self {
        Self {
            enough: pool_size.max(1),
            patience: timeout.saturating_mul(2).max(Duration::from_mins(1)),
            given_up: Cell::new(0),
            silent_since: Cell::new(None),
            reason: RefCell::new(None),
            broken: Signal::default(),
        }
    }

    /// For exchanges before and beside the run, which end by their own bounds.
    pub(super) fn never() -> Rc<Self> {
        Rc::new(Self::new(usize::MAX, Duration::ZERO))
    }

    /// Why the run was broken off, if it was.
    pub(super) fn reason(&self) -> Option<BrokenOff> {
        self.reason.borrow().clone()
    }

    /// An error once the run was broken off.
    pub(super) fn check(&self) -> Result<(), Stopped> {
        if self.reason.borrow().is_some() { Err(Stopped::BrokenOff) } else { Ok(()) }
    }

    /// Breaks the run off; the first reason stays.
    pub(super) fn break_off(&self, reason: BrokenOff) {
        self.reason.borrow_mut().get_or_insert(reason);
        self.broken.give();
    }

    /// Waits for `future`, or until the run is broken off.
    pub(super) async fn unless_broken<T>(&self, future: impl Future<Output = T>) -> Result<T, Stopped> {
        self.check()?;
        match select(pin!(future), self.broken.changed()).await {
            Either::Left((output, _)) => Ok(output),
            Either::Right(((), _)) => Err(Stopped::BrokenOff),
        }
    }

    fn answered(&self) {
        self.given_up.set(0);
        self.silent_since.set(None);
    }

    fn unanswered(&self, now: Duration) {
        if self.silent_since.get().is_none() {
            self.silent_since.set(Some(now));
        }
    }

    /// A request gives up, and not one of its attempts was answered.
    pub(super) fn gave_up(&self, now: Duration, error: &crate::host::HttpError) {
        self.given_up.set(self.given_up.get().saturating_add(1));
        let silent = now.saturating_sub(self.silent_since.get().unwrap_or(now));
        if self.given_up.get() >= self.enough && silent >= self.patience {
            let (detail, hint) = (error.detail.clone(), error.hint.clone());
            self.break_off(BrokenOff::NoAnswer { silent, detail, hint });
        }
    }
}

/// Tells [`Outage`] of every attempt.
#[derive(Debug)]
pub(super) struct Watch<'h, X, C> {
    pub(super) inner: X,
    pub(super) clock: &'h C,
    pub(super) outage: Rc<Outage>,
}

impl<X: Exchange, C: Clock> Exchange for Watch<'_, X, C> {
    async fn exchange(&self, request: &Request, call: &Call<'_>) -> Result<Response, Stopped> {
        let began = self.clock.monotonic();
        let result = self.inner.exchange(request, call).await;
        match &result {
            Ok(_) => {
                call.answered.set(true);
                self.outage.answered();
            }
            Err(_) => self.outage.unanswered(began),
        }
        result
    }
}

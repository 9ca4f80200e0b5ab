use std::cell::Cell;

use crate::event::EndpointId;
use crate::host::{HttpError, Request, Response};

/// One layer of the request stack.
pub(super) trait Exchange {
    /// Sends `request` on behalf of `call`; any status is an answer. Who repeats has it still.
    async fn exchange(&self, request: &Request, call: &Call<'_>) -> Result<Response, Stopped>;
}

/// Why a request has no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Stopped {
    /// The last attempt had none.
    NoAnswer(HttpError),
    /// The run was broken off while it waited.
    BrokenOff,
}

/// Whether a request carries the bearer token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Credentials {
    /// It does.
    Token,
    /// It does not: discovery, documents, and the token request itself.
    None,
}

/// What the layers know about one request beside its bytes; lives as long as all of its attempts.
#[derive(Debug)]
pub(super) struct Call<'c> {
    /// The endpoint, `None` for token, discovery and documents.
    pub(super) endpoint: Option<&'c EndpointId>,
    /// Whether it is signed.
    pub(super) credentials: Credentials,
    /// Attempts that left so far.
    pub(super) attempts: Cell<u32>,
    /// How many of them may have been carried out without the API saying so: no answer, or 500 and above.
    pub(super) doubtful: Cell<u32>,
    /// Whether any of them was answered.
    pub(super) answered: Cell<bool>,
    /// How often it met a closed gate.
    pub(super) met_gate: Cell<u32>,
    /// Whether the gate gave it up: its last answer is final, whatever the list of statuses says.
    pub(super) given_up_at_gate: Cell<bool>,
}

impl<'c> Call<'c> {
    pub(super) fn new(endpoint: Option<&'c EndpointId>, credentials: Credentials) -> Self {
        Self {
            endpoint,
            credentials,
            attempts: Cell::new(0),
            doubtful: Cell::new(0),
            answered: Cell::new(false),
            met_gate: Cell::new(0),
            given_up_at_gate: Cell::new(false),
        }
    }

    /// How many times the exchange was repeated, for whatever reason.
    pub(super) fn repeats(&self) -> u32 {
        self.attempts.get().saturating_sub(1)
    }
}

//! The server: discovery, token, endpoints, requests with repeats, and what its error bodies say.
//!
//! [`discover`] turns a configuration into a [`Target`]; [`Api`] sends requests to it; [`documents`] gets what the API
//! tells about itself.
//!
//! # The request stack
//!
//! A request passes these layers, outermost first. Each is a generic struct around the next.
//!
//! | layer | does | why it stands there |
//! |---|---|---|
//! | repeat | repeats listed statuses and exchanges without an answer | a repeat is a new exchange in every respect: it meets the gate, needs room in flight, and may find the token renewed |
//! | gate | holds requests back while the server asks for slowness; bounds the number in flight | inside repeat, as meeting it spends no repeat; around authorise, as whoever waits for a token has its place in flight already and goes on at once |
//! | authorise | signs; renews the token once on 401 | the second try of a 401 needs no wait and no other place in the queue |
//! | watch | tells the outage detector of every attempt | it must see each attempt, also those that outer layers repeat |
//! | deadline | bounds one attempt | the bound is for the exchange alone, not for waits and renewals |
//!
//! Discovery and token requests pass the same layers less authorise, with a gate of their own.
//!
//! Waits (before a repeat, behind the gate, for room in flight, for a token) end at once when the run is broken off;
//! an attempt under way ends by its deadline.

mod authorise;
mod backoff;
mod client;
mod deadline;
mod discovery;
pub mod documents;
mod exchange;
mod gate;
mod hosts;
mod json;
mod outage;
pub mod page;
mod pool;
pub mod problem;
mod redirect;
mod repeat;
mod retry_after;
mod signal;
mod stack;
mod target;
mod token;
mod urls;

pub use client::{Answer, Api, FrontEnd, NoAnswer, SendError};
pub use discovery::discover;
pub use hosts::NamedHosts;
pub use outage::BrokenOff;
pub use pool::{Acquire, Permit, Pool};
pub use target::{DocumentUrls, Target};
pub use token::CredentialsIn;

use crate::config::ConfigError;
use crate::exit::Exit;
use crate::notice::Notice;

/// Something that the run needs from the API cannot be had. `Display` is one plain sentence.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Unreachable {
    /// What could not be had, from where, and why.
    pub message: String,
    /// What to do.
    pub hint: Option<String>,
}

/// The API could not be found.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConnectError {
    /// The configuration does not say enough, or says something wrong.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The API does not answer as it must.
    #[error(transparent)]
    Unreachable(#[from] Unreachable),
}

impl Unreachable {
    /// The notice for the user.
    pub fn notice(&self) -> Notice {
        notice(&self.message, self.hint.as_deref())
    }
}

impl ConnectError {
    /// The notice for the user.
    pub fn notice(&self) -> Notice {
        match self {
            Self::Config(error) => notice(&error.message, error.hint.as_deref()),
            Self::Unreachable(error) => error.notice(),
        }
    }

    /// How the run ends.
    pub fn exit(&self) -> Exit {
        match self {
            Self::Config(_) => Exit::Usage,
            Self::Unreachable(_) => Exit::Unreachable,
        }
    }
}

fn notice(message: &str, hint: Option<&str>) -> Notice {
    let notice = Notice::error(message);
    match hint {
        Some(hint) => notice.with_hint(hint),
        None => notice,
    }
}

#[cfg(test)]
mod tests;

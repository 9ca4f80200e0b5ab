//! The simulated Ed-Fi API: a library that answers requests without sockets ([`State`], [`answer`]), and a real
//! HTTP/1.1 server around it on loopback ([`Server`]).
//!
//! It is driven by OpenAPI documents ([`Documents`]), of which it has its own ([`builtin`]), and in a way of its own, and by [`Settings`], which are
//! plain data. What it holds is in memory and gone when it ends. The school years 1991 to 2050
//! are there from the start, as in a real API. [`district`] makes data for the built-in model. [`pages`] serves a folder of
//! files, for the page.

mod answer;
pub mod builtin;
mod control;
mod cors;
mod data;
mod discovery;
pub mod district;
mod documents;
mod log;
mod metadata;
mod model;
pub mod pages;
mod refusal;
mod route;
mod rule;
mod server;
mod settings;
mod state;
mod token;

pub use answer::{Answer, Delivery, answer};
pub use documents::{Documents, DocumentsError};
pub use log::LogEntry;
pub use model::ModelError;
pub use rule::{Action, Rule};
pub use server::{Server, ServerError};
pub use settings::{
    Cors, ErrorStyle, ExpiresIn, Forbidden, LogBodies, Mode, Operation, RateLimit, RetryAfter, Settings, Shape,
    TokenService,
};
pub use state::{State, StoredRecord};

#[cfg(test)]
mod tests;

//! Scenarios of the whole request stack, on the in-memory host in virtual time.

mod gate;
mod outage;
mod repeat;
mod support;
mod token;

pub(super) use support::{Stage, config, reply};

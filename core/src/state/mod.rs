//! What was sent before: one append-only log per endpoint of a target, and the rules that decide what is sent again.
//!
//! A [`Target`] names the blobs that belong to one data root. A [`Log`] holds, for each record of an endpoint, the last
//! answer; [`decide`] tells from a record's [`Standing`] whether it is sent.

mod entry;
mod log;
mod memory;
mod rules;
mod target;

pub use entry::NO_KEY;
pub use log::{Damage, Log, Removed};
pub use memory::Standing;
pub use rules::{Decision, ResendRules, decide, decide_delete};
pub use target::Target;

//! The kinds of work that are measured.

mod again;
mod fetch;
mod references;
mod send;
mod slow;
mod start;
mod validate;

use super::Bench;
use super::report::Job;
use crate::failure::Result;

/// How a job is measured.
type Measure = fn(&Bench) -> Result<Job>;

/// All jobs by name, in the order of docs/performance.md.
pub(super) const ALL: [(&str, Measure); 11] = [
    ("send", send::bare),
    ("send-checking", send::checking),
    ("send-page", send::page),
    ("latency", slow::latency),
    ("https", slow::https),
    ("again", again::again),
    ("validate", validate::small),
    ("validate-large", validate::large),
    ("references", references::references),
    ("fetch", fetch::fetch),
    ("start", start::start),
];

//! What the user sees: log lines and progress on standard error. Free of any host, so that it is tested natively.

mod line;
mod options;
mod plain;

pub(crate) use options::{ColorChoice, LogFormat, Surroundings, TerminalOptions};

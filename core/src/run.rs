//! The one entry.

use crate::event::Listener;
use crate::exit::Exit;
use crate::host::Host;
use crate::invocation::Invocation;

/// How a run ended.
#[derive(Debug, Clone)]
pub struct Report {
    /// The exit code.
    pub exit: Exit,
    /// What belongs on standard output: data only (`count`'s table, or the results file with `--results-file -`).
    pub stdout: Option<String>,
}

/// Runs one invocation on a host. Everything that happens on the way is told to `listener`; what the run leaves behind
/// are files and storage of the host, and the returned report.
///
/// Never panics on bad input; every failure ends in a [`crate::event::Event::Notice`] and an exit code.
pub async fn run<H: Host>(invocation: &Invocation, host: &H, listener: &dyn Listener) -> Report {
    let _ = (invocation, host, listener);
    Report { exit: Exit::Usage, stdout: None }
}

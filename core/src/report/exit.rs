//! The exit code of a run.

use super::results::Results;
use crate::exit::Exit;
use crate::invocation::{Command, FailOn};

/// How a run came to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Ended {
    /// Everything that was to be done was tried.
    Completed,
    /// It was a dry run.
    DryRun,
    /// The user stopped it.
    Stopped,
    /// `max_failures` was reached.
    MaxFailures,
    /// Part of the local data could not be read, or something that was asked for could not be written.
    Incomplete,
    /// The state could not be kept any more, or another run has taken it over.
    StateLost,
    /// No connection or no token could be had any more, or discovery or documents never could.
    BrokenOff,
}

/// The exit code of a run that got as far as its endpoints. Wrong usage, a lock that is held, an answer of no, and a
/// selection without a file are known before, and have their own.
///
/// That all was skipped (which `0` of `0` is) is asked before whether all failed. For `count` and `fetch` endpoints stand
/// for records: one with any failure is a failed one, and all were skipped where the query was for none of them.
pub fn exit(results: &Results, fail_on: FailOn, ended: Ended) -> Exit {
    match ended {
        Ended::BrokenOff => return Exit::Unreachable,
        Ended::Stopped | Ended::MaxFailures | Ended::Incomplete | Ended::StateLost => return Exit::Failed,
        Ended::DryRun => return Exit::Done,
        Ended::Completed => {}
    }
    let command = results.started().map(|started| started.command);
    let totals = results.totals();
    if matches!(command, Some(Command::Send | Command::ValidateSend)) && totals.processed == totals.skipped {
        return Exit::AllSkipped;
    }
    let (all, failed) = if matches!(command, Some(Command::Count | Command::Fetch)) {
        let all = results.endpoints().len();
        let failed = results.endpoints().iter().filter(|endpoint| endpoint.broke() || endpoint.counts().failed > 0);
        // One that may not be read is passed over, but a run that could read nothing at all has failed.
        let denied = results.endpoints().iter().filter(|endpoint| endpoint.denied);
        let not_asked = results.endpoints().iter().filter(|endpoint| endpoint.not_asked).count();
        if not_asked == all && all > 0 {
            return Exit::AllSkipped;
        }
        let (failed, denied) = (failed.count(), denied.count());
        let nothing_read = denied > 0 && failed + denied + not_asked == all;
        (all as u64, if nothing_read { all } else { failed } as u64)
    } else {
        // An endpoint that broke has an unknown number of failed records, at least one.
        let broken = results.endpoints().iter().filter(|endpoint| endpoint.broke()).count() as u64;
        (totals.processed + broken, totals.failed + broken)
    };
    match fail_on {
        FailOn::Never => Exit::Done,
        _ if failed == 0 => Exit::Done,
        _ if failed == all => Exit::Failed,
        FailOn::Any => Exit::SomeFailed,
        FailOn::All => Exit::Done,
    }
}

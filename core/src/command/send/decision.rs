//! What is done with one line: sent, skipped, or held back until the rest of its endpoint has been read.
//!
//! Three rules meet here (product documentation, "State"): a record whose last answer was a success is skipped; one
//! that never had an answer, or whose last answer was a failure, is sent; and for one natural key the last line wins,
//! on every run. A record that a later value of its key has outdated must be sent again when it is the last line of
//! its key now (v1 → v2 → v1), but not when the later value still stands further down: sending both anew on each run
//! would be needless, and for a moment wrong.

use crate::event::Skip;
use crate::state::{self, ResendRules, Standing};

/// What is done with one line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Decision {
    /// It is sent.
    Send,
    /// It is not sent.
    Skip(Skip),
    /// It is sent at the end of its endpoint, unless a later line of its key makes it moot.
    Hold,
}

/// Decides on a line. `seen`: the same line stood earlier in this run, and its outcome is in `standing`.
pub(super) fn decide(standing: Standing, seen: bool, rules: &ResendRules) -> Decision {
    match (standing, state::decide(standing, rules)) {
        (Standing::Accepted { .. } | Standing::Failed { .. }, _) if seen => Decision::Skip(Skip::Repeated),
        (_, state::Decision::Process) => Decision::Send,
        (_, state::Decision::Skip) => Decision::Skip(Skip::AlreadySent),
        (_, state::Decision::Outdated) => Decision::Hold,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_line_of_a_key_wins() {
        let none = ResendRules::default();
        let force = ResendRules { force: true, ..ResendRules::default() };
        let accepted = Standing::Accepted { status: 201, time: 7 };
        let failed = Standing::Failed { status: 400, time: 7 };
        let outdated = Standing::Outdated { status: 200, time: 7 };
        for (standing, seen, rules, decision) in [
            (Standing::Unknown, false, &none, Decision::Send),
            (accepted, false, &none, Decision::Skip(Skip::AlreadySent)),
            (accepted, false, &force, Decision::Send),
            (accepted, true, &force, Decision::Skip(Skip::Repeated)),
            (failed, false, &none, Decision::Send),
            (failed, true, &none, Decision::Skip(Skip::Repeated)),
            (outdated, false, &none, Decision::Hold),
            (outdated, false, &force, Decision::Send),
            // Sent in this run and outdated by a line between the two, or held back itself: the end decides.
            (outdated, true, &none, Decision::Hold),
        ] {
            assert_eq!(decide(standing, seen, rules), decision, "{standing:?} {seen}");
        }
    }
}

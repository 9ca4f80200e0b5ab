//! The test of the connection: the steps of the engine, and between them what only a page has to look at.

use lightbeam_core::probe;

use crate::advice::{Advisor, Aspect, Known, Obstacle};
use crate::protocol::{Check, Mark};

/// The steps as the page shows them. `known` tells what the exchanges of the test say of the servers.
pub fn arrange(steps: Vec<probe::Check>, known: impl Fn(Aspect) -> Known, advisor: &Advisor) -> Vec<Check> {
    let mut checks = Vec::with_capacity(steps.len() + 3);
    let is_unreadable = known(Aspect::Readable) == Known::Refused;
    let is_unsigned = known(Aspect::Signed) == Known::Refused;
    for step in steps {
        let name = step.step;
        let is_bad = step.outcome == probe::Outcome::Bad;
        let mut check = shown(step);
        match name {
            probe::Step::Discovery if is_unreadable && is_bad => {
                check.mark = Mark::Fair;
                "it answers, but not what this page can read".clone_into(&mut check.seen);
                check.fix = None;
            }
            probe::Step::Records => checks.push(signed(known(Aspect::Signed), advisor)),
            _ => {}
        }
        if name == probe::Step::Records && is_unsigned && is_bad {
            check = untried(probe::Step::Records.title());
        }
        checks.push(check);
        match name {
            probe::Step::Discovery => checks.push(readable(known(Aspect::Readable), advisor)),
            probe::Step::TotalCount => checks.push(headers(known(Aspect::Headers), known(Aspect::Signed), advisor)),
            _ => {}
        }
    }
    checks
}

fn shown(step: probe::Check) -> Check {
    let mark = match step.outcome {
        probe::Outcome::Good => Mark::Good,
        probe::Outcome::Fair => Mark::Fair,
        probe::Outcome::Bad => Mark::Bad,
        probe::Outcome::Untried => Mark::Untried,
    };
    Check { what: step.step.title().to_owned(), mark, seen: step.seen, fix: step.fix }
}

fn untried(what: &str) -> Check {
    Check { what: what.to_owned(), mark: Mark::Untried, seen: String::new(), fix: None }
}

fn good(what: &str, seen: &str) -> Check {
    Check { what: what.to_owned(), mark: Mark::Good, seen: seen.to_owned(), fix: None }
}

fn refused(what: &str, obstacle: Obstacle, advisor: &Advisor) -> Check {
    Check { what: what.to_owned(), mark: Mark::Bad, seen: advisor.sentence(obstacle), fix: advisor.hint(obstacle) }
}

fn readable(known: Known, advisor: &Advisor) -> Check {
    let what = "Pages may read its answers (CORS)";
    match known {
        Known::Works => good(what, "answers can be read"),
        Known::Refused => refused(what, Obstacle::Cors, advisor),
        Known::Nothing => untried(what),
    }
}

fn signed(known: Known, advisor: &Advisor) -> Check {
    let what = "Pages may send a token (CORS preflight)";
    match known {
        Known::Works => good(what, "requests with a token are answered"),
        Known::Refused => refused(what, Obstacle::Preflight, advisor),
        Known::Nothing => untried(what),
    }
}

fn headers(headers: Known, signed: Known, advisor: &Advisor) -> Check {
    let what = "Pages may read its headers";
    match (headers, signed) {
        (Known::Works, _) => good(what, "headers can be read"),
        (_, Known::Works) => Check {
            what: what.to_owned(),
            mark: Mark::Fair,
            seen: "the API shows pages no headers of its own, so the waits that it asks for (Retry-After) and the \
                   numbers that it tells (Total-Count) are not heard"
                .to_owned(),
            fix: Some(format!(
                "all commands work, some take longer; whoever runs the API can expose its headers \
                 (Access-Control-Expose-Headers: *); {}",
                advisor.instead()
            )),
        },
        _ => untried(what),
    }
}

//! The exit codes, case by case.

use super::*;
use crate::exit::Exit;
use crate::invocation::FailOn;

/// A run of that command with so many accepted, skipped and failed records.
fn run(command: Command, accepted_: u64, skipped_: u64, failed_: u64) -> Results {
    let mut results = results(&[started(command), begun(STUDENTS)]);
    for line in 0..accepted_ {
        results.observe(&accepted(STUDENTS, line, 200));
    }
    for line in 0..skipped_ {
        results.observe(&skipped(STUDENTS, line, Skip::AlreadySent));
    }
    for line in 0..failed_ {
        results.observe(&failed(STUDENTS, line, Some(400), Cause::Other, &["x"]));
    }
    results
}

#[test]
fn a_completed_send() {
    use Exit::{AllSkipped, Done, Failed, SomeFailed};
    // accepted, skipped, failed: all, any, never
    let cases = [
        ((5, 0, 0), [Done, Done, Done]),
        ((4, 0, 1), [Done, SomeFailed, Done]),
        ((0, 0, 5), [Failed, Failed, Done]),
        ((0, 90, 10), [Done, SomeFailed, Done]),
        ((0, 5, 0), [AllSkipped, AllSkipped, AllSkipped]),
        ((1, 5, 0), [Done, Done, Done]),
        ((0, 0, 0), [AllSkipped, AllSkipped, AllSkipped]),
    ];
    for ((accepted, skipped, failed), expected) in cases {
        for command in [Command::Send, Command::ValidateSend] {
            let results = run(command, accepted, skipped, failed);
            let codes = [FailOn::All, FailOn::Any, FailOn::Never].map(|on| exit(&results, on, Ended::Completed));
            assert_eq!(codes, expected, "{accepted} {skipped} {failed}");
        }
    }
}

#[test]
fn the_end_decides_before_the_records() {
    let results = run(Command::Send, 1, 0, 1);
    let code = |ended| exit(&results, FailOn::Never, ended);
    assert_eq!(code(Ended::BrokenOff), Exit::Unreachable);
    assert_eq!(code(Ended::Stopped), Exit::Failed);
    assert_eq!(code(Ended::MaxFailures), Exit::Failed);
    let results = run(Command::Send, 0, 5, 0);
    assert_eq!(exit(&results, FailOn::All, Ended::DryRun), Exit::Done);
}

#[test]
fn skipping_all_is_special_for_send_alone() {
    for command in [Command::Delete, Command::Validate, Command::Truncate, Command::Fetch, Command::Create] {
        assert_eq!(exit(&run(command, 0, 5, 0), FailOn::All, Ended::Completed), Exit::Done, "{command:?}");
        assert_eq!(exit(&run(command, 0, 0, 0), FailOn::Any, Ended::Completed), Exit::Done, "{command:?}");
    }
    assert_eq!(exit(&run(Command::Validate, 0, 0, 5), FailOn::All, Ended::Completed), Exit::Failed);
}

/// A query that is for no endpoint at all: nothing was read, and nothing has failed.
#[test]
fn all_endpoints_that_were_not_asked_are_all_skipped() {
    let word = |endpoint, outcome| {
        Event::Records(crate::event::RecordsEvent { endpoint: id(endpoint), file: "".into(), outcome, count: 0 })
    };
    let not_asked = |endpoint| word(endpoint, Outcome::Skipped(Skip::NotAsked));
    for command in [Command::Count, Command::Fetch] {
        let codes = |events: &[Event]| {
            let mut run = results(&[started(command)]);
            for event in events {
                run.observe(event);
            }
            [FailOn::All, FailOn::Any, FailOn::Never].map(|on| exit(&run, on, Ended::Completed))
        };
        assert_eq!(codes(&[not_asked(STUDENTS), not_asked(SCHOOLS)]), [Exit::AllSkipped; 3]);
        assert_eq!(codes(&[not_asked(STUDENTS), word(SCHOOLS, Outcome::Succeeded { status: 200 })]), [Exit::Done; 3]);
        let denied = word(SCHOOLS, Outcome::Skipped(Skip::NotPermitted));
        assert_eq!(codes(&[not_asked(STUDENTS), denied]), [Exit::Failed, Exit::Failed, Exit::Done]);
        assert_eq!(codes(&[]), [Exit::Done; 3]);
    }
}

#[test]
fn endpoints_stand_for_records_in_fetch() {
    let mut results = run(Command::Fetch, 100, 0, 1);
    assert_eq!(exit(&results, FailOn::All, Ended::Completed), Exit::Failed);
    results.observe(&begun(SCHOOLS));
    assert_eq!(exit(&results, FailOn::All, Ended::Completed), Exit::Done);
    assert_eq!(exit(&results, FailOn::Any, Ended::Completed), Exit::SomeFailed);
}

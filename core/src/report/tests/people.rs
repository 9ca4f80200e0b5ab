//! What people read: the summary and the status line.

use std::time::Duration;

use super::super::words::{columns, duration, number, rate, wrap};
use super::*;
use crate::event::{DryRun, RemovalPlan};

fn closing(ended: Ended) -> Closing {
    Closing { at: at("2026-01-01T00:01:10Z"), ended, results_file: None, failed_dir: None, sent_since: None, width: 80 }
}

#[test]
fn a_send_with_failures() {
    let mut run = results(&[started(Command::Send), begun(("ed-fi", "courses")), begun(SCHOOLS)]);
    for line in 1..=1_500 {
        run.observe(&accepted(SCHOOLS, line, if line > 1_400 { 200 } else { 201 }));
    }
    let lost = "Unable to resolve value 'uri://x#Y' to an existing 'TermDescriptor' resource.";
    for event in [
        skipped(STUDENTS, 1, Skip::AlreadySent),
        skipped(STUDENTS, 2, Skip::Repeated),
        failed(STUDENTS, 3, Some(400), Cause::UnknownDescriptor, &[lost]),
        failed(STUDENTS, 4, Some(400), Cause::UnknownDescriptor, &[lost]),
        failed(SCHOOLS, 1_501, Some(500), Cause::ServerFault, &["Oops \u{1b}[31m\u{7}"]),
    ] {
        run.observe(&event);
    }
    let closing = Closing {
        results_file: Some("results.json".into()),
        failed_dir: Some("failed/".into()),
        ..closing(Ended::Completed)
    };
    let expected = "\
send: 1,505 records in 1 min 10 s (22/s)
  1,400 new, 100 updated, 2 skipped (1 sent before, 1 repeated lines), 3 failed

Why records failed:
  2 unknown descriptor: TermDescriptor uri://x#Y (in students)
      data/students.jsonl:3: Unable to resolve value 'uri://x#Y' to an existing
      'TermDescriptor' resource.
      Correct the value in the data or its mapping, or load it into the API's
      TermDescriptor values, which the API's administrator may have to do.
  1 server fault (in schools)
      data/schools.jsonl:1501: Oops [31m
      Run the same command again later, with a smaller connection.pool_size if
      the server is overloaded; if it stays, give the correlation ids to the
      API's administrator.

endpoint    new  updated  skipped  failed
schools   1,400      100        0       1
students      0        0        2       2

Results: results.json
Failed records: failed/

Next: correct the causes above, then run the same command again. What failed is
sent again, what was accepted is not.";
    assert_eq!(summary(&run, &closing).join("\n"), expected);
    let narrow = summary(&run, &Closing { width: 40, ..closing });
    assert!(narrow.iter().all(|line| columns(line) <= 40), "{narrow:#?}");
}

#[test]
fn all_skipped_names_the_flag() {
    let run = results(&[started(Command::Send), skipped(STUDENTS, 1, Skip::AlreadySent)]);
    let closing = Closing { sent_since: Some(at("2025-12-24T18:30:00Z")), width: 200, ..closing(Ended::Completed) };
    let text = summary(&run, &closing).join("\n");
    let told = "All of this was sent before, since 2025-12-24 18:30 UTC, so nothing was done. Add -f (--force) to have it \
                sent again.";
    assert!(text.ends_with(told), "{text}");
}

/// The last words of a run that ended by itself.
fn last_words(events: &[Event], ended: Ended) -> String {
    summary(&results(events), &Closing { width: 200, ..closing(ended) }).pop().unwrap_or_default()
}

#[test]
fn closing_words_do_not_hide_what_went_wrong() {
    let broke =
        || Event::EndpointFailed { endpoint: id(STUDENTS), failure: failure(Some(500), Cause::ServerFault, &["x"]) };
    let none = |outcome| {
        Event::Records(crate::event::RecordsEvent { endpoint: id(STUDENTS), file: "".into(), outcome, count: 0 })
    };
    let nothing = "There was nothing to do.";
    assert_eq!(
        last_words(&[started(Command::Fetch), none(Outcome::Succeeded { status: 200 })], Ended::Completed),
        nothing
    );
    assert_eq!(last_words(&[started(Command::Send)], Ended::Completed), nothing);
    for command in [Command::Count, Command::Delete, Command::Truncate, Command::Fetch] {
        let told = last_words(&[started(command), broke()], Ended::Completed);
        assert_eq!(told, "Not all endpoints could be worked on: see the failures above.");
    }
    for skip in [Skip::NotPermitted, Skip::NotAsked] {
        let told = last_words(&[started(Command::Fetch), none(Outcome::Skipped(skip))], Ended::Completed);
        assert_eq!(told, "Endpoints were passed over: see the warnings above.");
    }
    assert_eq!(last_words(&[started(Command::Truncate)], Ended::DryRun), "  nothing would be done");
    let told = last_words(&[started(Command::Truncate), broke()], Ended::DryRun);
    assert_eq!(told, "  what would be done could not be found out: see the failures above");
}

#[test]
fn sent_before_is_said_only_of_what_was() {
    let sent = skipped(STUDENTS, 1, Skip::AlreadySent);
    let told = last_words(&[started(Command::Send), sent.clone()], Ended::Completed);
    assert!(told.starts_with("All of this was sent before"), "{told}");
    for other in [Skip::Repeated, Skip::Outdated] {
        let told = last_words(&[started(Command::Send), sent.clone(), skipped(STUDENTS, 2, other)], Ended::Completed);
        assert!(!told.contains("sent before"), "{told}");
    }
}

#[test]
fn other_ends() {
    let run = results(&[started(Command::Send), accepted(STUDENTS, 1, 201)]);
    assert!(summary(&run, &closing(Ended::Stopped)).join(" ").contains("Run the same command again to go on"));
    assert!(summary(&run, &closing(Ended::BrokenOff)).join(" ").contains("Broken off"));
    let run = results(&[started(Command::Delete), accepted(STUDENTS, 1, 204), skipped(STUDENTS, 2, Skip::NotFound)]);
    let expected = "\
delete: 2 records in 1 min 10 s
  1 deleted, 1 skipped (1 not found), 0 failed

endpoint  deleted  skipped  failed
students        1        1       0";
    assert_eq!(summary(&run, &closing(Ended::Completed)).join("\n"), expected);
}

#[test]
fn a_dry_run_of_removal() {
    let removal = Some(RemovalPlan { found: 7, not_found: 2, failed: 1, ..RemovalPlan::default() });
    let plan = DryRun { already_sent: 3, requests: 17, removal, ..DryRun::default() };
    let told = |command| {
        let plan = Event::DryRun { endpoint: id(STUDENTS), plan };
        summary(&results(&[started(command), plan]), &closing(Ended::DryRun)).join("\n")
    };
    let expected = "\
delete: dry run, nothing was changed

endpoint  delete  absent  several  sent  twice  bad  requests
students       7       2        0     3      0    1        17
";
    assert!(told(Command::Delete).starts_with(expected), "{}", told(Command::Delete));
    let expected = "\
truncate: dry run, nothing was changed

endpoint  delete
students       7
";
    assert!(told(Command::Truncate).starts_with(expected), "{}", told(Command::Truncate));
}

#[test]
fn a_dry_run() {
    let plan = |endpoint, new, requests| Event::DryRun {
        endpoint: id(endpoint),
        plan: DryRun { new, already_sent: 3, requests, ..DryRun::default() },
    };
    let nothing = Event::DryRun { endpoint: id(("ed-fi", "courses")), plan: DryRun::default() };
    let run = results(&[started(Command::Send), plan(SCHOOLS, 1_200, 1_200), nothing, plan(STUDENTS, 5, 5)]);
    let expected = "\
send: dry run, nothing was changed

endpoint    new  changed  sent  failed  twice  bad  requests
schools   1,200        0     3       0      0    0     1,200
students      5        0     3       0      0    0         5
all       1,205        0     6       0      0    0     1,205

sent: already sent; failed: failed before; twice: repeated or outdated lines;
bad: unreadable lines";
    assert_eq!(summary(&run, &closing(Ended::DryRun)).join("\n"), expected);
    let narrow = summary(&run, &Closing { width: 40, ..closing(Ended::DryRun) });
    assert!(narrow.iter().all(|line| columns(line) <= 40), "{narrow:#?}");
}

#[test]
fn the_status_line() {
    let mut progress = Progress::new();
    let second = |s: u64| Duration::from_secs(1_000 + s);
    assert_eq!(progress.line(second(0)), "starting");
    progress.observe(&started(Command::Send));
    assert_eq!(progress.line(second(0)), "send: reading the configuration and the API's documents");

    let planned = |endpoint, bytes| Event::Planned { endpoint: id(endpoint), files: Vec::new(), bytes };
    let read = |endpoint, bytes| Event::Read { endpoint: id(endpoint), bytes };
    for event in [planned(SCHOOLS, 1_000), planned(STUDENTS, 9_000), begun(SCHOOLS)] {
        progress.observe(&event);
    }
    assert_eq!(progress.line(second(0)), "send: 0%, 0 records, 0.0/s");

    (0..20).for_each(|line| progress.observe(&accepted(SCHOOLS, line, 201)));
    progress.observe(&read(SCHOOLS, 500));
    progress.observe(&Event::InFlight { now: 8, allowed: 8 });
    assert_eq!(progress.line(second(2)), "send: 5%, 20 of about 400 records, 10/s, 8 in flight");
    (0..19).for_each(|line| progress.observe(&accepted(SCHOOLS, line, 201)));
    progress.observe(&failed(SCHOOLS, 40, Some(400), Cause::Other, &["x"]));
    progress.observe(&read(SCHOOLS, 1_000));
    assert_eq!(progress.line(second(4)), "send: 10%, 40 of about 400 records, 10/s, 1 failed, 8 in flight, 36 s left");

    progress.observe(&Event::GateClosed { status: 429, wait: Duration::from_secs(20) });
    assert!(progress.line(second(5)).ends_with("8 in flight, waiting 20 s as the server asked"));
    assert!(progress.line(second(15)).ends_with("waiting 10 s as the server asked"));
    // The rate is that of the last seconds: nothing came for longer than the window.
    assert_eq!(progress.line(second(40)), "send: 10%, 40 of about 400 records, 0.0/s, 1 failed, 8 in flight");

    progress.observe(&Event::InFlight { now: 0, allowed: 8 });
    progress.observe(&Event::EndpointFinished { endpoint: id(SCHOOLS) });
    progress.observe(&Event::EndpointFinished { endpoint: id(STUDENTS) });
    assert_eq!(progress.line(second(60)), "send: 99%, 40 records, 0.0/s, 1 failed");
    progress.observe(&Event::Finished { at: at("2026-01-01T00:00:00Z"), completed: true });
    assert_eq!(progress.line(second(80)), "send: 100%, 40 records, 0.0/s, 1 failed");
}

#[test]
fn words() {
    assert_eq!([0, 999, 1_000, 1_234_567].map(number), ["0", "999", "1,000", "1,234,567"]);
    let times = [0, 400, 9_000, 59_999, 60_000, 3_725_000].map(|ms| duration(Duration::from_millis(ms)));
    assert_eq!(times, ["0 s", "0.4 s", "9 s", "59 s", "1 min 0 s", "1 h 2 min"]);
    assert_eq!([0.0, 9.96, 1_234.5].map(rate), ["0.0/s", "10.0/s", "1,235/s"]);
    assert_eq!(wrap("one two abcdefghijklm", 2, 12), ["  one two", "  abcdefghij", "  klm"]);
    assert_eq!(wrap("漢字漢字漢字", 0, 10), ["漢字漢字漢", "字"]);
}

#[test]
fn records_that_were_had_are_told_before_the_final_word_on_them_and_counted_once() {
    let mut progress = Progress::new();
    let now = Duration::from_secs(1_000);
    progress.observe(&started(Command::Fetch));
    let expected = |endpoint, records| Event::Expected { endpoint: id(endpoint), records };
    let received = |endpoint, records| Event::Received { endpoint: id(endpoint), records };
    let final_word = |endpoint, outcome, count| {
        Event::Records(crate::event::RecordsEvent { endpoint: id(endpoint), file: "".into(), outcome, count })
    };
    let told = [expected(STUDENTS, 80), expected(SCHOOLS, 20), received(STUDENTS, 40), received(SCHOOLS, 10)];
    for event in &told {
        progress.observe(event);
    }
    assert_eq!(progress.line(now), "fetch: 50%, 50 of 100 records, 0.0/s");
    progress.observe(&received(SCHOOLS, 10));
    progress.observe(&final_word(SCHOOLS, Outcome::Succeeded { status: 200 }, 20));
    assert_eq!(progress.line(now), "fetch: 60%, 60 of 100 records, 0.0/s");
    let lost = failure(Some(500), Cause::ServerFault, &["x"]);
    progress.observe(&final_word(STUDENTS, Outcome::Failed(lost), 80));
    assert_eq!(progress.line(now), "fetch: 99%, 100 records, 0.0/s, 80 failed");
}

#[test]
fn only_what_sends_promises_to_send_again() {
    let hint = |command, cause, messages: &[&str]| {
        let wrong = failed(STUDENTS, 1, None, cause, messages);
        results(&[started(command), begun(STUDENTS), wrong]).causes(1)[0].hint.clone()
    };
    let missing = "The referenced 'School' item does not exist.";
    for (cause, messages) in
        [(Cause::MissingParent, [missing]), (Cause::MissingParent, ["no"]), (Cause::NoConnection, ["no"])]
    {
        let [sending, other] = [Command::Send, Command::Delete].map(|command| hint(command, cause, &messages));
        assert!(sending.contains("then run the same command again: ") && sending.ends_with("sent again."), "{sending}");
        assert!(other.ends_with("then run the same command again."), "{other}");
    }
    for (command, hint) in [
        (
            Command::Send,
            "Correct the records at their source, then run the same command again: failed records are sent again.",
        ),
        (
            Command::ValidateSend,
            "Correct the records at their source, then run the same command again: failed records are sent again.",
        ),
        (Command::Validate, "Correct the records at their source, then run the same command again."),
    ] {
        let wrong = failed(STUDENTS, 1, None, Cause::InvalidValue, &["birthDate must be a date"]);
        let run = results(&[started(command), begun(STUDENTS), wrong]);
        assert_eq!(run.causes(1)[0].hint, hint);
        let said = summary(&run, &closing(Ended::Completed)).join(" ");
        assert_eq!(said.contains("sent again."), command != Command::Validate, "{said}");
    }
}

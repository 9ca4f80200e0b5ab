use proptest::prelude::*;

use super::*;

fn entry(at: i64, outcome: Outcome, results: Option<u64>) -> Entry {
    let asked = Invocation { command: Command::Send, ..Invocation::default() };
    let mut entry = Entry::begun(at, 7, &asked, "https://api.example.org/v7", Vec::new());
    entry.outcome = outcome;
    entry.results_bytes = results;
    entry
}

fn done() -> Outcome {
    Outcome::Ended { exit: 0, completed: Some(true) }
}

fn mark(path: &str, bytes: u64, modified: i64) -> FileMark {
    FileMark { path: path.to_owned(), bytes, modified }
}

#[test]
fn what_is_written_is_read_back_and_other_versions_are_left_alone() {
    let mut kept = entry(1_700_000_000_000, Outcome::Lost("out of memory".to_owned()), Some(12));
    kept.files = vec![mark("students.jsonl", 10, 20)];
    kept.asked.selector = Some("students".to_owned());
    assert_eq!(Entry::from_json(&kept.to_json()), Some(kept.clone()));
    kept.version = VERSION + 1;
    assert_eq!(Entry::from_json(&kept.to_json()), None);
    assert_eq!(Entry::from_json(b"{"), None);
}

#[test]
fn a_removal_that_was_not_confirmed_says_that_nothing_was_removed() {
    let mut kept = entry(1, Outcome::Ended { exit: 1, completed: None }, None);
    kept.asked.command = Command::Truncate;
    kept.refuse();
    assert_eq!(kept.outcome_in_words(), "cancelled by you: nothing was removed");
    assert!(!kept.is_good() && !kept.can_go_on());
    assert_eq!(Entry::from_json(&kept.to_json()), Some(kept));
}

#[test]
fn no_secret_and_no_query_is_kept() {
    let asked = Invocation {
        command: Command::Fetch,
        params: Some(r#"{"SECRET": "hidden-1"}"#.to_owned()),
        set: vec![("edfi_api.client_secret".to_owned(), "hidden-2".to_owned())],
        query: Some(r#"{"studentUniqueId": "hidden-3"}"#.to_owned()),
        selector: Some("students".to_owned()),
        ..Invocation::default()
    };
    let kept = Entry::begun(1, 2, &asked, "https://somebody:hidden-4@api.example.org:8443/v7", Vec::new());
    let text = String::from_utf8(kept.to_json()).unwrap();
    assert!(!text.contains("hidden"), "{text}");
    assert_eq!(kept.host, "api.example.org:8443");
    assert_eq!(kept.asked.selector.as_deref(), Some("students"));
}

#[test]
fn files_are_kept_of_runs_that_read_files() {
    for command in Command::ALL {
        let asked = Invocation { command, ..Invocation::default() };
        let kept = Entry::begun(1, 2, &asked, "", vec![mark("a", 1, 1)]);
        let reads = [Command::Send, Command::Validate, Command::ValidateSend, Command::Delete].contains(&command);
        assert_eq!(!kept.files.is_empty(), reads, "{command:?}");
    }
}

#[test]
fn the_end_takes_results_along_only_where_they_are_not_too_long() {
    let end = |len: usize| RunEnd {
        exit: 3,
        completed: Some(true),
        stdout: None,
        results: Some("x".repeat(len)),
        summary: "in short".to_owned(),
        snapshot: Snapshot::default(),
    };
    let mut kept = entry(1, Outcome::Going, None);
    assert_eq!(kept.end(2, &end(9)).map(|text| text.len()), Some(9));
    assert_eq!((kept.results_bytes, kept.ended, &*kept.summary), (Some(9), Some(2), "in short"));
    assert_eq!(kept.end(2, &end(MOST_RESULTS + 1)), None);
    assert_eq!(kept.results_bytes, None);
}

#[test]
fn only_the_errors_of_a_run_are_kept_and_its_address_replaces_the_typed_one() {
    let notice = |severity, text: &str| NoticeRow { severity, text: text.to_owned(), hint: None };
    let mut kept = entry(1, Outcome::Going, None);
    let snapshot =
        Snapshot { data_url: Some("http://localhost:8765/data/v3".to_owned()), processed: 4, ..Snapshot::default() };
    kept.hear(&snapshot, &[notice(Severity::Warning, "slow"), notice(Severity::Error, "gone")]);
    assert_eq!(kept.errors, ["gone"]);
    assert_eq!((&*kept.host, kept.counts.processed), ("localhost:8765", 4));
}

#[test]
fn the_oldest_go_first_and_never_one_that_goes_on() {
    let mut entries: Vec<Entry> = (0..60).map(|at| entry(at, done(), None)).collect();
    entries[3].outcome = Outcome::Going;
    sort(&mut entries);
    let gone: Vec<i64> = surplus(&entries).iter().map(|entry| entry.began).collect();
    assert_eq!(gone, [9, 8, 7, 6, 5, 4, 2, 1, 0]);
    let mut entries = vec![entry(1, done(), Some(100)), entry(2, done(), Some(MOST_BYTES)), entry(3, done(), None)];
    sort(&mut entries);
    let gone: Vec<i64> = surplus(&entries).iter().map(|entry| entry.began).collect();
    assert_eq!(gone, [2], "a smaller one that is older still fits");
}

#[test]
fn what_can_be_gone_on_with_was_sending_and_was_cut_off() {
    let mut kept = entry(1, Outcome::Going, None);
    assert!(kept.can_go_on());
    kept.asked.dry_run = true;
    assert!(!kept.can_go_on());
    kept.asked.dry_run = false;
    kept.outcome = done();
    assert!(!kept.can_go_on());
    kept.outcome = Outcome::Interrupted;
    kept.asked.command = Command::Truncate;
    assert!(!kept.can_go_on(), "what was removed is not remembered as what was sent is");
}

#[test]
fn whatever_else_was_cut_off_can_be_run_again_and_says_what_is_left() {
    let mut said = std::collections::BTreeSet::new();
    for command in Command::ALL {
        let mut kept = entry(1, Outcome::Interrupted, None);
        kept.asked.command = command;
        assert_ne!(kept.can_go_on(), kept.can_run_again(), "{command:?}");
        let removes = matches!(command, Command::Delete | Command::Truncate);
        assert_eq!(kept.left_in_words().contains("asked again"), removes, "{command:?}");
        said.insert(kept.left_in_words());
        kept.outcome = done();
        assert!(!kept.can_run_again());
        kept.outcome = Outcome::Lost("memory".to_owned());
        kept.asked.dry_run = true;
        assert!(!kept.can_run_again() && !kept.can_go_on());
    }
    assert_eq!(said.len(), Command::ALL.len() - 1, "send and validate+send say the same");
}

#[test]
fn files_that_differ_are_named_with_what_differs() {
    let then = [mark("a", 1, 1), mark("b", 2, 2), mark("c", 3, 3), mark("d", 4, 4)];
    let now = [mark("a", 1, 1), mark("b", 9, 2), mark("c", 3, 9), mark("e", 5, 5)];
    assert_eq!(
        differences(&then, &now),
        [
            Difference::Size("b".to_owned(), 2, 9),
            Difference::Changed("c".to_owned()),
            Difference::Missing("d".to_owned()),
            Difference::Added("e".to_owned()),
        ]
    );
    assert_eq!(differences(&then, &then), []);
}

#[test]
fn every_end_has_its_words() {
    let said = |exit, completed, failed| {
        let mut kept = entry(1, Outcome::Ended { exit, completed }, None);
        kept.counts.failed = failed;
        (kept.outcome_in_words(), kept.is_good())
    };
    assert_eq!(said(0, Some(true), 0), ("done", true));
    assert_eq!(said(0, Some(true), 3), ("done, some records failed", false));
    assert_eq!(said(3, Some(true), 3), ("done, some records failed", false));
    assert_eq!(said(1, Some(true), 3), ("failed", false));
    assert_eq!(said(1, Some(false), 0), ("stopped before its end", false));
    assert_eq!(said(1, None, 0), ("not begun", false));
    assert_eq!(said(2, None, 0), ("not begun: wrong configuration", false));
    assert_eq!(said(4, Some(false), 0), ("broken off: the API could not be reached", false));
    assert_eq!(said(99, Some(true), 0), ("nothing was left to do", true));
}

proptest! {
    #[test]
    fn the_host_of_anything_has_no_user_and_no_path(url in ".{0,40}") {
        let host = host_of(&url);
        prop_assert!(!host.contains(['/', '@', '?', '#']), "{host}");
    }

    #[test]
    fn later_runs_have_later_names(one in 0_i64..9_999_999_999_999, other in 0_i64..9_999_999_999_999) {
        let (first, second) = (entry(one, done(), None), entry(other, done(), None));
        prop_assert_eq!(one.cmp(&other), first.id.cmp(&second.id));
    }
}

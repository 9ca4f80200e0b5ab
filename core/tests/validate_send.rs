//! `validate+send` against the simulated API: what is invalid is not sent, and everything has one word.
#![allow(clippy::unwrap_used, clippy::print_stderr, reason = "a test that cannot go on ends")]

mod support;

use std::cell::Cell;
use std::collections::BTreeMap;

use lightbeam_core::event::{Event, Outcome};
use lightbeam_core::exit::Exit;
use lightbeam_core::host::Host as _;
use lightbeam_core::invocation::{Command, FailOn, Invocation};
use lightbeam_core::run::run;
use lightbeam_sim::{Action, Rule, Settings};
use serde_json::{Value, json};

use self::support::{Ran, Stage};

const METHODS: &str = "validate:\n  methods: [schema, uniqueness]\n";

fn stage() -> Stage {
    let stage = Stage::new(Settings::default());
    stage.configure(METHODS);
    stage
}

fn student(id: &str) -> String {
    json!({"studentUniqueId": id, "firstName": "Ada", "lastSurname": "Lee", "birthDate": "2010-01-01"}).to_string()
}

fn go(stage: &Stage) -> Ran {
    stage.run(Command::ValidateSend, |_| {})
}

fn outcomes(ran: &Ran) -> Vec<(u64, &'static str)> {
    let mut outcomes: Vec<_> = ran
        .records
        .iter()
        .map(|record| {
            let what = match &record.outcome {
                Outcome::Succeeded { .. } => "sent",
                Outcome::Skipped(_) => "skipped",
                Outcome::Failed(_) => "refused",
                Outcome::Valid => "valid",
                Outcome::Invalid(_) => "invalid",
            };
            (record.line.unwrap(), what)
        })
        .collect();
    outcomes.sort_unstable();
    outcomes
}

/// The check is a guard: invalid records are not sent, the others are, and each is counted once.
#[test]
fn only_valid_records_are_sent() {
    let stage = stage();
    stage.put("data/students.jsonl", &[&student("1"), "{}", "", &student("2"), "nonsense", &student("1")]);
    let ran = go(&stage);
    assert_eq!(outcomes(&ran), [(1, "sent"), (2, "invalid"), (4, "sent"), (5, "invalid"), (6, "invalid")]);
    assert_eq!((ran.exit, ran.counts("students")), (Exit::Done, [5, 0, 3]));
    assert_eq!(stage.requests().len(), 2);
    assert_eq!(stage.held("students"), 2);
    assert!(ran.told("3 of 5 records are invalid and are not sent"));
    let again = go(&stage);
    assert_eq!((again.exit, again.counts("students"), stage.requests().len()), (Exit::Done, [5, 2, 3], 0));
}

/// A wrong record has no right to its key: the one that corrects it is sent. So it is where the API had to be asked.
#[test]
fn the_correction_of_an_invalid_record_is_sent() {
    let stage = stage();
    stage.configure("validate:\n  methods: [schema, uniqueness, descriptors]\n");
    let wrong = |name: &str, value: &str| {
        let mut record: Value = serde_json::from_str(&student(if name == "birthDate" { "1" } else { "2" })).unwrap();
        record[name] = json!(value);
        record.to_string()
    };
    let date = wrong("birthDate", "2010-13-01");
    let sex = wrong("birthSexDescriptor", "uri://ed-fi.org/SexDescriptor#Mael");
    stage.put("data/students.jsonl", &[&date, &student("1"), &sex, &student("2"), &student("2")]);
    let ran = go(&stage);
    assert_eq!(outcomes(&ran), [(1, "invalid"), (2, "sent"), (3, "invalid"), (4, "sent"), (5, "invalid")]);
    assert_eq!(stage.held("students"), 2);
}

#[test]
fn everything_is_checked_before_anything_is_sent() {
    let stage = stage();
    stage.put("data/students.jsonl", &[&student("1")]);
    stage.put("data/classPeriods.jsonl", &["{}"]);
    let ran = go(&stage);
    let order: Vec<&str> = ran.records.iter().map(|record| &*record.endpoint.name).collect();
    assert_eq!(order, ["classPeriods", "students"]);
    assert_eq!((ran.counts("students"), ran.counts("classPeriods")), ([1, 0, 0], [1, 0, 1]));
}

/// Lines, configuration, flags; exit code, counts and notice.
type Case<'a> = (&'a [&'a str], &'a str, fn(&mut Invocation), Exit, [u64; 3], &'a str);

/// Nothing is sent with `--fail-on any`, when the limit is reached, and when every record failed. What is valid is
/// counted all the same.
#[test]
fn sometimes_nothing_is_sent() {
    let any = |invocation: &mut Invocation| invocation.fail_on = FailOn::Any;
    let all = |_: &mut Invocation| {};
    let mixed: &[&str] = &[&student("1"), "{}", &student("2")];
    let invalid: &[&str] = &["{}", "{}"];
    let cases: [Case<'_>; 4] = [
        (mixed, "", any, Exit::SomeFailed, [3, 0, 1], "nothing is sent: there are invalid records"),
        (mixed, "  max_failures: 1\n", all, Exit::Failed, [2, 0, 1], "nothing is sent: the checks did not come"),
        (invalid, "", all, Exit::Failed, [2, 0, 2], "nothing is sent: every record is invalid"),
        (invalid, "", any, Exit::Failed, [2, 0, 2], "nothing is sent: every record is invalid"),
    ];
    for (lines, config, change, exit, counts, told) in cases {
        let stage = stage();
        stage.configure(&format!("{METHODS}{config}"));
        stage.put("data/students.jsonl", lines);
        let ran = stage.run(Command::ValidateSend, change);
        assert_eq!((ran.exit, ran.counts("students")), (exit, counts), "{told}");
        assert!(ran.told(told), "{:?}", ran.notices);
        assert_eq!(stage.requests(), [""; 0]);
        assert_eq!(ran.results["completed"], json!(!told.contains("did not come")));
    }
    let stage = stage();
    stage.put("data/students.jsonl", &[&student("1")]);
    let ran = stage.run(Command::ValidateSend, any);
    assert_eq!((ran.exit, ran.counts("students"), stage.held("students")), (Exit::Done, [1, 0, 0], 1));
}

/// Both kinds of failed records stand in one pair of files, in file order.
#[test]
fn failed_records_of_both_kinds_are_written_together() {
    let refuse = Rule {
        method: Some("POST".to_owned()),
        path: None,
        body: Some("\"2\"".to_owned()),
        first: 1,
        last: None,
        action: Action::Answer { status: 400, headers: BTreeMap::new(), body: "{}".to_owned() },
    };
    let stage = Stage::new(Settings { rules: vec![refuse], ..Settings::default() });
    stage.configure(METHODS);
    let refused = student("2");
    stage.put("data/students.jsonl", &[&student("1"), &refused, "{}", &student("3")]);
    let ran = stage.run(Command::ValidateSend, |invocation| invocation.failed_dir = Some("failed".to_owned()));
    assert_eq!(ran.counts("students"), [4, 0, 2]);
    assert_eq!(stage.text("failed/students.jsonl").unwrap(), format!("{refused}\n{{}}\n"));
    let errors = stage.text("failed/students.errors.jsonl").unwrap();
    let errors: Vec<Value> = errors.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let told: Vec<_> = errors.iter().map(|error| (error["line"].as_u64(), error["status"].as_u64())).collect();
    assert_eq!(told, [(Some(2), Some(400)), (Some(3), None)]);
}

#[test]
fn failed_records_are_written_though_nothing_is_sent() {
    let stage = stage();
    stage.put("data/students.jsonl", &[&student("1"), "{}"]);
    stage.run(Command::ValidateSend, |invocation| {
        invocation.failed_dir = Some("failed".to_owned());
        invocation.fail_on = FailOn::Any;
    });
    assert_eq!(stage.text("failed/students.jsonl").unwrap(), "{}\n");
}

#[test]
fn a_dry_run_checks_and_plans() {
    let stage = stage();
    stage.put("data/students.jsonl", &[&student("1"), "{}", &student("2")]);
    let ran = stage.run(Command::ValidateSend, |invocation| {
        invocation.dry_run = true;
        invocation.failed_dir = Some("failed".to_owned());
    });
    assert_eq!((ran.exit, outcomes(&ran)), (Exit::Done, vec![(2, "invalid")]));
    assert_eq!(stage.requests(), [""; 0]);
    assert!(stage.text("failed/students.jsonl").is_none());
}

/// Of a file that was changed meanwhile, no torn bytes are written as the failed record.
#[test]
fn a_failed_record_that_was_changed_is_left_out() {
    let stage = stage();
    let (wrong, other) = (student("1").replace("2010-01-01", "2010-13-01"), "{}".to_owned());
    stage.put("data/students.jsonl", &[&wrong, &other]);
    let files = stage.host.files().clone();
    let told = Cell::new(false);
    let listener = |event: &Event| {
        if let Event::Notice(notice) = event {
            if notice.text.starts_with("nothing is sent") {
                files.put("data/students.jsonl", format!("{}\n{other}\n", wrong.replace("Lee", "Eel")));
            }
            told.set(told.get() || notice.text.starts_with("1 failed records of ed-fi/students are not in"));
        }
    };
    let failed_dir = Some("failed".to_owned());
    let invocation =
        Invocation { command: Command::ValidateSend, failed_dir, fail_on: FailOn::Any, ..Invocation::default() };
    stage.host.block_on(run(&invocation, &stage.host, &listener)).unwrap();
    assert!(told.get());
    assert_eq!(stage.text("failed/students.jsonl").unwrap(), format!("{other}\n"));
    assert_eq!(stage.text("failed/students.errors.jsonl").unwrap().lines().count(), 1);
}

/// What could not be read when it was checked is not sent, though it can be read by then.
#[test]
fn what_could_not_be_checked_is_not_sent() {
    let stage = stage();
    stage.put(
        "data/classPeriods.jsonl",
        &[&json!({"classPeriodName": "1", "schoolReference": {"schoolId": 1}}).to_string()],
    );
    stage.put("data/students.jsonl", &[&student("1")]);
    let files = stage.host.files().clone();
    let (whole, told) = (files.get("data/classPeriods.jsonl").unwrap(), Cell::new(false));
    // The other file is first there, then not, then there again.
    let listener = |event: &Event| match event {
        Event::Read { bytes, .. } if *bytes > 0 && !told.get() => files.remove("data/classPeriods.jsonl"),
        Event::Notice(notice) => {
            if notice.text.starts_with("data/classPeriods.jsonl") {
                files.put("data/classPeriods.jsonl", whole.clone());
            }
            told.set(told.get() || notice.text.starts_with("nothing is sent: part of the data could not be read"));
        }
        _ => {}
    };
    let invocation = Invocation { command: Command::ValidateSend, ..Invocation::default() };
    let report = stage.host.block_on(run(&invocation, &stage.host, &listener)).unwrap();
    assert_eq!((report.exit, stage.requests(), told.get()), (Exit::Failed, vec![], true));
}

/// Each file that was changed is told, and so is what that means.
#[test]
fn every_changed_file_is_told() {
    let stage = stage();
    let period = json!({"classPeriodName": "1", "schoolReference": {"schoolId": 1}}).to_string();
    stage.put("data/classPeriods.jsonl", &[&period]);
    stage.put("data/students.jsonl", &[&student("1")]);
    let files = stage.host.files().clone();
    let told = std::cell::RefCell::new(Vec::new());
    let listener = |event: &Event| {
        if let Event::Notice(notice) = event {
            if notice.text == "all 2 records are valid" {
                for endpoint in ["classPeriods", "students"] {
                    files.put(&format!("data/{endpoint}.jsonl"), "{}\n");
                }
            }
            told.borrow_mut().push(notice.text.clone());
        }
    };
    let invocation = Invocation { command: Command::ValidateSend, ..Invocation::default() };
    let report = stage.host.block_on(run(&invocation, &stage.host, &listener)).unwrap();
    assert_eq!((report.exit, stage.held("students")), (Exit::Failed, 0));
    let told = told.into_inner();
    for endpoint in ["classPeriods", "students"] {
        let of = |text: &str| told.iter().filter(|told| **told == text).count();
        assert_eq!(of(&format!("data/{endpoint}.jsonl: was changed while it was read")), 1, "{told:?}");
        let nothing = format!("nothing of ed-fi/{endpoint} is sent: its files are not what was checked");
        assert_eq!(of(&nothing), 1, "{told:?}");
    }
}

/// A file that another program writes to between the checks and the sending is found out: of another length, nothing
/// of it is sent; of the same length, it is told at its end.
#[test]
fn a_file_that_was_changed_after_the_checks_is_told() {
    for (changed, sent) in [(student("33"), 0), (student("3"), 1)] {
        let stage = stage();
        stage.put("data/students.jsonl", &[&student("1")]);
        let files = stage.host.files().clone();
        let told = Cell::new(false);
        let listener = |event: &Event| {
            if let Event::Notice(notice) = event {
                if notice.text == "all 1 records are valid" {
                    files.put("data/students.jsonl", changed.clone() + "\n");
                }
                told.set(told.get() || notice.text == "data/students.jsonl: was changed while it was read");
            }
        };
        let invocation = Invocation { command: Command::ValidateSend, ..Invocation::default() };
        let report = stage.host.block_on(run(&invocation, &stage.host, &listener)).unwrap();
        assert_eq!((report.exit, stage.held("students"), told.get()), (Exit::Failed, sent, true));
    }
}

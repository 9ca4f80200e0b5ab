//! Ctrl-C, once and twice.

use std::collections::BTreeSet;
use std::process::{Child, Command, Stdio};

use lightbeam_sim::{Action, Rule, Settings};
use serde_json::json;

use crate::place::{Place, end, waits_until};

/// What Ctrl-C in a terminal does to the process.
fn interrupt(child: &Child) {
    let sent = Command::new("kill").args(["-s", "INT", &child.id().to_string()]).status().unwrap();
    assert!(sent.success());
}

#[test]
fn the_first_finishes_what_is_in_flight_and_the_next_run_sends_the_rest() {
    let place = Place::with_students(Settings { latency_ms: 50, ..Settings::default() }, 200);
    let words = ["send", "--results-file", "results.json"];
    let child = place.command(&words).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    waits_until("ten records are sent", || place.requests("POST").len() >= 10);
    interrupt(&child);
    let (exit, said) = end(&child.wait_with_output().unwrap());
    assert_eq!(exit, Some(1), "{said}");
    let sent = place.requests("POST");
    assert!(sent.len() < 200, "it was over before it was stopped");
    assert!(sent.iter().all(|entry| entry.status == Some(201)), "what is in flight is finished");
    let results = place.results("results.json");
    assert_eq!(results["completed"], json!(false));
    assert_eq!(results["total_records_processed"], json!(sent.len()));

    let (exit, said) = end(&place.run(&words));
    assert_eq!(exit, Some(0), "{said}");
    let bodies: BTreeSet<_> = place.requests("POST").into_iter().map(|entry| entry.sha256).collect();
    assert_eq!((bodies.len(), place.requests("POST").len()), (200, 200), "nothing is sent twice");
}

#[test]
fn the_second_ends_it_at_once_and_nothing_is_lost() {
    let never = |first| Rule {
        method: Some("POST".to_owned()),
        path: Some("/ed-fi/students".to_owned()),
        body: None,
        first,
        last: None,
        action: Action::NeverAnswer,
    };
    let place = Place::with_students(Settings { rules: vec![never(6)], ..Settings::default() }, 20);
    let mut child = place.command(&["send"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    waits_until("a record gets no answer", || place.requests("POST").iter().any(|entry| entry.status.is_none()));
    let mut exit = None;
    // Two that come in one moment are one to the process.
    waits_until("it has ended", || {
        interrupt(&child);
        exit = child.try_wait().unwrap();
        exit.is_some()
    });
    assert_eq!(exit.unwrap().code(), Some(130));

    place.api.with_state(|state| state.change(|settings| settings.rules.clear()));
    let (exit, said) = end(&place.run(&["send", "--force-unlock"]));
    assert_eq!(exit, Some(0), "{said}");
    let held = place.api.with_state(|state| state.records("ed-fi", "students")).unwrap();
    assert_eq!(held.len(), 20);
}

#[test]
fn it_is_heard_while_nothing_is_waited_for() {
    let place = Place::with_students(Settings::default(), 300_000);
    let words = ["validate", "--set", "validate.methods", "schema,uniqueness", "--results-file", "results.json"];
    let child = place.command(&words).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    waits_until("it knows the documents", || place.api.log().iter().any(|entry| entry.path.ends_with("swagger.json")));
    interrupt(&child);
    let (exit, said) = end(&child.wait_with_output().unwrap());
    assert_eq!(exit, Some(1), "{said}");
    let results = place.results("results.json");
    assert_eq!(results["completed"], json!(false));
    assert!(results["total_records_processed"].as_u64().unwrap() < 300_000, "it was over before it was stopped");
}

#[test]
fn a_run_after_one_that_was_killed_sends_what_was_not_and_nothing_is_lost() {
    let place = Place::with_students(Settings { latency_ms: 20, ..Settings::default() }, 4_000);
    let mut child = place.command(&["send"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    waits_until("a good part is sent", || place.requests("POST").len() >= 1_200);
    child.kill().unwrap();
    assert_eq!(child.wait().unwrap().code(), None, "it was over before it was killed");
    // What it had still sent is answered to nobody.
    let mut before = 0;
    waits_until("no more comes in", || {
        let still = place.requests("POST").len() == before;
        before = place.requests("POST").len();
        still
    });

    place.api.with_state(|state| state.change(|settings| settings.latency_ms = 0));
    let (exit, said) = end(&place.run(&["send", "--force-unlock", "--results-file", "results.json"]));
    assert_eq!(exit, Some(0), "{said}");
    let held = place.api.with_state(|state| state.records("ed-fi", "students")).unwrap();
    assert_eq!(held.len(), 4_000);
    let sent = place.requests("POST").len() - before;
    // At most 500 answers are not durable, and those that came while they were written.
    assert!((4_000 - before..=4_000 - before + 700).contains(&sent), "{before} were sent, then {sent}");
    let results = place.results("results.json");
    assert_eq!(results["total_records_processed"], json!(4_000));
    assert_eq!(results["total_records_skipped"], json!(4_000 - sent));
}

use std::collections::BTreeSet;
use std::rc::Rc;

use lightbeam_core::api::problem::Problem;
use lightbeam_core::config::LogLevel;
use lightbeam_core::event::{self, EndpointId, Event, Finding, Outcome, RecordEvent, Skip, Started};
use lightbeam_core::host::Timestamp;
use lightbeam_core::invocation::Command;
use lightbeam_core::report::Results;

use super::*;

/// What an API answers, with the status.
const ANSWERS: [(u16, &str); 9] = [
    (409, r#"{"message":"The value supplied for the related 'school' resource does not exist."}"#),
    (
        409,
        r#"{"type":"urn:ed-fi:api:data-conflict:unresolved-reference","correlationId":"c-1","detail":"The referenced 'Student' item does not exist."}"#,
    ),
    (
        400,
        r#"{"validationErrors":{"$.gradeLevelDescriptor":["GradeLevelDescriptor value 'uri://x#A' does not exist."]}}"#,
    ),
    (
        400,
        r#"{"validationErrors":{"$.gradeLevelDescriptor":["GradeLevelDescriptor value 'uri://x#B' does not exist."]}}"#,
    ),
    (400, r#"{"validationErrors":{"$.firstSurname":["FirstSurname is required."]}}"#),
    (403, r#"{"detail":"Access to the resource could not be authorized."}"#),
    (
        409,
        r#"{"type":"urn:ed-fi:api:data-conflict:non-unique-identity","detail":"The identifying value(s) are the same."}"#,
    ),
    (500, r#"{"detail":"An unexpected problem has occurred."}"#),
    (404, r#"{"detail":"nothing here"}"#),
];

fn started(command: Command) -> Event {
    Event::Started(Started {
        command,
        run_id: "r".into(),
        at: Timestamp::UNIX_EPOCH,
        working_dir: String::new(),
        config_file: "lightbeam.yaml".into(),
        data_dir: "files".into(),
        api_url: "https://api.example.org".into(),
        namespace: "ed-fi".into(),
        namespace_overrides: None,
        log_level: LogLevel::Info,
    })
}

fn record(endpoint: &str, line: u64, outcome: Outcome) -> Event {
    Event::Record(RecordEvent {
        endpoint: EndpointId::new("ed-fi", endpoint),
        file: Rc::from(format!("files/{endpoint}.jsonl")),
        line: Some(line),
        outcome,
        repeats: 0,
    })
}

fn refused(status: u16, body: &str) -> Outcome {
    Outcome::Failed(Problem::read(status, Some("application/json"), body.as_bytes()).into_failure(status))
}

fn read(command: Command, events: &[Event]) -> RunResults {
    let mut results = Results::new();
    results.observe(&started(command));
    for event in events {
        results.observe(event);
    }
    RunResults::read(&results.to_json(Timestamp::UNIX_EPOCH, true)).unwrap()
}

fn sent() -> RunResults {
    let mut events = vec![
        record("students", 1, Outcome::Succeeded { status: 201 }),
        record("students", 2, Outcome::Succeeded { status: 200 }),
        record("students", 3, Outcome::Skipped(Skip::AlreadySent)),
    ];
    for (line, (status, body)) in (0..90).zip(ANSWERS.iter().cycle().copied()) {
        let endpoint = if line % 2 == 0 { "students" } else { "grades" };
        events.push(record(endpoint, line + 10, refused(status, body)));
    }
    read(Command::Send, &events)
}

#[test]
fn counts_are_those_of_the_run() {
    let results = sent();
    assert_eq!((results.processed, results.succeeded(), results.skipped, results.failed), (93, 2, 1, 90));
    assert_eq!(results.resources.iter().map(|resource| &*resource.name).collect::<Vec<_>>(), ["students", "grades"]);
    assert_eq!(
        totals(&results),
        "2 records accepted by the API, 90 failed, 1 not sent, as they had been sent before or stand twice."
    );
}

#[test]
fn every_cause_finds_its_records() {
    let results = sent();
    assert_eq!(results.causes.len(), ANSWERS.len());
    for (at, cause) in results.causes.iter().enumerate() {
        let found = results.matching(&Filter { cause: Some(at), ..Filter::default() });
        let lines: u64 = lines_of(&results, &found).iter().map(|(_, lines)| lines.len() as u64).sum();
        assert_eq!(lines, cause.records, "{cause:?}");
    }
}

#[test]
fn every_finding_belongs_to_its_cause() {
    let finding = |method, message: &str, cause| Finding { method, message: message.to_owned(), cause };
    let found = [
        finding("json", "not JSON", event::Cause::InvalidValue),
        finding("schema", "$.a: required", event::Cause::InvalidValue),
        finding("descriptors", "TermDescriptor value 'u#x' does not exist (at $.t)", event::Cause::UnknownDescriptor),
        finding(
            "descriptors",
            "TermDescriptor value 'x' is not of the form namespace#codeValue (at $.t)",
            event::Cause::InvalidValue,
        ),
        finding("uniqueness", "the same record stands at line 1", event::Cause::Duplicate),
        finding("uniqueness", "a is missing, which is part of the natural key", event::Cause::InvalidValue),
        finding(
            "references",
            "The referenced 'School' item does not exist (at $.schoolReference)",
            event::Cause::MissingParent,
        ),
    ];
    let events: Vec<Event> = found
        .iter()
        .zip(1..)
        .map(|(found, line)| record("students", line, Outcome::Invalid(vec![found.clone()])))
        .collect();
    let results = read(Command::Validate, &events);
    let of_some: usize = (0..results.causes.len())
        .map(|at| results.matching(&Filter { cause: Some(at), ..Filter::default() }).len())
        .sum();
    assert_eq!(of_some, found.len());
    for (at, cause) in results.causes.iter().enumerate() {
        let found = results.matching(&Filter { cause: Some(at), ..Filter::default() });
        assert_eq!(found.len() as u64, cause.records, "{cause:?}");
    }
    assert_eq!(
        results.kinds(),
        ["check: descriptors", "check: json", "check: references", "check: schema", "check: uniqueness"]
    );
}

#[test]
fn failures_without_an_answer_find_their_causes() {
    let failed = |cause, message: &str| {
        Outcome::Failed(event::Failure {
            status: None,
            messages: vec![message.to_owned()],
            problem_type: None,
            correlation_id: None,
            cause,
        })
    };
    let events = [
        record("students", 1, failed(event::Cause::InvalidValue, "the line is not UTF-8 text")),
        record("students", 2, failed(event::Cause::NoConnection, "no answer within 60 s")),
        record("students", 3, failed(event::Cause::NoConnection, "the connection was refused")),
        record("students", 4, failed(event::Cause::Other, "the file changed")),
        record("grades", 5, refused(400, r#"{"message":"bad"}"#)),
        record("schools", 6, failed(event::Cause::InvalidValue, "the line is not UTF-8 text")),
    ];
    let results = read(Command::Send, &events);
    for (at, cause) in results.causes.iter().enumerate() {
        let found = results.matching(&Filter { cause: Some(at), ..Filter::default() });
        assert_eq!(found.len() as u64, cause.records, "{cause:?}");
    }
}

#[test]
fn filters_narrow_together() {
    let results = sent();
    let all = results.matching(&Filter::default());
    assert_eq!(all.len(), results.failures.len());
    let filter = Filter { resource: "grades".into(), kind: "status 409".into(), text: "SCHOOL".into(), cause: None };
    let found = results.matching(&filter);
    assert!(!found.is_empty());
    for at in found {
        let failure = &results.failures[at];
        assert_eq!((results.resource_of(failure), failure.status), ("grades", Some(409)));
        assert!(failure.message.contains("school"));
    }
}

#[test]
fn lines_of_a_file_are_sorted_and_told_once() {
    let mut results = sent();
    results.failures[0].lines = vec![5, 9];
    results.failures[1].lines = vec![2, 9];
    let (first, second) = (results.failures[0].file.clone(), results.failures[1].file.clone());
    assert_eq!(first, second);
    assert_eq!(lines_of(&results, &[0, 1]), [(first, vec![2, 5, 9])]);
}

#[test]
fn a_file_of_the_python_tool_is_read() {
    let text = r#"{"started_at":"2024-01-31T08:15:00","working_dir":"/d","config_file":"c","data_dir":"d","api_url":"u",
        "namespace":"ed-fi","resources":{"students":{"failures":[{"status_code":400,"message":"bad","file":"d/students.jsonl",
        "line_numbers":[1,2],"count":2}],"successes":[{"status_code":201,"count":7}],"records_processed":9,
        "records_skipped":0,"records_failed":2}},"command":"send","completed_at":"x","runtime_sec":1.5,
        "total_records_processed":9,"total_records_skipped":0,"total_records_failed":2}"#;
    let results = RunResults::read(text).unwrap();
    assert_eq!((results.succeeded(), results.failed, results.failures[0].lines.len()), (7, 2, 2));
    let wrong = RunResults::read("{\"name\": \"Maria\"}").unwrap_err();
    assert!(!wrong.contains("Maria"), "{wrong}");
}

#[test]
fn cells_are_quoted_and_never_formulas() {
    let mut results = sent();
    results.failures[0].message = "=cmd(\"x\"), y".to_owned();
    results.failures[0].lines = vec![1, 2];
    let text = rows(&results, 0);
    assert_eq!(text.lines().count(), 2);
    assert!(text.contains(r#","'=cmd(""x""), y","#), "{text}");
    assert_eq!(HEADER.matches(',').count(), 7);
}

#[test]
fn records_are_readable_and_marked() {
    let text = r#"{"b":1.50,"a":{"x":[],"y":[{"z":"q, \"{"},{"z":"r"}]},"n":{}, "t" : true}"#;
    let lines = readable(text, Some("$.a.y[1].z")).unwrap();
    let shown: Vec<&str> = lines.iter().map(|line| &*line.text).collect();
    let expected = [
        "{",
        "  \"b\": 1.50,",
        "  \"a\": {",
        "    \"x\": [],",
        "    \"y\": [",
        "      {",
        "        \"z\": \"q, \\\"{\"",
        "      },",
        "      {",
        "        \"z\": \"r\"",
        "      }",
        "    ]",
        "  },",
        "  \"n\": {},",
        "  \"t\": true",
        "}",
    ];
    assert_eq!(shown, expected);
    let marked: Vec<usize> = (0..lines.len()).filter(|at| lines[*at].marked).collect();
    assert_eq!(marked, [9]);

    let marked = |path| readable(text, Some(path)).unwrap().iter().filter(|line| line.marked).count();
    assert_eq!(marked("$.A.Y[0]"), 3);
    assert_eq!(marked("$['a']"), 11);
    // Nothing stands there, so what it should stand in is marked.
    assert_eq!(marked("$.a.y[0].missing"), 3);
    assert_eq!(marked("$.missing"), 0);
    assert_eq!(marked("$"), 0);
    assert_eq!(readable("{\"a\":", None), None);
    let whole: String = lines.iter().map(|line| line.text.trim()).collect();
    let same = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
    assert_eq!(same(&whole), same(text));
}

#[test]
fn paths_are_found_in_messages() {
    let found = |message| named_path(message).unwrap_or_default();
    assert_eq!(found("X is required. (at $.a[0].b)"), "$.a[0].b");
    assert_eq!(found("X does not exist (at a[0].b)"), "$.a[0].b");
    assert_eq!(found("$.a.b: required"), "$.a.b");
    assert_eq!(found("lastSurname is longer than 75 characters (76)"), "$.lastSurname");
    assert_eq!(found("No path: here"), "");
    assert_eq!(found("X is required. (at two places)"), "");
}

#[test]
fn a_request_is_one_that_a_shell_understands() {
    let text = curl("https://h/data/v3", "students", "ed-fi", "{\"n\":\"O'Hara\"}\n");
    assert!(text.contains("'https://h/data/v3/ed-fi/students'") && text.contains("$TOKEN"), "{text}");
    assert!(text.ends_with(r#"--data-binary '{"n":"O'\''Hara"}'"#), "{text}");
    assert!(curl("https://h", "tpdm/candidates", "ed-fi", "{}").contains("'https://h/tpdm/candidates'"));
}

#[test]
fn how_a_run_ended_in_words() {
    let sentences: BTreeSet<&str> = [0, 1, 2, 3, 4, 99].map(|exit| exit_sentence(exit, 2, 1)).into();
    assert_eq!(sentences.len(), 6);
    assert_eq!(exit_sentence(1, 2, 2), "Every record failed.");
    assert_ne!(exit_sentence(1, 0, 0), "Every record failed.");
}

#[test]
fn progress_is_a_sentence() {
    let mut snapshot = crate::protocol::Snapshot { processed: 1_200, failed: 3, ..Default::default() };
    assert_eq!(progress_sentence(&snapshot), "1,200 records, 3 failed.");
    (snapshot.percent, snapshot.expected, snapshot.seconds_left) = (Some(21), Some(5_600), Some(180));
    let expected = "21 per cent, 1,200 of about 5,600 records, 3 failed, about 3 minutes left.";
    assert_eq!(progress_sentence(&snapshot), expected);
}

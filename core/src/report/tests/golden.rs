//! The results file, letter by letter.

use super::*;

fn json(events: &[Event], completed: bool) -> String {
    results(events).to_json(at("2026-01-01T00:00:02.500001Z"), completed)
}

#[test]
fn send() {
    let refused = |line, correlation: &str| {
        let mut failure = failure(Some(409), Cause::MissingParent, &["The referenced 'School' item does not exist."]);
        failure.problem_type = Some("urn:ed-fi:api:data-conflict:unresolved-reference".into());
        failure.correlation_id = Some(correlation.into());
        record(STUDENTS, line, Outcome::Failed(failure))
    };
    let text = json(
        &[
            started(Command::Send),
            begun(SCHOOLS),
            accepted(SCHOOLS, 1, 201),
            begun(STUDENTS),
            accepted(STUDENTS, 1, 201),
            accepted(STUDENTS, 2, 200),
            accepted(STUDENTS, 3, 201),
            skipped(STUDENTS, 4, Skip::AlreadySent),
            refused(9, "c9"),
            refused(6, "c6"),
            refused(5, "c5"),
            refused(7, "c7"),
            failed(STUDENTS, 8, None, Cause::NoConnection, &["no answer within 60 s: \"Zoë\""]),
            Event::Repeated { endpoint: Some(id(STUDENTS)), status: None, wait: std::time::Duration::ZERO },
            Event::Repeated { endpoint: None, status: None, wait: std::time::Duration::ZERO },
        ],
        true,
    );
    let expected = r#"{
    "started_at": "2026-01-01T00:00:00.000000Z",
    "working_dir": "/home/ann",
    "config_file": "/home/ann/lightbeam.yaml",
    "data_dir": "data/",
    "api_url": "https://api.example.org",
    "namespace": "ed-fi",
    "namespace_overrides": null,
    "resources": {
        "schools": {
            "successes": [
                {
                    "status_code": 201,
                    "count": 1
                }
            ],
            "records_processed": 1,
            "records_skipped": 0,
            "records_failed": 0,
            "retries": 0
        },
        "students": {
            "failures": [
                {
                    "status_code": 409,
                    "message": "The referenced 'School' item does not exist.",
                    "file": "data/students.jsonl",
                    "line_numbers":[5,6,7,9],
                    "count": 4,
                    "type": "urn:ed-fi:api:data-conflict:unresolved-reference",
                    "correlation_ids": [
                        "c5",
                        "c6",
                        "c7"
                    ]
                },
                {
                    "status_code": null,
                    "message": "no answer within 60 s: \"Zoë\"",
                    "file": "data/students.jsonl",
                    "line_numbers":[8],
                    "count": 1
                }
            ],
            "successes": [
                {
                    "status_code": 200,
                    "count": 1
                },
                {
                    "status_code": 201,
                    "count": 2
                }
            ],
            "records_processed": 9,
            "records_skipped": 1,
            "records_failed": 5,
            "retries": 1
        }
    },
    "command": "send",
    "completed_at": "2026-01-01T00:00:02.500001Z",
    "runtime_sec": 2.500001,
    "total_records_processed": 10,
    "total_records_skipped": 1,
    "total_records_failed": 5,
    "completed": true,
    "tool": "lightbeam",
    "version": "VERSION",
    "run_id": "run-1",
    "causes": [
        {
            "cause": "missing parent",
            "missing": "School",
            "records": 4,
            "endpoints": {
                "students": 4
            },
            "message": "The referenced 'School' item does not exist.",
            "file": "data/students.jsonl",
            "line_number": 5,
            "hint": "Load the missing School records (or have the system that owns them load them), then run the same command again: failed records are sent again."
        },
        {
            "cause": "no connection",
            "records": 1,
            "endpoints": {
                "students": 1
            },
            "message": "no answer within 60 s: \"Zoë\"",
            "file": "data/students.jsonl",
            "line_number": 8,
            "hint": "Check the network and edfi_api.base_url, then run the same command again: what had no answer is sent again."
        }
    ]
}
"#;
    assert_eq!(text, expected.replace("VERSION", env!("CARGO_PKG_VERSION")));
}

#[test]
fn validate_has_the_method_first_and_no_status() {
    let finding = |method, message: &str| Finding { method, message: message.to_owned(), cause: Cause::InvalidValue };
    let found = vec![
        finding("schema", "$.name: required"),
        finding("schema", "$.name: required"),
        finding("uniqueness", "$.name: required"),
    ];
    let events = |command| {
        [
            started(command),
            begun(STUDENTS),
            accepted(STUDENTS, 1, 200),
            record(STUDENTS, 2, Outcome::Invalid(found.clone())),
            record(STUDENTS, 3, Outcome::Valid),
        ]
    };
    let text = json(&events(Command::Validate), false);
    assert!(!text.contains("successes") && !text.contains("status_code"), "{text}");
    let entry = r#"
                {
                    "method": "schema",
                    "message": "$.name: required",
                    "file": "data/students.jsonl",
                    "line_numbers":[2],
                    "count": 1
                }"#;
    assert!(text.contains(entry), "{text}");
    assert!(text.contains("\"completed\": false"), "{text}");
    assert!(text.contains("\"method\": \"uniqueness\""), "{text}");
    assert!(text.contains("\"records_processed\": 3") && text.contains("\"records_failed\": 1"), "{text}");
    let value: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(value["causes"][0]["records"], 1);

    let text = json(&events(Command::ValidateSend), true);
    let entry = r#"
                    "status_code": null,
                    "message": "$.name: required",
                    "file": "data/students.jsonl",
                    "line_numbers":[2],
                    "count": 1,
                    "method": "schema"
"#;
    assert!(text.contains(entry), "{text}");
}

#[test]
fn overrides_and_names_of_other_namespaces() {
    let mut first = started(Command::Send);
    if let Event::Started(started) = &mut first {
        started.namespace_overrides = Some(vec![("tpdm".into(), vec!["candidates".into()]), ("a".into(), vec![])]);
    }
    let planned = |endpoint| Event::Planned { endpoint: id(endpoint), files: Vec::new(), bytes: 0 };
    let events = [
        first,
        planned(("ed-fi", "surveys")),
        begun(("tpdm", "candidates")),
        begun(("tpdm", "surveys")),
        begun(("ed-fi", "surveys")),
    ];
    let value: serde_json::Value = serde_json::from_str(&json(&events, true)).unwrap();
    let names: Vec<&String> = value["resources"].as_object().unwrap().keys().collect();
    assert_eq!(names, ["candidates", "surveys", "tpdm/surveys"]);
    assert!(json(&events, true).contains(
        "\"namespace_overrides\": {\n        \"tpdm\": [\n            \"candidates\"\n        ],\n        \"a\": []\n    }"
    ));
    assert!(json(&events, true).contains("\"causes\": []"));
}

#[test]
fn nothing_at_all_is_a_file_too() {
    let value: serde_json::Value = serde_json::from_str(&json(&[], false)).unwrap();
    assert_eq!(value["started_at"], serde_json::Value::Null);
    assert_eq!(value["total_records_processed"], 0);
}

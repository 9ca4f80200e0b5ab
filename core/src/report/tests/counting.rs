//! Grouping, caps, and counts that always add up.

use proptest::prelude::*;
use serde_json::Value;

use super::super::causes::MISSING_THINGS;
use super::super::failures::DIFFERENT_MESSAGES;
use super::*;

fn json(results: &Results) -> Value {
    serde_json::from_str(&results.to_json(at("2026-01-01T00:01:00Z"), true)).unwrap()
}

#[test]
fn a_record_with_several_messages_counts_once() {
    let results = results(&[
        started(Command::Send),
        failed(STUDENTS, 2, Some(400), Cause::InvalidValue, &["B is required.", "A is required."]),
        failed(STUDENTS, 1, Some(400), Cause::InvalidValue, &["A is required.", "A is required."]),
        failed(STUDENTS, 3, Some(409), Cause::Other, &["A is required."]),
        failed(STUDENTS, 4, Some(500), Cause::ServerFault, &[]),
    ]);
    let found = json(&results);
    let students = &found["resources"]["students"];
    assert_eq!(students["records_failed"], 4);
    let told: Vec<(Value, Value, Value)> = students["failures"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| (entry["message"].clone(), entry["line_numbers"].clone(), entry["count"].clone()))
        .collect();
    let expected = [
        ("A is required.", vec![1, 2], 2),
        ("B is required.", vec![2], 1),
        ("A is required.", vec![3], 1),
        ("no reason is known", vec![4], 1),
    ];
    let expected = expected.map(|(message, lines, count)| (message.into(), lines.into(), count.into()));
    assert_eq!(told, expected);
}

#[test]
fn past_the_cap_messages_share_an_entry_by_status_and_cause() {
    let mut results = results(&[started(Command::Send)]);
    let extra = 3;
    for line in 1..=(DIFFERENT_MESSAGES as u64 + extra) {
        let (one, two) = (format!("a {line}"), format!("b {line}"));
        let messages =
            if line > DIFFERENT_MESSAGES as u64 { vec![one.as_str(), two.as_str()] } else { vec![one.as_str()] };
        results.observe(&failed(STUDENTS, line, Some(400), Cause::InvalidValue, &messages));
    }
    results.observe(&failed(STUDENTS, 20_000, Some(409), Cause::Duplicate, &["new"]));
    results.observe(&failed(STUDENTS, 20_001, Some(409), Cause::Duplicate, &["a 7"]));
    let found = json(&results);
    let failures = found["resources"]["students"]["failures"].as_array().unwrap();
    assert_eq!(failures.len(), DIFFERENT_MESSAGES + 3);
    let others: Vec<&Value> =
        failures.iter().filter(|entry| entry["message"].as_str().unwrap().contains("other messages")).collect();
    let told = "6 other messages, cause: invalid value (only the first 10000 different messages are told apart)";
    assert_eq!(others[0]["message"], told);
    assert_eq!(others[0]["line_numbers"], serde_json::json!([10_001, 10_002, 10_003]));
    assert_eq!((&others[0]["count"], &others[1]["status_code"]), (&Value::from(3), &Value::from(409)));
    assert_eq!(found["total_records_failed"], 10_005);
}

#[test]
fn causes_name_each_missing_thing_up_to_a_cap() {
    let term = "TermDescriptor value 'uri://x#A' does not exist. (at $.termDescriptor)";
    let grade = "GradeDescriptor value 'uri://x#B' does not exist. (at $.gradeDescriptor)";
    let mut results = results(&[
        started(Command::Send),
        failed(SCHOOLS, 1, Some(400), Cause::UnknownDescriptor, &[term, grade]),
        failed(STUDENTS, 9, Some(400), Cause::UnknownDescriptor, &[term]),
        failed(STUDENTS, 8, Some(400), Cause::UnknownDescriptor, &["odd"]),
    ]);
    let found = json(&results);
    let causes = found["causes"].as_array().unwrap();
    assert_eq!(causes.len(), 3);
    assert_eq!((&causes[0]["missing"], &causes[0]["value"]), (&"TermDescriptor".into(), &"uri://x#A".into()));
    assert_eq!(causes[0]["records"], 2);
    assert_eq!(causes[0]["endpoints"], serde_json::json!({ "schools": 1, "students": 1 }));
    assert_eq!(causes[0]["file"], "data/schools.jsonl");
    assert_eq!(causes[1].get("missing"), None);

    for line in 0..2_000 {
        let message = format!("Unable to resolve value 'uri://x#{line}' to an existing 'TermDescriptor' resource.");
        results.observe(&failed(STUDENTS, line, Some(400), Cause::UnknownDescriptor, &[message.as_str()]));
    }
    let found = json(&results);
    let causes = found["causes"].as_array().unwrap();
    assert_eq!(causes.len(), MISSING_THINGS + 1);
    assert_eq!(causes[0]["records"], 1 + 2_000 - (MISSING_THINGS as u64 - 2));
}

#[test]
fn the_order_of_answers_does_not_show() {
    let mut events = vec![
        failed(STUDENTS, 1, Some(400), Cause::InvalidValue, &["x", "y"]),
        failed(STUDENTS, 2, Some(409), Cause::MissingParent, &["The referenced 'School' item does not exist."]),
        failed(STUDENTS, 3, Some(409), Cause::MissingParent, &["The referenced 'Staff' item does not exist."]),
        accepted(STUDENTS, 4, 201),
        accepted(STUDENTS, 5, 200),
    ];
    let first = [started(Command::Send), begun(STUDENTS)];
    let forward = results(&[&first[..], &events].concat());
    events.reverse();
    let backward = results(&[&first[..], &events].concat());
    assert_eq!(json(&forward), json(&backward));
    assert_eq!(forward.to_json(at("2026-01-01T00:01:00Z"), true), backward.to_json(at("2026-01-01T00:01:00Z"), true));
}

fn any_outcome() -> impl Strategy<Value = Outcome> {
    let skips = vec![Skip::AlreadySent, Skip::Repeated, Skip::Outdated, Skip::NotFound, Skip::SeveralFound];
    let causes = vec![Cause::MissingParent, Cause::UnknownDescriptor, Cause::NoConnection, Cause::Other];
    let message = "(x|y|The referenced 'A' item does not exist.|[\\PC\n\u{1b}]{0,5})";
    let failed = (
        prop::option::of(300_u16..600),
        prop::collection::vec(message, 0..4),
        prop::sample::select(causes),
        prop::option::of(".{0,3}"),
    );
    prop_oneof![
        (200_u16..300).prop_map(|status| Outcome::Succeeded { status }),
        prop::sample::select(skips).prop_map(Outcome::Skipped),
        Just(Outcome::Valid),
        (1..4_usize).prop_map(|count| {
            let finding =
                |at| Finding { method: "schema", message: format!("$.{at}: required"), cause: Cause::InvalidValue };
            Outcome::Invalid((0..count).map(finding).collect())
        }),
        failed.prop_map(|(status, messages, cause, correlation_id)| {
            Outcome::Failed(Failure { status, messages, problem_type: None, correlation_id, cause })
        }),
    ]
}

proptest! {
    #[test]
    fn counts_add_up(records in prop::collection::vec((0..3_usize, prop::option::of(1_u64..50), any_outcome()), 0..60)) {
        let mut results = results(&[started(Command::Send)]);
        let mut sent = Counts::default();
        let mut valid = 0;
        for (endpoint, line, outcome) in &records {
            match outcome {
                Outcome::Succeeded { .. } => sent.succeeded += 1,
                Outcome::Skipped(_) => sent.skipped += 1,
                Outcome::Valid => valid += 1,
                Outcome::Failed(_) | Outcome::Invalid(_) => sent.failed += 1,
            }
            let endpoint = id([STUDENTS, SCHOOLS, ("tpdm", "students")][*endpoint]);
            let file = Rc::from("f.jsonl");
            let event = RecordEvent { endpoint, file, line: *line, outcome: outcome.clone(), repeats: 0 };
            results.observe(&Event::Record(event));
        }
        sent.processed = records.len() as u64;
        prop_assert_eq!(results.totals(), sent);
        prop_assert_eq!(results.endpoints().iter().map(EndpointResults::valid).sum::<u64>(), valid);

        let found = json(&results);
        prop_assert_eq!(found["total_records_processed"].as_u64(), Some(sent.processed));
        prop_assert_eq!(found["total_records_failed"].as_u64(), Some(sent.failed));
        for resource in found["resources"].as_object().unwrap().values() {
            let number = |key: &str| resource[key].as_u64().unwrap();
            let sum = |key: &str| -> u64 {
                let entries = resource[key].as_array().map(Vec::as_slice).unwrap_or_default();
                entries.iter().map(|entry| entry["count"].as_u64().unwrap()).sum()
            };
            let (processed, skipped, failed) =
                (number("records_processed"), number("records_skipped"), number("records_failed"));
            prop_assert!(processed >= skipped + failed + sum("successes"));
            prop_assert!(sum("failures") >= failed);
            for entry in resource["failures"].as_array().map(Vec::as_slice).unwrap_or_default() {
                let lines: Vec<u64> =
                    entry["line_numbers"].as_array().unwrap().iter().map(|line| line.as_u64().unwrap()).collect();
                prop_assert!(lines.is_sorted());
                prop_assert!(lines.len() as u64 <= entry["count"].as_u64().unwrap());
            }
        }
        let closing = Closing {
            at: at("2026-01-01T00:01:00Z"), ended: Ended::Completed, results_file: None, failed_dir: None,
            sent_since: None, width: 60,
        };
        for line in summary(&results, &closing) {
            prop_assert!(!line.chars().any(char::is_control), "{line:?}");
            prop_assert!(line.chars().count() <= 60, "{line:?}");
        }
    }
}

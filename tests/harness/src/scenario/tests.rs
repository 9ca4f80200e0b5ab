use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::check::{changes_of_a_dry_run, check};
use super::compare::{Sameness, compare};
use super::format::expect_in_page;
use super::{Content, Expect, Observed, Request, decode_log, log_of};

fn expect(value: Value) -> Expect {
    serde_json::from_value(value).unwrap()
}

fn request(method: &str, path: &str, body: &str) -> Request {
    Request {
        method: method.to_owned(),
        path: path.to_owned(),
        query: String::new(),
        body: body.to_owned(),
        answered: true,
    }
}

fn seen() -> Observed {
    Observed {
        exit: Some(0),
        stderr: "one WARNING\n".to_owned(),
        results: Some(json!({
            "run_id": "a",
            "data_dir": "/x/data/",
            "completed": true,
            "resources": {"students": {
                "records_processed": 3, "records_skipped": 1, "records_failed": 1, "retries": 2,
                "successes": [{"status_code": 201, "count": 1}],
                "failures": [{"status_code": 400, "message": "no such", "file": "/x/data/students.jsonl", "line_numbers": [2], "count": 1}],
            }},
        })),
        requests: vec![
            request("POST", "/oauth/token", ""),
            request("POST", "/data/v3/ed-fi/schools", "1"),
            request("POST", "/data/v3/ed-fi/students", "2"),
        ],
        files: BTreeMap::from([("schools.jsonl".to_owned(), b"{\"b\": 1, \"a\": 2.0}\n".to_vec())]),
        ..Observed::default()
    }
}

#[test]
fn what_is_as_expected_is_no_finding() {
    let expected = expect(json!({
        "exit": 0,
        "completed": true,
        "stderr": {"contains": ["WARNING"], "lacks": ["ERROR"], "lines": 1},
        "endpoints": {"students": {"processed": 3, "skipped": 1, "failed": 1, "successes": {"201": 1},
            "failures": [{"status": 400, "message": "such", "lines": [2], "file": "students.jsonl"}]}},
        "requests": {"POST /ed-fi/students": 1, "POST ed-fi/students$": 1, "POST students?": 1},
        "files": {"./schools.jsonl": {"records": [{"a": 2.0, "b": 1}]}, "students.jsonl": null},
        "order": ["/ed-fi/schools", "/ed-fi/students"],
    }));
    assert_eq!(check(&expected, &seen()), Vec::<String>::new());
}

#[test]
fn whatever_differs_is_a_finding() {
    for wrong in [
        json!({"exit": 1}),
        json!({}),
        json!({"exit": 0, "completed": false}),
        json!({"exit": 0, "stderr": {"lacks": ["WARNING"]}}),
        json!({"exit": 0, "stdout": {"contains": ["x"]}}),
        json!({"exit": 0, "endpoints": {}}),
        json!({"exit": 0, "endpoints": {"students": {"processed": 3, "skipped": 1}}}),
        json!({"exit": 0, "endpoints": {"students": {"skipped": 1, "failed": 1, "successes": {"200": 1}}}}),
        json!({"exit": 0, "endpoints": {"students": {"skipped": 1, "failed": 1, "failures": []}}}),
        json!({"exit": 0, "endpoints": {"students": {"skipped": 1, "failed": 1,
            "failures": [{"status": 400, "message": "such", "lines": [1]}]}}}),
        json!({"exit": 0, "records": {"/ed-fi/students": 1}}),
        json!({"exit": 0, "holds": {"/ed-fi/students": [{"a": 1}]}}),
        json!({"exit": 0, "requests": {"POST /ed-fi/students": 2}}),
        json!({"exit": 0, "order": ["/ed-fi/students", "/ed-fi/schools"]}),
        json!({"exit": 0, "order": ["/ed-fi/schools", "/ed-fi/staffs"]}),
        json!({"exit": 0, "files": {"out.jsonl": {"lines": 1}}}),
        json!({"exit": 0, "files": {"schools.jsonl": {"exactly": "{}"}}}),
        json!({"exit": 0, "files": {"schools.jsonl": {"records": []}}}),
        json!({"exit": 0, "files": {"schools.jsonl": {"records": [{"a": 2.0, "b": 1}, {"a": 2.0, "b": 1}]}}}),
        json!({"exit": 0, "files": {"schools.jsonl": null}}),
        json!({"exit": 0, "folders": {"data": ["schools.jsonl"]}}),
        json!({"exit": 0, "requests": {"POST /ed-fi/students?limit": 1}}),
        json!({"exit": 0, "requests": {"POST ed-fi/student$": 1}}),
        json!({"exit": 0, "causes": ["duplicate"]}),
    ] {
        assert!(!check(&expect(wrong.clone()), &seen()).is_empty(), "{wrong}");
    }
}

#[test]
fn hosts_may_differ_in_what_is_their_own() {
    let mut other = seen();
    other.requests.swap(1, 2);
    other.requests.push(request("POST", "/oauth/token", "again"));
    let results = other.results.as_mut().unwrap();
    results["run_id"] = json!("b");
    results["data_dir"] = json!("./data");
    results["resources"]["students"]["retries"] = json!(0);
    results["resources"]["students"]["failures"][0]["file"] = json!("./data/students.jsonl");
    assert_eq!(compare(&seen(), &other, Sameness::Whole), Vec::<String>::new());
}

#[test]
fn hosts_may_differ_in_nothing_else() {
    let changes: [fn(&mut Observed); 9] = [
        |other| other.exit = Some(1),
        |other| other.requests[2].body = "3".to_owned(),
        |other| other.requests.truncate(2),
        |other| other.results.as_mut().unwrap()["resources"]["students"]["records_failed"] = json!(2),
        |other| drop(other.state.insert("ed-fi/students".to_owned(), vec!["x".to_owned()])),
        |other| drop(other.records.insert("/ed-fi/students".to_owned(), Vec::new())),
        |other| other.stdout.push_str("Records\tEndpoint\n"),
        |other| drop(other.files.insert("data/students.jsonl".to_owned(), b"{\"b\":1}\n".to_vec())),
        |other| drop(other.files.remove("schools.jsonl")),
    ];
    for (at, change) in changes.iter().enumerate() {
        let mut other = seen();
        change(&mut other);
        assert!(!compare(&seen(), &other, Sameness::Whole).is_empty(), "change {at}");
        assert!(!compare(&other, &seen(), Sameness::Whole).is_empty(), "change {at}, the other way round");
    }
}

#[test]
fn an_exception_excepts_nothing_else() {
    let failed = |status: Value, message: &str| {
        let mut seen = seen();
        let results = seen.results.as_mut().unwrap();
        results["causes"] =
            json!([{"cause": if status.is_null() { "no connection" } else { "other" }, "message": message}]);
        let failure = &mut results["resources"]["students"]["failures"][0];
        (failure["status_code"], failure["message"]) = (status, json!(message));
        seen
    };
    let is_same = |one: &Observed, other: &Observed, sameness| compare(one, other, sameness).is_empty();
    let (one, mut other) = (failed(json!(400), "a"), failed(json!(400), "b"));
    assert!(!is_same(&one, &other, Sameness::ButWords));
    assert!(is_same(&one, &other, Sameness::Outcome));
    other.requests.clear();
    assert!(is_same(&one, &other, Sameness::Outcome));
    other.state.insert("ed-fi/students".to_owned(), vec!["x".to_owned()]);
    assert!(!is_same(&one, &other, Sameness::Outcome));

    let (one, mut other) = (failed(Value::Null, "a"), failed(Value::Null, "b"));
    assert!(!is_same(&one, &other, Sameness::Whole));
    assert!(is_same(&one, &other, Sameness::ButWords));
    other.requests.clear();
    assert!(!is_same(&one, &other, Sameness::ButWords));
}

#[test]
fn the_page_may_have_an_expectation_of_its_own() {
    let mut run = json!({"args": ["send"], "expect": {"exit": 1, "requests": {"GET /": 0}, "in_page": {"exit": 4}}});
    expect_in_page(&mut run);
    assert_eq!(run["expect"], json!({"exit": 1, "requests": {"GET /": 0}}));
    assert_eq!(run["in_page"], json!({"exit": 4, "requests": {"GET /": 0}}));
    let mut run = json!({"args": ["send"], "expect": {"exit": 1}});
    expect_in_page(&mut run);
    assert_eq!(run.get("in_page"), None);
}

#[test]
fn a_dry_run_must_change_nothing() {
    let mut dry = seen();
    dry.requests.truncate(1);
    let (files, records) = (dry.files.clone(), dry.records.clone());
    let changes = |dry: &Observed| changes_of_a_dry_run(dry, &files, &records, None);
    dry.files.insert("results.json".to_owned(), b"{\"run_id\": \"a\"}".to_vec());
    assert_eq!(changes(&dry), Vec::<String>::new());
    let wrong: [fn(&mut Observed); 5] = [
        |dry| dry.requests = seen().requests,
        |dry| drop(dry.files.insert("more.jsonl".to_owned(), Vec::new())),
        |dry| drop(dry.files.remove("schools.jsonl")),
        |dry| drop(dry.state.insert("ed-fi/students".to_owned(), vec!["x".to_owned()])),
        |dry| drop(dry.records.insert("/ed-fi/students".to_owned(), Vec::new())),
    ];
    for (at, change) in wrong.iter().enumerate() {
        let mut dry = dry.clone();
        change(&mut dry);
        assert!(!changes(&dry).is_empty(), "change {at}");
    }
}

#[test]
fn files_hold_lines_text_or_bytes() {
    let bytes = |value| serde_json::from_value::<Content>(value).unwrap().bytes();
    assert_eq!(bytes(json!("a\nb")), b"a\nb");
    assert_eq!(bytes(json!({"hex": "ff 0a\n41"})), b"\xff\nA");
    assert_eq!(bytes(json!({"lines": [{"a": 1}, "{n} x"], "times": 2})), b"{\"a\":1}\n1 x\n{\"a\":1}\n2 x\n");
    assert_eq!(bytes(json!({"lines": ["x"], "gz": true}))[..2], [0x1f, 0x8b]);
}

#[test]
fn a_state_log_is_decoded_without_its_times() {
    let entry = |digest: u8, time: u8, status: u16| {
        let mut entry = [0_u8; 32];
        entry[0] = digest;
        entry[24] = time;
        entry[28..30].copy_from_slice(&status.to_le_bytes());
        entry
    };
    let log = |entries: &[[u8; 32]]| decode_log(&entries.concat());
    let header = entry(0, 0, 0);
    assert_eq!(log(&[header, entry(1, 1, 201), entry(2, 2, 400)]), log(&[header, entry(2, 9, 400), entry(1, 8, 201)]));
    assert_ne!(log(&[header, entry(1, 1, 201)]), log(&[header, entry(1, 1, 200)]));
    assert_eq!(log(&[header, entry(1, 1, 201), entry(1, 1, 0x3fff)]), Vec::<String>::new());
    assert_eq!(log_of("state/targets/a-b/state/ed-fi/students.log"), Some("ed-fi/students".to_owned()));
    assert_eq!(log_of("targets/a-b/cache/x.json"), None);
}

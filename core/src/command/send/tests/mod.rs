mod api;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use serde_json::Value;

use self::api::{Override, Store, response, serve};
use crate::event::Event;
use crate::exit::Exit;
use crate::host::memory::{Ended, KillPoint, MemoryHost, Reply};
use crate::host::{Host, HttpError, HttpErrorKind, Method};
use crate::invocation::Invocation;
use crate::run::{Report, run};

const CONFIG: &str = "state_dir: /state\ndata_dir: data\nedfi_api:\n  base_url: http://localhost/api\n  client_id: id\n  client_secret: s3cret\nconnection:\n  pool_size: 4\n  num_retries: 2\n  timeout: 10\n";

fn host() -> MemoryHost {
    let host = MemoryHost::new();
    host.files().put("lightbeam.yaml", CONFIG);
    host
}

fn nothing_else() -> Override {
    Box::new(|_, _| None)
}

fn invocation() -> Invocation {
    Invocation { results_file: Some("results.json".to_owned()), ..Invocation::default() }
}

/// A run with its notices and results.
struct Ran {
    report: Report,
    notices: Vec<String>,
    results: Value,
}

impl Ran {
    fn counts(&self, endpoint: &str) -> [u64; 3] {
        let resource = &self.results["resources"][endpoint];
        ["records_processed", "records_skipped", "records_failed"].map(|key| resource[key].as_u64().unwrap())
    }
}

fn try_run(host: &MemoryHost, invocation: &Invocation) -> Result<Ran, Ended> {
    let notices = RefCell::new(Vec::new());
    let listener = |event: &Event| {
        if let Event::Notice(notice) = event {
            notices.borrow_mut().push(format!("{} {}", notice.text, notice.hint.as_deref().unwrap_or_default()));
        }
    };
    let report = host.block_on(run(invocation, host, &listener))?;
    let results = host.files().get("results.json").map_or(Value::Null, |text| serde_json::from_slice(&text).unwrap());
    Ok(Ran { report, notices: notices.take(), results })
}

fn go(host: &MemoryHost) -> Ran {
    try_run(host, &invocation()).unwrap()
}

fn posts(host: &MemoryHost) -> Vec<String> {
    let posted = |request: &crate::host::Request| {
        (request.method == Method::POST && request.url.path().starts_with("/data/"))
            .then(|| String::from_utf8(request.body.to_vec()).unwrap())
    };
    host.http().requests().iter().filter_map(posted).collect()
}

fn student(id: u32, name: &str) -> String {
    format!(r#"{{"studentUniqueId":"{id}","firstSurname":"{name}"}}"#)
}

fn association(id: u32) -> String {
    format!(r#"{{"studentReference":{{"studentUniqueId":"{id}"}}}}"#)
}

fn lines(lines: &[String]) -> String {
    lines.iter().map(|line| format!("{line}\n")).collect()
}

fn held(store: &Store) -> BTreeMap<String, String> {
    store.borrow().iter().map(|(key, body)| (key.clone(), body.to_string())).collect()
}

#[test]
fn parents_come_before_children_and_a_second_run_sends_nothing() {
    let host = host();
    host.files().put("data/associations.jsonl", lines(&(0..20).map(association).collect::<Vec<_>>()));
    host.files().put("data/students/2.jsonl", lines(&(10..20).map(|id| student(id, "b")).collect::<Vec<_>>()));
    host.files().put("data/students/1.jsonl", lines(&(0..10).map(|id| student(id, "a")).collect::<Vec<_>>()));
    let store = serve(&host, nothing_else());
    let ran = go(&host);
    assert_eq!(ran.report.exit, Exit::Done, "{:?}", ran.notices);
    assert_eq!(store.borrow().len(), 40);
    assert_eq!((ran.counts("students"), ran.counts("associations")), ([20, 0, 0], [20, 0, 0]));
    assert_eq!(ran.results["completed"], true);
    assert!(host.http().most_in_flight() <= 4);
    let sent = posts(&host);
    assert!(sent[..20].iter().all(|body| body.contains("firstSurname")), "an order ends before the next begins");

    let again = host.restarted();
    let ran = go(&again);
    assert_eq!(ran.report.exit, Exit::AllSkipped);
    assert!(ran.report.sent_since.is_some());
    assert_eq!((posts(&again).len(), ran.counts("students")), (0, [20, 20, 0]));
}

#[test]
fn only_failures_are_sent_again() {
    let host = host();
    let records = [student(1, "a"), "{\"no\":\"key\"}".to_owned(), student(2, "a"), String::new(), student(3, "a")];
    host.files().put("data/students.jsonl", lines(&records));
    serve(&host, nothing_else());
    let ran = go(&host);
    assert_eq!((ran.report.exit, ran.counts("students")), (Exit::Done, [4, 0, 1]));
    let failure = &ran.results["resources"]["students"]["failures"][0];
    assert_eq!(failure["status_code"], 400);
    assert_eq!(failure["message"], "StudentUniqueId is required.");
    assert_eq!(failure["line_numbers"], serde_json::json!([2]));
    let again = host.restarted();
    assert_eq!(go(&again).counts("students"), [4, 3, 1]);
    assert_eq!(posts(&again), ["{\"no\":\"key\"}"]);
}

#[test]
fn the_last_line_of_a_key_wins_on_every_run() {
    let host = host();
    let records: Vec<String> = (0..60).map(|at| student(at % 7, &format!("v{at}"))).collect();
    host.files().put("data/students.jsonl", lines(&records));
    let store = serve(&host, nothing_else());
    assert_eq!(go(&host).counts("students"), [60, 0, 0]);
    let wanted: BTreeMap<String, String> = (53..60)
        .map(|at| {
            let body: Value = serde_json::from_str(&records[at]).unwrap();
            (format!("students/{}", at % 7), body.to_string())
        })
        .collect();
    assert_eq!(held(&store), wanted);
    // What a later line outdates is not sent again and again.
    let again = host.restarted();
    let ran = go(&again);
    assert_eq!((ran.report.exit, ran.counts("students")), (Exit::AllSkipped, [60, 60, 0]));
    assert_eq!(posts(&again), Vec::<String>::new());
    let mut forced = invocation();
    forced.force = true;
    let third = host.restarted();
    assert_eq!(try_run(&third, &forced).unwrap().counts("students"), [60, 0, 0]);
    assert_eq!(held(&store), wanted);
}

#[test]
fn a_value_that_went_there_and_back_is_sent() {
    let host = host();
    let store = serve(&host, nothing_else());
    let mut current = host.clone();
    for name in ["v1", "v2", "v1", "v2"] {
        current.files().put("data/students.jsonl", student(1, name));
        assert_eq!(go(&current).counts("students"), [1, 0, 0], "{name}");
        assert!(held(&store)["students/1"].contains(name));
        current = current.restarted();
    }
    // Within one file too.
    current.files().put("data/students.jsonl", lines(&[student(2, "v1"), student(2, "v2"), student(2, "v1")]));
    assert_eq!(go(&current).counts("students"), [3, 0, 0]);
    assert!(held(&store)["students/2"].contains("v1"));
    let again = current.restarted();
    let ran = go(&again);
    assert_eq!((ran.counts("students")[2], held(&store)["students/2"].contains("v1")), (0, true));
    // A new value before an old, accepted one: the old one stands last, so it must win.
    again.files().put("data/students.jsonl", lines(&[student(3, "old")]));
    go(&again);
    let next = again.restarted();
    next.files().put("data/students.jsonl", lines(&[student(3, "new"), student(3, "old")]));
    go(&next);
    assert!(held(&store)["students/3"].contains("old"));
}

#[test]
fn identical_lines_are_sent_once() {
    let host = host();
    host.files()
        .put("data/students.jsonl", lines(&[student(1, "a"), student(1, "a"), student(2, "a"), student(1, "a")]));
    serve(&host, nothing_else());
    assert_eq!(go(&host).counts("students"), [4, 2, 0]);
    assert_eq!(posts(&host).len(), 2);
}

#[test]
fn children_that_stand_before_their_parents_are_sent_again() {
    let host = host();
    let twin = |id: u32, of: u32| format!(r#"{{"studentUniqueId":"{id}","twin":"{of}"}}"#);
    host.files().put("data/students.jsonl", lines(&[twin(4, 3), twin(3, 2), twin(2, 1), twin(9, 8), student(1, "a")]));
    let store = serve(&host, nothing_else());
    let ran = go(&host);
    assert_eq!(ran.counts("students"), [5, 0, 1]);
    assert_eq!(store.borrow().len(), 4);
    assert_eq!(ran.results["causes"][0]["cause"], "missing parent");
}

#[test]
fn an_orphan_never_overwrites_a_later_line() {
    let host = host();
    let records = [
        r#"{"studentUniqueId":"1","twin":"7","v":"first"}"#.to_owned(),
        r#"{"studentUniqueId":"1","v":"second"}"#.to_owned(),
        student(7, "parent"),
    ];
    host.files().put("data/students.jsonl", lines(&records));
    let store = serve(&host, nothing_else());
    assert_eq!(go(&host).counts("students"), [3, 0, 1]);
    assert!(held(&store)["students/1"].contains("second"));
    go(&host.restarted());
    assert!(held(&store)["students/1"].contains("second"));
}

#[test]
fn students_refused_before_their_update_order_get_one_more_try() {
    let host = host();
    host.files().put("data/students.jsonl", lines(&[student(1, "new"), student(2, "other")]));
    host.files().put("data/associations.jsonl", lines(&[association(1)]));
    let store = Rc::new(RefCell::new(None::<Store>));
    let seen = store.clone();
    let filled = serve(
        &host,
        Box::new(move |request, body| {
            let store = seen.borrow().clone()?;
            let allowed = store.borrow().contains_key("associations/1");
            let student = request.url.path().ends_with("/students") && body["studentUniqueId"] == "1";
            (student && !allowed).then(|| Reply::now(Ok(response(403, r#"{"message":"Authorization denied."}"#))))
        }),
    );
    filled.borrow_mut().insert("students/1".to_owned(), serde_json::json!({"old": true}));
    *store.borrow_mut() = Some(filled.clone());
    let ran = go(&host);
    assert_eq!((ran.counts("students"), ran.counts("associations")), ([2, 0, 0], [1, 0, 0]), "{}", ran.results);
    assert!(held(&filled)["students/1"].contains("new"));
}

#[test]
fn a_run_killed_anywhere_ends_right_after_a_restart() {
    let data = |host: &MemoryHost| {
        let students: Vec<String> = (0..12).map(|at| student(at % 8, &format!("v{at}"))).collect();
        host.files().put("data/students.jsonl", lines(&students));
        host.files().put("data/associations.jsonl", lines(&(0..8).map(association).collect::<Vec<_>>()));
    };
    let undisturbed = host();
    data(&undisturbed);
    let store = serve(&undisturbed, nothing_else());
    go(&undisturbed);
    let wanted = held(&store);
    let requests = undisturbed.http().requests().len() as u64;
    let points = (1..=requests)
        .map(KillPoint::AfterRequests)
        .chain((1..12).flat_map(|number| [0, 5, 32, 70].map(|torn| KillPoint::AtStorageOperation { number, torn })));
    let mut killed = 0;
    for point in points {
        let host = host();
        data(&host);
        let store = serve(&host, nothing_else());
        host.kill_at(point);
        if try_run(&host, &invocation()).is_ok() {
            continue;
        }
        killed += 1;
        let after = host.restarted();
        let ran = go(&after);
        assert!(matches!(ran.report.exit, Exit::Done | Exit::AllSkipped), "{point:?}: {:?}", ran.notices);
        assert_eq!(held(&store), wanted, "{point:?}");
        assert_eq!(ran.results["total_records_failed"], 0, "{point:?}");
        // What it remembers as sent is what the API holds: a third run has nothing to do.
        assert_eq!(go(&after.restarted()).report.exit, Exit::AllSkipped, "{point:?}");
    }
    assert!(killed > 20, "{killed}");
}

#[test]
fn a_dry_run_says_what_would_happen_and_changes_nothing() {
    let host = host();
    host.files().put("data/students.jsonl", lines(&[student(1, "a"), student(2, "a"), "{}".to_owned()]));
    let store = serve(&host, nothing_else());
    go(&host);
    let next = host.restarted();
    let changed = [student(1, "a"), student(2, "b"), student(3, "a"), student(3, "a"), "{}".to_owned()];
    next.files().put("data/students.jsonl", lines(&changed));
    let before = (held(&store), next.storage().names());
    let plans = RefCell::new(Vec::new());
    let dry = Invocation { dry_run: true, ..Invocation::default() };
    let report = next
        .block_on(run(&dry, &next, &|event: &Event| {
            if let Event::DryRun { plan, .. } = event {
                plans.borrow_mut().push(*plan);
            }
        }))
        .unwrap();
    assert_eq!(report.exit, Exit::Done);
    let plan = plans.borrow()[0];
    assert_eq!((plan.new, plan.changed, plan.already_sent, plan.failed_before, plan.repeated), (1, 1, 1, 1, 1));
    assert_eq!(plan.requests, 3);
    assert_eq!((posts(&next).len(), (held(&store), next.storage().names())), (0, before));
}

#[test]
fn a_server_that_dies_breaks_the_run_off_and_the_next_one_goes_on() {
    let host = host();
    host.files().put("data/students.jsonl", lines(&(0..2000).map(|id| student(id, "a")).collect::<Vec<_>>()));
    let left = Rc::new(RefCell::new(50));
    let counting = left.clone();
    let store = serve(
        &host,
        Box::new(move |request, _| {
            if !request.url.path().ends_with("/students") {
                return None;
            }
            if *counting.borrow() > 0 {
                *counting.borrow_mut() -= 1;
                return None;
            }
            Some(Reply::now(Err(HttpError::new(HttpErrorKind::Connect, "connection refused"))))
        }),
    );
    let ran = go(&host);
    assert_eq!(ran.report.exit, Exit::Unreachable, "{:?}", ran.notices);
    assert_eq!(ran.results["completed"], false);
    let [processed, _, failed] = ran.counts("students");
    assert_eq!(processed - failed, 50);
    assert!(failed >= 4, "those that were tried and had no answer are failures");
    assert!(ran.results["resources"]["students"]["failures"][0]["status_code"].is_null());
    *left.borrow_mut() = 10_000;
    let again = host.restarted();
    assert_eq!(go(&again).counts("students"), [2000, 50, 0]);
    assert_eq!(store.borrow().len(), 2000);
}

#[test]
fn failed_records_are_written_as_they_stood() {
    let host = host();
    let records = ["  {\"no\": \"key\"}  \r".to_owned(), student(1, "a"), "not json".to_owned(), student(2, "a")];
    host.files().put("data/students.jsonl", [lines(&records).as_bytes(), b"\xff\xfe\n"].concat());
    serve(&host, nothing_else());
    let mut with_dir = invocation();
    with_dir.failed_dir = Some("failed".to_owned());
    let ran = try_run(&host, &with_dir).unwrap();
    assert_eq!(ran.counts("students"), [5, 0, 3]);
    assert_eq!(host.files().get("failed/students.jsonl").unwrap(), &b"{\"no\": \"key\"}\nnot json\n\xff\xfe\n"[..]);
    let errors = host.files().get("failed/students.errors.jsonl").unwrap();
    let errors: Vec<Value> = errors
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty())
        .map(|line| serde_json::from_slice(line).unwrap())
        .collect();
    assert_eq!(errors.iter().map(|error| error["line"].as_u64().unwrap()).collect::<Vec<_>>(), [1, 3, 5]);
    assert_eq!(errors[0]["status"], 400);
    assert!(errors[2]["status"].is_null());
    // Mended: the files of the run before do not stay behind.
    host.files().put("data/students.jsonl", student(1, "a"));
    try_run(&host.restarted(), &with_dir).unwrap();
    assert_eq!(host.files().get("failed/students.jsonl").unwrap(), "");
}

#[test]
fn no_secret_and_no_record_is_told() {
    let host = host();
    host.files()
        .put("data/students.jsonl", lines(&[student(1, "Lovelace"), "{\"firstSurname\":\"Hopper\"".to_owned()]));
    serve(
        &host,
        Box::new(|request, _| {
            request
                .url
                .path()
                .ends_with("token")
                .then(|| Reply::now(Ok(response(401, r#"{"error":"invalid_client"}"#))))
        }),
    );
    let ran = go(&host);
    assert_eq!(ran.report.exit, Exit::Unreachable);
    serve(&host, nothing_else());
    let told = format!("{:?} {:?} {}", ran.notices, go(&host).notices, go(&host).results);
    for secret in ["s3cret", "Lovelace", "Hopper"] {
        assert!(!told.contains(secret), "{told}");
    }
    assert!(ran.notices.iter().any(|notice| notice.contains("client_id")), "{:?}", ran.notices);
}

#[test]
fn nothing_to_send_is_told_apart() {
    let host = host();
    serve(&host, nothing_else());
    host.files().put("data/studnets.jsonl", student(1, "a"));
    let ran = go(&host);
    assert_eq!(ran.report.exit, Exit::Failed);
    assert!(ran.notices.iter().any(|notice| notice.contains("students")), "{:?}", ran.notices);
    host.files().put("data/students.jsonl", "\n\n");
    assert_eq!(go(&host).report.exit, Exit::AllSkipped);
}

#[test]
fn a_token_lost_with_the_last_requests_breaks_the_run_off() {
    let host = host();
    host.files().put("data/students.jsonl", lines(&(0..3).map(|id| student(id, "a")).collect::<Vec<_>>()));
    let tokens = std::cell::Cell::new(0);
    serve(
        &host,
        Box::new(move |request, _| {
            if request.url.path().ends_with("token") {
                tokens.set(tokens.get() + 1);
                return (tokens.get() > 1).then(|| Reply::now(Ok(response(401, r#"{"error":"invalid_client"}"#))));
            }
            request.url.path().ends_with("/students").then(|| Reply::now(Ok(response(401, ""))))
        }),
    );
    let ran = go(&host);
    assert_eq!((ran.report.exit, &ran.results["completed"]), (Exit::Unreachable, &Value::Bool(false)));
    assert!(ran.notices.iter().any(|notice| notice.contains("client_secret")), "{:?}", ran.notices);
}

#[test]
fn a_refused_record_is_not_outdated_by_a_key_that_differs_in_case() {
    let host = host();
    let with_key = |key: &str| format!(r#"{{"studentUniqueId":"{key}","twin":"7"}}"#);
    host.files().put("data/students.jsonl", lines(&[with_key("ab"), student(1, "x")]));
    let store = serve(&host, nothing_else());
    assert_eq!(go(&host).counts("students"), [2, 0, 1]);
    let next = host.restarted();
    let upper = r#"{"studentUniqueId":"AB"}"#.to_owned();
    next.files().put("data/students.jsonl", lines(&[with_key("ab"), upper]));
    assert_eq!(go(&next).counts("students"), [2, 0, 1]);
    store.borrow_mut().insert("students/7".to_owned(), Value::Null);
    let mended = next.restarted();
    assert_eq!(go(&mended).counts("students"), [2, 1, 0], "what failed is sent again");
    assert!(held(&store).contains_key("students/ab"));
}

#[test]
fn repeated_and_outdated_lines_come_to_rest() {
    for order in [&["v1", "v1", "v2"][..], &["v1", "v2", "v1", "v2"], &["v2", "v1", "v1"], &["v1", "v2", "v1"]] {
        let mut current = host();
        let store = serve(&current, nothing_else());
        let records: Vec<String> = order.iter().map(|name| student(1, name)).collect();
        current.files().put("data/students.jsonl", lines(&records));
        for run in 1..=3 {
            let ran = go(&current);
            assert_eq!(ran.counts("students")[0], order.len() as u64, "{order:?}");
            assert!(held(&store)["students/1"].contains(order.last().unwrap()), "{order:?}, run {run}");
            if run == 3 {
                assert_eq!(posts(&current).len(), 0, "{order:?}");
            }
            current = current.restarted();
        }
    }
}

#[test]
fn a_file_that_changes_meanwhile_is_told_and_never_sent_in_pieces() {
    let host = host();
    let orphan = r#"{"studentUniqueId":"1","twin":"7"}"#.to_owned();
    host.files().put("data/students.jsonl", lines(&[orphan, student(2, "a")]));
    let files = host.files().clone();
    let store = serve(
        &host,
        Box::new(move |_, body| {
            if body["twin"] == "7" {
                files.put("data/students.jsonl", lines(&[student(7, "other than before"), student(8, "a")]));
            }
            None
        }),
    );
    let ran = go(&host);
    assert_eq!((ran.report.exit, ran.counts("students")), (Exit::Failed, [2, 0, 1]));
    assert_eq!(ran.results["completed"], false);
    assert_eq!(store.borrow().len(), 1);
}

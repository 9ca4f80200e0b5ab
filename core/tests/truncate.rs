//! `truncate` against the simulated API: everything goes, what stays says why, and the state tells the truth.
#![allow(clippy::unwrap_used, reason = "a whole file of tests")]

mod support;

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

use bytes::Bytes;
use futures_util::FutureExt as _;
use http::HeaderMap;
use lightbeam_core::event::{Event, Outcome};
use lightbeam_core::exit::Exit;
use lightbeam_core::host::memory::{KillPoint, Reply};
use lightbeam_core::host::{Host as _, Response, Storage as _, StorageError, StorageErrorKind, Takeover};
use lightbeam_core::invocation::{Command, Invocation};
use lightbeam_core::run::run;
use lightbeam_core::state::Target;
use lightbeam_sim::builtin::{self, Style};
use lightbeam_sim::{Action, Forbidden, Mode, Operation, Rule, Settings, Shape};
use serde_json::json;

use self::support::Stage;

fn settings() -> Settings {
    Settings { check_descriptors: false, ..Settings::default() }
}

/// An API of few endpoints, so that many runs take little time.
fn stage() -> Stage {
    const ENDPOINTS: &[&str] = &["students", "staffs", "assessments", "objectiveAssessments", "termDescriptors"];
    let mut documents = builtin::documents(Style::OpenApi3);
    for document in [&mut documents.resources, &mut documents.descriptors] {
        let paths = document["paths"].as_object_mut().expect("a document has paths");
        paths.retain(|path, _| path.split('/').nth(2).is_some_and(|name| ENDPOINTS.contains(&name)));
    }
    Stage::with(settings(), documents)
}

fn student(id: impl std::fmt::Display) -> String {
    format!(r#"{{"studentUniqueId":"{id}","firstName":"Ada","lastSurname":"Lee","birthDate":"2010-01-01"}}"#)
}

fn staff(id: impl std::fmt::Display) -> String {
    format!(r#"{{"staffUniqueId":"{id}","firstName":"Ada","lastSurname":"Lee"}}"#)
}

fn assessment() -> String {
    let subject = r#"[{"academicSubjectDescriptor":"uri://ed-fi.org/AcademicSubjectDescriptor#Math"}]"#;
    format!(
        r#"{{"assessmentIdentifier":"T","namespace":"uri://x","assessmentTitle":"T","academicSubjects":{subject}}}"#
    )
}

/// Each refers to the one before.
fn objective(code: u32) -> String {
    let assessment = r#""assessmentIdentifier":"T","namespace":"uri://x""#;
    let parent = format!(
        r#","parentObjectiveAssessmentReference":{{{assessment},"identificationCode":"{}"}}"#,
        code.saturating_sub(1)
    );
    let parent = if code > 1 { parent } else { String::new() };
    format!(r#"{{"identificationCode":"{code}","assessmentReference":{{{assessment}}}{parent}}}"#)
}

fn put(stage: &Stage, path: &str, lines: &[String]) {
    stage.put(path, &lines.iter().map(String::as_str).collect::<Vec<_>>());
}

fn fill(stage: &Stage, students: u32) {
    put(stage, "data/students.jsonl", &(0..students).map(student).collect::<Vec<_>>());
    put(stage, "data/assessments.jsonl", &[assessment()]);
    put(stage, "data/objectiveAssessments.jsonl", &(1..=4).map(objective).collect::<Vec<_>>());
    assert_eq!(stage.run(Command::Send, |_| {}).results["total_records_failed"], 0);
}

const SELECTION: &str = "students,assessments,objectiveAssessments";

fn chosen(invocation: &mut Invocation) {
    invocation.selector = Some(SELECTION.to_owned());
    invocation.yes = true;
}

fn only_students(invocation: &mut Invocation) {
    invocation.selector = Some("students".to_owned());
    invocation.yes = true;
}

fn rule(method: &str, path: &str, action: Action) -> Rule {
    Rule { method: Some(method.to_owned()), path: Some(path.to_owned()), body: None, first: 1, last: None, action }
}

fn answer(status: u16, body: &str) -> Action {
    Action::Answer { status, headers: BTreeMap::new(), body: body.to_owned() }
}

fn deletes(stage: &Stage) -> usize {
    stage.requests().iter().filter(|request| request.starts_with("DELETE")).count()
}

#[test]
fn everything_goes_children_first_and_is_sent_again() {
    for (shape, style) in [(Shape::V5, Style::Swagger2), (Shape::V7, Style::OpenApi3), (Shape::V8, Style::OpenApi3)] {
        let stage = Stage::with(Settings { shape, ..settings() }, builtin::documents(style));
        stage.configure("fetch: {page_size: 7}\n");
        fill(&stage, 50);
        // It needs no files.
        for path in ["data/students.jsonl", "data/assessments.jsonl", "data/objectiveAssessments.jsonl"] {
            stage.host.files().remove(path);
        }
        let ran = stage.run(Command::Truncate, chosen);
        assert_eq!((ran.exit, &ran.results["completed"]), (Exit::Done, &json!(true)), "{shape:?} {:?}", ran.notices);
        for (endpoint, count) in [("students", 50), ("assessments", 1), ("objectiveAssessments", 4)] {
            assert_eq!((stage.held(endpoint), ran.counts(endpoint)), (0, [count, 0, 0]), "{shape:?} {endpoint}");
            let successes = &ran.results["resources"][endpoint]["successes"];
            assert_eq!(*successes, json!([{"status_code": 204, "count": count}]), "{shape:?} {endpoint}");
        }
        assert!(ran.records.iter().all(|record| record.line.is_none()));
        fill(&stage.restarted(), 50);
        assert_eq!(stage.held("students"), 50, "nothing is remembered as sent");
    }
}

#[test]
fn only_the_ids_of_pages_from_the_front_are_asked_for() {
    let stage = stage();
    stage.configure("fetch: {page_size: 1000}\n");
    fill(&stage, 10);
    stage.run(Command::Truncate, only_students);
    let gets: Vec<String> = stage.requests().into_iter().filter(|request| request.starts_with("GET")).collect();
    let path = "GET /data/v3/ed-fi/students";
    // The page size is lowered to what the API's documents allow.
    let page = format!("{path}?limit=500&offset=0");
    assert_eq!(gets, [format!("{path}?limit=0&totalCount=true"), page.clone(), page]);
}

#[test]
fn what_is_refused_stays_and_everything_behind_it_goes() {
    for status in [403, 400, 500] {
        let stage = stage();
        stage.configure("fetch: {page_size: 5}\n");
        fill(&stage, 40);
        let held = stage.api.borrow().records("ed-fi", "students").unwrap();
        let refused = [0, 1, 2, 3, 4, 5, 11, 39].map(|at: usize| {
            rule("DELETE", &format!("/students/{}", held[at].id), answer(status, r#"{"detail":"Not this one."}"#))
        });
        stage.api.borrow_mut().change(|settings| settings.rules = refused.to_vec());
        let ran = stage.run(Command::Truncate, only_students);
        assert_eq!((ran.exit, ran.counts("students"), stage.held("students")), (Exit::Done, [40, 0, 8], 8), "{status}");
        let failure = &ran.results["resources"]["students"]["failures"][0];
        assert_eq!((&failure["status_code"], &failure["count"]), (&json!(status), &json!(8)));
        assert_eq!(failure["line_numbers"], json!([]));
        // At least one went, so what stayed is merely sent again.
        assert_eq!(stage.restarted().run(Command::Send, |_| {}).counts("students"), [40, 0, 0]);
    }
}

#[test]
fn when_none_went_the_state_is_as_it_was() {
    for (status, skipped) in [(403, 3), (500, 0)] {
        let stage = stage();
        put(&stage, "data/students.jsonl", &(0..3).map(student).collect::<Vec<_>>());
        stage.run(Command::Send, |_| {});
        let refused = rule("DELETE", "/students/", answer(status, ""));
        stage.api.borrow_mut().change(|settings| settings.rules = vec![refused]);
        let ran = stage.run(Command::Truncate, only_students);
        assert_eq!((ran.exit, ran.counts("students")), (Exit::Failed, [3, 0, 3]), "{status}");
        // What may have gone is sent once more.
        assert_eq!(stage.restarted().run(Command::Send, |_| {}).counts("students"), [3, skipped, 0], "{status}");
    }
}

#[test]
fn a_refusal_is_certain_though_the_api_was_busy_or_the_token_old() {
    for first in [429, 401] {
        let stage = stage();
        put(&stage, "data/students.jsonl", &[student(1)]);
        stage.run(Command::Send, |_| {});
        let passing = Rule { last: Some(1), ..rule("DELETE", "/students/", answer(first, "")) };
        let refused = rule("DELETE", "/students/", answer(403, ""));
        stage.api.borrow_mut().change(|settings| settings.rules = vec![passing, refused]);
        let ran = stage.run(Command::Truncate, only_students);
        assert_eq!((ran.counts("students"), deletes(&stage)), ([1, 0, 1], 2), "{first}");
        assert_eq!(stage.restarted().run(Command::Send, |_| {}).counts("students"), [1, 1, 0], "{first}");
    }
}

#[test]
fn what_others_refer_to_stays_and_says_why() {
    for (shape, style) in [(Shape::V5, Style::Swagger2), (Shape::V7, Style::OpenApi3)] {
        let stage = Stage::with(Settings { shape, ..settings() }, builtin::documents(style));
        fill(&stage, 1);
        let ran = stage.run(Command::Truncate, |invocation| {
            chosen(invocation);
            invocation.exclude = Some("objectiveAssessments".to_owned());
        });
        assert_eq!((ran.counts("assessments"), stage.held("assessments")), ([1, 0, 1], 1));
        assert_eq!(ran.results["causes"][0]["cause"], "still referenced");
        assert_eq!(ran.results["resources"]["assessments"]["failures"][0]["status_code"], 409);
        let sent = stage.restarted().run(Command::Send, |_| {});
        assert_eq!((sent.counts("assessments"), sent.counts("students")), ([1, 1, 0], [1, 0, 0]));
    }
}

#[test]
fn an_empty_endpoint_is_forgotten_too() {
    let stage = stage();
    fill(&stage, 3);
    let now = u64::try_from(lightbeam_core::host::Clock::now(stage.host.clock()).as_millisecond()).unwrap();
    stage.api.borrow_mut().reset(now);
    let ran = stage.run(Command::Truncate, |invocation| invocation.selector = Some(SELECTION.to_owned()));
    assert!(ran.exit == Exit::Done && ran.told("there is nothing to delete"), "{:?}", ran.notices);
    assert_eq!((stage.host.operator().questions().len(), deletes(&stage)), (0, 0));
    assert_eq!(stage.restarted().run(Command::Send, |_| {}).counts("students"), [3, 0, 0]);
}

#[test]
fn an_endpoint_that_cannot_be_listed_is_told_and_the_others_go() {
    for page in [None, Some(answer(200, "<html>")), Some(answer(200, r#"[{"id": "../schools/1"}]"#))] {
        let stage = stage();
        fill(&stage, 3);
        stage.api.borrow_mut().change(|settings| {
            if let Some(page) = &page {
                settings.rules = vec![rule("GET", "/students?limit=100", page.clone())];
            } else {
                let path = "/ed-fi/students".to_owned();
                settings.forbidden = vec![Forbidden { path, operations: vec![Operation::Read] }];
            }
        });
        let ran = stage.run(Command::Truncate, chosen);
        assert_eq!((stage.held("students"), stage.held("assessments")), (3, 0), "{page:?}");
        assert_eq!((ran.counts("students"), ran.counts("assessments")), ([0, 0, 0], [1, 0, 0]));
        assert!(ran.results["resources"]["students"]["failures"][0]["message"].is_string(), "{}", ran.results);
        assert_eq!(stage.restarted().run(Command::Send, |_| {}).counts("students"), [3, 3, 0]);
    }
}

#[test]
fn it_ends_whatever_the_api_does() {
    // It says that it deletes, and does not; it ignores the offset; records vanish under way.
    let id = |n: u32| format!("{n:032x}");
    let page = json!((1..=3).map(|n| json!({ "id": id(n) })).collect::<Vec<_>>()).to_string();
    for (rules, counts, told) in [
        (
            vec![rule("DELETE", "/students/", answer(204, ""))],
            [5, 0, 0],
            Some("5 records of ed-fi/students were still listed"),
        ),
        (
            vec![rule("DELETE", "/students/", answer(404, "")), rule("GET", "/students?limit=2", answer(200, &page))],
            [3, 0, 3],
            None,
        ),
        // It does not list what it held a moment ago.
        (vec![rule("DELETE", "/students/", answer(404, ""))], [5, 0, 5], None),
        (
            vec![rule("DELETE", "/students/", answer(403, "")), rule("GET", "/students?limit=2", answer(200, &page))],
            [3, 0, 3],
            None,
        ),
        (vec![rule("DELETE", "/students/", answer(403, ""))], [5, 0, 5], None),
    ] {
        let stage = stage();
        stage.configure("fetch: {page_size: 2}\n");
        put(&stage, "data/students.jsonl", &(0..5).map(student).collect::<Vec<_>>());
        stage.run(Command::Send, |_| {});
        stage.api.borrow_mut().change(|settings| settings.rules = rules);
        let ran = stage.run(Command::Truncate, only_students);
        assert_eq!(ran.counts("students"), counts, "{told:?} {}", ran.results);
        assert!(told.is_none_or(|told| ran.told(told)), "{:?}", ran.notices);
        assert!(stage.requests().len() < 25, "{:?}", stage.requests());
    }
}

/// The page after tells: what is still listed was not removed, what is not listed any more is gone.
#[test]
fn what_the_api_says_is_not_there_is_believed_when_it_is_no_longer_listed() {
    let stage = stage();
    stage.configure("fetch: {page_size: 3}\n");
    put(&stage, "data/students.jsonl", &(0..7).map(student).collect::<Vec<_>>());
    stage.run(Command::Send, |_| {});
    let held = stage.api.borrow().records("ed-fi", "students").unwrap();
    let at = |at: usize, status| rule("DELETE", &format!("/students/{}", held[at].id), answer(status, ""));
    // Not there, and yet still listed, beside one that is refused; and one that an attempt without answer deleted.
    let lost = |at: usize| rule("DELETE", &format!("/students/{}", held[at].id), Action::DropAfter { reset: false });
    let lost = Rule { last: Some(1), ..lost(5) };
    stage.api.borrow_mut().change(|settings| settings.rules = vec![at(0, 403), at(1, 404), at(3, 404), lost]);
    let ran = stage.run(Command::Truncate, only_students);
    assert_eq!((ran.counts("students"), stage.held("students")), ([7, 0, 3], 3), "{}", ran.results);
    assert_eq!(ran.results["resources"]["students"]["successes"], json!([{"status_code": 204, "count": 4}]));
    let failures = ran.results["resources"]["students"]["failures"].as_array().unwrap();
    let told = failures.iter().find(|failure| failure["count"] == 2).unwrap()["message"].as_str().unwrap();
    assert!(told.starts_with("not removed: "), "{told}");

    // All are refused as not there and still there: nothing went, so nothing is forgotten.
    let again = stage.restarted();
    again.api.borrow_mut().change(|settings| settings.rules.clear());
    again.run(Command::Send, |_| {});
    again.api.borrow_mut().change(|settings| settings.rules = vec![rule("DELETE", "/students/", answer(404, ""))]);
    let ran = again.restarted().run(Command::Truncate, only_students);
    assert_eq!((ran.exit, ran.counts("students")), (Exit::Failed, [7, 0, 7]), "{}", ran.results);
    assert_eq!(again.restarted().run(Command::Send, |_| {}).counts("students"), [7, 7, 0]);
}

/// Another program deletes at the same time.
#[test]
fn what_others_removed_meanwhile_is_gone_too() {
    let stage = stage();
    put(&stage, "data/students.jsonl", &(0..3).map(student).collect::<Vec<_>>());
    stage.run(Command::Send, |_| {});
    let gone = Cell::new(false);
    stage.intercept(move |request| {
        let told = |status, body| {
            let body = Bytes::from_static(body);
            Some(Reply::now(Ok(Response { status, headers: HeaderMap::new(), body, truncated: false })))
        };
        match request.method.as_str() {
            "DELETE" => {
                gone.set(true);
                told(404, b"")
            }
            "GET" if gone.get() => told(200, b"[]"),
            _ => None,
        }
    });
    let ran = stage.run(Command::Truncate, only_students);
    assert_eq!((ran.exit, ran.counts("students")), (Exit::Done, [3, 0, 0]), "{} {:?}", ran.results, ran.notices);
    stage.intercept(|_| None);
    assert_eq!(stage.restarted().run(Command::Send, |_| {}).counts("students"), [3, 0, 0]);
}

#[test]
fn an_api_that_does_not_count_is_listed() {
    let stage = stage();
    fill(&stage, 5);
    let uncounted = rule("GET", "totalCount", answer(200, "[]"));
    stage.api.borrow_mut().change(|settings| settings.rules = vec![uncounted]);
    let plans = RefCell::new(BTreeMap::new());
    let dry = Invocation {
        command: Command::Truncate,
        dry_run: true,
        selector: Some(SELECTION.to_owned()),
        ..Invocation::default()
    };
    let blobs = || stage.host.storage().names().into_iter().map(|name| stage.host.storage().blob(&name));
    let before: Vec<_> = blobs().collect();
    let listener = |event: &Event| {
        if let Event::DryRun { endpoint, plan } = event {
            plans.borrow_mut().insert(endpoint.name.to_string(), plan.removal.unwrap().found);
        }
    };
    assert_eq!(stage.host.block_on(run(&dry, &stage.host, &listener)).unwrap().exit, Exit::Done);
    let expected = [("assessments", 1), ("objectiveAssessments", 4), ("students", 5)];
    assert_eq!(plans.take(), expected.map(|(name, count)| (name.to_owned(), count)).into());
    assert_eq!((deletes(&stage), stage.held("students")), (0, 5));
    assert!(blobs().eq(before), "the state is as it was");
    stage.host.operator().will_answer(true);
    let ran = stage.run(Command::Truncate, |invocation| invocation.selector = Some("students".to_owned()));
    let question = &stage.host.operator().questions()[0].text;
    assert!(question.contains("students: an unknown number of records"), "{question}");
    assert_eq!(ran.counts("students"), [5, 0, 0]);
}

#[test]
fn the_question_names_host_year_and_numbers() {
    let stage = Stage::new(Settings { shape: Shape::V5, mode: Mode::YearSpecific, ..settings() });
    fill(&stage, 3);
    let ask = |invocation: &mut Invocation| invocation.selector = Some(SELECTION.to_owned());
    stage.host.operator().will_answer(false);
    let ran = stage.run(Command::Truncate, ask);
    assert_eq!((ran.exit, deletes(&stage), stage.held("students")), (Exit::Failed, 0, 3));
    assert!(ran.told("truncate was not confirmed, so nothing was deleted"), "{:?}", ran.notices);
    let question = stage.host.operator().questions()[0].text.clone();
    for part in [
        "ALL RECORDS",
        "127.0.0.1:1, school year 2026",
        "  objectiveAssessments: 4 records\n  assessments: 1 record\n  students: 3 records",
        "In all: 8 records of 3 endpoints.",
    ] {
        assert!(question.contains(part), "{question}");
    }
    assert!(stage.run(Command::Truncate, ask).told("--yes"));
    stage.configure("force_delete: true\n");
    assert_eq!(stage.run(Command::Truncate, ask).exit, Exit::Done);
    assert_eq!((stage.held("students"), stage.host.operator().questions().len()), (0, 2));
}

#[test]
fn after_a_stop_no_further_delete_leaves() {
    let mut partly = 0;
    for asked in 0..30 {
        let stage = stage();
        put(&stage, "data/staffs.jsonl", &(0..8).map(staff).collect::<Vec<_>>());
        stage.run(Command::Send, |_| {});
        let next = stage.restarted();
        next.host.operator().stop_after(asked);
        let ran = next.run(Command::Truncate, |invocation| {
            invocation.selector = Some("staffs".to_owned());
            invocation.yes = true;
        });
        let deleted = deletes(&next);
        assert_eq!(8 - deleted, next.held("staffs"), "{asked}");
        if asked == 0 {
            assert_eq!((ran.exit, deleted), (Exit::Failed, 0));
        }
        partly += u32::from((1..8).contains(&deleted));
        let told = ran.records.iter().filter(|record| matches!(record.outcome, Outcome::Succeeded { .. })).count();
        assert_eq!(told, deleted);
        if ran.exit == Exit::Failed {
            let sent = next.restarted().run(Command::Send, |_| {});
            let skipped = if deleted == 0 { 8 } else { 0 };
            assert_eq!((sent.counts("staffs"), next.held("staffs")), ([8, skipped, 0], 8), "{asked}");
        } else {
            assert_eq!(deleted, 8);
        }
    }
    assert!(partly > 0, "some stops come while records are deleted");
}

/// Another run takes over the lock when the API receives its `number`th data request.
fn taken_over_at(stage: &Stage, number: u32) {
    let storage = stage.host.storage().clone();
    let lock = Target::new(&"http://127.0.0.1:1/data/v3".parse().unwrap()).lock();
    let received = Cell::new(0);
    stage.intercept(move |request| {
        received.set(received.get() + u32::from(request.url.path().starts_with("/data/")));
        if received.get() == number {
            let taken = storage.lock(&lock, "other", Takeover::AtOnce).now_or_never().unwrap().unwrap();
            assert!(received.replace(u32::MAX / 2) == number && taken.taken_over_from.is_some());
        }
        None
    });
}

#[test]
fn without_the_lock_nothing_is_gone_and_remembered_as_sent() {
    // The count, the first page, three DELETEs, the page after.
    for number in 1..=6 {
        let stage = stage();
        put(&stage, "data/students.jsonl", &(0..3).map(student).collect::<Vec<_>>());
        stage.run(Command::Send, |_| {});
        taken_over_at(&stage, number);
        let ran = stage.run(Command::Truncate, only_students);
        assert_eq!(ran.exit, Exit::Failed, "{number} {:?}", ran.notices);
        assert!(ran.told("the state cannot be kept"), "{number} {:?}", ran.notices);
        assert_eq!(deletes(&stage), if number <= 2 { 0 } else { 3 }, "{number}");
        stage.intercept(|_| None);
        assert_eq!(stage.restarted().run(Command::Send, |_| {}).results["total_records_failed"], 0);
        assert_eq!(stage.held("students"), 3, "{number}");
    }
}

#[test]
fn what_cannot_be_forgotten_for_good_is_not_deleted() {
    let stage = stage();
    put(&stage, "data/students.jsonl", &(0..3).map(student).collect::<Vec<_>>());
    stage.run(Command::Send, |_| {});
    let storage = stage.host.storage().clone();
    stage.intercept(move |request| {
        if request.url.path().starts_with("/data/") {
            storage.fail_with(Some(StorageError::new(StorageErrorKind::Full, "no space left")));
        }
        None
    });
    let ran = stage.run(Command::Truncate, only_students);
    assert_eq!((ran.exit, deletes(&stage), stage.held("students")), (Exit::Failed, 0, 3), "{:?}", ran.notices);
    stage.intercept(|_| None);
    assert_eq!(stage.restarted().run(Command::Send, |_| {}).counts("students"), [3, 3, 0], "all are remembered");
}

/// Kills a truncate at every request and at every write, with torn ends: no record is gone and remembered as sent, and
/// a plain `send` brings everything back.
#[test]
fn a_truncate_killed_anywhere_never_loses_a_record() {
    let held = [("students", 5), ("assessments", 1), ("objectiveAssessments", 4)];
    let prepared = || {
        let stage = stage();
        stage.configure("fetch: {page_size: 3}\n");
        fill(&stage, 5);
        stage
    };
    let mut killed = 0;
    let mut survives = |point| {
        let stage = prepared().restarted();
        stage.kill_at(point);
        if stage.try_run(Command::Truncate, chosen).is_ok() {
            return true;
        }
        killed += 1;
        let after = stage.restarted();
        let ran = after.run(Command::Send, |_| {});
        assert_eq!(ran.results["total_records_failed"], 0, "{point:?} {}", ran.results);
        for (endpoint, count) in held {
            assert_eq!(after.held(endpoint), count, "{point:?} {endpoint}");
        }
        // What is remembered now is true: nothing is sent again, and a second truncate takes all of it away.
        assert_eq!(after.restarted().run(Command::Send, |_| {}).exit, Exit::AllSkipped, "{point:?}");
        let last = after.restarted();
        last.run(Command::Truncate, chosen);
        assert!(held.iter().all(|(endpoint, _)| last.held(endpoint) == 0), "{point:?}");
        false
    };
    for number in 1.. {
        if survives(KillPoint::AfterRequests(number)) {
            break;
        }
    }
    for number in 1.. {
        if survives(KillPoint::AtStorageOperation { number, torn: 0 }) {
            break;
        }
        for torn in [5, 33] {
            survives(KillPoint::AtStorageOperation { number, torn });
        }
    }
    assert!(killed > 30, "{killed}");
}

//! `delete` against the simulated API: what goes, what stays, and what is remembered of it.
#![allow(clippy::unwrap_used, reason = "a whole file of tests")]

mod support;

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

use futures_util::FutureExt as _;
use lightbeam_core::event::{Event, RemovalPlan};
use lightbeam_core::exit::Exit;
use lightbeam_core::host::memory::KillPoint;
use lightbeam_core::host::{Host as _, Storage as _, StorageError, StorageErrorKind, Takeover};
use lightbeam_core::invocation::{Command, FailOn, Invocation};
use lightbeam_core::run::run;
use lightbeam_core::state::Target;
use lightbeam_sim::builtin::{self, Style};
use lightbeam_sim::{Action, Forbidden, Operation, Rule, Settings, Shape};
use serde_json::{Value, json};

use self::support::{Ran, Stage};

fn settings() -> Settings {
    Settings { check_descriptors: false, ..Settings::default() }
}

/// An API of few endpoints, so that many runs take little time.
fn stage() -> Stage {
    const ENDPOINTS: &[&str] = &[
        "students",
        "schools",
        "studentSchoolAssociations",
        "assessments",
        "objectiveAssessments",
        "gradeLevelDescriptors",
    ];
    let mut documents = builtin::documents(Style::OpenApi3);
    for document in [&mut documents.resources, &mut documents.descriptors] {
        let paths = document["paths"].as_object_mut().expect("a document has paths");
        paths.retain(|path, _| path.split('/').nth(2).is_some_and(|name| ENDPOINTS.contains(&name)));
    }
    Stage::with(settings(), documents)
}

fn student(id: &str, name: &str) -> String {
    format!(r#"{{"studentUniqueId":"{id}","firstName":"{name}","lastSurname":"Lee","birthDate":"2010-01-01"}}"#)
}

fn school(id: u32) -> String {
    let category = r#"{"educationOrganizationCategoryDescriptor":"uri://ed-fi.org/EducationOrganizationCategoryDescriptor#School"}"#;
    let level = r#"{"gradeLevelDescriptor":"uri://ed-fi.org/GradeLevelDescriptor#Ninth grade"}"#;
    format!(
        r#"{{"schoolId":{id},"nameOfInstitution":"S{id}","educationOrganizationCategories":[{category}],"gradeLevels":[{level}]}}"#
    )
}

fn enrollment(student: &str, school: u32) -> String {
    format!(
        r#"{{"studentReference":{{"studentUniqueId":"{student}"}},"schoolReference":{{"schoolId":{school}}},"entryDate":"2025-08-18","entryGradeLevelDescriptor":"uri://ed-fi.org/GradeLevelDescriptor#Ninth grade"}}"#
    )
}

fn descriptor(code: &str) -> String {
    format!(
        r#"{{"namespace":"uri://ed-fi.org/GradeLevelDescriptor","codeValue":"{code}","shortDescription":"{code}"}}"#
    )
}

fn put(stage: &Stage, path: &str, lines: &[String]) {
    stage.put(path, &lines.iter().map(String::as_str).collect::<Vec<_>>());
}

/// Two schools, three students, their enrollments, two descriptors: sent.
fn district(stage: &Stage) -> Ran {
    put(stage, "data/gradeLevelDescriptors.jsonl", &[descriptor("Ninth grade"), descriptor("Tenth & last")]);
    put(stage, "data/schools.jsonl", &[school(1), school(2)]);
    put(stage, "data/students.jsonl", &["a", "b", "c/ü"].map(|id| student(id, "Ada")));
    put(stage, "data/studentSchoolAssociations.jsonl", &[enrollment("a", 1), enrollment("b", 2), enrollment("c/ü", 1)]);
    stage.run(Command::Send, |_| {})
}

const DISTRICT: [(&str, usize); 4] =
    [("gradeLevelDescriptors", 2), ("schools", 2), ("students", 3), ("studentSchoolAssociations", 3)];

fn force(invocation: &mut Invocation) {
    invocation.force = true;
    invocation.yes = true;
}

fn deletes(stage: &Stage) -> Vec<String> {
    let endpoint = |request: &String| {
        request.strip_prefix("DELETE ").map(|path| path.split('/').nth(4).unwrap_or_default().to_owned())
    };
    stage.requests().iter().filter_map(endpoint).collect()
}

fn rule(method: &str, path: &str, action: Action) -> Rule {
    Rule { method: Some(method.to_owned()), path: Some(path.to_owned()), body: None, first: 1, last: None, action }
}

fn answer(status: u16, body: &str) -> Action {
    Action::Answer { status, headers: BTreeMap::new(), body: body.to_owned() }
}

fn failure(ran: &Ran, endpoint: &str) -> Value {
    ran.results["resources"][endpoint]["failures"][0].clone()
}

#[test]
fn what_was_sent_is_gone_and_sent_again() {
    for (shape, style) in [(Shape::V5, Style::Swagger2), (Shape::V7, Style::OpenApi3), (Shape::V8, Style::OpenApi3)] {
        let stage = Stage::with(Settings { shape, ..settings() }, builtin::documents(style));
        district(&stage);
        let ran = stage.run(Command::Delete, force);
        assert_eq!(ran.exit, Exit::Done, "{shape:?} {:?} {}", ran.notices, ran.results);
        for (endpoint, count) in DISTRICT {
            assert_eq!(stage.held(endpoint), 0, "{shape:?} {endpoint}");
            assert_eq!(ran.counts(endpoint), [count as u64, 0, 0], "{shape:?} {endpoint}");
            let successes = &ran.results["resources"][endpoint]["successes"];
            assert_eq!(*successes, json!([{"status_code": 204, "count": count}]), "{shape:?} {endpoint}");
        }
        assert_eq!((&ran.results["completed"], &ran.results["command"]), (&json!(true), &json!("delete")));
        if shape == Shape::V8 {
            continue;
        }
        // Children first: the reverse of sending.
        let order = deletes(&stage);
        assert!(order[..3].iter().all(|name| name == "studentSchoolAssociations"), "{order:?}");
        assert!(order[8..].iter().all(|name| name == "gradeLevelDescriptors"), "{order:?}");
        // Nothing is remembered of what is gone, descriptors included.
        let again = stage.restarted();
        assert_eq!(again.run(Command::Send, |_| {}).results["total_records_skipped"], 0, "{shape:?}");
        assert!(DISTRICT.iter().all(|(endpoint, count)| again.held(endpoint) == *count));
    }
}

#[test]
fn descriptors_are_asked_for_by_namespace_and_code_value() {
    let stage = stage();
    put(&stage, "data/gradeLevelDescriptors.jsonl", &[descriptor("Ninth grade"), descriptor("Tenth & last")]);
    stage.run(Command::Send, |_| {});
    let ran = stage.run(Command::Delete, force);
    assert_eq!(ran.counts("gradeLevelDescriptors"), [2, 0, 0]);
    let gets: Vec<String> = stage.requests().into_iter().filter(|request| request.starts_with("GET")).collect();
    assert_eq!(gets.len(), 2, "one query a record, never the whole endpoint: {gets:?}");
    assert!(gets[0].contains("namespace=uri%3A%2F%2Fed-fi.org%2FGradeLevelDescriptor"), "{gets:?}");
    assert!(gets[1].contains("codeValue=Tenth%20%26%20last"), "{gets:?}");
}

#[test]
fn records_with_an_entry_are_skipped_unless_a_flag_asks() {
    let stage = stage();
    put(&stage, "data/students.jsonl", &[student("a", "Ada")]);
    stage.run(Command::Send, |_| {});
    // Nobody is asked, as nothing would be removed.
    let ran = stage.run(Command::Delete, |_| {});
    assert_eq!((ran.counts("students"), stage.requests().len()), ([1, 1, 0], 0));
    assert!(ran.report.sent_since.is_some());
    assert_eq!(stage.host.operator().questions(), []);
    put(&stage, "data/students.jsonl", &[student("a", "Ada"), student("a", "Ada"), student("b", "Bob")]);
    let ran = stage.restarted().run(Command::Delete, |invocation| {
        invocation.yes = true;
        invocation.resend_status_codes = Some("201".to_owned());
    });
    // Deleted, a repeated line, and one that the API never held.
    assert_eq!((ran.counts("students"), stage.held("students")), ([3, 2, 0], 0));
    let deleted = stage.restarted().run(Command::Delete, |invocation| invocation.yes = true);
    assert_eq!(deleted.counts("students"), [3, 3, 0], "never added to the state");
    let requests = stage.requests();
    assert_eq!(requests.len(), 2, "looked up again, for the state knows nothing of them: {requests:?}");
}

#[test]
fn a_value_that_is_not_the_one_that_was_sent_takes_the_others_entry_with_it() {
    let stage = stage();
    put(&stage, "data/students.jsonl", &[student("a", "v1")]);
    stage.run(Command::Send, |_| {});
    put(&stage, "data/students.jsonl", &[student("a", "v2")]);
    // Unknown to the state, so deleted without a flag: the record of the API is the same.
    assert_eq!(
        stage.restarted().run(Command::Delete, |invocation| invocation.yes = true).counts("students"),
        [1, 0, 0]
    );
    put(&stage, "data/students.jsonl", &[student("a", "v1")]);
    let again = stage.restarted();
    assert_eq!(again.run(Command::Send, |_| {}).counts("students"), [1, 0, 0], "v1 is not remembered as sent");
    assert_eq!(stage.held("students"), 1);
}

#[test]
fn never_the_wrong_record() {
    let other = student("other", "Eve");
    let listed = |ids: &[(&str, &str)]| {
        let records = ids.iter().map(|(student_id, id)| {
            let mut record: Value = serde_json::from_str(&student(student_id, "x")).unwrap();
            record["id"] = json!(id);
            record
        });
        answer(200, &Value::Array(records.collect()).to_string())
    };
    let id = |n: u32| format!("{n:032x}");
    let (one, two, three) = (id(1), id(2), id(3));
    for (answered, counts, told) in [
        // An API that ignores the query holds one record, and a page of records.
        (listed(&[("other", &one)]), [1, 0, 1], Some("none")),
        (listed(&[("other", &one), ("another", &two)]), [1, 0, 1], Some("none with this natural key")),
        // Several are the one: which, nobody knows.
        (listed(&[("a", &one), ("a", &two), ("other", &three)]), [1, 1, 0], None),
        (listed(&[("A", &one), ("a ", &two)]), [1, 1, 0], None),
        // Of a page of others, a record that differs in case is not the one.
        (listed(&[("A", &one), ("other", &two)]), [1, 0, 1], Some("none with")),
        // What could lead elsewhere is no id.
        (listed(&[("a", "../schools/1")]), [1, 0, 1], Some("no usable id")),
        (answer(200, r#"{"studentUniqueId":"a"}"#), [1, 0, 1], Some("no JSON list of records")),
        (answer(200, "<html>"), [1, 0, 1], Some("no JSON list of records")),
        (answer(400, r#"{"detail":"The query is wrong."}"#), [1, 0, 1], Some("The query is wrong.")),
    ] {
        let stage = stage();
        put(&stage, "data/students.jsonl", std::slice::from_ref(&other));
        stage.run(Command::Send, |_| {});
        put(&stage, "data/students.jsonl", &[student("a", "Ada")]);
        stage.api.borrow_mut().change(|settings| settings.rules = vec![rule("GET", "/students?", answered.clone())]);
        let ran = stage.run(Command::Delete, force);
        assert_eq!((ran.counts("students"), deletes(&stage).len()), (counts, 0), "{answered:?}");
        assert_eq!(stage.held("students"), 1, "{answered:?}");
        if let Some(told) = told.filter(|told| *told != "none") {
            let message = failure(&ran, "students")["message"].as_str().unwrap().to_owned();
            assert!(message.contains(told), "{answered:?}: {message}");
        }
    }
}

/// The documents of the ODS/API name no parameters for descriptors: it may ignore them.
#[test]
fn what_differs_in_case_is_not_believed_of_a_query_that_may_be_ignored() {
    let found = |namespace: &str| {
        let id = format!("{:032x}", 1);
        answer(200, &json!([{"id": id, "namespace": namespace, "codeValue": "NINTH GRADE"}]).to_string())
    };
    for is_documented in [false, true] {
        let stage = stage();
        if is_documented {
            serve_descriptors(&stage, |document| {
                let parameters = parameters(document, "gradeLevelDescriptors");
                for name in ["namespace", "codeValue"] {
                    parameters.push(json!({"name": name, "in": "query", "schema": {"type": "string"}}));
                }
            });
        }
        put(&stage, "data/gradeLevelDescriptors.jsonl", &[descriptor("Ninth grade")]);
        let rule = rule("GET", "/gradeLevelDescriptors?", found("uri://ed-fi.org/GradeLevelDescriptor"));
        stage.api.borrow_mut().change(|settings| settings.rules.push(rule));
        let ran = stage.run(Command::Delete, force);
        // The simulation holds no such record, so its DELETE says that it is gone.
        let expected = if is_documented { ([1, 1, 0], 1) } else { ([1, 0, 1], 0) };
        assert_eq!((ran.counts("gradeLevelDescriptors"), deletes(&stage).len()), expected, "{is_documented}");
    }
}

#[test]
fn the_right_one_among_others_is_deleted() {
    let stage = stage();
    put(&stage, "data/students.jsonl", &["a", "b", "c"].map(|id| student(id, "Ada")));
    stage.run(Command::Send, |_| {});
    // The whole endpoint, whatever was asked for.
    let held = stage.api.borrow().records("ed-fi", "students").unwrap();
    let all: Vec<Value> = held
        .iter()
        .map(|record| {
            let mut body = record.body.clone();
            body.insert("id".to_owned(), json!(record.id));
            Value::Object(body)
        })
        .collect();
    let all = answer(200, &Value::Array(all).to_string());
    stage.api.borrow_mut().change(|settings| settings.rules = vec![rule("GET", "/students?", all)]);
    put(&stage, "data/students.jsonl", &[student("b", "Ada")]);
    assert_eq!(stage.run(Command::Delete, force).counts("students"), [1, 0, 0]);
    let left = stage.api.borrow().records("ed-fi", "students").unwrap();
    assert_eq!(left.iter().map(|record| record.key["studentUniqueId"].clone()).collect::<Vec<_>>(), ["a", "c"]);
}

#[test]
fn the_api_may_spell_dates_and_case_otherwise() {
    let stage = stage();
    district(&stage);
    let held = stage.api.borrow().records("ed-fi", "studentSchoolAssociations").unwrap();
    let mut body = held[0].body.clone();
    body.insert("id".to_owned(), json!(held[0].id));
    body.insert("entryDate".to_owned(), json!("2025-08-18T00:00:00"));
    body["studentReference"]["studentUniqueId"] = json!("A");
    body["schoolReference"]["schoolId"] = json!("1");
    let answered = answer(200, &Value::Array(vec![Value::Object(body)]).to_string());
    let rules = vec![rule("GET", "/studentSchoolAssociations?", answered)];
    stage.api.borrow_mut().change(|settings| settings.rules = rules);
    put(&stage, "data/studentSchoolAssociations.jsonl", &[enrollment("a", 1)]);
    let ran = stage.run(Command::Delete, |invocation| {
        force(invocation);
        invocation.selector = Some("studentSchoolAssociations".to_owned());
    });
    assert_eq!(ran.counts("studentSchoolAssociations"), [1, 0, 0], "{}", ran.results);
    assert_eq!(stage.held("studentSchoolAssociations"), 2);
}

#[test]
fn a_refused_delete_leaves_the_record_remembered_as_sent() {
    for (status, is_remembered) in [(403, true), (400, true), (409, true), (500, false)] {
        let stage = stage();
        put(&stage, "data/students.jsonl", &[student("a", "Ada")]);
        stage.run(Command::Send, |_| {});
        let refused = rule("DELETE", "/students/", answer(status, r#"{"detail":"Not this one."}"#));
        stage.api.borrow_mut().change(|settings| settings.rules = vec![refused]);
        let ran = stage.run(Command::Delete, |invocation| {
            force(invocation);
            invocation.failed_dir = Some("failed".to_owned());
            invocation.fail_on = FailOn::Any;
        });
        assert_eq!((ran.exit, ran.counts("students")), (Exit::Failed, [1, 0, 1]));
        let failure = failure(&ran, "students");
        assert_eq!((&failure["status_code"], &failure["message"]), (&json!(status), &json!("Not this one.")));
        assert_eq!(failure["line_numbers"], json!([1]));
        assert_eq!(stage.text("failed/students.jsonl").unwrap(), format!("{}\n", student("a", "Ada")));
        let sent = stage.restarted().run(Command::Send, |_| {});
        // What may have been deleted is sent once more.
        assert_eq!(sent.counts("students"), [1, u64::from(is_remembered), 0], "{status}");
    }
}

#[test]
fn an_untyped_conflict_after_a_doubtful_attempt_does_not_say_that_the_record_is_there() {
    let conflict = r#"{"message":"The DELETE statement conflicted."}"#;
    let typed = r#"{"type":"urn:ed-fi:api:data-conflict:dependent-item-exists","detail":"x"}"#;
    for (body, is_remembered) in [(conflict, false), (typed, true)] {
        let stage = stage();
        put(&stage, "data/students.jsonl", &[student("a", "Ada")]);
        stage.run(Command::Send, |_| {});
        let doubtful = Rule { last: Some(1), ..rule("DELETE", "/students/", answer(500, "")) };
        let refused = rule("DELETE", "/students/", answer(409, body));
        stage.api.borrow_mut().change(|settings| settings.rules = vec![doubtful, refused]);
        let ran = stage.run(Command::Delete, force);
        assert_eq!(ran.counts("students"), [1, 0, 1], "{body}");
        assert_eq!(ran.results["causes"][0]["cause"], "still referenced", "{body}");
        let sent = stage.restarted().run(Command::Send, |_| {});
        assert_eq!(sent.counts("students"), [1, u64::from(is_remembered), 0], "{body}");
    }
}

#[test]
fn a_record_that_is_gone_at_its_delete_was_not_found() {
    let stage = stage();
    put(&stage, "data/students.jsonl", &[student("a", "Ada")]);
    stage.run(Command::Send, |_| {});
    let gone = rule("DELETE", "/students/", answer(404, r#"{"detail":"The specified resource could not be found."}"#));
    stage.api.borrow_mut().change(|settings| settings.rules = vec![gone]);
    assert_eq!(stage.run(Command::Delete, force).counts("students"), [1, 1, 0]);
    assert_eq!(stage.restarted().run(Command::Send, |_| {}).counts("students"), [1, 0, 0]);
    // The same after the API was busy: it was not this run that deleted it.
    let busy = Rule { last: Some(1), ..rule("DELETE", "/students/", answer(429, "")) };
    let gone = rule("DELETE", "/students/", answer(404, ""));
    stage.api.borrow_mut().change(|settings| settings.rules = vec![busy, gone]);
    assert_eq!(stage.restarted().run(Command::Delete, force).counts("students"), [1, 1, 0]);
    // Carried out without an answer, then repeated: it was this run that deleted it.
    let dropped = Rule { last: Some(1), ..rule("DELETE", "/students/", Action::DropAfter { reset: false }) };
    stage.api.borrow_mut().change(|settings| settings.rules = vec![dropped]);
    assert_eq!(stage.restarted().run(Command::Delete, force).counts("students"), [1, 0, 0]);
    assert_eq!(stage.held("students"), 0);
}

#[test]
fn records_that_refer_to_each_other_go_in_passes() {
    for (shape, style) in [(Shape::V5, Style::Swagger2), (Shape::V7, Style::OpenApi3)] {
        let stage = Stage::with(Settings { shape, ..settings() }, builtin::documents(style));
        let subject =
            r#""academicSubjects":[{"academicSubjectDescriptor":"uri://ed-fi.org/AcademicSubjectDescriptor#Math"}]"#;
        let assessment =
            format!(r#"{{"assessmentIdentifier":"T","namespace":"uri://x","assessmentTitle":"T",{subject}}}"#);
        let reference = r#""assessmentReference":{"assessmentIdentifier":"T","namespace":"uri://x"}"#;
        let objective = |code: u32| {
            let parent = (code > 1).then(|| {
                format!(
                    r#","parentObjectiveAssessmentReference":{{"assessmentIdentifier":"T","namespace":"uri://x","identificationCode":"{}"}}"#,
                    code - 1
                )
            });
            format!(r#"{{"identificationCode":"{code}",{reference}{}}}"#, parent.unwrap_or_default())
        };
        put(&stage, "data/assessments.jsonl", &[assessment]);
        put(&stage, "data/objectiveAssessments.jsonl", &[1, 2, 3, 4].map(objective));
        let sent = stage.run(Command::Send, |_| {});
        assert_eq!((sent.counts("objectiveAssessments"), stage.held("objectiveAssessments")), ([4, 0, 0], 4));
        let ran = stage.run(Command::Delete, force);
        assert_eq!(ran.counts("objectiveAssessments"), [4, 0, 0], "{}", ran.results);
        assert_eq!((stage.held("objectiveAssessments"), stage.held("assessments")), (0, 0));
    }
}

#[test]
fn what_others_refer_to_stays_and_says_why() {
    for (shape, style) in [(Shape::V5, Style::Swagger2), (Shape::V7, Style::OpenApi3)] {
        let stage = Stage::with(Settings { shape, ..settings() }, builtin::documents(style));
        district(&stage);
        put(&stage, "data/schools.jsonl", &[school(1), school(2), "{}".to_owned(), "no json".to_owned()]);
        let ran = stage.run(Command::Delete, |invocation| {
            force(invocation);
            invocation.selector = Some("schools".to_owned());
        });
        assert_eq!((ran.exit, ran.counts("schools"), stage.held("schools")), (Exit::Failed, [4, 0, 4], 2));
        let causes: Vec<&str> =
            ran.results["causes"].as_array().unwrap().iter().map(|cause| cause["cause"].as_str().unwrap()).collect();
        assert_eq!(causes, ["invalid value", "still referenced"], "{}", ran.results);
        let failures = ran.results["resources"]["schools"]["failures"].as_array().unwrap();
        let no_key = failures.iter().find(|failure| failure["status_code"].is_null()).unwrap();
        assert_eq!(no_key["line_numbers"], json!([3, 4]));
        assert!(no_key["message"].as_str().unwrap().contains("schoolId"), "{no_key}");
        // Tried twice at least? No: no pass without progress.
        assert_eq!(deletes(&stage).len(), 2);
        assert_eq!(stage.restarted().run(Command::Send, |_| {}).counts("schools"), [4, 2, 2], "still remembered");
    }
}

#[test]
fn lines_of_one_natural_key_are_deleted_once() {
    let stage = stage();
    put(&stage, "data/students.jsonl", &["v1", "v2", "v3"].map(|name| student("a", name)));
    stage.run(Command::Send, |_| {});
    let ran = stage.run(Command::Delete, force);
    assert_eq!((ran.counts("students"), deletes(&stage).len()), ([3, 2, 0], 1));
    assert_eq!(stage.restarted().run(Command::Send, |_| {}).counts("students"), [3, 0, 0]);
}

#[test]
fn spellings_of_one_natural_key_wait_for_each_other() {
    let stage = stage();
    put(&stage, "data/students.jsonl", &["a", "b"].map(|id| student(id, "Ada")));
    stage.run(Command::Send, |_| {});
    // More than may wait at a time.
    let spellings = (0..2_000).map(|n| student(if n % 2 == 0 { "a" } else { "A" }, &n.to_string()));
    put(&stage, "data/students.jsonl", &spellings.chain([student("b", "Ada")]).collect::<Vec<_>>());
    let dry = stage.run(Command::Delete, |invocation| {
        force(invocation);
        invocation.dry_run = true;
    });
    assert_eq!((dry.exit, stage.held("students")), (Exit::Done, 2));
    let ran = stage.run(Command::Delete, force);
    assert_eq!((ran.counts("students"), stage.held("students")), ([2_001, 1_999, 0], 0));
    let of_a = |request: &String| request.to_lowercase().ends_with("=a") || request.starts_with("DELETE");
    let requests: Vec<String> = stage.requests().into_iter().filter(of_a).collect();
    let deleted = requests.iter().position(|request| request.starts_with("DELETE")).unwrap();
    assert_eq!(deleted, 1, "the second line of a key is looked up when the record of the first is gone");
}

/// The API's own document, changed before it is served.
fn serve_resources(stage: &Stage, change: impl FnOnce(&mut Value)) {
    let mut document = builtin::documents(Style::OpenApi3).resources;
    change(&mut document);
    serve_document(stage, "/resources/swagger.json", &document);
}

fn serve_descriptors(stage: &Stage, change: impl FnOnce(&mut Value)) {
    let mut document = builtin::documents(Style::OpenApi3).descriptors;
    change(&mut document);
    serve_document(stage, "/descriptors/swagger.json", &document);
}

fn serve_document(stage: &Stage, path: &str, document: &Value) {
    let rule = rule("GET", path, answer(200, &document.to_string()));
    stage.api.borrow_mut().change(|settings| settings.rules.push(rule));
}

fn parameters<'a>(document: &'a mut Value, endpoint: &str) -> &'a mut Vec<Value> {
    document["paths"][format!("/ed-fi/{endpoint}")]["get"]["parameters"]
        .as_array_mut()
        .expect("a collection has parameters")
}

#[test]
fn what_cannot_be_asked_for_by_its_key_is_not_deleted_by_guess() {
    let stage = stage();
    put(&stage, "data/students.jsonl", &[student("a", "Ada")]);
    put(&stage, "data/schools.jsonl", &[school(1)]);
    serve_resources(&stage, |document| parameters(document, "students").retain(|known| known["$ref"].is_string()));
    stage.run(Command::Send, |_| {});
    let dry = stage.run(Command::Delete, |invocation| {
        force(invocation);
        invocation.dry_run = true;
    });
    assert!(dry.told("1 record of ed-fi/students could not be looked up: the API has no query"), "{:?}", dry.notices);
    let ran = stage.run(Command::Delete, |invocation| {
        force(invocation);
        invocation.failed_dir = Some("failed".to_owned());
    });
    assert_eq!((ran.exit, ran.counts("schools"), ran.counts("students")), (Exit::Done, [1, 0, 0], [1, 0, 1]));
    assert_eq!(stage.text("failed/students.jsonl").unwrap(), format!("{}\n", student("a", "Ada")));
    let message = failure(&ran, "students")["message"].as_str().unwrap().to_owned();
    assert!(message.contains("no query parameter for any part of the natural key of ed-fi/students"), "{message}");
    assert!(stage.requests().iter().all(|request| request.contains("/schools")), "{:?}", stage.requests());
    // What was sent and is still there stays remembered; alone, it is a run in which everything failed.
    stage.host.files().remove("data/schools.jsonl");
    assert_eq!(stage.restarted().run(Command::Send, |_| {}).counts("students"), [1, 1, 0]);
    assert_eq!(stage.run(Command::Delete, force).exit, Exit::Failed);
}

#[test]
fn a_key_that_can_be_asked_for_in_part_is_looked_for_page_by_page() {
    let assessment = |id: u32| {
        let subject = r#"[{"academicSubjectDescriptor":"uri://ed-fi.org/AcademicSubjectDescriptor#Math"}]"#;
        format!(
            r#"{{"assessmentIdentifier":"{id}","namespace":"uri://x","assessmentTitle":"T","academicSubjects":{subject}}}"#
        )
    };
    let stage = stage();
    stage.configure("fetch: {page_size: 3}\n");
    // Only the namespace can be asked for; the properties tell that the identifier belongs to the key.
    serve_resources(&stage, |document| {
        let parameters = parameters(document, "assessments");
        parameters.retain(|known| known["name"] != "assessmentIdentifier");
        for parameter in parameters {
            parameter.as_object_mut().unwrap().remove("x-Ed-Fi-isIdentity");
        }
    });
    put(&stage, "data/assessments.jsonl", &(0..10).map(assessment).collect::<Vec<_>>());
    assert_eq!(stage.run(Command::Send, |_| {}).counts("assessments"), [10, 0, 0]);
    put(&stage, "data/assessments.jsonl", &[8, 1, 9, 99, 0].map(assessment));
    let ran = stage.run(Command::Delete, force);
    assert_eq!((ran.counts("assessments"), stage.held("assessments")), ([5, 1, 0], 6), "{}", ran.results);
    assert!(stage.requests()[0].ends_with("?namespace=uri%3A%2F%2Fx&limit=3&offset=0"), "{:?}", stage.requests());
    // An API that gives the same page for ever, and one that gives what was not asked for.
    for (page, told) in [
        (json!([{"id": "1", "assessmentIdentifier": "77", "namespace": "uri://x"}]), "the same page again and again"),
        (json!([{"id": "1", "assessmentIdentifier": "2", "namespace": "uri://y"}]), "may have ignored the query"),
        (json!([{"id": "1", "assessmentIdentifier": "2 ", "namespace": "uri://x"}]), "differs from this one's in case"),
    ] {
        let page = rule("GET", "/assessments?", answer(200, &page.to_string()));
        stage.api.borrow_mut().change(|settings| settings.rules.push(page));
        put(&stage, "data/assessments.jsonl", &[assessment(2)]);
        let ran = stage.run(Command::Delete, force);
        let message = failure(&ran, "assessments")["message"].as_str().unwrap().to_owned();
        assert!(message.contains(told), "{message}");
        stage.api.borrow_mut().change(|settings| drop(settings.rules.pop()));
    }
    assert_eq!(stage.held("assessments"), 6);
}

#[test]
fn a_dry_run_looks_up_and_changes_nothing() {
    let stage = stage();
    district(&stage);
    put(&stage, "data/students.jsonl", &[student("a", "Ada"), student("z", "Zoe"), "{}".to_owned()]);
    let before = (
        stage.host.storage().names(),
        stage.host.storage().names().iter().map(|name| stage.host.storage().blob(name)).collect::<Vec<_>>(),
    );
    stage.api.borrow_mut().clear_log();
    let plans = RefCell::new(BTreeMap::new());
    let dry = Invocation { command: Command::Delete, dry_run: true, force: true, ..Invocation::default() };
    let listener = |event: &Event| {
        if let Event::DryRun { endpoint, plan } = event {
            plans.borrow_mut().insert(endpoint.name.to_string(), *plan);
        }
    };
    let report = stage.host.block_on(run(&dry, &stage.host, &listener)).unwrap();
    assert_eq!(report.exit, Exit::Done);
    let removal = RemovalPlan { found: 1, not_found: 1, failed: 1, ..RemovalPlan::default() };
    assert_eq!(plans.borrow()["students"].removal, Some(removal));
    assert_eq!(plans.borrow()["students"].requests, 3, "two look-ups and a DELETE");
    assert_eq!(plans.borrow()["schools"].removal.unwrap().found, 2);
    assert!(stage.requests().iter().all(|request| request.starts_with("GET ")));
    let after = (
        stage.host.storage().names(),
        stage.host.storage().names().iter().map(|name| stage.host.storage().blob(name)).collect::<Vec<_>>(),
    );
    assert!(before == after, "the state is as it was");
    assert_eq!(stage.host.operator().questions(), []);
}

#[test]
fn the_question_names_host_year_and_numbers() {
    let stage = Stage::new(Settings { shape: Shape::V5, mode: lightbeam_sim::Mode::YearSpecific, ..settings() });
    district(&stage);
    put(&stage, "data/students.jsonl", &[student("a", "Ada"), student("y", "Yan"), student("z", "Zoe")]);
    stage.host.operator().will_answer(false);
    let ran = stage.run(Command::Delete, |_| {});
    assert_eq!((ran.exit, deletes(&stage).len(), stage.requests().len()), (Exit::Failed, 0, 0));
    assert!(ran.told("delete was not confirmed, so nothing was deleted"), "{:?}", ran.notices);
    let question = stage.host.operator().questions()[0].text.clone();
    // Only what would be looked up: the rest is skipped as sent before.
    for part in ["127.0.0.1:1", "school year 2026", "students: 2 local records to look up", "2 local records"] {
        assert!(question.contains(part), "{question}");
    }
    assert!(!question.contains("schools"), "{question}");
    // Nobody is there.
    let ran = stage.run(Command::Delete, |_| {});
    assert!((ran.exit, ran.told("--yes")) == (Exit::Failed, true), "{:?}", ran.notices);
    stage.host.operator().will_answer(true);
    assert_eq!(stage.run(Command::Delete, |_| {}).counts("students"), [3, 3, 0]);
    stage.configure("force_delete: true\n");
    assert_eq!(stage.run(Command::Delete, |invocation| invocation.force = true).exit, Exit::Done);
    assert_eq!((stage.held("students"), stage.host.operator().questions().len()), (2, 3));
}

#[test]
fn after_a_stop_no_further_delete_leaves() {
    let mut partly = 0;
    for asked in 0..40 {
        let stage = stage();
        put(&stage, "data/students.jsonl", &(0..8).map(|n| student(&n.to_string(), "Ada")).collect::<Vec<_>>());
        stage.run(Command::Send, |_| {});
        let next = stage.restarted();
        next.host.operator().stop_after(asked);
        let ran = next.run(Command::Delete, force);
        let deleted = deletes(&next).len();
        assert_eq!(8 - deleted, next.held("students"), "{asked}");
        if asked == 0 {
            assert_eq!((ran.exit, deleted), (Exit::Failed, 0));
        }
        partly += u32::from((1..8).contains(&deleted));
        if ran.exit == Exit::Failed {
            assert_eq!(ran.results["completed"], false);
            // What was not deleted is remembered as sent, what was is not.
            let sent = next.restarted().run(Command::Send, |_| {});
            assert_eq!(sent.counts("students"), [8, 8 - deleted as u64, 0], "{asked}");
        } else {
            assert_eq!(deleted, 8);
        }
    }
    assert!(partly > 0, "some stops come while records are deleted");
}

#[test]
fn credentials_that_may_not_delete_are_told() {
    let stage = stage();
    district(&stage);
    let forbidden = |operation| vec![Forbidden { path: "/ed-fi/students".to_owned(), operations: vec![operation] }];
    stage.api.borrow_mut().change(|settings| settings.forbidden = forbidden(Operation::Read));
    let ran = stage.run(Command::Delete, |invocation| {
        force(invocation);
        invocation.selector = Some("students".to_owned());
    });
    assert_eq!((ran.counts("students"), &ran.results["causes"][0]["cause"]), ([3, 0, 3], &json!("not authorized")));
}

#[test]
fn tombstones_share_their_writes() {
    let stage = stage();
    put(&stage, "data/students.jsonl", &(0..500).map(|n| student(&n.to_string(), "Ada")).collect::<Vec<_>>());
    stage.run(Command::Send, |_| {});
    // 500 tombstones, 5 groups: a kill at the 20th write is never met.
    let next = stage.restarted();
    next.kill_at(KillPoint::AtStorageOperation { number: 20, torn: 0 });
    assert_eq!(next.run(Command::Delete, force).counts("students"), [500, 0, 0]);
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
    for number in 1..=6 {
        let stage = stage();
        put(&stage, "data/students.jsonl", &["a", "b", "c"].map(|id| student(id, "Ada")));
        stage.run(Command::Send, |_| {});
        // One is refused, so that there is something to write back.
        let held = stage.api.borrow().records("ed-fi", "students").unwrap();
        let refused = rule("DELETE", &format!("/students/{}", held[0].id), answer(403, ""));
        stage.api.borrow_mut().change(|settings| settings.rules = vec![refused]);
        taken_over_at(&stage, number);
        let ran = stage.run(Command::Delete, force);
        assert_eq!(ran.exit, Exit::Failed, "{number} {:?}", ran.notices);
        assert!(ran.told("the state cannot be kept"), "{number} {:?}", ran.notices);
        // Three look-ups before the first DELETE.
        assert_eq!(deletes(&stage).len(), if number <= 3 { 0 } else { 3 }, "{number}");
        stage.intercept(|_| None);
        assert_eq!(stage.restarted().run(Command::Send, |_| {}).results["total_records_failed"], 0);
        assert_eq!(stage.held("students"), 3, "{number}");
    }
}

#[test]
fn what_cannot_be_forgotten_for_good_is_not_deleted() {
    let stage = stage();
    put(&stage, "data/students.jsonl", &["a", "b", "c"].map(|id| student(id, "Ada")));
    stage.run(Command::Send, |_| {});
    let storage = stage.host.storage().clone();
    stage.intercept(move |request| {
        if request.url.path().starts_with("/data/") {
            storage.fail_with(Some(StorageError::new(StorageErrorKind::Full, "no space left")));
        }
        None
    });
    let ran = stage.run(Command::Delete, force);
    assert_eq!((ran.exit, deletes(&stage).len(), stage.held("students")), (Exit::Failed, 0, 3), "{:?}", ran.notices);
    stage.intercept(|_| None);
    assert_eq!(stage.restarted().run(Command::Send, |_| {}).counts("students"), [3, 3, 0], "all are remembered");
}

/// Kills a delete at every request and at every write, with torn ends: no record is gone and remembered as sent, and a
/// plain `send` brings everything back.
#[test]
fn a_delete_killed_anywhere_never_loses_a_record() {
    let prepared = || {
        let stage = stage();
        district(&stage);
        // Values that were changed since: one was never sent, the other was refused and hides the one that counts.
        let names = [("a", "Ada"), ("b", "Bea"), ("c/ü", "Cleo")];
        put(&stage, "data/students.jsonl", &names[2..].iter().map(|(id, name)| student(id, name)).collect::<Vec<_>>());
        let refused = Rule { body: Some("Cleo".to_owned()), ..rule("POST", "/students", answer(400, "")) };
        stage.api.borrow_mut().change(|settings| settings.rules = vec![refused]);
        assert_eq!(stage.run(Command::Send, |_| {}).counts("students"), [1, 0, 1]);
        stage.api.borrow_mut().change(|settings| settings.rules.clear());
        put(&stage, "data/students.jsonl", &names.map(|(id, name)| student(id, name)));
        stage
    };
    let mut killed = 0;
    let mut survives = |point| {
        let stage = prepared().restarted();
        stage.kill_at(point);
        if stage.try_run(Command::Delete, force).is_ok() {
            return true;
        }
        killed += 1;
        let after = stage.restarted();
        // What was sent before the change: none of it may be skipped if the record is gone.
        put(&after, "data/students.jsonl", &["a", "b", "c/ü"].map(|id| student(id, "Ada")));
        let ran = after.run(Command::Send, |_| {});
        assert_eq!(ran.results["total_records_failed"], 0, "{point:?} {}", ran.results);
        for (endpoint, count) in DISTRICT {
            assert_eq!(after.held(endpoint), count, "{point:?} {endpoint}");
        }
        let names = after.api.borrow().records("ed-fi", "students").unwrap();
        assert!(names.len() == 3 && names.iter().all(|record| record.body["firstName"] == "Ada"), "{point:?}");
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
        for torn in [5, 33, 70] {
            survives(KillPoint::AtStorageOperation { number, torn });
        }
    }
    assert!(killed > 30, "{killed}");
}

//! `validate` against the simulated API: methods json, schema and uniqueness, and what holds for all methods.

mod support;

use std::path::{Path, PathBuf};

use lightbeam_core::event::{Cause, Outcome};
use lightbeam_core::exit::Exit;
use lightbeam_core::host::Host as _;
use lightbeam_core::invocation::{Command, FailOn};
use lightbeam_sim::builtin::{self, Style};
use lightbeam_sim::{Documents, Settings};
use serde_json::{Value, json};

use self::support::{Ran, Stage};

const METHODS: &str = "validate:\n  methods: [schema, uniqueness]\n";

fn stage() -> Stage {
    let stage = Stage::new(Settings::default());
    stage.configure(METHODS);
    stage
}

fn student(id: &str) -> Value {
    json!({"studentUniqueId": id, "firstName": "Ada", "lastSurname": "Lee", "birthDate": "2010-01-01"})
}

fn student_with(id: &str, more: &Value) -> String {
    let mut student = student(id);
    for (name, value) in more.as_object().unwrap() {
        student[name] = value.clone();
    }
    student.to_string()
}

/// Method and message of the findings of each record, in the order of their words.
fn findings(ran: &Ran) -> Vec<Vec<(&'static str, String)>> {
    ran.records
        .iter()
        .map(|record| match &record.outcome {
            Outcome::Invalid(found) => {
                assert!(!found.is_empty());
                found.iter().map(|finding| (finding.method, finding.message.clone())).collect()
            }
            Outcome::Valid => Vec::new(),
            other => panic!("validate says nothing else: {other:?}"),
        })
        .collect()
}

fn messages(ran: &Ran) -> Vec<Vec<String>> {
    findings(ran).into_iter().map(|found| found.into_iter().map(|(_, message)| message).collect()).collect()
}

#[test]
fn valid_records_are_valid_and_nothing_is_asked_of_the_api() {
    let stage = stage();
    stage.put("data/students.jsonl", &[&student("1").to_string(), "", &student("2").to_string()]);
    let ran = stage.run(Command::Validate, |_| {});
    assert_eq!((ran.exit, ran.counts("students")), (Exit::Done, [2, 0, 0]));
    assert_eq!(findings(&ran), [[], []]);
    assert_eq!(ran.records[1].line, Some(3));
    assert_eq!(stage.requests(), [""; 0]);
    assert_eq!(ran.results["completed"], true);
}

/// A line that is no record says why and where, without its data, and ends neither the file nor the run.
#[test]
fn lines_that_are_no_records_are_findings_of_the_json_method() {
    let stage = stage();
    let mut file = Vec::new();
    for line in [r#"{"studentUniqueId":"Secret" "x":1}"#, "[1]", "nonsense", &student("1").to_string()] {
        file.extend_from_slice(line.as_bytes());
        file.push(b'\n');
    }
    file.extend_from_slice(b"{\"firstName\":\"\xff\"}\n");
    stage.host.files().put("data/students.jsonl", file);
    let ran = stage.run(Command::Validate, |_| {});
    let json = |message: &str| vec![("json", message.to_owned())];
    assert_eq!(
        findings(&ran),
        [
            json("the record is not valid JSON: expected `,` or `}` at column 29"),
            json("the record must be a JSON object, not a list"),
            json("the record is not valid JSON: expected ident at column 2"),
            vec![],
            json("the line is not UTF-8 text"),
        ]
    );
    assert_eq!(ran.counts("students"), [5, 0, 4]);
    assert!(!ran.results.to_string().contains("Secret"));
}

/// All errors of a record are told, each with its path and never with its value; dates, ranges, lengths and null are
/// looked at.
#[test]
fn all_that_is_wrong_with_the_form_is_told() {
    let stage = stage();
    let faults = json!({
        "firstName": null, "lastSurname": "x".repeat(81), "birthDate": "31.8.2010", "dateEnteredUS": "2026-02-30",
        "multipleBirthStatus": "yes", "middleName": 7, "birthCity": null, "id": "5a1f",
        "otherNames": [
            {"otherNameTypeDescriptor": "uri://ed-fi.org/OtherNameTypeDescriptor#Alias", "firstName": "A"},
            {"otherNameTypeDescriptor": "uri://ed-fi.org/OtherNameTypeDescriptor#Nickname", "firstName": "B"},
            "Bob",
        ],
    });
    let calendar = json!({"calendarCode": "C", "schoolReference": {"schoolId": 9_223_372_036_854_775_808_u64},
        "schoolYearTypeReference": {"schoolYear": 2_147_483_648_i64}, "calendarTypeDescriptor": "x", "gradeLevels": {}});
    stage.put("data/students.jsonl", &[&student_with("1", &faults)]);
    stage.put("data/calendars.jsonl", &[&calendar.to_string()]);
    let ran = stage.run(Command::Validate, |_| {});
    let [mut student, mut calendar] = <[Vec<String>; 2]>::try_from(messages(&ran)).unwrap();
    student.sort();
    calendar.sort();
    assert_eq!(
        student,
        [
            "birthDate must be a date such as 2026-08-31",
            "dateEnteredUS must be a date such as 2026-08-31",
            "firstName must not be null",
            "id must not be there: only the API gives it",
            "lastSurname is longer than 75 characters (81)",
            "middleName must be a text, not a number",
            "multipleBirthStatus must be true or false, not a text",
            "otherNames[] must be an object, not a text",
            "otherNames[].lastSurname is missing",
        ]
    );
    assert_eq!(
        calendar,
        [
            "gradeLevels must be a list, not an object",
            "schoolReference.schoolId must be a whole number between -9223372036854775808 and 9223372036854775807",
            "schoolYearTypeReference.schoolYear must be a whole number between -2147483648 and 2147483647",
        ]
    );
    assert_eq!(ran.counts("students"), [1, 0, 1], "a record counts once, however much is wrong with it");
}

/// A property that the document does not name is told once, with the nearest name, and is no finding.
#[test]
fn slips_in_property_names_are_warnings() {
    let stage = stage();
    let line = |id: &str| student_with(id, &json!({"midleName": "x", "BirthCity": "y", "_etag": "1", "zzz": 1}));
    let twice = r#"{"studentUniqueId":"3","firstName":1,"lastSurname":"L","birthDate":"2010-01-01","firstName":"A"}"#;
    stage.put("data/students.jsonl", &[&line("1"), &line("2"), twice]);
    let ran = stage.run(Command::Validate, |_| {});
    assert_eq!(findings(&ran), [[], [], []]);
    let about = |text: &str| ran.notices.iter().filter(|notice| notice.contains(text)).count();
    assert_eq!(about("does not name the property midleName did you mean middleName?"), 1);
    assert_eq!(about("does not name the property zzz an API"), 1);
    assert_eq!(about("the property BirthCity is called birthCity"), 1);
    assert_eq!(about("the property firstName stands twice"), 1);
    assert_eq!(about("_etag"), 0);
}

#[test]
fn a_file_of_another_endpoint_does_not_flood_the_user() {
    let stage = stage();
    let many: serde_json::Map<String, Value> = (0..100).map(|at| (format!("column{at}"), json!(at))).collect();
    stage.put("data/students.jsonl", &[&student_with("1", &Value::Object(many))]);
    let ran = stage.run(Command::Validate, |_| {});
    assert_eq!(ran.notices.iter().filter(|notice| notice.contains("column")).count(), 20);
    assert!(ran.told("are these records of this endpoint?"));
}

/// Natural keys are compared over all files of an endpoint, and the first occurrence is named.
#[test]
fn duplicates_name_the_first_record_of_their_key() {
    let stage = stage();
    let changed = student_with("1", &json!({"firstName": "Eve"}));
    stage.put("data/students.jsonl", &["", &student("1").to_string(), &student("2").to_string()]);
    stage.put("data/students/empty.jsonl", &["", ""]);
    stage.put("data/students/more.jsonl", &[&student("3").to_string(), &changed, &student("3").to_string()]);
    let ran = stage.run(Command::Validate, |_| {});
    let found: Vec<_> = findings(&ran).into_iter().flatten().collect();
    let natural = "a record with the same natural key (studentUniqueId) stands at data/students.jsonl line 2";
    let same = "the same record stands at data/students/more.jsonl line 1";
    assert_eq!(found, [("uniqueness", natural.to_owned()), ("uniqueness", same.to_owned())]);
    assert_eq!(ran.counts("students"), [5, 0, 2]);
    let Outcome::Invalid(found) = &ran.records[3].outcome else { panic!("{:?}", ran.records[3]) };
    assert_eq!(found[0].cause, Cause::Duplicate);
}

/// A record that lacks a part of its key is neither valid nor a duplicate; it is told once.
#[test]
fn a_missing_part_of_the_key_is_told_once() {
    let stage = stage();
    let lines = ["{\"firstName\":\"A\",\"lastSurname\":\"L\",\"birthDate\":\"2010-01-01\"}"; 2];
    stage.put("data/students.jsonl", &lines);
    let period = r#"{"classPeriodName":"1","schoolReference":{"link":{}}}"#;
    stage.put("data/classPeriods.jsonl", &[period, period]);
    let ran = stage.run(Command::Validate, |_| {});
    let missing = |path: &str| vec![("schema", format!("{path} is missing"))];
    assert_eq!(
        findings(&ran),
        [
            missing("studentUniqueId"),
            missing("studentUniqueId"),
            missing("schoolReference.schoolId"),
            missing("schoolReference.schoolId"),
        ]
    );
    stage.configure("validate:\n  methods: [uniqueness]\n");
    let alone = stage.run(Command::Validate, |_| {});
    let missing = |path: &str| vec![("uniqueness", format!("{path} is missing, which is part of the natural key"))];
    assert_eq!(findings(&alone)[1..3], [missing("studentUniqueId"), missing("schoolReference.schoolId")]);
}

#[test]
fn elements_of_a_list_differ_by_their_own_key() {
    let stage = stage();
    let name = |kind: &str, first: &str| {
        let kind = format!("uri://ed-fi.org/OtherNameTypeDescriptor#{kind}");
        json!({"otherNameTypeDescriptor": kind, "firstName": first, "lastSurname": "L"})
    };
    let with = |id: &str, names: &[Value]| student_with(id, &json!({"otherNames": names}));
    stage.put(
        "data/students.jsonl",
        &[
            &with("1", &[name("Alias", "A"), name("Nickname", "A")]),
            &with("2", &[name("Alias", "A"), name("Nickname", "B"), name("Alias", "C")]),
        ],
    );
    let ran = stage.run(Command::Validate, |_| {});
    let twice = "otherNames has elements with the same key (otherNameTypeDescriptor)";
    assert_eq!(findings(&ran), [vec![], vec![("uniqueness", twice.to_owned())]]);
}

/// What the API's documents do not tell is not checked, and that is said once: without identity marks not every
/// record is a duplicate of the first.
#[test]
fn unknown_keys_and_forms_are_said_once() {
    let mut documents = builtin::documents(Style::OpenApi3);
    let text = documents.resources.to_string().replace("x-Ed-Fi-isIdentity", "x-none");
    documents.resources = serde_json::from_str(&text).unwrap();
    documents.resources["paths"].as_object_mut().unwrap().remove("/ed-fi/staffs").unwrap();
    let stage = Stage::with(Settings::default(), documents);
    stage.configure(METHODS);
    stage.put("data/students.jsonl", &[&student("1").to_string(), &student("2").to_string()]);
    stage.put("data/staffs.jsonl", &["{}", "{}"]);
    let ran = stage.run(Command::Validate, |_| {});
    assert!(findings(&ran).iter().all(Vec::is_empty));
    let about = |text: &str| ran.notices.iter().filter(|notice| notice.contains(text)).count();
    assert_eq!(about("do not tell the natural key of ed-fi/students"), 1);
    assert_eq!(about("do not describe ed-fi/staffs"), 1);
}

/// The limit counts records over all methods and endpoints, and stops a run of few lines too.
#[test]
fn max_failures_stops_the_run() {
    let stage = stage();
    stage.configure(&format!("{METHODS}  max_failures: 3\n"));
    stage.put("data/students.jsonl", &["{}", "nonsense", &student("1").to_string()]);
    stage.put("data/classPeriods.jsonl", &["{}", "{}", "{}"]);
    let ran = stage.run(Command::Validate, |_| {});
    assert_eq!(ran.exit, Exit::Failed);
    assert_eq!(ran.results["completed"], false);
    assert_eq!(ran.records.len(), 4);
    assert_eq!((ran.counts("students"), ran.counts("classPeriods")), ([3, 0, 2], [1, 0, 1]));
    assert!(ran.told("validate.max_failures is reached: nothing is checked any further than data/classPeriods.jsonl"));
}

#[test]
fn the_exit_code_tells_of_failures() {
    let stage = stage();
    stage.put("data/students.jsonl", &["{}", &student("1").to_string()]);
    assert_eq!(stage.run(Command::Validate, |_| {}).exit, Exit::Done);
    assert_eq!(stage.run(Command::Validate, |invocation| invocation.fail_on = FailOn::Any).exit, Exit::SomeFailed);
    stage.put("data/students.jsonl", &["{}"]);
    assert_eq!(stage.run(Command::Validate, |_| {}).exit, Exit::Failed);
}

#[test]
fn the_user_can_stop_the_checks() {
    let stage = stage();
    let lines: Vec<String> = (0..9).map(|at| student(&at.to_string()).to_string()).collect();
    stage.put("data/students.jsonl", &lines.iter().map(String::as_str).collect::<Vec<_>>());
    stage.host.operator().stop_after(5);
    let ran = stage.run(Command::Validate, |_| {});
    assert_eq!((ran.exit, ran.records.len()), (Exit::Failed, 4));
    assert_eq!(ran.results["completed"], false);
}

#[test]
fn invalid_records_are_written_as_they_stand() {
    let stage = stage();
    let invalid = r#"{"studentUniqueId" : "1"}"#;
    stage.put("data/students.jsonl", &[&student("1").to_string(), invalid, "nonsense"]);
    stage.run(Command::Validate, |invocation| invocation.failed_dir = Some("failed".to_owned()));
    assert_eq!(stage.text("failed/students.jsonl").unwrap(), format!("{invalid}\nnonsense\n"));
    let errors = stage.text("failed/students.errors.jsonl").unwrap();
    let errors: Vec<Value> = errors.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((&errors[0]["line"], &errors[1]["line"]), (&json!(2), &json!(3)));
    let message = errors[0]["message"].as_str().unwrap();
    assert!(message.contains("firstName is missing; ") && message.contains("same natural key"), "{message}");
}

#[test]
fn results_group_findings_by_method_and_message() {
    let stage = stage();
    stage.put("data/students.jsonl", &["{}", "{}", &student("1").to_string()]);
    let ran = stage.run(Command::Validate, |_| {});
    let failures = ran.results["resources"]["students"]["failures"].as_array().unwrap().clone();
    let birth = failures.iter().find(|failure| failure["message"] == "birthDate is missing").unwrap();
    assert_eq!(
        (&birth["method"], &birth["line_numbers"], &birth["count"]),
        (&json!("schema"), &json!([1, 2]), &json!(2))
    );
    assert_eq!(ran.counts("students"), [3, 0, 2]);
}

fn shared(part: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/edfi").join(part);
    if path.is_dir() {
        return Some(path);
    }
    eprintln!("skipped: {} is not there", path.display());
    None
}

#[test]
fn real_records_have_no_finding() {
    let (Some(metadata), Some(samples)) = (shared("metadata/ds-5.0"), shared("samples")) else { return };
    let stage = Stage::with(Settings::default(), Documents::from_folder(&metadata).unwrap());
    stage.configure(METHODS);
    for folder in ["descriptors-ds5.0.0", "grandbend-ds5.0.0"] {
        for entry in std::fs::read_dir(samples.join(folder)).unwrap() {
            let entry = entry.unwrap();
            let text = std::fs::read(entry.path()).unwrap();
            stage.host.files().put(&format!("data/{}", entry.file_name().to_str().unwrap()), text);
        }
    }
    let ran = stage.run(Command::Validate, |_| {});
    let found: Vec<_> = ran.records.iter().filter(|record| !matches!(record.outcome, Outcome::Valid)).collect();
    assert!(found.is_empty(), "{} findings, such as {:#?}", found.len(), &found[..found.len().min(5)]);
    assert_eq!((ran.exit, ran.records.len()), (Exit::Done, 19_449));
    eprintln!("{:#?}", ran.notices);
}

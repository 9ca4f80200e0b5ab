//! `validate` by its method `descriptors`, against the simulated API.
#![allow(clippy::unwrap_used, clippy::print_stderr, reason = "a test that cannot go on ends")]

#[path = "support/seed.rs"]
mod seeding;
mod support;

use std::time::Duration;

use lightbeam_core::event::{Cause, Outcome};
use lightbeam_core::exit::Exit;
use lightbeam_core::host::Host as _;
use lightbeam_core::invocation::Command;
use lightbeam_sim::Settings;
use serde_json::{Value, json};

use self::seeding::{messages, seed, seed_descriptors, value};
use self::support::{Ran, Stage};

const METHOD: &str = "validate:\n  methods: [descriptors]\n";
const SEX: &str = "uri://ed-fi.org/SexDescriptor";

/// An API that holds the built-in descriptors.
fn stage(settings: Settings) -> Stage {
    let stage = Stage::new(settings);
    seed_descriptors(&stage);
    stage.configure(METHOD);
    stage
}

fn settings(value: Value) -> Settings {
    serde_json::from_value(value).unwrap()
}

fn with_sex(value: &str) -> String {
    json!({"studentUniqueId": "1", "birthSexDescriptor": value}).to_string()
}

fn validate(stage: &Stage) -> Ran {
    stage.run(Command::Validate, |_| {})
}

#[test]
fn values_that_the_api_holds_are_right_and_each_descriptor_is_read_once() {
    let stage = stage(Settings::default());
    let tokens = stage.api.borrow().tokens_given();
    let school = json!({
        "schoolId": 1,
        "gradeLevels": [
            {"gradeLevelDescriptor": "uri://ed-fi.org/GradeLevelDescriptor#Ninth grade"},
            {"gradeLevelDescriptor": "uri://ed-fi.org/GradeLevelDescriptor#Tenth grade"},
        ],
    });
    let enrollment = json!({"entryGradeLevelDescriptor": "uri://ed-fi.org/GradeLevelDescriptor#Ninth grade"});
    stage.put("data/schools.jsonl", &[&school.to_string()]);
    stage.put("data/students.jsonl", &[with_sex("uri://ed-fi.org/SexDescriptor#Male").as_str(); 20]);
    stage.put("data/studentSchoolAssociations.jsonl", &[&enrollment.to_string()]);
    let ran = validate(&stage);
    assert!(messages(&ran).iter().all(Vec::is_empty), "{:?}", messages(&ran));
    assert_eq!(ran.exit, Exit::Done);
    let mut requests = stage.requests();
    requests.sort();
    // Only of descriptors that occur, and as many values at once as the API's document allows.
    assert_eq!(
        requests,
        [
            "GET /data/v3/ed-fi/gradeLevelDescriptors?limit=500&offset=0&totalCount=true",
            "GET /data/v3/ed-fi/sexDescriptors?limit=500&offset=0&totalCount=true",
        ]
    );
    assert_eq!(stage.api.borrow().tokens_given() - tokens, 1, "one token for the whole run");
}

/// A value is one of a descriptor, not of any: its type is compared, also under a role name.
#[test]
fn a_value_of_another_descriptor_does_not_pass() {
    let stage = stage(Settings::default());
    let term = "uri://ed-fi.org/TermDescriptor#Fall Semester";
    stage.put("data/students.jsonl", &[&with_sex(term)]);
    let ran = validate(&stage);
    assert_eq!(messages(&ran), [[format!("SexDescriptor value '{term}' does not exist (at birthSexDescriptor)")]]);
}

/// All values of a record are looked at, whatever the ones before came to: the walk does not end with a local hit.
#[test]
fn a_local_value_does_not_end_the_walk() {
    let stage = stage(Settings::default());
    let own = "uri://district.example.org/SexDescriptor#Unknown";
    stage.put("data/sexDescriptors.jsonl", &[&value("uri://district.example.org/SexDescriptor", "Unknown")]);
    let names = json!([
        {"otherNameTypeDescriptor": "uri://ed-fi.org/OtherNameTypeDescriptor#Alias"},
        {"otherNameTypeDescriptor": "uri://ed-fi.org/OtherNameTypeDescriptor#Alia"},
    ]);
    let abbreviation = "uri://ed-fi.org/StateAbbreviationDescriptor#ZZ";
    let student =
        json!({"birthSexDescriptor": own, "birthStateAbbreviationDescriptor": abbreviation, "otherNames": names})
            .to_string();
    stage.put("data/students.jsonl", &[&student]);
    let ran = stage.run(Command::Validate, |invocation| invocation.selector = Some("students".to_owned()));
    assert_eq!(
        messages(&ran),
        [[
            format!("StateAbbreviationDescriptor value '{abbreviation}' does not exist (at birthStateAbbreviationDescriptor)"),
            "OtherNameTypeDescriptor value 'uri://ed-fi.org/OtherNameTypeDescriptor#Alia' does not exist; did you mean \
             'uri://ed-fi.org/OtherNameTypeDescriptor#Alias'? (at otherNames[].otherNameTypeDescriptor)"
                .to_owned(),
        ]]
    );
}

/// Values count whatever their namespace, at the API and in local files.
#[test]
fn values_of_other_namespaces_are_known() {
    let stage = stage(Settings::default());
    seed(&stage, &[("sexDescriptors", &[value("uri://district.example.org/SexDescriptor", "C# or B")])]);
    let candidate = json!({"sexDescriptor": "uri://district.example.org/SexDescriptor#C# or B"}).to_string();
    stage.put("data/tpdm/candidates.jsonl", &[&candidate]);
    stage.put("data/students.jsonl", &[&with_sex("uri://district.example.org/SexDescriptor#C# or B")]);
    assert!(messages(&validate(&stage)).iter().all(Vec::is_empty));
}

/// What local files hold, selected or not, is not asked for.
#[test]
fn local_values_need_no_request() {
    let stage = Stage::new(Settings::default());
    stage.configure(METHOD);
    stage.put("data/sexDescriptors.jsonl", &[&value(SEX, "Male"), "no record", "{}"]);
    stage.put("data/students.jsonl", &[&with_sex("uri://ed-fi.org/SexDescriptor#Male")]);
    let ran = stage.run(Command::Validate, |invocation| invocation.selector = Some("students".to_owned()));
    assert_eq!(messages(&ran), [[""; 0]]);
    assert_eq!(stage.requests(), [""; 0]);
}

/// A finding names the nearest value, and the results group records by what is missing.
#[test]
fn findings_suggest_and_are_grouped() {
    let stage = stage(Settings::default());
    let session = json!({"termDescriptor": "uri://ed-fi.org/TermDescriptor#Fal"}).to_string();
    stage.put("data/sessions.jsonl", &[&session, &session]);
    stage.put("data/students.jsonl", &[&with_sex("uri://ed-fi.org/SexDescriptor#mal"), &with_sex("Male")]);
    let ran = validate(&stage);
    let fal = "TermDescriptor value 'uri://ed-fi.org/TermDescriptor#Fal' does not exist; did you mean \
               'uri://ed-fi.org/TermDescriptor#Fall Semester'? (at termDescriptor)";
    let male = "SexDescriptor value 'uri://ed-fi.org/SexDescriptor#mal' does not exist; did you mean \
                'uri://ed-fi.org/SexDescriptor#Male'? (at birthSexDescriptor)";
    let form = "SexDescriptor value 'Male' is not of the form namespace#codeValue; did you mean \
                'uri://ed-fi.org/SexDescriptor#Male'? (at birthSexDescriptor)";
    assert_eq!(messages(&ran), [[male], [form], [fal], [fal]]);
    let causes = ran.records.iter().map(|record| match &record.outcome {
        Outcome::Invalid(found) => found[0].cause,
        _ => Cause::Other,
    });
    assert_eq!(
        causes.collect::<Vec<_>>(),
        [Cause::UnknownDescriptor, Cause::InvalidValue, Cause::UnknownDescriptor, Cause::UnknownDescriptor,]
    );
    let first = &ran.results["causes"][0];
    assert_eq!((&first["cause"], &first["records"]), (&json!("unknown descriptor"), &json!(2)));
    assert_eq!(
        (&first["missing"], &first["value"]),
        (&json!("TermDescriptor"), &json!("uri://ed-fi.org/TermDescriptor#Fal"))
    );
}

/// Values are used for one hour without asking again, per target; `-w` drops them, and damaged ones are not used.
#[test]
fn values_are_kept_for_an_hour() {
    let stage = stage(Settings::default());
    stage.put("data/students.jsonl", &[&with_sex("uri://ed-fi.org/SexDescriptor#Male")]);
    let asked = |change: fn(&mut lightbeam_core::invocation::Invocation)| {
        let ran = stage.run(Command::Validate, change);
        assert_eq!(messages(&ran), [[""; 0]]);
        stage.requests().len()
    };
    assert_eq!(asked(|_| {}), 1);
    stage.host.clock().advance(Duration::from_secs(3_500));
    assert_eq!(asked(|_| {}), 0);
    stage.host.clock().advance(Duration::from_secs(100));
    assert_eq!(asked(|_| {}), 1, "an hour later");
    assert_eq!(asked(|_| {}), 0);
    assert_eq!(asked(|invocation| invocation.wipe = true), 1);
    let names = stage.host.storage().names();
    let name = names.iter().find(|name| name.contains("sexDescriptors")).expect("values are kept");
    assert!(name.contains("/cache/"), "{name}");
    let mut blob = stage.host.storage().blob(name).unwrap();
    let last = blob.len() - 5;
    blob[last] ^= 1;
    stage.host.storage().put(name, blob);
    assert_eq!(asked(|_| {}), 1, "damaged");
    assert_eq!(asked(|invocation| invocation.query = Some("{\"codeValue\":\"x\"}".to_owned())), 0);
}

/// What was added since the values were kept is no finding: on a value that they lack, they are read once anew.
#[test]
fn kept_values_do_not_make_findings() {
    let stage = stage(Settings::default());
    let district = "uri://district.example.org/SexDescriptor";
    let lines = ["uri://ed-fi.org/SexDescriptor#Male".to_owned(), format!("{district}#New"), format!("{district}#Old")];
    let lines = lines.each_ref().map(|value| with_sex(value));
    stage.put("data/students.jsonl", &[&lines[0]]);
    assert_eq!(messages(&validate(&stage)), [[""; 0]]);
    seed(&stage, &[("sexDescriptors", &[value(district, "New")])]);
    stage.put("data/students.jsonl", &[&lines[0], &lines[1], &lines[2], &lines[2], &lines[0]]);
    let ran = validate(&stage);
    let found: Vec<usize> = messages(&ran).iter().map(Vec::len).collect();
    assert_eq!(found, [0, 0, 1, 1, 0]);
    assert_eq!(stage.requests().len(), 1, "{:?}", stage.requests());
    // And they are kept again.
    stage.put("data/students.jsonl", &[&lines[1]]);
    assert_eq!((messages(&validate(&stage)), stage.requests().len()), (vec![vec![]], 0));
}

/// Where the credentials may not read a descriptor, its values are not called wrong; one warning says so. Local files
/// hold some values of a namespace, which says nothing of those that they lack.
#[test]
fn no_leave_to_read_is_no_finding() {
    let forbidden = json!({"forbidden": [
        {"path": "/ed-fi/sexDescriptors", "operations": ["Read"]},
        {"path": "/ed-fi/termDescriptors", "operations": ["Read"]},
    ]});
    let stage = stage(settings(forbidden));
    stage.put("data/sexDescriptors.jsonl", &[&value("uri://district.example.org/SexDescriptor", "Unknown")]);
    let ours = "uri://district.example.org/SexDescriptor#Unknwon";
    let lines = ["uri://ed-fi.org/SexDescriptor#Male", "uri://ed-fi.org/SexDescriptor#Mael", ours].map(with_sex);
    stage.put("data/students.jsonl", &lines.each_ref().map(String::as_str));
    stage.put("data/sessions.jsonl", &[&json!({"termDescriptor": "uri://ed-fi.org/TermDescriptor#X"}).to_string()]);
    let ran = stage.run(Command::Validate, |invocation| invocation.selector = Some("students,sessions".to_owned()));
    assert_eq!(messages(&ran), [[""; 0]; 4]);
    let told: Vec<_> = ran.notices.iter().filter(|notice| notice.contains("403")).collect();
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].starts_with("the values of sexDescriptors, termDescriptors could not be read"), "{told:?}");
    assert!(told[0].contains("4 values not at all"), "{told:?}");
}

/// The same for a server that fails: no finding, but a word.
#[test]
fn a_failing_server_is_no_finding() {
    let rule = json!({"rules": [{"method": "GET", "path": "sexDescriptors", "action": {"answer": {"status": 500}}}]});
    let stage = stage(settings(rule));
    stage.put("data/students.jsonl", &[&with_sex("uri://ed-fi.org/SexDescriptor#Mael")]);
    let ran = validate(&stage);
    assert_eq!((ran.exit, messages(&ran)), (Exit::Done, vec![vec![]]));
    assert!(ran.told("sexDescriptors could not be read from the API: the API answers 500"), "{:?}", ran.notices);
}

/// More values than fit on a page, of an API that allows smaller pages than its document says.
#[test]
fn all_pages_are_read() {
    let stage = Stage::new(settings(json!({"page_limit": 30})));
    let values: Vec<String> = (0..60).map(|code| value(SEX, &code.to_string())).collect();
    seed(&stage, &[("sexDescriptors", &values)]);
    stage.configure(METHOD);
    let lines: Vec<String> = (0..61).map(|code| with_sex(&format!("{SEX}#{code}"))).collect();
    stage.put("data/students.jsonl", &lines.iter().map(String::as_str).collect::<Vec<_>>());
    let ran = validate(&stage);
    let wrong: Vec<usize> = (0..61).filter(|at| !messages(&ran)[*at].is_empty()).collect();
    assert_eq!(wrong, [60]);
    let path = "GET /data/v3/ed-fi/sexDescriptors";
    assert_eq!(
        stage.requests(),
        [
            format!("{path}?limit=500&offset=0&totalCount=true"),
            format!("{path}?limit=25&offset=0&totalCount=true"),
            format!("{path}?limit=25&offset=25"),
            format!("{path}?limit=25&offset=50"),
        ]
    );
}

/// Without the API's documents, any text under a name that ends in `Descriptor` is one.
#[test]
fn endpoints_that_nobody_describes() {
    let rule = json!({"rules": [{"path": "/metadata/*/swagger.json", "action": {"answer": {"status": 404}}}]});
    let stage = stage(settings(rule));
    let student = json!({"birthSexDescriptor": format!("{SEX}#Mael"), "deep": [{"termDescriptor": format!("{SEX}#Male")}],
        "otherDescriptor": format!("{SEX}#Male"), "unheardOfDescriptor": "x#y", "sexDescriptor": {"a": 1}});
    stage.put("data/students.jsonl", &[&student.to_string()]);
    let ran = validate(&stage);
    assert_eq!(
        messages(&ran),
        [[
            format!(
                "SexDescriptor value '{SEX}#Mael' does not exist; did you mean '{SEX}#Male'? (at birthSexDescriptor)"
            ),
            format!("TermDescriptor value '{SEX}#Male' does not exist (at deep[].termDescriptor)"),
            "UnheardOfDescriptor value 'x#y' does not exist (at unheardOfDescriptor)".to_owned(),
        ]]
    );
}

/// Which database stands behind an API cannot be seen: what one of them takes is no finding, but the user is told.
#[test]
fn a_value_that_is_right_but_for_case_is_a_warning() {
    let stage = stage(Settings::default());
    stage.put("data/sexDescriptors.jsonl", &[&value("uri://district.example.org/SexDescriptor", "Unknown")]);
    let lines =
        ["uri://ed-fi.org/SexDescriptor#male", "uri://DISTRICT.example.org/SexDescriptor#Unknown", SEX].map(with_sex);
    stage.put("data/students.jsonl", &lines.each_ref().map(String::as_str));
    let ran = stage.run(Command::Validate, |invocation| invocation.selector = Some("students".to_owned()));
    assert_eq!(ran.counts("students"), [3, 0, 1]);
    assert!(ran.told("2 descriptor values are right but for case"), "{:?}", ran.notices);
}

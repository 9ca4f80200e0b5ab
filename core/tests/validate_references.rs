//! `validate` by its method `references`, against the simulated API.
#![allow(clippy::unwrap_used, clippy::print_stderr, reason = "a test that cannot go on ends")]

#[path = "support/seed.rs"]
mod seeding;
mod support;

use std::path::{Path, PathBuf};

use lightbeam_core::event::{Cause, Outcome};
use lightbeam_core::exit::Exit;
use lightbeam_core::host::Host as _;
use lightbeam_core::invocation::Command;
use lightbeam_sim::{Documents, Settings};
use serde_json::{Value, json};

use self::seeding::{messages, seed, seed_descriptors};
use self::support::{Ran, Stage};

const SCHOOL: &str = "The referenced 'School' item does not exist (at schoolReference)";

/// An API without records, but for the school years that every API holds.
fn stage(settings: &Value) -> Stage {
    let stage = Stage::new(serde_json::from_value(settings.clone()).unwrap());
    configure(&stage, "");
    stage
}

fn configure(stage: &Stage, options: &str) {
    stage.configure(&format!("validate:\n  methods: [references]\n  references:\n    max_failures:\n{options}"));
}

/// An API that holds the schools of these ids, and the descriptor values of the built-in model.
fn with_schools(settings: &Value, ids: &[u64]) -> Stage {
    let stage = stage(&json!({"check_references": false, "check_descriptors": false}));
    let schools: Vec<String> = ids.iter().map(|id| school(*id)).collect();
    seed(&stage, &[("schools", &schools)]);
    let mut changed = settings.clone();
    changed["check_references"] = json!(false);
    stage.api.borrow_mut().set(serde_json::from_value(changed).unwrap());
    configure(&stage, "");
    stage
}

fn school(id: u64) -> String {
    json!({"schoolId": id, "nameOfInstitution": "S",
        "educationOrganizationCategories": [{"educationOrganizationCategoryDescriptor": "x#School"}],
        "gradeLevels": [{"gradeLevelDescriptor": "x#Ninth"}]})
    .to_string()
}

fn period_of(school: u64) -> String {
    json!({"classPeriodName": "1", "schoolReference": {"schoolId": school}}).to_string()
}

fn put(stage: &Stage, endpoint: &str, records: &[Value]) {
    let lines: Vec<String> = records.iter().map(Value::to_string).collect();
    stage.put(&format!("data/{endpoint}.jsonl"), &lines.iter().map(String::as_str).collect::<Vec<_>>());
}

fn validate(stage: &Stage) -> Ran {
    stage.run(Command::Validate, |_| {})
}

fn select(stage: &Stage, endpoints: &str) -> Ran {
    stage.run(Command::Validate, |invocation| invocation.selector = Some(endpoints.to_owned()))
}

#[test]
fn local_records_are_found_without_a_request() {
    let stage = stage(&json!({}));
    stage.put("data/schools.jsonl", &[&school(1), "no record"]);
    put(
        &stage,
        "classPeriods",
        &[
            json!({"classPeriodName": "1", "schoolReference": {"schoolId": 1, "link": {"rel": "School", "href": "/x"}}}),
            json!({"classPeriodName": "2", "schoolReference": {"schoolId": "1"}}),
            // What is no whole reference is for the schema to say.
            json!({"classPeriodName": "3", "schoolReference": {}}),
            json!({"classPeriodName": "4", "schoolReference": null}),
            json!({"classPeriodName": "5"}),
        ],
    );
    let ran = select(&stage, "classPeriods");
    assert_eq!(messages(&ran), [[""; 0]; 5]);
    assert_eq!((ran.exit, stage.requests()), (Exit::Done, vec![]));
}

/// What no local file holds is asked from the API, each record once, whether it is there or not.
#[test]
fn hits_and_misses_are_asked_once() {
    let stage = with_schools(&json!({}), &[7]);
    let tokens = stage.api.borrow().tokens_given();
    let lines: Vec<String> = (0..100).map(|at| period_of(7 + at % 2)).collect();
    stage.put("data/classPeriods.jsonl", &lines.iter().map(String::as_str).collect::<Vec<_>>());
    let ran = validate(&stage);
    let found = messages(&ran);
    assert!(found.iter().step_by(2).all(Vec::is_empty));
    assert!(found.iter().skip(1).step_by(2).all(|found| *found == [SCHOOL]));
    assert_eq!(ran.counts("classPeriods"), [100, 0, 50]);
    let mut requests = stage.requests();
    requests.sort();
    let path = "GET /data/v3/ed-fi/schools";
    assert_eq!(requests, [format!("{path}?schoolId=7&limit=2"), format!("{path}?schoolId=8&limit=2")]);
    assert!(stage.api.borrow().tokens_given() - tokens <= 1, "one token for the whole run");
    let cause = &ran.results["causes"][0];
    assert_eq!((&cause["cause"], &cause["missing"]), (&json!("missing parent"), &json!("School")));
    assert_eq!((&cause["records"], &ran.results["causes"][1]), (&json!(50), &Value::Null));
    let Outcome::Invalid(findings) = &ran.records[1].outcome else { panic!("it is invalid") };
    assert_eq!((findings[0].method, findings[0].cause), ("references", Cause::MissingParent));
}

/// Look-ups go out side by side, as many as `connection.pool_size` allows.
#[test]
fn look_ups_are_concurrent() {
    let ids: Vec<u64> = (1..=40).collect();
    let stage = with_schools(&json!({"latency_ms": 1000}), &ids);
    let lines: Vec<String> = ids.iter().map(|id| period_of(*id)).collect();
    stage.put("data/classPeriods.jsonl", &lines.iter().map(String::as_str).collect::<Vec<_>>());
    let before = stage.host.clock_seconds();
    let ran = validate(&stage);
    assert_eq!((ran.counts("classPeriods"), stage.requests().len()), ([40, 0, 0], 40));
    assert_eq!(stage.host.http().most_in_flight(), 4);
    // 40 look-ups of a second, four at a time; the rest is for documents and token.
    let taken = stage.host.clock_seconds() - before;
    assert!((10..20).contains(&taken), "{taken} s");
}

trait Seconds {
    fn clock_seconds(&self) -> i64;
}

impl Seconds for lightbeam_core::host::memory::MemoryHost {
    fn clock_seconds(&self) -> i64 {
        use lightbeam_core::host::Clock as _;
        self.clock().now().as_second()
    }
}

/// A reference to an education organisation can mean every kind of one, in local files and at the API.
#[test]
fn education_organizations_of_any_kind() {
    let stage = with_schools(&json!({}), &[7]);
    let course =
        |id: u64| json!({"courseCode": "A", "educationOrganizationReference": {"educationOrganizationId": id}});
    stage.put("data/schools.jsonl", &[&school(1)]);
    put(&stage, "localEducationAgencies", &[json!({"localEducationAgencyId": 2})]);
    put(&stage, "courses", &[course(1), course(2), course(7), course(8)]);
    let ran = select(&stage, "courses");
    let missing = "The referenced 'EducationOrganization' item does not exist (at educationOrganizationReference)";
    assert_eq!(messages(&ran), [vec![], vec![], vec![], vec![missing.to_owned()]]);
    let mut requests = stage.requests();
    requests.sort();
    // School 7 is found at once; of 8 no kind knows.
    assert_eq!(
        requests,
        [
            "GET /data/v3/ed-fi/educationServiceCenters?educationServiceCenterId=8&limit=2",
            "GET /data/v3/ed-fi/localEducationAgencies?localEducationAgencyId=8&limit=2",
            "GET /data/v3/ed-fi/schools?schoolId=7&limit=2",
            "GET /data/v3/ed-fi/schools?schoolId=8&limit=2",
            "GET /data/v3/ed-fi/stateEducationAgencies?stateEducationAgencyId=8&limit=2",
        ]
    );
}

/// A reference points to what the API's document says, not to what its name sounds like; also to its own endpoint.
#[test]
fn role_names_do_not_mislead() {
    let stage = with_schools(&json!({}), &[7]);
    stage.put("data/schools.jsonl", &[&school(1)]);
    put(
        &stage,
        "localEducationAgencies",
        &[
            json!({"localEducationAgencyId": 2, "parentLocalEducationAgencyReference": {"localEducationAgencyId": 3}}),
            json!({"localEducationAgencyId": 3, "parentLocalEducationAgencyReference": {"localEducationAgencyId": 4}}),
        ],
    );
    let assessment = json!({"assessmentIdentifier": "A", "namespace": "n"});
    put(
        &stage,
        "objectiveAssessments",
        &[
            json!({"identificationCode": "P", "assessmentReference": assessment}),
            json!({"identificationCode": "C", "assessmentReference": assessment, "parentObjectiveAssessmentReference":
            {"assessmentIdentifier": "A", "namespace": "n", "identificationCode": "P"}}),
        ],
    );
    put(&stage, "assessments", std::slice::from_ref(&assessment));
    put(
        &stage,
        "studentAssessments",
        &[
            json!({"assessmentReference": assessment, "reportedSchoolReference": {"schoolId": 1}}),
            json!({"assessmentReference": assessment, "reportedSchoolReference": {"schoolId": 7}}),
            json!({"assessmentReference": assessment, "reportedSchoolReference": {"schoolId": 9}}),
        ],
    );
    let ran = validate(&stage);
    let of = |endpoint: &str| -> Vec<Vec<String>> {
        let with = ran.records.iter().zip(messages(&ran)).filter(|(record, _)| &*record.endpoint.name == endpoint);
        with.map(|(_, messages)| messages).collect()
    };
    let missing =
        |entity: &str, place: &str| vec![format!("The referenced '{entity}' item does not exist (at {place})")];
    assert_eq!(
        of("localEducationAgencies"),
        [vec![], missing("LocalEducationAgency", "parentLocalEducationAgencyReference")]
    );
    assert_eq!(of("objectiveAssessments"), [[""; 0]; 2]);
    assert_eq!(of("studentAssessments"), [vec![], vec![], missing("School", "reportedSchoolReference")]);
}

/// A student that was sent and not enrolled yet is not shown to who may enrol them: that the API shows none is no
/// finding of what comes up to the students' update order. Of what comes after it, and of schools, it is one.
#[test]
fn what_the_api_may_hide_is_not_called_missing() {
    let stage = with_schools(&json!({}), &[7]);
    let student = json!({"studentUniqueId": "A"});
    put(
        &stage,
        "studentSchoolAssociations",
        &[json!({"studentReference": student, "schoolReference": {"schoolId": 7}})],
    );
    put(&stage, "studentEducationOrganizationAssociations", &[json!({"studentReference": student})]);
    let ran = validate(&stage);
    assert!(messages(&ran).iter().all(Vec::is_empty), "{:?}", messages(&ran));
    assert!(ran.told("references that could not be checked: 2 to Student"), "{:?}", ran.notices);
    assert!(stage.requests().iter().any(|request| request.contains("students?studentUniqueId=A")));
}

/// School years stand in no file, and every API holds them.
#[test]
fn school_years_are_asked_from_the_api() {
    let stage = stage(&json!({}));
    stage.put("data/schools.jsonl", &[&school(1)]);
    let calendar = |year: u64| json!({"calendarCode": "C", "schoolReference": {"schoolId": 1}, "schoolYearTypeReference": {"schoolYear": year}});
    put(&stage, "calendars", &[calendar(2026), calendar(1492), calendar(2026)]);
    let ran = select(&stage, "calendars");
    let missing = "The referenced 'SchoolYearType' item does not exist (at schoolYearTypeReference)";
    assert_eq!(messages(&ran), [vec![], vec![missing.to_owned()], vec![]]);
    assert_eq!(stage.requests().len(), 2);
}

/// Keys of several parts, and references in lists. What some API takes for the same key (letter case, trailing blanks)
/// is not called missing.
#[test]
fn keys_of_several_parts_and_nested_references() {
    let stage = stage(&json!({}));
    stage.put("data/schools.jsonl", &[&school(1), &school(2)]);
    let period = |school: u64, name: &str| {
        json!({"gradingPeriodDescriptor": "u#One", "gradingPeriodName": name, "schoolReference": {"schoolId": school},
            "schoolYearTypeReference": {"schoolYear": 2026}})
    };
    put(&stage, "gradingPeriods", &[period(1, "First")]);
    let to = |school: u64, name: &str| {
        json!({"gradingPeriodReference": {"gradingPeriodDescriptor": "u#One", "gradingPeriodName": name,
            "schoolId": school, "schoolYear": 2026}})
    };
    put(
        &stage,
        "sessions",
        &[
            json!({"sessionName": "A", "gradingPeriods": [to(1, "First"), to(1, "FIRST ")]}),
            json!({"sessionName": "B", "gradingPeriods": [to(1, "First"), to(2, "First"), to(1, "Second")]}),
        ],
    );
    let ran = select(&stage, "sessions");
    let missing =
        "The referenced 'GradingPeriod' item does not exist (at gradingPeriods[].gradingPeriodReference)".to_owned();
    assert_eq!(messages(&ran), [vec![], vec![missing]], "said once of a record");
    assert_eq!(stage.requests().len(), 2);
    let query = "gradingPeriodDescriptor=u%23One&gradingPeriodName=First&schoolId=2&schoolYear=2026&limit=2";
    let asked = stage.requests().iter().any(|request| {
        let (_, told) = request.split_once('?').unwrap();
        let mut parts: Vec<&str> = told.split('&').collect();
        let mut wanted: Vec<&str> = query.split('&').collect();
        parts.sort_unstable();
        wanted.sort_unstable();
        parts == wanted
    });
    assert!(asked, "{:?}", stage.requests());
}

/// Selectors mean references by their name at any depth, or by their path; both behaviours.
#[test]
fn selectors_reach_nested_references() {
    let stage = stage(&json!({}));
    let session = json!({"sessionName": "A", "schoolReference": {"schoolId": 9}, "schoolYearTypeReference":
        {"schoolYear": 1492}, "gradingPeriods": [{"gradingPeriodReference": {"gradingPeriodDescriptor": "u#One",
        "gradingPeriodName": "x", "schoolId": 9, "schoolYear": 2026}}]});
    put(&stage, "sessions", &[session]);
    put(&stage, "classPeriods", &[json!({"classPeriodName": "x", "schoolReference": {"schoolId": 9}})]);
    let entities = |selector: &str, behavior: &str| {
        configure(&stage, &format!("    selector: [{selector}]\n    behavior: {behavior}\n"));
        let ran = validate(&stage);
        let mut found: Vec<String> = messages(&ran).concat();
        found.sort();
        let names: Vec<String> = found.iter().map(|found| found.split('\'').nth(1).unwrap().to_owned()).collect();
        (names.join(" "), ran)
    };
    let nested = "sessions.gradingPeriods.gradingPeriodReference";
    assert_eq!(entities(nested, "include").0, "GradingPeriod");
    assert_eq!(entities("sessions.gradingPeriodReference", "include").0, "GradingPeriod");
    assert_eq!(entities(nested, "exclude").0, "School School SchoolYearType");
    assert_eq!(entities("\"*.schoolReference\"", "exclude").0, "GradingPeriod SchoolYearType");
    assert_eq!(
        entities("sessions.schoolReference, sessions.schoolYearTypeReference", "exclude").0,
        "GradingPeriod School"
    );
    assert_eq!(stage.requests().iter().filter(|request| request.contains("schoolYearTypes")).count(), 0);

    // An entry that means nothing is not passed over in silence.
    let (found, ran) = entities("sessions.schoolRefrence", "exclude");
    assert_eq!(found, "GradingPeriod School School SchoolYearType");
    assert!(ran.told("\"sessions.schoolRefrence\" names no reference of the API"), "{:?}", ran.notices);
    assert!(ran.told("did you mean \"sessions.schoolReference\"?"), "{:?}", ran.notices);
    let (_, ran) = entities("session.schoolReference", "include");
    assert!(ran.told("names no endpoint") && ran.told("\"sessions.schoolReference\"?"), "{:?}", ran.notices);
}

/// `remote: false`: only local files count, nothing is asked, and the user is told what that means for endpoints
/// without a file.
#[test]
fn local_files_only() {
    let stage = with_schools(&json!({}), &[7]);
    stage.put("data/schools.jsonl", &[&school(1)]);
    let calendar = |school: u64| json!({"calendarCode": "C", "schoolReference": {"schoolId": school}, "schoolYearTypeReference": {"schoolYear": 2026}});
    put(&stage, "calendars", &[calendar(1), calendar(7)]);
    configure(&stage, "    remote: false\n");
    let ran = select(&stage, "calendars");
    let year = "The referenced 'SchoolYearType' item does not exist (at schoolYearTypeReference)";
    assert_eq!(messages(&ran), [vec![year], vec![SCHOOL, year]]);
    assert_eq!(stage.requests(), [""; 0]);
    assert_eq!(stage.host.http().requests().iter().filter(|request| request.url.path().contains("token")).count(), 1);
    assert!(ran.told("no local file holds SchoolYearType:"), "{:?}", ran.notices);
}

/// Where the credentials may not read, or the server fails or does not know the parameters, nothing is called missing;
/// it is told with a number, and a few look-ups are enough to know.
#[test]
fn no_usable_answer_is_no_finding() {
    let answer = |status: u16, body: &str| {
        json!({"rules": [{"method": "GET", "path": "/ed-fi/schools",
            "action": {"answer": {"status": status, "headers": {"content-type": "application/json"}, "body": body}}}]})
    };
    for (settings, reason, requests) in [
        (json!({"forbidden": [{"path": "/ed-fi/schools", "operations": ["Read"]}]}), "may not read them (403)", 4),
        (answer(404, "{}"), "the API answers 404", 4),
        (answer(400, "{}"), "the API answers 400", 40),
        (answer(500, "{}"), "the API answers 500", 24),
        (answer(200, &format!("[{}]", school(7))), "with other records than it was asked for", 10),
        (answer(200, "{\"not\": \"a list\"}"), "the answer is no list of records", 40),
    ] {
        let stage = with_schools(&settings, &[7]);
        let lines: Vec<String> = (100..140).map(period_of).collect();
        stage.put("data/classPeriods.jsonl", &lines.iter().map(String::as_str).collect::<Vec<_>>());
        let ran = validate(&stage);
        assert_eq!((ran.exit, ran.counts("classPeriods")), (Exit::Done, [40, 0, 0]), "{reason}");
        let told = ran.notices.iter().filter(|notice| notice.contains(reason)).count();
        assert!((1..=2).contains(&told), "{reason}: {:?}", ran.notices);
        assert!(ran.told("references that could not be checked: 40 to School"), "{:?}", ran.notices);
        assert!(stage.requests().len() <= requests, "{reason}: {}", stage.requests().len());
    }
}

/// `max_failures` of this method stops it alone, after exactly so many records, and the run is not complete.
#[test]
fn the_method_stops_alone() {
    let stage = with_schools(&json!({}), &[7]);
    stage.configure("validate:\n  methods: [schema, references]\n  references:\n    max_failures: 3\n");
    let mut lines: Vec<String> = (100..160).map(period_of).collect();
    lines.push("{}".to_owned());
    stage.put("data/classPeriods.jsonl", &lines.iter().map(String::as_str).collect::<Vec<_>>());
    let ran = validate(&stage);
    assert_eq!(ran.counts("classPeriods"), [61, 0, 4]);
    assert_eq!(messages(&ran).concat().iter().filter(|message| *message == SCHOOL).count(), 3);
    assert_eq!((ran.exit, &ran.results["completed"]), (Exit::Failed, &json!(false)));
    assert!(ran.told("validate.references.max_failures is reached"), "{:?}", ran.notices);
}

/// An API that is gone ends the run; nothing is called missing.
#[test]
fn an_api_that_goes_away_ends_the_run() {
    let rule = json!({"rules": [{"method": "GET", "path": "/ed-fi/schools", "action": "kill"}]});
    let stage = with_schools(&rule, &[7]);
    let lines: Vec<String> = (100..400).map(period_of).collect();
    stage.put("data/classPeriods.jsonl", &lines.iter().map(String::as_str).collect::<Vec<_>>());
    let ran = stage.run(Command::Validate, |invocation| {
        invocation.set = vec![("connection.num_retries".to_owned(), "10".to_owned())];
    });
    assert_eq!((ran.exit, messages(&ran).concat()), (Exit::Unreachable, vec![]));
    assert_eq!(ran.results["completed"], false);
    assert!(ran.counts("classPeriods")[0] < 300);
}

/// An endpoint that never answers, of an API that does otherwise, is left alone after a while.
#[test]
fn an_endpoint_that_never_answers_is_left_alone() {
    let rule = json!({"rules": [{"method": "GET", "path": "/ed-fi/schools", "action": "never-answer"}]});
    let stage = with_schools(&rule, &[7]);
    let period = |at: u64| {
        json!({"gradingPeriodName": "x", "schoolReference": {"schoolId": at}, "schoolYearTypeReference":
            {"schoolYear": 1991 + at % 50}})
    };
    put(&stage, "gradingPeriods", &(100..500).map(period).collect::<Vec<_>>());
    let ran = validate(&stage);
    assert_eq!((ran.exit, ran.counts("gradingPeriods")), (Exit::Done, [400, 0, 0]));
    assert!(ran.told("references to ed-fi/schools are checked against local files only"), "{:?}", ran.notices);
    assert!(ran.told("400 to School"), "{:?}", ran.notices);
    assert!(stage.requests().len() < 150, "{}", stage.requests().len());
}

fn shared(part: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/edfi").join(part);
    if path.is_dir() {
        return Some(path);
    }
    eprintln!("skipped: {} is not there", path.display());
    None
}

/// A machine that holds the real records, each line as `change` (endpoint, number from 0, line) gives it back.
fn real(mut change: impl FnMut(&str, usize, String) -> String) -> Option<Stage> {
    let (metadata, samples) = (shared("metadata/ds-5.0")?, shared("samples")?);
    let stage = Stage::with(Settings::default(), Documents::from_folder(&metadata).unwrap());
    stage.configure("validate:\n  methods: \"*\"\n");
    for folder in ["descriptors-ds5.0.0", "grandbend-ds5.0.0"] {
        for entry in std::fs::read_dir(samples.join(folder)).unwrap() {
            let path = entry.unwrap().path();
            let endpoint = path.file_stem().unwrap().to_str().unwrap();
            let text = std::fs::read_to_string(&path).unwrap();
            let lines = text.lines().enumerate().map(|(at, line)| change(endpoint, at, line.to_owned()) + "\n");
            stage.host.files().put(&format!("data/{endpoint}.jsonl"), lines.collect::<String>());
        }
    }
    Some(stage)
}

/// The real records with all four methods: no finding. What is not in the files (school years) the API is asked for,
/// each year once.
#[test]
fn real_records_have_no_finding() {
    let Some(stage) = real(|_, _, line| line) else { return };
    let ran = validate(&stage);
    let found: Vec<_> = ran.records.iter().filter(|record| !matches!(record.outcome, Outcome::Valid)).collect();
    assert!(found.is_empty(), "{} findings, such as {:#?}", found.len(), &found[..found.len().min(5)]);
    assert_eq!((ran.exit, ran.records.len()), (Exit::Done, 19_449));
    assert!(!ran.told("could not be"), "{:?}", ran.notices);
    let requests = stage.requests();
    assert!(requests.iter().all(|request| request.contains("schoolYearTypes?schoolYear=")), "{requests:#?}");
    assert!((1..30).contains(&requests.len()), "{requests:#?}");
}

/// The first value at a name with this ending, in depth first order; with its name.
fn first<'v>(value: &'v mut Value, ending: &str) -> Option<&'v mut Value> {
    match value {
        Value::Object(members) => {
            if let Some(name) = members.keys().find(|name| name.ends_with(ending)).cloned() {
                return members.get_mut(&name);
            }
            members.values_mut().find_map(|value| first(value, ending))
        }
        Value::Array(elements) => elements.iter_mut().find_map(|value| first(value, ending)),
        _ => None,
    }
}

/// Breaks a part of the first reference, or the first descriptor value. `mark` is used once, so that no two broken
/// records come to fit each other.
fn broken(line: &str, reference: bool, mark: u64) -> Option<String> {
    let mut record: Value = serde_json::from_str(line).unwrap();
    if reference {
        let parts = first(&mut record, "Reference")?.as_object_mut()?;
        let part = parts.iter_mut().find(|(name, _)| *name != "link" && !name.ends_with("Descriptor"));
        match part?.1 {
            Value::Number(number) => *number = (900_000_000 + mark).into(),
            Value::String(text) => text.push_str(&format!("!{mark}")),
            _ => return None,
        }
    } else {
        let value = first(&mut record, "Descriptor")?;
        *value = Value::String(format!("{}!", value.as_str()?));
    }
    Some(record.to_string())
}

/// Of the real records with some references and descriptor values broken: all of these, and beyond them only records
/// that refer to one whose own key was broken by it.
#[test]
fn broken_real_records_are_found() {
    let mut wanted: Vec<(String, u64, &str)> = Vec::new();
    let stage = real(|endpoint, at, line| {
        if endpoint.ends_with("Descriptors") || at % 40 != 7 {
            return line;
        }
        let reference = at % 80 == 7;
        let Some(broken) = broken(&line, reference, wanted.len() as u64) else { return line };
        let method = if reference { "references" } else { "descriptors" };
        wanted.push((endpoint.to_owned(), at as u64 + 1, method));
        broken
    });
    let Some(stage) = stage else { return };
    let ran = validate(&stage);
    for method in ["references", "descriptors"] {
        assert!(wanted.iter().filter(|(_, _, of)| *of == method).count() > 50, "{method}");
    }
    let changed: Vec<String> = wanted.iter().map(|(endpoint, ..)| endpoint.to_lowercase()).collect();
    let mut missed = wanted.clone();
    for record in &ran.records {
        let Outcome::Invalid(found) = &record.outcome else { continue };
        let place = (record.endpoint.name.to_string(), record.line.unwrap());
        for finding in found {
            let at = missed
                .iter()
                .position(|(name, line, method)| (name, line) == (&place.0, &place.1) && *method == finding.method);
            if let Some(at) = at {
                missed.remove(at);
                continue;
            }
            let is_known = wanted.iter().any(|(name, line, _)| (name, line) == (&place.0, &place.1));
            let thing =
                lightbeam_core::api::problem::missing(&finding.message).map(|missing| missing.thing.to_lowercase());
            let follows =
                thing.is_some_and(|thing| changed.iter().any(|name| name.starts_with(&thing[..thing.len() - 1])));
            assert!(is_known || (finding.method == "references" && follows), "{place:?}: {finding:?}");
        }
    }
    // Contacts and staff that the API does not show may be there all the same when these are sent.
    let (hidden, missed): (Vec<_>, Vec<_>) = missed.into_iter().partition(|(name, _, of)| {
        ["studentContactAssociations", "staffLeaves"].contains(&&**name) && *of == "references"
    });
    assert_eq!(missed, []);
    assert!(hidden.is_empty() || ran.told(" to Contact, 1 to Staff"), "{:?}", ran.notices);
}

/// The built-in descriptors and a school of each kind of record: all four methods agree with what the API accepts.
#[test]
fn what_was_sent_is_valid_for_all_methods() {
    let stage = Stage::new(Settings::default());
    seed_descriptors(&stage);
    let category = json!([{"educationOrganizationCategoryDescriptor":
        "uri://ed-fi.org/EducationOrganizationCategoryDescriptor#School"}]);
    let levels = json!([{"gradeLevelDescriptor": "uri://ed-fi.org/GradeLevelDescriptor#Ninth grade"}]);
    let school = json!({"schoolId": 1, "nameOfInstitution": "S", "educationOrganizationCategories": category,
        "gradeLevels": levels});
    let student = json!({"studentUniqueId": "A", "firstName": "A", "lastSurname": "B", "birthDate": "2010-01-01"});
    let enrollment = json!({"entryDate": "2026-08-01", "schoolReference": {"schoolId": 1}, "studentReference":
        {"studentUniqueId": "A"}, "entryGradeLevelDescriptor": "uri://ed-fi.org/GradeLevelDescriptor#Ninth grade",
        "schoolYearTypeReference": {"schoolYear": 2026}});
    let records = [("schools", school), ("students", student), ("studentSchoolAssociations", enrollment)];
    for (endpoint, record) in &records {
        seed(&stage, &[(*endpoint, &[record.to_string()])]);
    }
    stage.configure("validate:\n  methods: \"*\"\n");
    put(&stage, "studentSchoolAssociations", &[records[2].1.clone()]);
    let ran = validate(&stage);
    assert_eq!((ran.exit, messages(&ran)), (Exit::Done, vec![vec![]]));
    assert_eq!(stage.requests().len(), 4, "one descriptor, three references: {:?}", stage.requests());
}

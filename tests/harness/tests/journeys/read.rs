//! Counting, fetching, and making templates.

use crate::archive::members;
use crate::person::Person;
use crate::records::{Records, lines_of, sorted};

/// A person at a page that is connected to an API with records in it.
fn person_and_records() -> (Person, Records) {
    let person = Person::new();
    let records = Records::district(2, &["studentSchoolAssociations"]);
    person.holds(&records);
    person.connects();
    (person, records)
}

#[test]
fn count() {
    let (person, records) = person_and_records();
    person.goes_to("Read");
    person.types("Only these endpoints (-s)", "student*, schools, staffs");
    person.presses("Count records › Count");
    assert!(person.end_of("count").starts_with("✔ Done."));
    let of = |endpoint: &str| records.by_endpoint()[endpoint].len().to_string();
    assert_eq!(person.row("Counts", "students"), [of("students")]);
    assert_eq!(person.row("Counts", "schools"), [of("schools")]);
    assert_eq!(person.row("Counts", "studentSchoolAssociations"), [of("studentSchoolAssociations")]);
    assert!(!person.text().contains("staffs 0"), "endpoints without records are shown only when it is wanted");

    person.presses("Download counts.tsv");
    let table = String::from_utf8(person.downloaded("counts.tsv")).unwrap();
    assert!(table.lines().any(|line| line == format!("{}\tstudents", of("students"))), "{table}");
    assert_eq!(table.lines().count(), 4, "{table}");

    person.ticks("Also show endpoints without records");
    person.presses("Count records › Count");
    person.sees("In all, 10 endpoints");
    assert_eq!(person.row("Counts", "staffs"), ["0"]);
}

#[test]
fn fetch_one_endpoint() {
    let (person, records) = person_and_records();
    person.goes_to("Read");
    person.presses("Read › Fetch");
    person.types("Only these endpoints (-s)", "students");
    person.types("Drop these keys (-d)", "id, _*, link, lastModifiedDate");
    person.presses("Fetch records › Fetch");
    assert!(person.end_of("fetch").starts_with("✔ Done."));
    person.presses("Download fetched/students.jsonl");
    let fetched = sorted(lines_of(&person.downloaded("students.jsonl")));
    assert_eq!(fetched, person.held("students"));
    assert_eq!(fetched.len(), records.by_endpoint()["students"].len());
}

#[test]
fn fetch_several_endpoints_as_one_archive() {
    let (person, records) = person_and_records();
    person.goes_to("Read");
    person.presses("Read › Fetch");
    person.presses("Pick endpoints from a list");
    person.types("Find among * endpoints", "school");
    person.ticks("schools");
    person.ticks("studentSchoolAssociations");
    person.presses("Fetch records › Fetch");
    assert!(person.end_of("fetch").starts_with("✔ Done."));
    person.presses("Download all as one .zip");
    let files = members(&person.downloaded("lightbeam-fetch.zip"));
    let names: Vec<&str> = files.keys().map(String::as_str).collect();
    assert_eq!(names, ["fetched/schools.jsonl", "fetched/studentSchoolAssociations.jsonl", "results.json"]);
    for endpoint in ["schools", "studentSchoolAssociations"] {
        let mut fetched = lines_of(&files[&format!("fetched/{endpoint}.jsonl")]);
        // What the API adds to what it was given.
        for record in &mut fetched {
            record.retain(|key, _| !["id", "_etag", "_lastModifiedDate", "link"].contains(&key.as_str()));
            for reference in record.values_mut().filter_map(serde_json::Value::as_object_mut) {
                reference.remove("link");
            }
        }
        assert_eq!(fetched.len(), records.by_endpoint()[endpoint].len(), "{endpoint}");
        assert_eq!(sorted(fetched), person.held(endpoint), "{endpoint}");
    }
    let results: serde_json::Value = serde_json::from_slice(&files["results.json"]).unwrap();
    assert_eq!(results["total_records_failed"], 0, "{results}");
}

#[test]
fn create_templates() {
    let (person, _) = person_and_records();
    person.api.with_state(lightbeam_sim::State::clear_log);
    person.goes_to("Read");
    person.presses("Read › Create templates");
    person.types("Only these endpoints (-s)", "students, schools");
    person.presses("Create templates › Create templates");
    assert!(person.end_of("create").starts_with("✔ Done."));
    person.presses("Download templates/students.jsont");
    let template = String::from_utf8(person.downloaded("students.jsont")).unwrap();
    assert!(template.contains("studentUniqueId") && template.contains("birthDate"), "{template}");
    person.presses("Download earthmover.yml");
    let project = String::from_utf8(person.downloaded("earthmover.yml")).unwrap();
    assert!(project.contains("templates/students.jsont") && project.contains("templates/schools.jsont"), "{project}");
    assert!(person.requests("GET").is_empty(), "no record is read for a template");
}

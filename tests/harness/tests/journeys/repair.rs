//! A load with failures: what is told of them, and the two ways to send again.

use std::collections::BTreeMap;

use lightbeam_sim::{Action, Rule, Settings};

use crate::archive::members;
use crate::person::Person;
use crate::records::{Records, lines_of, sorted, student};

/// Five students, of whom the second and the fourth are wrong.
const STUDENTS: &str = r#"{"studentUniqueId": "1", "firstName": "First1", "lastSurname": "Last1", "birthDate": "2010-01-01"}
{"studentUniqueId": "2", "firstName": "First2", "lastSurname": "Last2"}
{"studentUniqueId": "3", "firstName": "First3", "lastSurname": "Last3", "birthDate": "2010-01-01"}

{"studentUniqueId": "4", "firstName": "First4", "lastSurname": "Last4", "birthDate": "2010-01-01"
{"studentUniqueId": "5", "firstName": "First5", "lastSurname": "Last5", "birthDate": "2010-01-01"}
"#;

/// A record that refers to a school that is nowhere.
const LOST: &str = r#"{"classPeriodName": "A", "schoolReference": {"schoolId": 404}}"#;

/// How often each body was accepted.
fn accepted(person: &Person) -> BTreeMap<String, usize> {
    let mut accepted = BTreeMap::new();
    for entry in person.requests("POST").into_iter().filter(|entry| matches!(entry.status, Some(200 | 201))) {
        *accepted.entry(entry.sha256.unwrap()).or_default() += 1;
    }
    accepted
}

#[test]
fn failed_records_are_exported_repaired_and_sent_again() {
    let person = Person::new();
    let school = Records::district(1, &["schools"]);
    person.holds(&school);
    let school_id = school.by_endpoint()["schools"][0]["schoolId"].to_string();
    let files = Records::of(&[("students.jsonl", STUDENTS), ("classPeriods.jsonl", &format!("{LOST}\n"))]);
    person.connects();
    person.chooses_files(&files.files());
    assert_eq!(person.sends(), "▲ Done, but records failed. Everything that was to be done was tried.");
    person.presses("See the results");
    person.sees("3 records accepted by the API, 3 failed.");

    // Causes first, then the failures of one, then its records with file and line.
    person.sees("1 record: missing parent · School");
    person.sees("2 records: invalid value");
    person.presses("Show these failures: invalid value");
    person.sees("2 kinds of failure, 2 failed records in all.");
    assert_eq!(person.row("Failures", "students")[2], "students.jsonl");
    person.chooses("Status", "status 400");
    person.types("Message or file holds", "BIRTHDATE");
    person.sees("1 kind of failure, 1 failed record in all.");
    person.presses("Records of students in students.jsonl*");
    person.sees("BirthDate is required.");
    person.presses("Line 2");
    person.sees("students.jsonl, line 2");
    person.sees(r#""firstName": "First2""#);
    person.presses("Back to all failures");
    person.chooses("Status", "all");
    person.types("Message or file holds", "");
    person.chooses("Cause", "missing parent · School");
    person.presses("Records of classPeriods in classPeriods.jsonl*");
    person.presses("Line 1");
    person.sees("classPeriods.jsonl, line 1");
    person.sees(r#""schoolId": 404"#);

    // What failed, as it stood in the files.
    person.presses("Save the failed records (JSONL)");
    let saved = members(&person.downloaded("failed-records.zip"));
    let names: Vec<&str> = saved.keys().map(String::as_str).collect();
    let wanted = ["classPeriods.errors.jsonl", "classPeriods.jsonl", "students.errors.jsonl", "students.jsonl"];
    assert_eq!(names, wanted);
    let wrong: Vec<&str> = STUDENTS.lines().filter(|line| line.contains("First2") || line.contains("First4")).collect();
    assert_eq!(std::str::from_utf8(&saved["students.jsonl"]).unwrap(), format!("{}\n", wrong.join("\n")));
    let told = lines_of(&saved["students.errors.jsonl"]);
    let places: Vec<_> = told.iter().map(|told| (told["line"].as_u64(), told["file"].as_str())).collect();
    assert_eq!(places, [(Some(2), Some("files/students.jsonl")), (Some(5), Some("files/students.jsonl"))]);

    // Repaired, and sent in the place of the first ones.
    let repaired = Records::of(&[
        ("students.jsonl", &wrong.iter().map(|line| mended(line)).collect::<String>()),
        ("classPeriods.jsonl", &std::str::from_utf8(&saved["classPeriods.jsonl"]).unwrap().replace("404", &school_id)),
    ]);
    person.steps_to(2, "Choose files");
    person.presses("Take all files off the list");
    person.chooses_files(&repaired.files());
    assert_eq!(person.sends(), "✔ Done. Everything that was to be done was tried.");
    person.presses("See the results");
    person.sees("3 records accepted by the API, 0 failed.");

    assert_eq!(person.held("students"), sorted((1..=5).map(student)));
    assert_eq!(person.held("classPeriods").len(), 1);
    let accepted = accepted(&person);
    assert_eq!(accepted.len(), 6);
    assert!(accepted.values().all(|times| *times == 1), "nothing is sent again that was accepted: {accepted:?}");
}

/// The two wrong students as they should be: one lacks its day of birth, the other its end.
fn mended(line: &str) -> String {
    let born = ", \"birthDate\": \"2010-01-01\"";
    format!("{}{born}}}\n", line.trim_end_matches('}').trim_end_matches(born))
}

/// Refuses the posts of a student so many times.
fn refusal(name: &str, times: u64) -> Rule {
    let body =
        r#"{"detail": "The database is having a bad day.", "type": "urn:ed-fi:api:bad-request:data", "status": 400}"#;
    Rule {
        method: Some("POST".to_owned()),
        path: Some("/students".to_owned()),
        body: Some(name.to_owned()),
        first: 1,
        last: Some(times),
        action: Action::Answer {
            status: 400,
            headers: [("content-type".to_owned(), "application/problem+json".to_owned())].into(),
            body: body.to_owned(),
        },
    }
}

#[test]
fn the_records_of_one_cause_are_sent_again() {
    let person = Person::with_api(Settings { rules: vec![refusal("First2", 1)], ..Settings::default() });
    let students = Records::students(1..=3);
    let text = std::fs::read_to_string(students.file("students.jsonl")).unwrap();
    let files = Records::of(&[("students.jsonl", &text), ("classPeriods.jsonl", &format!("{LOST}\n"))]);
    person.connects();
    person.chooses_files(&files.files());
    person.sends();
    person.presses("See the results");
    person.sees("2 records accepted by the API, 2 failed.");
    assert_eq!(person.requests("POST").len(), 4);

    person.presses("Send only these again: invalid value");
    assert_eq!(person.end_of("send"), "✔ Done. Everything that was to be done was tried.");
    person.presses("See the results");
    person.sees("1 record accepted by the API, 0 failed.");
    person.sees("Only chosen lines of your files were sent again in this run.");
    assert_eq!(person.requests("POST").len(), 5, "no other record is sent");
    assert_eq!(person.held("students"), sorted((1..=3).map(student)));
}

#[test]
fn all_failed_records_are_sent_again() {
    let person =
        Person::with_api(Settings { rules: vec![refusal("First2", 1), refusal("First3", 2)], ..Settings::default() });
    let students = Records::students(1..=4);
    person.connects();
    person.chooses_files(&students.files());
    person.sends();
    person.presses("See the results");
    person.sees("2 records accepted by the API, 2 failed.");

    person.presses("Send the failed records again");
    person.waits_for_requests("POST", 6);
    assert_eq!(person.end_of("send"), "▲ Done, but records failed. Everything that was to be done was tried.");
    person.presses("See the results");
    person.sees("1 record accepted by the API, 1 failed, 2 not sent, as they had been sent before or stand twice.");

    person.presses("Send the failed records again");
    person.waits_for_requests("POST", 7);
    assert_eq!(person.end_of("send"), "✔ Done. Everything that was to be done was tried.");
    person.api_holds(&students);
    assert_eq!(person.requests("POST").len(), 7);
}

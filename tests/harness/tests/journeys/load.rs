//! Checking, planning and sending, with nothing wrong.

use crate::person::Person;
use crate::records::Records;

/// Records of many endpoints, each of which refers to others.
fn district() -> Records {
    Records::district(2, &["studentSectionAssociations", "studentSchoolAttendanceEvents", "grades"])
}

#[test]
fn check_then_plan_then_send() {
    let person = Person::new();
    let records = district();
    let count = records.count();
    person.connects();
    person.chooses_folder(&records);
    person.sees(&format!("{count} records for known endpoints"));

    person.steps_to(3, "Check");
    person.presses("Check * files");
    assert_eq!(person.end_of("validate"), "✔ Done. Everything that was to be done was tried.");
    person.sees(&format!("{count} records checked: in {count} nothing was found, in 0 something was."));
    assert!(person.requests("POST").is_empty(), "a check sends nothing");

    person.steps_to(4, "Plan");
    person.presses("Make the plan for * files");
    let all = person.row("Plan", "All");
    assert_eq!(all[0], count.to_string(), "new: {all:?}");
    assert_eq!(all[6], count.to_string(), "requests: {all:?}");
    assert!(person.requests("POST").is_empty(), "a plan sends nothing");
    assert_eq!(person.held_in_all(), 0);

    person.presses(&format!("Send {count} records to 127.0.0.1:*"));
    assert_eq!(person.end_of("send"), "✔ Done. Everything that was to be done was tried.");
    assert_eq!(person.row("Endpoints of the run", "students"), ["done", "2", "2", "0", "0"]);
    person.presses("See the results");
    person.sees(&format!("{count} records accepted by the API, 0 failed."));
    person.api_holds(&records);
    assert_eq!(person.requests("POST").len(), count);
    assert_eq!(person.console_errors(), []);
}

#[test]
fn only_what_passes_the_checks_is_sent() {
    let person = Person::new();
    let good = Records::students(1..=3);
    let text = std::fs::read_to_string(good.file("students.jsonl")).unwrap();
    // No API would take the fourth, and the fifth no API would take as a new one.
    let bad = r#"{"studentUniqueId": "4", "firstName": "Nobody", "lastSurname": "Born"}"#;
    let twice = r#"{"studentUniqueId": "1", "firstName": "Other", "lastSurname": "Name", "birthDate": "2011-01-01"}"#;
    let files = Records::of(&[("students.jsonl", &format!("{text}{bad}\n{twice}\n"))]);
    person.connects();
    person.chooses_files(&files.files());
    person.steps_to(5, "Send");
    person.ticks("Send only what passes the checks");
    person.presses("Check 1 file and send what passes to 127.0.0.1:*");
    assert_eq!(person.end_of("validate+send"), "▲ Done, but records failed. Everything that was to be done was tried.");
    person.presses("See the results");
    person.sees("3 records accepted by the API, 2 failed.");
    person.sees("1 record: invalid value birthDate is missing");
    person.sees("1 record: duplicate");
    person.api_holds(&good);
    assert_eq!(person.requests("POST").len(), 3, "what fails a check is not sent");
}

#[test]
fn what_was_sent_is_not_sent_again_unless_it_is_wanted() {
    let person = Person::new();
    let records = Records::students(1..=5);
    person.connects();
    person.chooses_files(&records.files());
    assert_eq!(person.sends(), "✔ Done. Everything that was to be done was tried.");
    assert_eq!(person.requests("POST").len(), 5);

    person.steps_to(4, "Plan");
    person.presses("Make the plan for 1 file");
    person.sees("Nothing is left to send: everything was accepted before.");
    assert_eq!(person.row("Plan", "All"), ["0", "0", "5", "0", "0", "0", "0"]);

    assert_eq!(
        person.sends(),
        "✔ Done. There was nothing to do: every record was sent before, or the files hold no records."
    );
    assert_eq!(person.requests("POST").len(), 5);

    person.presses("Options of sending");
    person.ticks("All records, also those already sent (-f)");
    person.sends();
    person.waits_for_requests("POST", 10);
    person.steps_to(6, "Results");
    person.sees("5 records accepted by the API, 0 failed.");
    person.api_holds(&records);
}

#[test]
fn the_browser_does_not_ask_before_every_record_whether_it_may() {
    let person = Person::new();
    let records = Records::students(1..=60);
    person.connects();
    person.chooses_files(&records.files());
    assert_eq!(person.sends(), "✔ Done. Everything that was to be done was tried.");
    person.api_holds(&records);
    // It asks for those that are in flight at first, and again when it has forgotten the answer, after some seconds.
    let asked = person.requests("OPTIONS").into_iter().filter(|entry| entry.path.ends_with("/students")).count();
    assert!((1..=30).contains(&asked), "{asked} preflights for 60 records");
}

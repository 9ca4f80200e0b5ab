//! Deleting what files describe, and emptying endpoints.

use crate::person::Person;
use crate::records::Records;

/// The host and port of the API, which has to be typed before anything is removed.
fn host(person: &Person) -> String {
    person.api.address().to_string()
}

/// A person at a page that is connected to an API with these students.
fn person_and_students() -> (Person, Records) {
    let person = Person::new();
    let records = Records::students(1..=6);
    person.holds(&records);
    person.connects();
    (person, records)
}

#[test]
fn delete_what_files_describe() {
    let (person, _) = person_and_students();
    let some = Records::students(2..=4);
    person.chooses_files(&some.files());
    person.goes_to("Remove");
    assert!(!person.can_press("Delete these records …"), "what is deleted must have been counted");
    person.presses("Look first");
    person.end_of_dry("delete");
    assert_eq!(person.row("What would be deleted", "In all"), ["3", "0", "0", "0", "0"]);
    assert_eq!(person.requests("DELETE").len(), 0);

    person.presses("Delete these records …");
    person.sees("Really delete?");
    person.types("To confirm, type the host of the API: *", "api.example.org");
    person.sees("That is not the host yet.");
    assert!(!person.can_press("Yes, delete"));
    person.types("To confirm, type the host of the API: *", &host(&person));
    person.presses("Yes, delete");
    person.waits_for_requests("DELETE", 3);
    assert_eq!(person.end_of("delete"), "✔ Done. Everything that was to be done was tried.");
    assert_eq!(person.held("students"), crate::records::sorted([1, 5, 6].map(crate::records::student)));
}

#[test]
fn empty_endpoints() {
    let (person, _) = person_and_students();
    let schools = Records::district(2, &["schools"]);
    person.holds(&schools);
    person.goes_to("Remove");
    person.presses("Empty endpoints (truncate)");
    assert!(!person.can_press("Look first"), "nothing is selected yet");
    person.types("These endpoints (-s)", "*");
    person.sees("Type how many endpoints the selection stands for.");
    assert!(!person.can_press("Look first"), "everything must be meant");
    person.types("To empty * endpoints, type their number: *", "3");
    assert!(!person.can_press("Look first"), "another number is another set");
    person.types("These endpoints (-s)", "students");
    person.presses("Look first");
    person.end_of_dry("truncate");
    assert_eq!(person.row("What would be deleted", "students"), ["6"]);

    // Who says no removes nothing.
    person.presses("Empty these endpoints …");
    person.sees("Really truncate?");
    person.types("To confirm, type the host of the API: *", &host(&person));
    person.presses("No, delete nothing");
    person.sees("■ Cancelled by you: nothing was removed.");
    assert_eq!(person.requests("DELETE").len(), 0);
    assert_eq!(person.held("students").len(), 6);

    person.presses("Empty these endpoints …");
    person.sees("Really truncate?");
    person.types("To confirm, type the host of the API: *", &host(&person));
    person.presses("Yes, truncate");
    person.waits_for_requests("DELETE", 6);
    assert_eq!(person.end_of("truncate"), "✔ Done. Everything that was to be done was tried.");
    assert_eq!(person.held("students").len(), 0);
    person.api_holds(&schools);
}

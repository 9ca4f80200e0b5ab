//! Every step and panel, with what can stand on it, for people with and without good eyes.

use lightbeam_sim::{Cors, Settings};

use crate::axe::Inspector;
use crate::person::Person;
use crate::records::Records;

/// Two students, one of whom is wrong, an unreadable line, and a file that nobody knows.
fn mixed() -> Records {
    Records::of(&[
        (
            "students.jsonl",
            "{\"studentUniqueId\": \"1\", \"firstName\": \"A\", \"lastSurname\": \"B\", \"birthDate\": \"2010-01-01\"}\n\
             {\"studentUniqueId\": \"2\", \"firstName\": \"C\", \"lastSurname\": \"D\"}\n{\"student\n",
        ),
        ("classPeriods.jsonl", "{\"classPeriodName\": \"A\", \"schoolReference\": {\"schoolId\": 404}}\n"),
        ("lunches.jsonl", "{\"dish\": \"soup\"}\n"),
    ])
}

/// Opens everything that is folded away.
fn unfold(person: &Person) {
    person.asks("document.querySelectorAll('details').forEach((details) => (details.open = true))");
}

#[test]
fn everything_while_it_is_empty() {
    let person = Person::new();
    let mut inspector = Inspector::new();
    inspector.looks_at(&person, "connect");
    unfold(&person);
    inspector.looks_at(&person, "connect, unfolded");
    // Whatever the system says.
    for colours in ["Colours: dark", "Colours: light"] {
        person.chooses("Colours", colours);
        inspector.looks_at(&person, colours);
    }
    person.chooses("Colours", "Colours: system");
    for (number, step) in [(2, "Choose files"), (3, "Check"), (4, "Plan"), (5, "Send"), (6, "Results")] {
        person.steps_to(number, step);
        inspector.looks_at(&person, step);
    }
    person.presses("Connection");
    inspector.looks_at(&person, "panel of the connection");
    person.presses("Close");
    person.goes_to("Read");
    for panel in ["Count", "Fetch", "Create templates"] {
        person.presses(&format!("Read › {panel}"));
        unfold(&person);
        inspector.looks_at(&person, panel);
    }
    person.goes_to("Remove");
    for panel in ["Delete the records of files", "Empty endpoints (truncate)"] {
        person.presses(&format!("Remove › {panel}"));
        unfold(&person);
        inspector.looks_at(&person, panel);
    }
    person.goes_to("History");
    inspector.looks_at(&person, "history");
    person.presses("Erase everything …");
    inspector.looks_at(&person, "erase everything?");
    inspector.finishes();
}

#[test]
fn a_load_with_failures() {
    let person = Person::new();
    let mut inspector = Inspector::new();
    person.types("Base URL", "no address");
    person.types("Client id", "populated");
    inspector.looks_at(&person, "connect with a wrong address");
    person.connects();
    inspector.looks_at(&person, "connected");
    let files = mixed();
    person.chooses_files(&files.files());
    inspector.looks_at(&person, "chosen files");
    person.steps_to(3, "Check");
    unfold(&person);
    person.presses("Check 3 files");
    person.end_of("validate");
    inspector.looks_at(&person, "checked");
    person.steps_to(4, "Plan");
    unfold(&person);
    person.presses("Make the plan for 3 files");
    person.end_of_dry("send");
    inspector.looks_at(&person, "planned");
    person.sends();
    unfold(&person);
    inspector.looks_at(&person, "sent");
    person.presses("See the results");
    unfold(&person);
    inspector.looks_at(&person, "results");
    person.types("Message or file holds", "birthDate");
    person.sees("1 kind of failure");
    person.presses("Records of students in students.jsonl*");
    inspector.looks_at(&person, "a failure");
    inspector.finishes();
}

#[test]
fn a_send_under_way() {
    let person = Person::new();
    let mut inspector = Inspector::new();
    person.connects();
    let text: String = (1..=2000).map(|number| format!("{{\"studentUniqueId\": \"{number}\"}}\n")).collect();
    let files = Records::of(&[("students.jsonl", &text)]);
    person.chooses_files(&files.files());
    person.answers_take(300);
    person.steps_to(5, "Send");
    person.presses("Send 1 file to 127.0.0.1:*");
    person.sees("Why records failed so far");
    inspector.looks_at(&person, "sending");
    person.presses("Pause");
    person.sees("Paused: nothing is sent until you resume.");
    inspector.looks_at(&person, "paused");
    person.goes_to("History");
    person.sees("… going on");
    inspector.looks_at(&person, "history with a run that goes on");
    person.goes_to("Load");
    person.steps_to(5, "Send");
    person.presses("Stop after what is in flight");
    assert_eq!(person.end_of("send"), "■ Stopped by you: what is done is done, and the rest was not tried.");
    inspector.looks_at(&person, "stopped");
    person.presses("See the results");
    inspector.looks_at(&person, "results of what was stopped");
    inspector.finishes();
}

#[test]
fn reading_and_history() {
    let person = Person::new();
    let records = Records::district(2, &["studentSchoolAssociations"]);
    person.holds(&records);
    let mut inspector = Inspector::new();
    person.connects();
    person.goes_to("Read");
    person.types("Only these endpoints (-s)", "student*, schools");
    person.presses("Pick endpoints from a list");
    person.presses("Count records › Count");
    person.end_of("count");
    inspector.looks_at(&person, "counted");
    person.presses("Read › Fetch");
    person.presses("Fetch records › Fetch");
    person.end_of("fetch");
    inspector.looks_at(&person, "fetched");
    person.presses("Read › Create templates");
    person.presses("Create templates › Create templates");
    person.end_of("create");
    inspector.looks_at(&person, "created");
    person.goes_to("History");
    person.presses("Show fetch of *");
    person.sees("Download the results JSON");
    unfold(&person);
    inspector.looks_at(&person, "history of a run");
    inspector.finishes();
}

#[test]
fn removing() {
    let person = Person::new();
    let records = Records::students(1..=3);
    person.holds(&records);
    let mut inspector = Inspector::new();
    person.connects();
    person.chooses_files(&records.files());
    person.goes_to("Remove");
    person.presses("Look first");
    person.end_of_dry("delete");
    inspector.looks_at(&person, "what would be deleted");
    person.presses("Delete these records …");
    person.types("To confirm, type the host of the API: *", "elsewhere");
    person.sees("That is not the host yet.");
    inspector.looks_at(&person, "really delete?");
    person.presses("No, delete nothing");
    person.sees("■ Cancelled by you: nothing was removed.");
    inspector.looks_at(&person, "not deleted");
    person.presses("Empty endpoints (truncate)");
    person.types("These endpoints (-s)", "*udents");
    person.sees("The selection stands for 1 endpoint");
    inspector.looks_at(&person, "a pattern to be agreed to");
    person.types("To empty 1 endpoint, type their number: 1", "1");
    person.presses("Look first");
    person.end_of_dry("truncate");
    inspector.looks_at(&person, "what would be emptied");
    person.presses("Empty these endpoints …");
    person.sees("Really truncate?");
    inspector.looks_at(&person, "really truncate?");
    person.types("To confirm, type the host of the API: *", &person.api.address().to_string());
    person.presses("Yes, truncate");
    person.waits_for_requests("DELETE", 3);
    person.end_of("truncate");
    inspector.looks_at(&person, "emptied");
    inspector.finishes();
}

#[test]
fn an_api_that_cannot_be_called() {
    let person = Person::with_api(Settings { cors: Some(Cors::Off), ..Settings::default() });
    let mut inspector = Inspector::new();
    person.types_credentials("populatedSecret");
    person.presses("Test connection");
    person.sees("The connection does not work yet.");
    inspector.looks_at(&person, "no CORS");
    let files = Records::students(1..=1);
    person.chooses_file_unknown(&files);
    inspector.looks_at(&person, "files without endpoints");
    person.steps_to(5, "Send");
    person.presses("Send 1 file to 127.0.0.1:*");
    person.end_of("send");
    inspector.looks_at(&person, "a send that never began");
    person.goes_to("Read");
    person.presses("Pick endpoints from a list");
    person.presses("Ask the API for its endpoints");
    person.sees("CORS");
    inspector.looks_at(&person, "endpoints that cannot be had");
    inspector.finishes();
}

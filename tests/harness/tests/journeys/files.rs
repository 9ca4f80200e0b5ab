//! Choosing files by dropping them, and saying by hand what they are.

use std::path::Path;

use serde_json::{Value, json};

use crate::person::Person;
use crate::records::{Records, sorted, student};

/// Drags files or folders of the system over an element and lets them go there.
fn drop_on(person: &Person, css: &str, paths: &[&Path]) {
    let place = person.asks(&format!(
        "(() => {{
           const element = document.querySelector({});
           element.scrollIntoView({{ block: 'center' }});
           const box = element.getBoundingClientRect();
           return [box.left + box.width / 2, box.top + box.height / 2];
         }})()",
        json!(css)
    ));
    let files: Vec<Value> = paths.iter().map(|path| json!(path.to_string_lossy())).collect();
    let data = json!({"items": [], "files": files, "dragOperationsMask": 1});
    for kind in ["dragEnter", "dragOver", "drop"] {
        let event = json!({"type": kind, "x": place[0], "y": place[1], "data": data});
        person.must(person.browser.devtools("Input.dispatchDragEvent", event));
    }
}

#[test]
fn files_and_folders_are_dropped_and_assigned() {
    let person = Person::new();
    let folder = Records::of(&[
        ("students/part1.jsonl", &format!("{}\n", line(1))),
        ("students/part2.jsonl", &format!("{}\n", line(2))),
    ]);
    let file = Records::of(&[("pupils.jsonl", &format!("{}\n{}\n", line(3), line(4)))]);
    person.connects();
    person.steps_to(2, "Choose files");
    drop_on(&person, ".drop", &[&folder.folder().join("students"), &file.file("pupils.jsonl")]);
    person.sees("3 files");
    person.sees("1 file of no known endpoint will not be sent");
    assert_eq!(person.row("Chosen files", "students/part1.jsonl")[..2], ["students", "1"]);

    person.chooses("Endpoint of pupils.jsonl", "students");
    person.sees("4 records for known endpoints.");
    assert_eq!(person.row("Chosen files", "students/pupils.jsonl")[..2], ["students", "2"]);
    person.presses("Remove students/part2.jsonl");
    person.sees("3 records for known endpoints.");
    assert_eq!(person.sends(), "✔ Done. Everything that was to be done was tried.");
    assert_eq!(person.held("students"), sorted([1, 3, 4].map(student)));

    // What misses its place is not opened by the browser in place of the page.
    drop_on(&person, "header", &[&file.file("pupils.jsonl")]);
    person.sees("Load records into the API");
}

#[test]
fn a_configuration_is_dropped_on_the_connection() {
    let person = Person::new();
    let yaml = format!(
        "edfi_api:\n  base_url: {}\n  client_id: populated\n  year: 2031\nlog_level: ERROR\nverfy_ssl: true\n",
        person.api.url()
    );
    let files = Records::of(&[("lightbeam.yaml", &yaml)]);
    drop_on(&person, ".connect", &[&files.file("lightbeam.yaml")]);
    person.sees("verfy_ssl");
    let values = person.asks("[...document.querySelectorAll('main input')].map((input) => input.value)");
    for value in [person.api.url().as_str(), "populated", "2031"] {
        assert!(values.as_array().unwrap().contains(&json!(value)), "{value}: {values}");
    }
}

fn line(number: u32) -> Value {
    Value::Object(student(number))
}

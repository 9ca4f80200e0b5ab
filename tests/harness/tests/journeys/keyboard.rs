//! From the first field to a finished load with Tab, Enter and Space only.

use std::collections::BTreeSet;

use fantoccini::actions::{InputSource, KeyAction, KeyActions};
use fantoccini::key::Key;
use serde_json::Value;

use crate::person::Person;
use crate::records::Records;

/// The name of what has the focus, and whether it can be seen: its outline, and that nothing lies over it.
const FOCUS: &str = "(() => {
  const element = document.activeElement;
  const name = element.ariaLabel ?? (element.labels?.length ? [...element.labels].map((label) => label.textContent).join(' ') : element.textContent);
  const style = getComputedStyle(element);
  const box = element.getBoundingClientRect();
  const over = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
  return {
    name: name.replace(/\\s+/g, ' ').trim(),
    outlined: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 1,
    free: element.contains(over) || (over?.contains(element) ?? false),
    body: element === document.body,
  };
})()";

struct Keyboard<'a>(&'a Person);

impl Keyboard<'_> {
    fn types(&self, text: &str) {
        let mut keys = KeyActions::new("keys".to_owned());
        for value in text.chars() {
            keys = keys.then(KeyAction::Down { value }).then(KeyAction::Up { value });
        }
        let (client, runtime) = self.0.browser.raw();
        runtime.block_on(client.perform_actions(keys)).unwrap();
    }

    fn presses(&self, key: Key) {
        self.types(&char::from(key).to_string());
    }

    /// Goes on with Tab until something has the focus whose name begins so; everything on the way shows its focus.
    fn tabs_to(&self, name: &str) {
        let mut passed = BTreeSet::new();
        for _ in 0..300 {
            self.presses(Key::Tab);
            let focus = self.0.asks(FOCUS);
            if focus["body"] == true {
                continue;
            }
            assert_eq!(focus["outlined"], true, "the focus cannot be seen: {focus}");
            assert_eq!(focus["free"], true, "something lies over what has the focus: {focus}");
            let found = focus["name"].as_str().unwrap();
            if found.starts_with(name) {
                return;
            }
            passed.insert(found.to_owned());
        }
        panic!("Tab never comes to `{name}`, but to {passed:#?}");
    }

    fn fills(&self, name: &str, text: &str) {
        self.tabs_to(name);
        self.types(text);
    }

    fn goes_on(&self, button: &str, heading: &str) {
        self.tabs_to(button);
        self.presses(Key::Enter);
        self.0.waits_for(&format!("document.activeElement.textContent === '{heading}'"));
    }
}

#[test]
fn from_connect_to_a_finished_load_without_a_mouse() {
    let person = Person::new();
    let records = Records::students(1..=3);
    let keyboard = Keyboard(&person);
    keyboard.tabs_to("Skip to the content");
    keyboard.presses(Key::Enter);
    keyboard.fills("Base URL", &person.api.url());
    keyboard.fills("Client id", "populated");
    keyboard.fills("Client secret", "populatedSecret");
    // As in any form.
    keyboard.presses(Key::Enter);
    person.sees("The connection works.");
    person.sees("The API offers");
    keyboard.goes_on("Next: Choose files", "Choose files");

    keyboard.tabs_to("Choose files");
    // The dialog that opens is the system's own, which has its own keys.
    person.asks(
        "document.querySelector('#choose-files').addEventListener('click', (event) => { event.preventDefault(); window.asked = true; })",
    );
    keyboard.presses(Key::Space);
    assert_eq!(person.asks("window.asked"), Value::Bool(true));
    person.must(person.browser.upload("#choose-files", &crate::records::refs(&records.files())));
    person.sees("for known endpoints");

    keyboard.goes_on("Next: Check", "Check");
    keyboard.tabs_to("Check 1 file");
    keyboard.presses(Key::Space);
    person.end_of("validate");
    keyboard.goes_on("Next: Plan", "Plan");
    keyboard.tabs_to("Make the plan");
    keyboard.presses(Key::Enter);
    person.end_of_dry("send");
    keyboard.goes_on("Send 3 records", "Send");
    assert_eq!(person.end_of("send"), "✔ Done. Everything that was to be done was tried.");
    keyboard.goes_on("See the results", "Results");
    person.sees("3 records accepted by the API, 0 failed.");
    person.api_holds(&records);
}

//! The client secret and the tokens: in memory, and nowhere else.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use lightbeam_sim::Settings;
use serde_json::Value;

use crate::person::Person;
use crate::records::Records;

/// Like nothing else that stands anywhere.
const SECRET: &str = "Zq7-never-to-be-kept-93x";

/// All that the page has left in the browser, with where it is.
fn everything(person: &Person) -> Vec<(String, String)> {
    let found = person.must(person.browser.execute_async(include_str!("everything.js"), Vec::new()));
    let Value::Array(found) = found else { panic!("it cannot be read: {found}") };
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let mut all: Vec<_> = found.iter().map(|pair| (text(&pair[0]), text(&pair[1]))).collect();
    all.extend(person.must(person.browser.console()).into_iter().map(|line| ("console".to_owned(), line.message)));
    let history = person.must(person.browser.devtools("Page.getNavigationHistory", serde_json::json!({})));
    all.push(("history".to_owned(), history.to_string()));
    all
}

/// The places that one of the texts stands in.
fn places<'a>(all: &'a [(String, String)], texts: &[String]) -> Vec<&'a str> {
    all.iter()
        .filter(|(_, text)| texts.iter().any(|wanted| text.contains(wanted)))
        .map(|(place, _)| place.as_str())
        .collect()
}

/// What must not be found: the secret as it is and as it is sent, and the tokens.
fn hidden(person: &Person, secret: &str) -> Vec<String> {
    let tokens: Vec<String> = person.api.with_state(|state| state.tokens().map(str::to_owned).collect());
    assert!(!tokens.is_empty());
    let sent = STANDARD.encode(format!("populated:{secret}"));
    tokens.into_iter().chain([secret.to_owned(), sent, STANDARD.encode(secret)]).collect()
}

fn with_secret() -> Settings {
    Settings { client_secret: SECRET.to_owned(), ..Settings::default() }
}

#[test]
fn what_is_typed_is_nowhere_after_a_load() {
    let person = Person::with_api(with_secret());
    let good = std::fs::read_to_string(Records::students(1..=2).file("students.jsonl")).unwrap();
    let files = Records::of(&[("students.jsonl", &format!("{good}{{\"studentUniqueId\": \"3\"}}\n"))]);
    person.types_credentials(SECRET);
    person.presses("Test connection");
    person.sees("The connection works.");
    person.sees("The API offers");
    person.presses("Save lightbeam.yaml");
    let yaml = String::from_utf8(person.downloaded("lightbeam.yaml")).unwrap();
    person.chooses_files(&files.files());
    assert!(person.sends().starts_with("▲"));
    person.presses("See the results");
    person.presses("Save the report (JSON)");
    let report = String::from_utf8(person.downloaded("send-results.json")).unwrap();
    person.types("Message or file holds", "birthDate");
    person.sees("1 kind of failure");
    person.presses("Records of students in students.jsonl*");
    person.presses("Line 3");
    person.presses("The request as a command line (curl)");
    person.sees("-X POST");
    person.presses("Copy diagnostics");
    person.waits_for("document.querySelector('[aria-label=Diagnostics]')");
    let diagnostics = person.asks("document.querySelector('[aria-label=Diagnostics]').textContent");
    person.goes_to("History");
    person.presses("Show send of *");
    // What is kept is written a moment later than it is shown.
    person.sees("Download the results JSON");

    let mut all = everything(&person);
    all.push(("lightbeam.yaml".to_owned(), yaml.clone()));
    all.push(("report".to_owned(), report));
    all.push(("diagnostics".to_owned(), diagnostics.as_str().unwrap().to_owned()));
    assert_eq!(places(&all, &hidden(&person, SECRET)), Vec::<&str>::new());
    assert!(yaml.contains("client_secret: ${EDFI_API_CLIENT_SECRET}"), "{yaml}");

    // What is no secret is found where it is kept, so the secret would have been.
    let address = places(&all, &[person.api.address().to_string()]);
    for place in ["database lightbeam, chunks", "document", "lightbeam.yaml", "report"] {
        assert!(address.contains(&place), "{place}: {address:?}");
    }
    for (place, text) in [("cache lightbeam", "<title>lightbeam</title>"), ("diagnostics", "edfi_api.client_secret")] {
        assert!(all.iter().any(|(found, it)| found.starts_with(place) && it.contains(text)), "{place}: {text}");
    }

    // It is asked for again.
    person.reload();
    person.sees("Typed values, such as the client secret, are never kept: type them again.");
    assert_eq!(person.asks("document.querySelector('input[type=password]').value"), "");
}

#[test]
fn what_stands_in_an_opened_configuration_is_not_kept() {
    let person = Person::with_api(with_secret());
    let yaml = format!(
        "edfi_api:\n  base_url: {}\n  client_id: populated\n  client_secret: {SECRET}\nlog_level: ${{LEVEL_PASSWORD}}\n",
        person.api.url()
    );
    let files = Records::of(&[("lightbeam.yaml", &yaml)]);
    person.must(person.browser.upload("main input[accept='.yaml,.yml']", &[&files.file("lightbeam.yaml")]));
    person.types("${LEVEL_PASSWORD}", "DEBUG");
    person.presses("Test connection");
    person.sees("The connection works.");
    person.sees("The API offers");
    person.presses("Save lightbeam.yaml");
    let saved = String::from_utf8(person.downloaded("lightbeam.yaml")).unwrap();
    assert!(saved.contains("client_secret: ${EDFI_API_CLIENT_SECRET}"), "{saved}");
    assert!(saved.contains("log_level: ${LEVEL_PASSWORD}"), "{saved}");
    // The configuration is kept a moment after it has changed.
    let kept = || places(&everything(&person), &["client_id: populated".to_owned()]).len();
    person.waits_until("the configuration is kept", || kept() > 0);
    let mut all = everything(&person);
    all.push(("lightbeam.yaml".to_owned(), saved));
    assert_eq!(places(&all, &hidden(&person, SECRET)), Vec::<&str>::new());
}

//! Which hosts are called, and what is said of the others.

use std::collections::BTreeMap;

use lightbeam_sim::{Action, Rule, Settings};

use crate::place::{Place, address_of, api, document_of, end};

/// Has the API's root answer this.
fn root_answers(place: &Place, status: u16, headers: &[(&str, &str)], body: String) {
    let headers: BTreeMap<String, String> =
        headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let rule = Rule {
        method: Some("GET".to_owned()),
        path: Some("/*".to_owned()),
        body: None,
        first: 1,
        last: Some(1),
        action: Action::Answer { status, headers, body },
    };
    place.api.with_state(|state| state.change(|settings| settings.rules = vec![rule]));
}

#[test]
fn what_the_discovery_document_names_is_called() {
    let place = Place::with_students(Settings::default(), 3);
    let other = api(Settings::default());
    // The same document as that of the other API, which names its own URLs.
    let document = document_of(&other);
    assert!(document.contains(&other.url()), "{document}");
    root_answers(&place, 200, &[("content-type", "application/json")], document);
    let (exit, said) = end(&place.run(&["send"]));
    assert_eq!(exit, Some(0), "{said}");
    let held = other.with_state(|state| state.records("ed-fi", "students")).unwrap();
    assert_eq!(held.len(), 3);
}

#[test]
fn no_other_host_is_called_before_it_is_allowed() {
    let place = Place::with_students(Settings::default(), 3);
    let other = api(Settings::default());
    let host = address_of(&other).to_string();
    let redirect = |place: &Place| root_answers(place, 302, &[("location", &other.url())], String::new());
    redirect(&place);
    let (exit, said) = end(&place.run(&["send"]));
    assert_eq!(exit, Some(4), "{said}");
    assert!(said.contains(&format!("add --allow-host {host}")), "{said}");
    assert!(other.log().is_empty(), "nothing was sent there");

    redirect(&place);
    let (exit, said) = end(&place.run(&["send", "--allow-host", &host]));
    assert_eq!(exit, Some(0), "{said}");
}

//! An API that does not let pages read its answers.

use lightbeam_sim::{Cors, Settings};

use crate::person::Person;
use crate::records::Records;

/// The component's command line up to its command.
const COMPONENT: &str = "wasmtime run -S http --dir . --env EDFI_API_CLIENT_SECRET lightbeam.wasm";

#[test]
fn the_page_says_what_to_do_instead() {
    let person = Person::with_api(Settings { cors: Some(Cors::Off), ..Settings::default() });
    let site = person.site.as_ref().unwrap().url();
    let origin = site.trim_end_matches('/');
    person.types_credentials("populatedSecret");
    person.presses("Test connection");
    person.sees("The connection does not work yet.");
    person.sees(&format!("the API answers, but does not allow pages of {origin} to read it (CORS)"));
    person.sees(&format!("ask whoever runs the API to allow the origin {origin}"));
    person.sees(COMPONENT);

    let files = Records::students(1..=1);
    person.chooses_file_unknown(&files);
    assert!(person.sends().starts_with("✖"));
    person.sees("does not allow pages of");
    person.sees(&format!("{COMPONENT} send -c lightbeam.yaml"));

    person.goes_to("Read");
    person.presses("Count records › Count");
    assert!(person.end_of("count").starts_with("✖"));
    person.sees(&format!("{COMPONENT} count -c lightbeam.yaml"));
    assert_eq!(person.held_in_all(), 0);
}

#[test]
fn an_api_that_lets_this_page_in_but_shows_no_headers_works() {
    // Its origin is known only once the page stands there.
    let person = Person::new();
    let site = person.site.as_ref().unwrap().url();
    let one = Cors::One(site.trim_end_matches('/').to_owned());
    person.api.with_state(|state| state.change(|settings| settings.cors = Some(one)));
    person.types_credentials("populatedSecret");
    person.presses("Test connection");
    person.sees("The connection works, but could be better.");
    person.sees("the API shows pages no headers of its own");
    let records = Records::students(1..=3);
    person.chooses_files(&records.files());
    assert_eq!(person.sends(), "✔ Done. Everything that was to be done was tried.");
    person.api_holds(&records);
}

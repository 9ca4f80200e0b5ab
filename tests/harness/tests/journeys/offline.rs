//! Without the network, and with a new version of the page.

use std::path::Path;

use lightbeam_sim::Settings;
use lightbeam_sim::pages::{PageServer, Security};
use serde_json::json;
use tempfile::TempDir;

use crate::person::{Person, dist};
use crate::records::Records;

/// What a page without a list of its files does not have.
const KEPT: &str = "navigator.serviceWorker.controller?.state === 'activated'";

#[test]
fn the_page_opens_when_its_server_is_gone() {
    let mut person = Person::new();
    person.waits_for(KEPT);
    person.site = None;
    person.reload();
    // Where the API can be reached, all else works.
    let records = Records::students(1..=3);
    person.connects();
    person.chooses_files(&records.files());
    assert_eq!(person.sends(), "✔ Done. Everything that was to be done was tried.");
    person.api_holds(&records);
}

/// A copy of the page that may be changed.
pub(crate) fn copied(folder: &Path) {
    for entry in std::fs::read_dir(dist()).unwrap() {
        let entry = entry.unwrap();
        std::fs::copy(entry.path(), folder.join(entry.file_name())).unwrap();
    }
}

/// Makes another version of a page.
fn change(folder: &Path) {
    let worker = folder.join("sw.js");
    let text = std::fs::read_to_string(&worker).unwrap();
    let (before, rest) = text.split_once("const VERSION = \"").unwrap();
    let (version, rest) = rest.split_once('"').unwrap();
    assert_eq!(version.len(), 16, "the page is not complete: `cargo xtask page` makes one that is");
    std::fs::write(worker, format!("{before}const VERSION = \"0000000000000000\"{rest}")).unwrap();
    let page = folder.join("index.html");
    let text = std::fs::read_to_string(&page).unwrap();
    std::fs::write(page, text.replacen("<html", "<html data-edition=\"second\"", 1)).unwrap();
}

#[test]
fn a_new_version_offers_itself_and_never_in_a_run() {
    const OFFER: &str = "A new version of this page is ready.";
    let folder = TempDir::new().unwrap();
    copied(folder.path());
    let site = PageServer::start(folder.path(), "/", Security::On).unwrap();
    let person = Person::at(site, Settings { latency_ms: 100, ..Settings::default() });
    person.waits_for(KEPT);
    let records = Records::students(1..=100);
    person.connects();
    person.chooses_files(&records.files());
    person.steps_to(5, "Send");
    person.presses("Send 1 file to 127.0.0.1:*");
    person.waits_for_requests("POST", 5);
    person.presses("Pause");
    person.sees("Paused: nothing is sent until you resume.");
    person.asks("window.sameDocument = true");

    change(folder.path());
    let update = "const tell = arguments[0];
        const done = (registration) => registration.waiting ? tell(true) : setTimeout(() => done(registration), 20);
        navigator.serviceWorker.getRegistration().then(async (registration) => { await registration.update(); done(registration); });";
    assert_eq!(person.must(person.browser.execute_async(update, Vec::new())), json!(true));
    assert!(!person.text().contains(OFFER), "a run goes on");
    person.presses("Resume");
    assert_eq!(person.end_of("send"), "✔ Done. Everything that was to be done was tried.");
    person.sees(OFFER);
    assert_eq!(person.asks("window.sameDocument"), json!(true), "nobody asked for the new version");
    assert_eq!(person.asks("document.documentElement.dataset.edition ?? null"), json!(null));

    person.presses("Load the new version");
    person.waits_for("document.documentElement.dataset.edition === 'second'");
    person.arrived();
    assert_eq!(person.asks("window.sameDocument ?? null"), json!(null));
    assert!(!person.text().contains(OFFER));
    person.api_holds(&records);
}

//! The page is loaded anew in the middle of a send.

use std::collections::BTreeSet;

use crate::person::Person;
use crate::records::Records;

/// Answers may stay unwritten for a second; the rest of this is what a slow machine takes to write them.
const UNWRITTEN_MS: u64 = 2000;

#[test]
fn a_send_goes_on_after_a_reload() {
    let person = Person::new();
    let records = Records::students(1..=130);
    person.connects();
    person.chooses_files(&records.files());
    person.answers_take(250);
    person.steps_to(5, "Send");
    person.presses("Send 1 file to 127.0.0.1:*");
    person.waits_for_requests("POST", 70);
    person.reload();
    // Nothing is sent by a page that is gone: what it had sent is all there is.
    person.sees("Continue the interrupted send?");
    let before = person.requests("POST");
    assert!(before.len() < records.count(), "the send was over before the page was loaded anew");

    person.answers_take(0);
    person.presses("Continue");
    person.sees("0 of the 1 files of that run are chosen.");
    person.steps_to(1, "Connect");
    person.sees("These settings are from your last visit.");
    let kept = person.asks("[...document.querySelectorAll('main input')].map((input) => input.value)");
    assert!(kept.as_array().unwrap().contains(&person.api.url().into()), "the address was kept: {kept}");
    assert!(!kept.to_string().contains("populatedSecret"), "the secret was kept: {kept}");
    person.types("Client secret", "populatedSecret");
    person.presses("Test connection");
    person.sees("The connection works.");
    person.chooses_files(&records.files());
    person.sees("✔ All files of that run are chosen, with the same names, sizes and times.");
    assert_eq!(person.sends(), "✔ Done. Everything that was to be done was tried.");

    person.api_holds(&records);
    let after = person.requests("POST");
    let different: BTreeSet<_> = after.iter().map(|entry| entry.sha256.clone()).collect();
    assert_eq!(different.len(), records.count());
    let last = before.iter().map(|entry| entry.time).max().unwrap();
    let late = before.iter().filter(|entry| entry.time + UNWRITTEN_MS > last).count();
    let twice = after.len() - different.len();
    assert!(twice <= late, "{twice} of {} records were sent twice, {late} at most may be", before.len());
    assert!(late < before.len(), "the bound says something");
    person.presses("See the results");
    person.sees(&format!("{} records accepted by the API, 0 failed", after.len() - before.len()));
}

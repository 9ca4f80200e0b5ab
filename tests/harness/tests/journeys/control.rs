//! Pausing, going on, stopping, and leaving.

use std::collections::BTreeSet;

use lightbeam_sim::Settings;
use serde_json::json;

use crate::person::Person;
use crate::records::Records;

/// Whether the browser would ask before the page is left.
const ASKS: &str = "(() => {
  const event = new Event('beforeunload', { cancelable: true });
  window.dispatchEvent(event);
  return event.defaultPrevented;
})()";

#[test]
fn pause_resume_stop_and_send_the_rest() {
    let person = Person::with_api(Settings { latency_ms: 100, ..Settings::default() });
    let records = Records::students(1..=150);
    person.connects();
    person.chooses_files(&records.files());
    assert_eq!(person.asks(ASKS), json!(false), "nothing goes on");
    person.steps_to(5, "Send");
    person.presses("Send 1 file to 127.0.0.1:*");
    person.waits_for_requests("POST", 10);
    assert_eq!(person.asks(ASKS), json!(true), "who leaves now must be asked");

    person.presses("Pause");
    person.sees("Paused: nothing is sent until you resume.");
    let at_pause = person.requests("POST").len();
    assert!(at_pause < 150);
    person.goes_to("Read");
    person.sees("A run is under way; the next one can begin when it has ended.");
    assert!(!person.can_press("Count records › Count"));
    person.goes_to("Load");
    person.steps_to(5, "Send");
    assert_eq!(person.requests("POST").len(), at_pause, "nothing is sent in a pause");

    person.presses("Resume");
    person.waits_for_requests("POST", at_pause + 10);
    person.presses("Stop after what is in flight");
    assert_eq!(person.end_of("send"), "■ Stopped by you: what is done is done, and the rest was not tried.");
    assert_eq!(person.asks(ASKS), json!(false), "it has ended");
    let at_stop = person.requests("POST").len();
    assert!(at_stop < 150, "it was over before it was stopped");
    assert_eq!(person.held("students").len(), at_stop, "what was in flight is finished");
    person.presses("See the results");
    person.sees(&format!("{at_stop} records accepted by the API, 0 failed. The run did not come to its end"));

    person.steps_to(5, "Send");
    person.presses("Send 1 file to 127.0.0.1:*");
    person.waits_for_requests("POST", 150);
    assert_eq!(person.end_of("send"), "✔ Done. Everything that was to be done was tried.");
    person.api_holds(&records);
    let bodies: BTreeSet<_> = person.requests("POST").into_iter().map(|entry| entry.sha256).collect();
    assert_eq!((bodies.len(), person.requests("POST").len()), (150, 150), "nothing is sent twice");
}

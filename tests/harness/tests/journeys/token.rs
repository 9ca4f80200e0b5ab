//! The token ends in the middle of a run.

use lightbeam_sim::{Action, Rule, Settings, State};

use crate::person::Person;
use crate::records::Records;

#[test]
fn a_token_that_expires_is_renewed() {
    let person = Person::with_api(Settings { latency_ms: 50, token_lifetime: 1800, ..Settings::default() });
    let records = Records::students(1..=120);
    person.connects();
    person.chooses_files(&records.files());
    let before = person.api.with_state(|state| state.tokens_given());
    person.steps_to(5, "Send");
    person.presses("Send 1 file to 127.0.0.1:*");
    person.waits_for_requests("POST", 20);
    // An hour passes for the API only: the page believes its token to be good.
    person.api.with_state(|state| state.change(|settings| settings.clock_ahead_ms = 3_600_000));
    assert_eq!(person.end_of("send"), "✔ Done. Everything that was to be done was tried.");
    assert!(person.requests("POST").iter().any(|entry| entry.status == Some(401)), "the token did not expire");
    assert_eq!(person.api.with_state(|state| state.tokens_given()) - before, 2, "one for the run, and one anew");
    person.api_holds(&records);
}

#[test]
fn tokens_that_are_taken_back_again_and_again_cost_no_record() {
    let taken_back = |first| Rule {
        method: Some("POST".to_owned()),
        path: Some("/students".to_owned()),
        body: None,
        first,
        last: Some(first),
        action: Action::RevokeTokens,
    };
    let person = Person::with_api(Settings { rules: vec![taken_back(10), taken_back(40)], ..Settings::default() });
    let records = Records::students(1..=60);
    person.connects();
    person.chooses_files(&records.files());
    assert_eq!(person.sends(), "✔ Done. Everything that was to be done was tried.");
    assert!(person.requests("POST").iter().any(|entry| entry.status == Some(401)));
    person.api_holds(&records);
    person.api.with_state(State::clear_log);
    assert!(person.sends().starts_with("✔ Done. There was nothing to do"));
    assert_eq!(person.requests("POST"), []);
}

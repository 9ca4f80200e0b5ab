use std::time::Duration;

use super::*;
use crate::{Action, Delivery, Rule};

fn rule(text: &str) -> Rule {
    serde_json::from_str(text).unwrap()
}

fn with_rules(rules: &[&str]) -> Client {
    let mut client = Client::new(Settings::default());
    client.state.change(|settings| settings.rules = rules.iter().map(|text| rule(text)).collect());
    client
}

#[test]
fn a_rule_acts_on_its_matches_only() {
    let mut client = with_rules(&[
        r#"{"method":"POST","path":"/students","body":"\"2\"","first":2,"last":3,"action":{"answer":{"status":500}}}"#,
        r#"{"path":"*/staffs*","action":{"answer":{"status":502,"headers":{"content-type":"text/html"},"body":"<html>"}}}"#,
    ]);
    let statuses: Vec<u16> =
        ["2", "1", "2", "2", "2"].iter().map(|id| client.post("/ed-fi/students", &student(id)).status).collect();
    assert_eq!(statuses, [201, 201, 500, 500, 200]);
    let got = client.get("/ed-fi/staffs?limit=1");
    assert_eq!((got.status, got.header("content-type"), got.text()), (502, "text/html", "<html>"));
}

#[test]
fn faults_say_whether_the_request_took_effect() {
    for (action, stores, delivery) in [
        (r#"{"drop":{}}"#, 0, Delivery::Nothing { reset: false }),
        (r#"{"drop":{"reset":true}}"#, 0, Delivery::Nothing { reset: true }),
        (r#"{"drop-after":{}}"#, 1, Delivery::Nothing { reset: false }),
        (r#"{"half-answer":{}}"#, 1, Delivery::Half { reset: false }),
        (r#""never-answer""#, 0, Delivery::Never),
        (r#"{"slow-answer":{"delay_ms":30}}"#, 1, Delivery::Whole),
        (r#""kill""#, 0, Delivery::Dead),
    ] {
        let mut client = with_rules(&[&format!(r#"{{"path":"/students","last":1,"action":{action}}}"#)]);
        let got = client.post("/ed-fi/students", &student("1"));
        assert_eq!(got.answer.delivery, delivery, "{action}");
        assert_eq!(client.state.records("ed-fi", "students").unwrap().len(), stores, "{action}");
        let logged = client.state.log().last().unwrap().clone();
        assert_eq!(logged.status.is_some(), matches!(delivery, Delivery::Whole | Delivery::Half { .. }), "{action}");
        if action.contains("slow") {
            assert_eq!(got.answer.delay, Duration::from_millis(30));
        }
    }
}

#[test]
fn a_killed_server_stays_dead_until_revived() {
    let mut client = with_rules(&[r#"{"path":"/students","last":1,"action":"kill"}"#]);
    client.get("/ed-fi/students");
    assert!(client.state.is_dead());
    assert_eq!(client.get("/ed-fi/staffs").answer.delivery, Delivery::Dead);
    client.state.revive();
    assert_eq!(client.get("/ed-fi/students").status, 200);
}

#[test]
fn a_rule_can_revoke_tokens_in_mid_run() {
    let mut client = with_rules(&[r#"{"path":"/students","first":2,"last":2,"action":"revoke-tokens"}"#]);
    let statuses = [(); 2].map(|()| client.get("/ed-fi/students").status);
    assert_eq!(statuses, [200, 401]);
    client.token = client.ask_token().json()["access_token"].as_str().unwrap().to_owned();
    assert_eq!(client.get("/ed-fi/students").status, 200);
}

#[test]
fn changed_rules_count_anew_and_others_do_not() {
    let mut client = with_rules(&[r#"{"path":"/students","first":2,"action":{"answer":{"status":503}}}"#]);
    assert_eq!(client.get("/ed-fi/students").status, 200);
    client.state.change(|settings| settings.latency_ms = 5);
    assert_eq!(client.get("/ed-fi/students").status, 503, "the count goes on");
    client.state.change(|settings| {
        settings.rules.push(Rule {
            method: Some("DELETE".to_owned()),
            path: None,
            body: None,
            first: 1,
            last: None,
            action: Action::NeverAnswer,
        });
    });
    assert_eq!(client.get("/ed-fi/students").status, 200);
}

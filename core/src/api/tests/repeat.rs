use std::cell::Cell;
use std::time::Duration;

use super::support::*;
use crate::api::SendError;
use crate::host::memory::Reply;
use crate::host::{Host, HttpErrorKind};

/// A server whose first `failures` answers are `failure`, and then 201.
fn failing(stage: &Stage, failures: u32, failure: impl Fn() -> Reply + 'static) {
    let seen = Cell::new(0);
    stage.serve(move |_| {
        seen.set(seen.get() + 1);
        if seen.get() <= failures { failure() } else { reply(201, &[], "") }
    });
}

#[test]
fn a_post_carries_what_it_needs_and_no_more() {
    let stage = Stage::new();
    stage.serve(|_| reply(201, &[], ""));
    stage.post(1);
    let all = stage.host.http().requests();
    assert_eq!(all.len(), 2);
    let post = &all[1];
    assert_eq!(post.method, "POST");
    assert_eq!(post.url.expose(), "http://localhost:8000/data/v3/ed-fi/students");
    assert_eq!(bearer(post), "Bearer t1");
    assert_eq!(post.headers["accept"], "application/json");
    assert_eq!(post.headers["content-type"], "application/json");
    assert_eq!(post.headers.len(), 3);
    assert!(!format!("{:?}", post.headers).contains("t1"), "the token is marked sensitive");
}

#[test]
fn listed_statuses_and_lost_answers_are_repeated() {
    for failure in [
        || reply(500, &[], ""),
        || reply(502, &[], "<html>bad gateway</html>"),
        || no_answer(HttpErrorKind::Connect),
        || no_answer(HttpErrorKind::Interrupted),
    ] {
        let stage = Stage::new();
        failing(&stage, 3, failure);
        let answers = stage.post(1);
        assert_eq!((status(&answers[0]), answers[0].repeats), (201, 3));
        // 0.1 + 0.15 + 0.225 s, each between half and whole.
        assert!((0.2375..=0.475).contains(&stage.seconds()), "{}", stage.seconds());
    }
}

#[test]
fn other_statuses_are_not_repeated() {
    for code in [400, 403, 404, 409, 412, 413, 415] {
        let stage = Stage::new();
        failing(&stage, u32::MAX, move || reply(code, &[], "{}"));
        let answers = stage.post(1);
        assert_eq!((status(&answers[0]), answers[0].repeats), (code, 0));
    }
}

#[test]
fn repeats_end_with_the_last_answer() {
    let stage = Stage::new();
    failing(&stage, u32::MAX, || reply(500, &[], ""));
    let answers = stage.post(1);
    assert_eq!((status(&answers[0]), answers[0].repeats), (500, 10));
    assert_eq!(stage.posts().len(), 11);
}

#[test]
fn a_list_without_500_repeats_no_500() {
    let mut stage = Stage::new();
    stage.config.connection.retry_statuses = vec![502];
    failing(&stage, u32::MAX, || reply(500, &[], ""));
    assert_eq!(stage.post(1)[0].repeats, 0);
}

#[test]
fn a_refused_connection_is_told_in_a_plain_sentence() {
    let mut stage = Stage::new();
    stage.config.connection.num_retries = 2;
    failing(&stage, u32::MAX, || no_answer(HttpErrorKind::Connect));
    let Err(SendError::NoAnswer(error)) = &stage.post(1)[0].result else { panic!() };
    assert_eq!(error.to_string(), "No answer after 3 attempts: connection refused");
    assert_eq!((error.kind, error.attempts), (HttpErrorKind::Connect, 3));
}

#[test]
fn what_the_host_denies_is_not_repeated() {
    let stage = Stage::new();
    failing(&stage, u32::MAX, || no_answer(HttpErrorKind::Denied));
    let answer = &stage.post(1)[0];
    assert!(matches!(&answer.result, Err(SendError::NoAnswer(error)) if error.attempts == 1));
}

#[test]
fn the_deadline_bounds_each_attempt() {
    let mut stage = Stage::new();
    stage.config.connection.timeout = Duration::from_secs(5);
    stage.config.connection.num_retries = 1;
    failing(&stage, u32::MAX, || Reply { after: Duration::ZERO, answer: None });
    let Err(SendError::NoAnswer(error)) = &stage.post(1)[0].result else { panic!() };
    assert_eq!(error.kind, HttpErrorKind::Timeout);
    assert_eq!(error.detail, "no answer within 5 s (connection.timeout)");
    assert!((10.05..=10.1).contains(&stage.seconds()), "{}", stage.seconds());
}

#[test]
fn a_redirect_is_a_failure_whose_hint_names_the_url() {
    let stage = Stage::new();
    failing(&stage, u32::MAX, || {
        reply(301, &[("location", "https://api.example.org/v7/data/v3/ed-fi/students?a=b")], "")
    });
    let answers = stage.post(2);
    assert_eq!(answers.iter().map(status).collect::<Vec<_>>(), [301, 301]);
    let notices = stage.log.notices();
    assert_eq!(notices.len(), 1, "once is enough");
    assert!(notices[0].contains("set edfi_api.data_url to https://api.example.org/v7/data/v3 "), "{}", notices[0]);
}

#[test]
fn error_bodies_are_cut() {
    let stage = Stage::new();
    failing(&stage, 1, || reply(400, &[], &"x".repeat(3 << 20)));
    let answers = stage.post(1);
    let response = answers[0].result.as_ref().unwrap();
    assert_eq!((response.body.len(), response.truncated), (1 << 20, true));
}

#[test]
fn no_more_than_the_pool_is_in_flight() {
    let stage = Stage::new();
    stage.serve(|_| Reply { after: Duration::from_millis(20), ..reply(201, &[], "") });
    assert!(stage.post(100).iter().all(|answer| status(answer) == 201));
    assert_eq!(stage.host.http().most_in_flight(), 8);
}

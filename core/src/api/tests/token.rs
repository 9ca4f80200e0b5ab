use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use super::support::*;
use crate::api::{BrokenOff, FrontEnd, SendError};
use crate::host::memory::Reply;
use crate::host::{Clock, Host, HttpErrorKind, Request};

/// Token answers by number of the token request, from 1; data requests by bearer token.
fn serve(
    stage: &Stage,
    token: impl Fn(u32, &Request) -> Reply + 'static,
    data: impl Fn(&str) -> u16 + 'static,
) -> Rc<Cell<u32>> {
    let asked = Rc::new(Cell::new(0));
    let count = Rc::clone(&asked);
    stage.host.http().serve(move |request| {
        if request.url.path() == "/oauth/token" {
            count.set(count.get() + 1);
            return token(count.get(), request);
        }
        Reply { after: Duration::from_millis(50), ..reply(data(&bearer(request)), &[], "") }
    });
    asked
}

fn granted(number: u32, expires_in: &str) -> Reply {
    reply(200, &[], &format!(r#"{{"access_token":"t{number}","expires_in":{expires_in},"token_type":"bearer"}}"#))
}

#[test]
fn a_token_request_is_a_form_with_basic() {
    let stage = Stage::new();
    stage.serve(|_| reply(201, &[], ""));
    stage.post(1);
    let request = &stage.host.http().requests()[0];
    assert_eq!(request.method, "POST");
    assert_eq!(request.headers["content-type"], "application/x-www-form-urlencoded");
    assert_eq!(request.headers["authorization"], "Basic a2V5OnMzY3IzdCY9");
    assert!(request.headers["authorization"].is_sensitive());
    assert_eq!(&request.body[..], b"grant_type=client_credentials");
}

#[test]
fn a_page_puts_the_credentials_in_the_body_and_once_in_the_header() {
    let mut stage = Stage::new();
    stage.front_end = FrontEnd::PAGE;
    let bodies = Rc::new(RefCell::new(Vec::new()));
    let seen = Rc::clone(&bodies);
    let asked = serve(
        &stage,
        move |number, request| {
            let is_basic = request.headers.contains_key("authorization");
            seen.borrow_mut().push((String::from_utf8(request.body.to_vec()).unwrap(), is_basic));
            if is_basic { granted(number, "1800") } else { reply(400, &[], r#"{"error":"invalid_client"}"#) }
        },
        |_| 201,
    );
    assert_eq!(status(&stage.post(1)[0]), 201);
    assert_eq!(asked.get(), 2);
    assert_eq!(
        *bodies.borrow(),
        [
            ("grant_type=client_credentials&client_id=key&client_secret=s3cr3t%26%3D".to_owned(), false),
            ("grant_type=client_credentials".to_owned(), true),
        ]
    );
}

#[test]
fn eight_refusals_at_once_cost_one_renewal() {
    let stage = Stage::new();
    let asked = serve(
        &stage,
        |number, _| Reply { after: Duration::from_millis(500), ..granted(number, "1800") },
        |bearer| if bearer == "Bearer t1" { 401 } else { 201 },
    );
    let answers = stage.post(8);
    assert!(answers.iter().all(|answer| status(answer) == 201 && answer.repeats == 1));
    assert_eq!(asked.get(), 2);
}

#[test]
fn an_api_that_always_refuses_costs_two_tokens() {
    let stage = Stage::new();
    let asked = serve(&stage, |number, _| granted(number, "1800"), |_| 401);
    let answers = stage.post(100);
    assert!(answers.iter().all(|answer| status(answer) == 401));
    assert_eq!(asked.get(), 2);
    assert!(stage.posts().len() <= 108, "{}", stage.posts().len());
}

#[test]
fn an_api_that_refuses_at_every_endpoint_costs_two_tokens() {
    let stage = Stage::new();
    let asked = serve(&stage, |number, _| granted(number, "1800"), |_| 401);
    stage.with_api(async |api| {
        for number in 0..20 {
            let endpoint = crate::event::EndpointId::new("ed-fi", format!("endpoint{number}"));
            assert_eq!(status(&api.post(&endpoint, bytes::Bytes::new()).await), 401);
        }
    });
    assert_eq!(asked.get(), 2);
}

#[test]
fn a_list_that_names_401_costs_no_further_token() {
    let mut stage = Stage::new();
    stage.config.connection.retry_statuses = vec![401];
    let asked = serve(&stage, |number, _| granted(number, "1800"), |_| 401);
    assert_eq!((status(&stage.post(1)[0]), asked.get()), (401, 2));
    assert_eq!(stage.posts().len(), 2);
}

#[test]
fn one_refusing_endpoint_beside_good_ones_costs_one_renewal() {
    let stage = Stage::new();
    let schools = crate::event::EndpointId::new("ed-fi", "schools");
    let asked = Rc::clone(&stage.granted);
    stage.serve(|request| reply(if request.url.path().ends_with("schools") { 401 } else { 201 }, &[], ""));
    stage.with_api(async |api| {
        for _ in 0..50 {
            assert_eq!(status(&api.post(&students(), bytes::Bytes::new()).await), 201);
            assert_eq!(status(&api.post(&schools, bytes::Bytes::new()).await), 401);
        }
    });
    assert_eq!(*asked.borrow(), 2);
}

#[test]
fn a_token_is_renewed_a_minute_before_its_end() {
    // Lifetimes as told, and after how many seconds the token is renewed.
    for (told, after) in [
        ("1800", 1740),
        ("\"1800\"", 1740),
        ("1", 30),
        ("-5", 30),
        ("99999999", 86340),
        // The start is 2026-01-01T00:00:00Z: an absolute second, ten minutes later.
        ("1767226200", 540),
        ("null", 1740),
        ("\"soon\"", 1740),
    ] {
        let stage = Stage::new();
        let asked = serve(&stage, move |number, _| granted(number, told), |_| 201);
        stage.with_api(async |api| {
            let clock = stage.host.clock();
            api.sign_in().await.unwrap();
            clock.sleep(Duration::from_millis(after * 1000 - 100)).await;
            api.post(&students(), bytes::Bytes::new()).await;
            assert_eq!(asked.get(), 1, "{told}");
            clock.sleep(Duration::from_millis(200)).await;
            api.post(&students(), bytes::Bytes::new()).await;
            assert_eq!(asked.get(), 2, "{told}");
        });
    }
}

#[test]
fn a_bad_minute_of_the_token_server_is_no_loss_while_the_old_token_is_good() {
    let mut stage = Stage::new();
    stage.config.connection.num_retries = 1;
    let asked = serve(
        &stage,
        |number, _| if (2..=3).contains(&number) { reply(500, &[], "") } else { granted(number, "1800") },
        |_| 201,
    );
    stage.with_api(async |api| {
        let clock = stage.host.clock();
        api.sign_in().await.unwrap();
        clock.sleep(Duration::from_secs(1741)).await;
        assert_eq!(status(&api.post(&students(), bytes::Bytes::new()).await), 201);
        assert_eq!(asked.get(), 3);
        clock.sleep(Duration::from_secs(11)).await;
        assert_eq!(status(&api.post(&students(), bytes::Bytes::new()).await), 201);
        assert_eq!(asked.get(), 4);
    });
    assert_eq!(bearer(stage.posts().last().unwrap()), "Bearer t4");
}

#[test]
fn refused_credentials_are_told_once_and_end_everything() {
    for (code, body) in [
        (401, r#"{"error":"invalid_client","error_description":"s3cr3t&= is wrong"}"#),
        (400, r#"{"error":"invalid_client"}"#),
        (401, ""),
    ] {
        let stage = Stage::new();
        let asked = serve(&stage, move |_, _| reply(code, &[], body), |_| 201);
        stage.with_api(async |api| {
            let error = api.sign_in().await.unwrap_err();
            assert!(error.message.contains(&code.to_string()), "{error}");
            assert!(!error.message.contains("s3cr3t"), "{error}");
            assert!(error.hint.unwrap().contains("edfi_api.client_secret"));
            let answers = futures_util::future::join_all(
                (0..20).map(|_| async { api.post(&students(), bytes::Bytes::new()).await }),
            )
            .await;
            assert!(answers.iter().all(|a| matches!(a.result, Err(SendError::BrokenOff { attempts: 0 }))));
            assert!(matches!(api.broken_off(), Some(BrokenOff::NoToken(_))));
        });
        assert_eq!(asked.get(), 1);
        assert!(stage.posts().is_empty());
    }
}

#[test]
fn a_token_that_cannot_be_renewed_in_mid_run_breaks_it_off() {
    let stage = Stage::new();
    let clock = stage.host.clock().clone();
    serve(
        &stage,
        |number, _| if number == 1 { granted(1, "1800") } else { no_answer(HttpErrorKind::Connect) },
        move |_| if clock.monotonic() < Duration::from_secs(1) { 201 } else { 401 },
    );
    let answers = stage.post(1000);
    assert!(answers.iter().filter(|answer| status(answer) == 201).count() >= 100);
    assert!(answers.iter().any(|answer| matches!(answer.result, Err(SendError::BrokenOff { attempts: 0 }))));
    assert!(stage.seconds() < 60.0, "{}", stage.seconds());
}

#[test]
fn too_many_tokens_are_waited_for_but_not_for_ever() {
    let stage = Stage::new();
    let asked =
        serve(&stage, |number, _| if number < 5 { reply(429, &[], "{}") } else { granted(number, "1800") }, |_| 201);
    assert_eq!(status(&stage.post(1)[0]), 201);
    assert_eq!(asked.get(), 5);

    let stage = Stage::new();
    let asked = serve(&stage, |_, _| reply(429, &[], r#"{"detail":"Too many tokens"}"#), |_| 201);
    let error = stage.with_api(async |api| api.sign_in().await.unwrap_err());
    assert!(error.message.ends_with("(429: Too many tokens)"), "{error}");
    assert_eq!(asked.get(), 20);
    assert!(stage.seconds() < 600.0);
}

#[test]
fn a_dead_token_server_takes_bounded_time() {
    let stage = Stage::new();
    serve(&stage, |_, _| Reply { after: Duration::ZERO, answer: None }, |_| 201);
    let error = stage.with_api(async |api| api.sign_in().await.unwrap_err());
    assert_eq!(
        error.message,
        "The token endpoint http://localhost:8000/oauth/token does not answer: \
         no answer within 60 s (connection.timeout) (11 attempts)"
    );
    assert!(stage.seconds() < 700.0);
}

#[test]
fn what_is_no_token_is_said_so() {
    for (code, body, hint) in [
        (200, "<html>", "token endpoint"),
        (200, r#"{"access_token":""}"#, "token endpoint"),
        (404, "", "oauth_url"),
        (302, "", "edfi_api.oauth_url"),
    ] {
        let stage = Stage::new();
        let asked = serve(&stage, move |_, _| reply(code, &[("location", "/login")], body), |_| 201);
        let error = stage.with_api(async |api| api.sign_in().await.unwrap_err());
        assert!(error.hint.as_ref().unwrap().contains(hint), "{error:?}");
        assert_eq!(asked.get(), 1);
    }
}

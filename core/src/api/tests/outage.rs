use std::time::Duration;

use super::support::*;
use crate::api::{BrokenOff, SendError};
use crate::host::memory::Reply;
use crate::host::{Clock, Host, HttpErrorKind};
use crate::invocation::Command;

/// A server that answers until so many seconds have passed, each answer taking one.
fn dies_after(stage: &Stage, seconds: u64, then: impl Fn() -> Reply + 'static) {
    let clock = stage.host.clock().clone();
    stage.serve(move |_| {
        if clock.monotonic() < Duration::from_secs(seconds) {
            Reply { after: Duration::from_secs(1), ..reply(201, &[], "") }
        } else {
            then()
        }
    });
}

#[test]
fn a_server_that_dies_breaks_the_run_off() {
    for (then, longest) in [
        (Box::new(|| no_answer(HttpErrorKind::Connect)) as Box<dyn Fn() -> Reply>, 200.0),
        // Ten repeats of a minute each: a request gives up after 11 minutes.
        (Box::new(|| Reply { after: Duration::ZERO, answer: None }), 800.0),
    ] {
        let stage = Stage::new();
        dies_after(&stage, 5, then);
        let (answers, reason) = stage.with_api(async |api| {
            let answers = futures_util::future::join_all((0..1000).map(async |_| {
                let _permit = api.pool().acquire().await;
                api.post(&students(), bytes::Bytes::new()).await
            }))
            .await;
            (answers, api.broken_off())
        });
        let reason = reason.unwrap();
        assert!(matches!(reason, BrokenOff::NoAnswer { silent, .. } if silent >= Duration::from_mins(2)));
        let advice = |command| reason.notice(command).hint.unwrap();
        assert!(advice(Command::Send).contains("run the same command again: it sends what was not accepted yet"));
        assert!(advice(Command::Fetch).ends_with("run the same command again"), "{}", advice(Command::Fetch));
        let count = |test: fn(&SendError) -> bool| {
            answers.iter().filter(|answer| answer.result.as_ref().err().is_some_and(test)).count()
        };
        let accepted = answers.iter().filter(|answer| answer.result.is_ok()).count();
        let given_up = count(|error| matches!(error, SendError::NoAnswer(_)));
        let untried = count(|error| matches!(error, SendError::BrokenOff { attempts: 0 }));
        assert!(accepted >= 40, "{accepted}");
        assert!((8..200).contains(&given_up), "{given_up}");
        assert!(untried > 700, "{untried}");
        assert!(stage.seconds() < longest, "{}", stage.seconds());
    }
}

#[test]
fn errors_of_the_server_are_answers() {
    let mut stage = Stage::new();
    stage.config.connection.num_retries = 2;
    dies_after(&stage, 1, || Reply { after: Duration::from_secs(30), ..reply(500, &[], "") });
    let broken = stage.with_api(async |api| {
        for _ in 0..20 {
            api.post(&students(), bytes::Bytes::new()).await;
        }
        api.broken_off()
    });
    assert_eq!(broken, None);
}

#[test]
fn fewer_than_the_pool_do_not_break_it_off() {
    let stage = Stage::new();
    dies_after(&stage, 0, || no_answer(HttpErrorKind::Connect));
    let answers = stage.post(7);
    assert!(answers.iter().all(|answer| matches!(answer.result, Err(SendError::NoAnswer(_)))));
}

#[test]
fn an_answer_in_between_starts_the_count_anew() {
    let stage = Stage::new();
    let seen = std::cell::Cell::new(0);
    stage.serve(move |_| {
        seen.set(seen.get() + 1);
        // Seven requests of eleven attempts each, one answer, one more request.
        if seen.get() == 78 { reply(201, &[], "") } else { Reply { after: Duration::ZERO, answer: None } }
    });
    let broken = stage.with_api(async |api| {
        for _ in 0..9 {
            api.post(&students(), bytes::Bytes::new()).await;
        }
        api.broken_off()
    });
    assert_eq!(broken, None);
}

#[test]
fn who_waits_when_it_is_broken_off_waits_no_longer() {
    let mut stage = Stage::new();
    stage.config.connection.backoff_factor = 1000.0;
    let tokens = std::cell::Cell::new(0);
    stage.host.http().serve(move |request| match request.url.path() {
        "/oauth/token" => {
            tokens.set(tokens.get() + 1);
            let status = if tokens.get() == 1 { 200 } else { 401 };
            reply(status, &[], r#"{"access_token":"t","expires_in":1800}"#)
        }
        // Its second repeat waits 15 s at least.
        "/data/v3/ed-fi/students" => reply(500, &[], ""),
        _ => Reply { after: Duration::from_secs(2), ..reply(401, &[], "") },
    });
    let names = [students(), crate::event::EndpointId::new("ed-fi", "schools")];
    let (one, other) = stage.with_api(async |api| {
        let one = api.post(&names[0], bytes::Bytes::new());
        let other = api.post(&names[1], bytes::Bytes::new());
        futures_util::future::join(one, other).await
    });
    assert!(matches!(one.result, Err(SendError::BrokenOff { attempts: 2 })), "{one:?}");
    assert!(matches!(other.result, Err(SendError::BrokenOff { attempts: 1 })), "{other:?}");
    assert_eq!(stage.elapsed(), Duration::from_secs(2));
}

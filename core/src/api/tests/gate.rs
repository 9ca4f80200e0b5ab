use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use super::support::*;
use crate::event::Event;
use crate::host::memory::{MemoryClock, Reply};
use crate::host::{Clock, Host};

/// A server that answers 429 with this `Retry-After` until so many seconds have passed.
fn slow_until(stage: &Stage, seconds: u64, retry_after: Option<&'static str>) {
    let clock: MemoryClock = stage.host.clock().clone();
    stage.serve(move |_| {
        if clock.monotonic() >= Duration::from_secs(seconds) {
            return reply(201, &[], "");
        }
        match retry_after {
            Some(text) => reply(429, &[("retry-after", text)], ""),
            None => reply(429, &[], ""),
        }
    });
}

#[test]
fn retry_after_in_seconds_is_kept_to() {
    let stage = Stage::new();
    slow_until(&stage, 7, Some("7"));
    let answers = stage.post(8);
    assert!(answers.iter().all(|answer| status(answer) == 201 && answer.repeats == 1));
    assert_eq!(stage.elapsed(), Duration::from_secs(7));
    assert_eq!(stage.log.closings(), [Duration::from_secs(7)], "a burst closes the gate once");
}

#[test]
fn retry_after_as_a_date_is_kept_to() {
    let stage = Stage::new();
    slow_until(&stage, 12, Some("Thu, 01 Jan 2026 00:00:12 GMT"));
    assert_eq!(status(&stage.post(1)[0]), 201);
    assert_eq!(stage.elapsed(), Duration::from_secs(12));
}

#[test]
fn an_absurd_retry_after_is_capped() {
    let stage = Stage::new();
    slow_until(&stage, 30, Some("60000"));
    assert_eq!(status(&stage.post(1)[0]), 201);
    assert_eq!(stage.elapsed(), Duration::from_secs(30));
}

#[test]
fn a_minute_without_retry_after_is_outlived() {
    let stage = Stage::new();
    slow_until(&stage, 60, None);
    let answers = stage.post(30);
    assert!(answers.iter().all(|answer| status(answer) == 201));
    assert!((60.0..91.0).contains(&stage.seconds()), "{}", stage.seconds());
    assert!(stage.posts().len() < 30 + 100, "{} requests", stage.posts().len());
}

#[test]
fn retry_after_zero_is_no_leave_to_hammer() {
    let stage = Stage::new();
    slow_until(&stage, 10, Some("0"));
    assert_eq!(status(&stage.post(1)[0]), 201);
    assert!(stage.posts().len() < 15);
}

#[test]
fn who_meets_it_twenty_times_fails_with_that_status() {
    for (statuses, code) in [(vec![429, 503], 503), (vec![], 429)] {
        let mut stage = Stage::new();
        stage.config.connection.retry_statuses = statuses;
        stage.serve(move |_| reply(code, &[("retry-after", "1")], ""));
        let answers = stage.post(1);
        assert_eq!((status(&answers[0]), answers[0].repeats), (code, 19));
        assert_eq!(stage.posts().len(), 20);
    }
}

#[test]
fn waiting_behind_it_spends_no_repeat() {
    let mut stage = Stage::new();
    stage.config.connection.num_retries = 1;
    let seen = Cell::new(0);
    stage.serve(move |_| {
        seen.set(seen.get() + 1);
        match seen.get() {
            1..=5 | 7..=10 => reply(503, &[], ""),
            6 => reply(500, &[], ""),
            _ => reply(200, &[], ""),
        }
    });
    let answers = stage.post(1);
    assert_eq!((status(&answers[0]), answers[0].repeats), (200, 10));
}

#[test]
fn nobody_passes_while_it_is_closed() {
    let stage = Stage::new();
    let clock = stage.host.clock().clone();
    let times = Rc::new(std::cell::RefCell::new(Vec::new()));
    let seen = Rc::clone(&times);
    stage.serve(move |_| {
        seen.borrow_mut().push(clock.monotonic().as_secs_f64());
        if seen.borrow().len() == 1 { reply(429, &[("retry-after", "20")], "") } else { reply(201, &[], "") }
    });
    stage.post(30);
    let early = times.borrow().iter().filter(|at| **at < 20.0).count();
    assert_eq!(early, 8, "only what was in flight when it closed");
    assert_eq!(times.borrow().len(), 31);
}

#[test]
fn nobody_slips_through_who_waited_for_room() {
    let stage = Stage::new();
    let seen = Cell::new(0);
    let clock = stage.host.clock().clone();
    stage.serve(move |_| {
        seen.set(seen.get() + 1);
        assert!(seen.get() <= 8 || clock.monotonic() >= Duration::from_secs(20), "request {}", seen.get());
        let answer = if seen.get() == 1 { reply(429, &[("retry-after", "20")], "") } else { reply(201, &[], "") };
        Reply { after: Duration::from_millis(seen.get()), ..answer }
    });
    // Without permits of the pool: 22 of them wait for room in flight when the gate closes.
    let answers = stage.with_api(async |api| {
        futures_util::future::join_all((0..30).map(async |_| api.post(&students(), bytes::Bytes::new()).await)).await
    });
    assert!(answers.iter().all(|answer| status(answer) == 201));
}

#[test]
fn the_number_in_flight_is_halved_and_recovers() {
    let stage = Stage::new();
    let seen = Cell::new(0);
    stage.serve(move |_| {
        seen.set(seen.get() + 1);
        let answer = if seen.get() <= 8 { reply(429, &[("retry-after", "1")], "") } else { reply(201, &[], "") };
        Reply { after: Duration::from_millis(10), ..answer }
    });
    stage.with_api(async |api| {
        let post = async |count: usize| {
            futures_util::future::join_all((0..count).map(async |_| {
                let _permit = api.pool().acquire().await;
                api.post(&students(), bytes::Bytes::new()).await
            }))
            .await;
        };
        assert_eq!(api.allowed(), 8);
        post(8).await;
        assert_eq!(api.allowed(), 4);
        post(40).await;
        assert_eq!(api.allowed(), 5);
        post(300).await;
        assert_eq!(api.allowed(), 8);
    });
    let allowed: Vec<usize> = stage
        .log
        .0
        .borrow()
        .iter()
        .filter_map(|event| match event {
            Event::InFlight { allowed, .. } => Some(*allowed),
            _ => None,
        })
        .collect();
    let mut steps = allowed.clone();
    steps.dedup();
    assert!(steps.ends_with(&[4, 5, 6, 7, 8]), "{steps:?}");
}

#[test]
fn that_nothing_is_in_flight_any_more_is_told_at_once() {
    let stage = Stage::new();
    let seen = Cell::new(0);
    stage.serve(move |_| {
        seen.set(seen.get() + 1);
        // Only the first takes so long that a number is told before the others are answered.
        let after = if seen.get() == 1 { Duration::from_mins(1) } else { Duration::from_millis(10) };
        Reply { after, ..reply(201, &[], "") }
    });
    stage.with_api(async |api| {
        for count in [1, 3] {
            futures_util::future::join_all((0..count).map(async |_| api.post(&students(), bytes::Bytes::new()).await))
                .await;
        }
    });
    let events = stage.log.0.borrow();
    let told = events.iter().filter_map(|event| match event {
        Event::InFlight { now, .. } => Some(*now),
        _ => None,
    });
    let told: Vec<usize> = told.collect();
    assert!(told.first().is_some_and(|first| *first > 0) && told.last() == Some(&0), "{told:?}");
}

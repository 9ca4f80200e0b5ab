//! Tests of the connection, and endpoints before any command, against the simulated API.
#![allow(clippy::unwrap_used, reason = "a whole file of tests")]

mod support;

use lightbeam_core::event::Event;
use lightbeam_core::host::memory::Reply;
use lightbeam_core::host::{Files as _, Host as _, HttpError, HttpErrorKind};
use lightbeam_core::invocation::Invocation;
use lightbeam_core::probe::{self, Check, Outcome, Step};
use lightbeam_sim::{Forbidden, Operation, Settings, TokenService};

use self::support::Stage;

fn checked(stage: &Stage) -> Vec<Check> {
    let checks = stage.host.block_on(probe::check(&Invocation::default(), &stage.host, &|_: &Event| {})).unwrap();
    assert_eq!(checks.iter().map(|check| check.step).collect::<Vec<_>>(), Step::ALL, "every step, in order");
    for check in &checks {
        let text = format!("{check:?}");
        assert!(!text.contains("populatedSecret"), "{text}");
        assert_eq!(check.seen.is_empty(), check.outcome == Outcome::Untried, "{text}");
        assert!(check.outcome != Outcome::Bad || check.fix.is_some(), "{text}");
    }
    checks
}

fn outcomes(checks: &[Check]) -> Vec<Outcome> {
    checks.iter().map(|check| check.outcome).collect()
}

/// The steps before are good, this one is bad, those after it are untried.
fn fails_at(checks: &[Check], step: Step) -> &Check {
    use Outcome::{Bad, Good, Untried};
    let at = Step::ALL.iter().position(|one| *one == step).unwrap();
    let expected: Vec<_> = (0..6)
        .map(|index| match index.cmp(&at) {
            std::cmp::Ordering::Less => Good,
            std::cmp::Ordering::Equal => Bad,
            std::cmp::Ordering::Greater => Untried,
        })
        .collect();
    assert_eq!(outcomes(checks), expected, "{checks:?}");
    &checks[at]
}

#[test]
fn all_is_well() {
    let stage = Stage::new(Settings::default());
    let checks = checked(&stage);
    assert_eq!(outcomes(&checks), [Outcome::Good; 6], "{checks:?}");
    assert!(checks[1].seen.contains("data root http://127.0.0.1:1/"), "{checks:?}");
    assert!(checks[2].seen.ends_with(" endpoints"), "{checks:?}");
    assert_eq!(checks[5].seen, "there are 0 records of ed-fi/schools");
    assert_eq!(stage.requests(), ["GET /data/v3/ed-fi/schools?limit=0&totalCount=true"]);
}

#[test]
fn a_configuration_that_cannot_be_read() {
    let stage = Stage::new(Settings::default());
    stage.host.files().put("lightbeam.yaml", "edfi_api: [");
    fails_at(&checked(&stage), Step::Configuration);
}

#[test]
fn an_api_that_does_not_answer() {
    let stage = Stage::new(Settings::default());
    stage.intercept(|_| {
        let mut error = HttpError::new(HttpErrorKind::Denied, "the page may not read it");
        error.hint = Some("ask the operator".to_owned());
        Some(Reply::now(Err(error)))
    });
    let checks = checked(&stage);
    let check = fails_at(&checks, Step::Discovery);
    assert!(check.seen.contains("the page may not read it"), "{check:?}");
    assert!(check.fix.as_ref().unwrap().starts_with("ask the operator"), "{check:?}");
}

#[test]
fn credentials_that_are_missing_or_wrong() {
    let stage = Stage::new(Settings::default());
    stage.host.files().put("lightbeam.yaml", "edfi_api:\n  base_url: http://127.0.0.1:1\n  client_id: populated\n");
    let checks = checked(&stage);
    assert!(fails_at(&checks, Step::Token).seen.contains("client_secret is missing"), "{checks:?}");
    assert!(!stage.api.borrow().log().any(|entry| entry.path.contains("token")), "no token is asked for without them");

    let stage = Stage::new(Settings { client_secret: "another".to_owned(), ..Settings::default() });
    assert!(fails_at(&checked(&stage), Step::Token).seen.contains("refused to give a token"));
}

#[test]
fn records_that_may_not_be_read() {
    let forbidden = |path: &str| Forbidden { path: path.to_owned(), operations: vec![Operation::Read] };
    let stage = Stage::new(Settings { forbidden: vec![forbidden("/ed-fi/schools")], ..Settings::default() });
    let checks = checked(&stage);
    assert_eq!(checks[4].outcome, Outcome::Fair);
    assert_eq!(checks[4].seen, "ed-fi/students may be read; ed-fi/schools may not (403)");
    assert_eq!(checks[5].outcome, Outcome::Good);

    let all = ["schools", "students", "localEducationAgencies"].map(|name| forbidden(&format!("/ed-fi/{name}")));
    let stage = Stage::new(Settings { forbidden: all.to_vec(), ..Settings::default() });
    let checks = checked(&stage);
    let check = fails_at(&checks, Step::Records);
    assert!(check.seen.starts_with("these credentials may not read ed-fi/schools, ed-fi/students"), "{check:?}");
    assert!(check.fix.as_ref().unwrap().contains("claim set"));
}

#[test]
fn a_total_count_that_cannot_be_read() {
    let stage = Stage::new(Settings::default());
    let api = stage.api.clone();
    let clock = lightbeam_core::host::Host::clock(&stage.host).clone();
    stage.intercept(move |request| {
        let now = support::milliseconds(lightbeam_core::host::Clock::now(&clock));
        let mut reply = support::reply(&mut api.borrow_mut(), request, now);
        if let Some(Ok(response)) = &mut reply.answer {
            response.headers.remove("total-count");
        }
        Some(reply)
    });
    let checks = checked(&stage);
    assert_eq!(outcomes(&checks)[4..], [Outcome::Good, Outcome::Fair], "{checks:?}");
}

#[test]
fn endpoints_need_no_token_and_the_cache_spares_the_documents() {
    let stage = Stage::new(Settings { token_service: TokenService::Dead, ..Settings::default() });
    let known = || {
        stage.api.borrow_mut().clear_log();
        stage.host.block_on(probe::endpoints(&Invocation::default(), &stage.host, &|_: &Event| {})).unwrap().unwrap()
    };
    let endpoints = known();
    let position = |name: &str| endpoints.iter().position(|id| &*id.name == name).unwrap();
    assert!(position("schools") < position("students") || position("students") < position("studentSchoolAssociations"));
    assert!(position("schools") < position("studentSchoolAssociations"), "dependency order");
    assert_eq!(known(), endpoints);
    let asked: Vec<String> = stage.api.borrow().log().map(|entry| entry.path.clone()).collect();
    assert_eq!(asked.len(), 2, "discovery and the dependency list alone: {asked:?}");
}

#[test]
fn endpoints_that_cannot_be_had() {
    let stage = Stage::new(Settings::default());
    stage.host.files().put("lightbeam.yaml", "edfi_api:\n  base_url: nowhere\n");
    let error = stage.host.block_on(probe::endpoints(&Invocation::default(), &stage.host, &|_: &Event| {})).unwrap();
    assert!(error.unwrap_err().text.contains("base_url"));
    assert_eq!(stage.host.block_on(stage.host.files().list("")).unwrap().unwrap().len(), 1, "nothing was written");
}

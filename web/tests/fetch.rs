//! The promises of the `Http` trait in a browser, and what a page finds out about servers that do not want pages.
//!
//! They need the servers that the harness's `check-server` starts, whose address is known when this is built.
#![cfg(target_arch = "wasm32")]
#![allow(clippy::unwrap_used, reason = "a whole file of tests")]

use std::time::Duration;

use http::HeaderValue;
use http::header::{AUTHORIZATION, COOKIE};
use lightbeam_core::host::{Clock, HostKind, Http, HttpError, HttpErrorKind, Method, Request, Response, conformance};
use lightbeam_core::invocation::Command;
use lightbeam_web::advice::{Aspect, Known};
use lightbeam_web::host::{BrowserClock, Fetch};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_dedicated_worker);

fn server() -> &'static str {
    // Checked and linted without it, and run with it.
    match option_env!("LIGHTBEAM_CHECK_SERVER") {
        Some(servers) => servers,
        None => panic!("the tests are built and run below check-server"),
    }
}

fn get(base: &str, path: &str) -> Request {
    Request::new(Method::GET, format!("{base}{path}").parse().unwrap())
}

fn signed(base: &str, path: &str) -> Request {
    let mut request = get(base, path);
    request.headers.insert(AUTHORIZATION, HeaderValue::from_static("Bearer t"));
    request
}

async fn text(base: &str, path: &str) -> String {
    String::from_utf8(Fetch::new(None).send(&get(base, path)).await.unwrap().body.to_vec()).unwrap()
}

/// The servers that want no pages, and plain requests of pages alone.
async fn others() -> (String, String) {
    let text = text(server(), "/others").await;
    let (closed, plain) = text.split_once('\n').unwrap();
    (closed.to_owned(), plain.to_owned())
}

fn kind(outcome: &Result<Response, HttpError>) -> Option<HttpErrorKind> {
    outcome.as_ref().err().map(|error| error.kind)
}

#[wasm_bindgen_test]
async fn promises() {
    let http = Fetch::new(None);
    conformance::check_http(&http, &server().parse().unwrap(), HostKind::Page).await.unwrap();
    for aspect in [Aspect::Readable, Aspect::Signed, Aspect::Headers] {
        assert_eq!(http.known(aspect), Known::Works, "{aspect:?}");
    }
}

#[wasm_bindgen_test]
async fn any_header_that_is_not_readable_anyway_shows_that_headers_are_exposed() {
    let http = Fetch::new(None);
    // None of the headers that the engine reads are among those of this answer.
    let answer = http.send(&get(server(), "/big?n=1")).await.unwrap();
    assert!(answer.headers.is_empty(), "{:?}", answer.headers);
    assert_eq!(http.known(Aspect::Headers), Known::Works);
}

#[wasm_bindgen_test]
async fn a_connection_that_breaks_costs_no_further_request() {
    let http = Fetch::new(None);
    http.send(&get(server(), "/echo?flaky")).await.unwrap();
    text(server(), "/received").await;
    for _ in 0..3 {
        let outcome = http.send(&get(server(), "/close?flaky")).await;
        assert_eq!(kind(&outcome), Some(HttpErrorKind::Interrupted), "{outcome:?}");
    }
    let received = text(server(), "/received").await;
    assert_eq!(received, ["GET /close?flaky"; 3].join("\n"));
}

#[wasm_bindgen_test]
async fn one_failure_at_the_beginning_costs_no_further_request() {
    text(server(), "/received").await;
    let http = Fetch::new(None);
    let outcome = http.send(&get(server(), "/close?first")).await;
    assert_eq!(kind(&outcome), Some(HttpErrorKind::Connect), "{outcome:?}");
    http.send(&get(server(), "/echo?second")).await.unwrap();
    assert_eq!(text(server(), "/received").await, "GET /close?first\nGET /echo?second");
}

#[wasm_bindgen_test]
async fn a_server_that_wants_no_pages() {
    let (closed, _) = others().await;
    let http = Fetch::new(Some(Command::Send));
    let outcome = http.send(&get(&closed, "/echo")).await;
    assert_eq!(kind(&outcome), Some(HttpErrorKind::Connect), "{outcome:?}");
    for _ in 0..2 {
        let error = http.send(&get(&closed, "/echo")).await.unwrap_err();
        assert_eq!(error.kind, HttpErrorKind::Denied);
        assert!(error.detail.contains("does not allow pages of http://127.0.0.1:"), "{error:?}");
        assert!(error.hint.unwrap().ends_with("lightbeam.wasm send -c lightbeam.yaml"));
    }
    assert_eq!(http.known(Aspect::Readable), Known::Refused);
}

#[wasm_bindgen_test]
async fn a_server_that_wants_no_tokens_of_pages() {
    let (_, plain) = others().await;
    let http = Fetch::new(None);
    http.send(&get(&plain, "/echo")).await.unwrap();
    let outcome = http.send(&signed(&plain, "/echo")).await;
    assert_eq!(kind(&outcome), Some(HttpErrorKind::Interrupted), "{outcome:?}");
    // Failures within a second are one: the browser's clock is not ours to move.
    BrowserClock.sleep(Duration::from_millis(1010)).await;
    let error = http.send(&signed(&plain, "/echo")).await.unwrap_err();
    assert_eq!(error.kind, HttpErrorKind::Denied, "{error:?}");
    assert!(error.detail.contains("preflight"), "{error:?}");
    assert_eq!((http.known(Aspect::Readable), http.known(Aspect::Signed)), (Known::Works, Known::Refused));
    http.send(&get(&plain, "/echo")).await.unwrap();
    let received = text(&plain, "/received").await;
    assert_eq!(received.lines().filter(|line| !line.starts_with("OPTIONS")).count(), 3, "{received}");
}

#[wasm_bindgen_test]
async fn a_server_that_is_not_there() {
    let http = Fetch::new(None);
    for _ in 0..3 {
        let error = http.send(&get("http://127.0.0.1:27183", "/")).await.unwrap_err();
        assert_eq!(error.kind, HttpErrorKind::Connect, "{error:?}");
        assert!(error.hint.unwrap().contains("edfi_api.base_url"));
    }
}

#[wasm_bindgen_test]
async fn what_browsers_do_not_send() {
    let http = Fetch::new(None);
    let url = server().replace("http://", "http://me:pw@");
    let error = http.send(&get(&url, "/echo")).await.unwrap_err();
    assert_eq!(error.kind, HttpErrorKind::Invalid);
    assert!(!format!("{error:?}").contains("pw"), "{error:?}");

    let mut request = get(server(), "/echo");
    request.headers.insert(COOKIE, HeaderValue::from_static("a=b"));
    assert_eq!(http.send(&request).await.unwrap().status, 200);

    let mut request = get(server(), "/echo");
    request.headers.insert("x-echo", HeaderValue::from_bytes(b"\xff").unwrap());
    assert_eq!(kind(&http.send(&request).await), Some(HttpErrorKind::Invalid));

    let mut request = get(server(), "/echo");
    request.body = "a GET has none".into();
    assert_eq!(kind(&http.send(&request).await), Some(HttpErrorKind::Invalid));
}

use crate::api::tests::{Stage, reply};
use crate::api::{ConnectError, discover};
use crate::exit::Exit;
use crate::host::memory::Reply;
use crate::host::{Host, HttpError, HttpErrorKind, Request};

/// A stage whose configuration gives nothing but the base URL.
fn stage(base: &str) -> Stage {
    let mut stage = Stage::new();
    let api = &mut stage.config.edfi_api;
    base.clone_into(&mut api.base_url);
    (api.oauth_url, api.dependencies_url, api.open_api_metadata_url, api.data_url) = (None, None, None, None);
    stage
}

fn run(stage: &Stage, server: impl FnMut(&Request) -> Reply + 'static) -> Result<crate::api::Target, ConnectError> {
    stage.host.http().serve(server);
    stage.host.block_on(discover(&stage.host, &stage.config, &stage.log)).unwrap()
}

#[test]
fn nothing_is_asked_when_all_is_configured() {
    let stage = Stage::new();
    run(&stage, |_| reply(500, &[], "")).unwrap();
    assert!(stage.host.http().requests().is_empty());
}

#[test]
fn a_real_document_is_read() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/edfi/metadata/ods-5.3/version.json");
    let Ok(text) = std::fs::read_to_string(&path) else {
        println!("{} is not there: not checked", path.display());
        return;
    };
    let stage = stage("https://api.ed-fi.org/v5.3/api/");
    let target = run(&stage, move |_| reply(200, &[], &text)).unwrap();
    assert_eq!(target.data_url.expose(), "https://api.ed-fi.org/v5.3/api/data/v3");
    assert_eq!(target.version.as_deref(), Some("5.3"));
    let requests = stage.host.http().requests();
    assert_eq!(requests.len(), 1);
    assert!(!requests[0].headers.contains_key("authorization"));
}

#[test]
fn redirects_are_followed_within_the_host() {
    for (location, is_followed) in [
        ("/api/", true),
        ("https://h/api/", true),
        ("https://h:8443/api/", true),
        ("http://h/api/", false),
        ("https://other/api/", false),
        ("", false),
    ] {
        let stage = stage("https://h/api");
        let result = run(&stage, move |request| {
            if request.url.path() == "/api" {
                reply(302, &[("location", location)], "")
            } else {
                reply(200, &[], r#"{"version":"3.1.1"}"#)
            }
        });
        assert_eq!(result.is_ok(), is_followed, "{location}");
        assert_eq!(stage.host.http().requests().len(), if is_followed { 2 } else { 1 });
        if let Err(error) = result {
            assert_eq!(error.exit(), Exit::Unreachable);
            assert!(error.notice().hint.unwrap().contains("edfi_api.base_url"));
        }
    }
}

#[test]
fn redirects_in_a_circle_end() {
    let stage = stage("https://h/api");
    assert!(run(&stage, |_| reply(302, &[("location", "/api")], "")).is_err());
    assert_eq!(stage.host.http().requests().len(), 6);
}

#[test]
fn what_is_no_discovery_document_is_said_so() {
    for (status, body) in [(404, ""), (200, "<html>login</html>"), (200, "[]"), (200, r#"{"message":"x"}"#), (401, "")]
    {
        let stage = stage("https://h/api");
        let error = run(&stage, move |_| reply(status, &[], body)).unwrap_err();
        assert_eq!(error.exit(), Exit::Unreachable);
        assert!(error.to_string().starts_with("The API's root https://h/api answers"), "{error}");
        assert_eq!(stage.host.http().requests().len(), 1);
    }
}

#[test]
fn a_bad_moment_is_outlived_and_a_dead_server_is_told() {
    let stage1 = stage("https://h/api");
    let mut left = 3;
    let target = run(&stage1, move |_| {
        left -= 1;
        if left > 0 { reply(503, &[], "") } else { reply(200, &[], r#"{"version":"3.1.1"}"#) }
    });
    assert!(target.is_ok());

    let stage2 = stage("https://h/api");
    let refused = |_: &Request| Reply::now(Err(HttpError::new(HttpErrorKind::Connect, "connection refused")));
    let error = run(&stage2, refused).unwrap_err();
    assert_eq!(error.to_string(), "The API's root https://h/api does not answer: connection refused (11 attempts)");
}

#[test]
fn an_error_of_the_configuration_is_one() {
    for base in ["api.example.org", "https://me:secret@h/api", "https://h/api?x=secret", "https://h/{tenantIdentifier}"]
    {
        let stage = stage(base);
        let error = run(&stage, |_| reply(200, &[], "{}")).unwrap_err();
        assert_eq!(error.exit(), Exit::Usage);
        assert!(error.to_string().contains("base_url") && !error.to_string().contains("secret"), "{error}");
        assert!(stage.host.http().requests().is_empty());
    }
}

use super::*;
use crate::{Delivery, ExpiresIn, TokenService};

const FORM: &str = "application/x-www-form-urlencoded";
const GRANT: &str = "grant_type=client_credentials";
/// `populated:populatedSecret`.
const BASIC: &str = "Basic cG9wdWxhdGVkOnBvcHVsYXRlZFNlY3JldA==";

fn ask(client: &mut Client, authorization: &str, media_type: &str, body: &str) -> Got {
    let mut request = Request::post("/oauth/token");
    if !authorization.is_empty() {
        request = request.header("authorization", authorization);
    }
    if !media_type.is_empty() {
        request = request.header("content-type", media_type);
    }
    client.send(request, body)
}

#[test]
fn credentials_come_by_basic_or_in_the_body_but_not_both() {
    let in_body = format!("{GRANT}&client_id=populated&client_secret=populatedSecret");
    for settings in [legacy(), Settings::default()] {
        let mut client = Client::without_token(settings);
        for (authorization, body) in [(BASIC, GRANT), ("", in_body.as_str())] {
            let got = ask(&mut client, authorization, FORM, body);
            assert_eq!(got.status, 200);
            let token = got.json();
            assert_eq!((&token["token_type"], &token["expires_in"]), (&json!("bearer"), &json!(1800)));
            assert_eq!(token["access_token"].as_str().unwrap().len(), 32);
        }
        let got = ask(&mut client, BASIC, FORM, &in_body);
        assert_eq!((got.status, got.json()), (400, json!({ "error": "invalid_client" })));
        let got =
            ask(&mut client, BASIC, "application/json", r#"{"grant_type":"client_credentials","scope":"255901"}"#);
        assert_eq!(got.json()["scope"], "255901");
        assert_eq!(ask(&mut client, BASIC, FORM, "").status, 400);
    }
}

#[test]
fn failures_differ_by_generation() {
    let wrong = format!("{GRANT}&client_id=populated&client_secret=wrong");
    let mut old = Client::without_token(legacy());
    let got = ask(&mut old, "", FORM, &wrong);
    assert_eq!((got.status, got.json()), (400, json!({ "error": "invalid_client" })));
    let got = ask(&mut old, "", FORM, GRANT);
    assert_eq!((got.status, got.text()), (401, ""));

    let mut new = Client::without_token(Settings::default());
    for body in [wrong.as_str(), GRANT] {
        let got = ask(&mut new, "", FORM, body);
        assert_eq!((got.status, got.json()), (401, json!({ "error": "invalid_client" })));
    }
    assert_eq!(ask(&mut new, BASIC, "", GRANT).status, 415);
    assert_eq!(ask(&mut old, BASIC, "", GRANT).status, 200);
}

#[test]
fn tokens_are_limited_until_they_expire() {
    let mut client = Client::without_token(Settings {
        token_limit: Some(2),
        token_lifetime: 60,
        expires_in: ExpiresIn::EpochSecond,
        ..Settings::default()
    });
    let got = client.ask_token();
    assert_eq!(got.json()["expires_in"], NOW / 1000 + 60);
    assert_eq!(client.ask_token().status, 200);
    let got = client.ask_token();
    assert_eq!(
        (got.status, &got.json()["type"]),
        (429, &json!("urn:ed-fi:api:security:authentication:too-many-tokens"))
    );
    client.now += 60_000;
    assert_eq!(client.ask_token().status, 200);
    assert_eq!(client.state.tokens_given(), 3);
}

#[test]
fn the_token_endpoint_can_refuse_or_die() {
    let mut client = Client::without_token(Settings { token_service: TokenService::Refusing, ..Settings::default() });
    assert_eq!(client.ask_token().status, 401);
    client.state.change(|settings| settings.token_service = TokenService::Dead);
    assert_eq!(client.ask_token().answer.delivery, Delivery::Nothing { reset: false });
}

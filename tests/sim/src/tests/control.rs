use super::*;
use crate::LogBodies;

fn control(client: &mut Client, method: Method, path: &str, body: &str) -> Got {
    client.send(Request::builder().method(method).uri(format!("/_sim/{path}")), body)
}

#[test]
fn settings_are_changed_in_part() {
    let mut client = Client::new(Settings::default());
    let got = control(
        &mut client,
        Method::POST,
        "settings",
        r#"{"errors":"legacy","rate_limit":{"per_second":5,"retry_after":{"seconds":2}}}"#,
    );
    assert_eq!(got.status, 204, "{}", got.text());
    let told = control(&mut client, Method::GET, "settings", "").json();
    assert_eq!((&told["errors"], &told["page_limit"]), (&json!("legacy"), &json!(500)));
    let settings: Settings = serde_json::from_value(told).unwrap();
    assert_eq!(&settings, client.state.settings());
    control(&mut client, Method::POST, "settings", r#"{"rate_limit":null}"#);
    assert_eq!(client.state.settings().rate_limit, None);
    for wrong in [r#"{"eror":1}"#, "[]", r#"{"shape":9}"#, ""] {
        assert_eq!(control(&mut client, Method::POST, "settings", wrong).status, 400, "{wrong}");
    }
}

#[test]
fn the_log_tells_every_request_but_those_to_itself() {
    let mut client = Client::new(Settings { log_bodies: LogBodies::Full, ..Settings::default() });
    client.student("1");
    client.get("/ed-fi/students?limit=1");
    let log = control(&mut client, Method::GET, "log?from=2", "").json();
    assert_eq!(log.as_array().unwrap().len(), 2);
    assert_eq!((&log[0]["sequence"], &log[0]["status"]), (&json!(2), &json!(201)));
    assert_eq!(log[0]["body"], student("1").to_string());
    assert_eq!((&log[1]["path"], &log[1]["query"]), (&json!("/data/v3/ed-fi/students"), &json!("limit=1")));
    control(&mut client, Method::DELETE, "log", "");
    assert_eq!(control(&mut client, Method::GET, "log", "").text(), "[]");

    client.state.change(|settings| {
        settings.log_bodies = LogBodies::Hash;
        settings.log_limit = 2;
    });
    for _ in 0..3 {
        client.get("/ed-fi/students");
    }
    let log: Vec<_> = client.state.log().cloned().collect();
    assert_eq!((log.len(), log[1].sequence), (2, 6));
    let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    assert_eq!((log[1].sha256.as_deref(), log[1].body.as_deref()), (Some(empty), None));
}

#[test]
fn records_are_told_and_forgotten() {
    let mut client = Client::new(Settings::default());
    client.student("1");
    assert_eq!(
        control(&mut client, Method::GET, "records", "").json(),
        json!({ "/ed-fi/schoolYearTypes": 60, "/ed-fi/students": 1 })
    );
    let told = control(&mut client, Method::GET, "records/ed-fi/students", "").json();
    assert_eq!((&told[0]["key"], &told[0]["body"]), (&json!({ "studentUniqueId": "1" }), &student("1")));
    assert_eq!(control(&mut client, Method::GET, "records/ed-fi/pupils", "").status, 404);
    control(&mut client, Method::POST, "reset", "");
    assert_eq!(control(&mut client, Method::GET, "records", "").json(), json!({ "/ed-fi/schoolYearTypes": 60 }));
    assert_eq!(client.get("/ed-fi/students").status, 401);
    assert_eq!(control(&mut client, Method::GET, "nothing", "").status, 404);
}

#[test]
fn a_bare_api_says_201_to_everything() {
    let mut client = Client::new(Settings { bare: true, ..Settings::default() });
    let got = client.call(Method::POST, "/ed-fi/students", "not JSON", &[("origin", "http://localhost:8000")]);
    assert_eq!((got.status, got.header("access-control-allow-origin")), (201, "*"), "pages may read it, too");
    assert!(client.state.records("ed-fi", "students").unwrap().is_empty());
    assert_eq!(client.send(Request::get("/"), "").status, 200);
    assert_eq!(client.ask_token().status, 200);
}

//! A tiny Ed-Fi API for the engine's own tests: two resources, students and their associations with schools, where a
//! record's natural key is enough to check what the engine does with it.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Duration;

use bytes::Bytes;
use http::HeaderMap;
use serde_json::{Value, json};

use crate::host::memory::{MemoryHost, Reply};
use crate::host::{Host, Method, Request, Response};

/// What the API holds: `endpoint/key` and the body.
pub(super) type Store = Rc<RefCell<BTreeMap<String, Value>>>;

/// What the API says instead of its own answer.
pub(super) type Override = Box<dyn FnMut(&Request, &Value) -> Option<Reply>>;

pub(super) fn serve(host: &MemoryHost, mut other: Override) -> Store {
    let store = Store::default();
    let held = store.clone();
    host.http().serve(move |request| {
        let body: Value = serde_json::from_slice(&request.body).unwrap_or(Value::Null);
        if let Some(reply) = other(request, &body) {
            return reply;
        }
        let mut reply = Reply::now(Ok(answer(request, &body, &mut held.borrow_mut())));
        // Answers come in another order than requests go out.
        reply.after = Duration::from_millis(3 + request.body.iter().map(|byte| u64::from(*byte)).sum::<u64>() % 7);
        reply
    });
    store
}

pub(super) fn response(status: u16, body: &str) -> Response {
    Response { status, headers: HeaderMap::new(), body: Bytes::from(body.to_owned()), truncated: false }
}

fn answer(request: &Request, body: &Value, store: &mut BTreeMap<String, Value>) -> Response {
    let path = request.url.path();
    let parameter = |name: &str| json!({"name": name, "in": "query", "x-Ed-Fi-isIdentity": true});
    let operations = |schema: &str, names: &[&str]| {
        json!({"get": {"parameters": names.iter().map(|name| parameter(name)).collect::<Vec<_>>()},
            "post": {"parameters": [{"in": "body", "schema": {"$ref": format!("#/definitions/{schema}")}}]}})
    };
    let ok = |value: &Value| response(200, &value.to_string());
    match path {
        "/api" => ok(&json!({"version": "5.3", "urls": {"oauth": "http://localhost/oauth/token",
            "dependencies": "http://localhost/dependencies", "openApiMetadata": "http://localhost/metadata/",
            "dataManagementApi": "http://localhost/data/v3/"}})),
        "/oauth/token" => ok(&json!({"access_token": "token", "expires_in": 1800})),
        "/dependencies" => ok(&json!([
            {"resource": "/ed-fi/students", "order": 1, "operations": ["Create"]},
            {"resource": "/ed-fi/associations", "order": 2, "operations": ["Create", "Update"]},
            {"resource": "/ed-fi/students", "order": 3, "operations": ["Update"]}])),
        "/metadata/" => ok(&json!([{"name": "Resources", "endpointUri": "http://localhost/resources"},
            {"name": "Descriptors", "endpointUri": "http://localhost/descriptors"}])),
        "/resources" => ok(&json!({"paths": {
            "/ed-fi/students": operations("student", &["studentUniqueId"]),
            "/ed-fi/associations": operations("association", &["studentUniqueId"])},
            "definitions": {
                "student": {"properties": {"studentUniqueId": {"type": "string"}}},
                "association": {"properties": {"studentReference": {"$ref": "#/definitions/studentReference"}}},
                "studentReference": {"properties": {"studentUniqueId": {"type": "string"}}}}})),
        "/descriptors" => response(404, ""),
        "/data/v3/ed-fi/students" | "/data/v3/ed-fi/associations" => post(request, body, store),
        other => panic!("nobody should ask for {other}"),
    }
}

fn post(request: &Request, body: &Value, store: &mut BTreeMap<String, Value>) -> Response {
    assert_eq!(request.method, Method::POST);
    let endpoint = request.url.path().rsplit('/').next().unwrap();
    let id = match endpoint {
        "students" => &body["studentUniqueId"],
        _ => &body["studentReference"]["studentUniqueId"],
    };
    let Some(id) = id.as_str() else {
        return response(400, r#"{"message":"StudentUniqueId is required."}"#);
    };
    let parent = if endpoint == "students" { body["twin"].as_str() } else { Some(id) };
    if let Some(parent) = parent.filter(|parent| !store.contains_key(&format!("students/{parent}"))) {
        let _ = parent;
        return response(409, r#"{"message":"The value supplied for the related 'student' resource does not exist."}"#);
    }
    match store.insert(format!("{endpoint}/{id}"), body.clone()) {
        Some(_) => response(200, ""),
        None => response(201, ""),
    }
}

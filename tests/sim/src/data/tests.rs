//! Requests answered without sockets: what is accepted, refused and read back.

use std::path::{Path, PathBuf};

use bytes::Bytes;
use http::{HeaderMap, Method, Request, StatusCode};
use serde_json::{Value, json};

use super::write::{Checks, prepare};
use crate::builtin::{self, Style};
use crate::settings::{ErrorStyle, Forbidden, Operation, Shape};
use crate::{Documents, Settings, State, answer};

const NOW: u64 = 1_760_000_000_000;

/// An API of the built-in model, and a client with a token.
struct Client {
    state: State,
    token: String,
    prefix: &'static str,
}

struct Got {
    status: u16,
    headers: HeaderMap,
    body: Bytes,
}

impl Got {
    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }
}

impl Client {
    fn new(settings: Settings) -> Self {
        let style = if matches!(settings.shape, Shape::V3 | Shape::V5) {
            Style::Swagger2
        } else {
            Style::OpenApi3
        };
        let prefix = if settings.shape == Shape::V8 {
            "/data"
        } else {
            "/data/v3"
        };
        let state = State::new(
            settings,
            builtin::documents(style),
            "http://sim.test".to_owned(),
            NOW,
        )
        .unwrap();
        let mut client = Self {
            state,
            token: String::new(),
            prefix,
        };
        let request = Request::post("/oauth/token")
            .header("content-type", "application/json")
            .body(Bytes::from(
                json!({ "grant_type": "client_credentials", "client_id": "populated", "client_secret": "populatedSecret" })
                    .to_string(),
            ))
            .unwrap();
        let got = client.send(&request);
        assert_eq!(got.status, 200);
        client.token = got.json()["access_token"].as_str().unwrap().to_owned();
        client
    }

    fn send(&mut self, request: &Request<Bytes>) -> Got {
        let answered = answer(&mut self.state, request, NOW);
        let (head, body) = answered.response.into_parts();
        Got {
            status: head.status.as_u16(),
            headers: head.headers,
            body,
        }
    }

    fn call_with(
        &mut self,
        method: &Method,
        path: &str,
        body: &str,
        headers: &[(&str, &str)],
    ) -> Got {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.prefix))
            .header("authorization", format!("Bearer {}", self.token));
        if !body.is_empty() || method == Method::POST {
            request = request.header("content-type", "application/json");
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(&request.body(Bytes::from(body.to_owned())).unwrap())
    }

    fn get(&mut self, path: &str) -> Got {
        self.call_with(&Method::GET, path, "", &[])
    }

    fn post(&mut self, path: &str, body: &Value) -> Got {
        self.call_with(&Method::POST, path, &body.to_string(), &[])
    }

    /// Posts what must be new.
    fn create(&mut self, path: &str, body: &Value) -> Got {
        let got = self.post(path, body);
        assert_eq!(
            got.status,
            201,
            "{path}: {}",
            String::from_utf8_lossy(&got.body)
        );
        got
    }

    fn descriptor(&mut self, name: &str, code: &str) -> String {
        let namespace = builtin::descriptor_namespace(name);
        self.create(
            &format!("/ed-fi/{name}Descriptors"),
            &json!({ "namespace": namespace, "codeValue": code, "shortDescription": code }),
        );
        format!("{namespace}#{code}")
    }
}

fn shared(part: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../../shared/edfi")
        .join(part);
    if path.is_dir() {
        return Some(path);
    }
    eprintln!("skipped: {} is not there", path.display());
    None
}

#[test]
fn all_real_records_are_accepted_in_dependency_order() {
    let (Some(metadata), Some(samples)) = (shared("metadata/ds-5.0"), shared("samples")) else {
        return;
    };
    let documents = Documents::from_folder(&metadata).unwrap();
    let listed = documents.dependencies.clone();
    let mut state = State::new(Settings::default(), documents, String::new(), NOW).unwrap();
    let model = state.model.clone();
    let checks = Checks::new(&state.settings);
    let mut seen = std::collections::HashSet::new();
    let (mut accepted, mut refused) = (0, Vec::new());
    for entry in listed.as_array().unwrap() {
        let path = entry["resource"].as_str().unwrap();
        let (namespace, name) = path.trim_start_matches('/').split_once('/').unwrap();
        if !seen.insert(path) {
            continue;
        }
        for folder in ["descriptors-ds5.0.0", "grandbend-ds5.0.0"] {
            let Ok(text) =
                std::fs::read_to_string(samples.join(folder).join(format!("{name}.jsonl")))
            else {
                continue;
            };
            let endpoint = model.find(namespace, name).unwrap();
            for (i, line) in text.lines().enumerate() {
                match prepare(
                    &model,
                    &state.store,
                    endpoint,
                    line.as_bytes(),
                    None,
                    checks,
                ) {
                    Ok(ready) => {
                        assert!(
                            state.store.number(endpoint, &ready.key).is_none(),
                            "{name}:{} repeats a key",
                            i + 1
                        );
                        state.store.insert(endpoint, ready, NOW);
                        accepted += 1;
                    }
                    Err(refusal) => refused.push(format!("{name}.jsonl:{}: {refusal:?}", i + 1)),
                }
            }
        }
    }
    assert!(
        refused.is_empty(),
        "{} refused, such as {:#?}",
        refused.len(),
        &refused[..refused.len().min(5)]
    );
    assert_eq!(accepted, 19_449);
}

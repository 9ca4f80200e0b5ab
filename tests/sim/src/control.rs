//! Control of the simulation over HTTP, below `/_sim`: for tests in other processes and for people with curl.
//!
//! | request | does |
//! |---|---|
//! | `GET /_sim/settings` | the switches in force |
//! | `POST /_sim/settings` | changes the switches that the JSON object names (null takes an optional one back) |
//! | `GET /_sim/log` | the logged requests; `?from=N` from sequence N on |
//! | `DELETE /_sim/log` | empties the log |
//! | `GET /_sim/records` | how many records each endpoint holds |
//! | `GET /_sim/records/{namespace}/{endpoint}` | natural key, id and body of each |
//! | `GET /_sim/tokens` | how many tokens were given |
//! | `DELETE /_sim/tokens` | makes all tokens invalid |
//! | `POST /_sim/reset` | forgets records, tokens and log |

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode};
use serde_json::{Map, Value, json};

use crate::answer::JSON;
use crate::cors;
use crate::refusal::{json_response, response};
use crate::settings::{Cors, Settings};
use crate::state::{State, StoredRecord};

const PREFIX: &str = "/_sim/";

pub(crate) fn is_meant(path: &str) -> bool {
    path.starts_with(PREFIX)
}

pub(crate) fn answer(state: &mut State, request: &Request<Bytes>, now: u64) -> Response<Bytes> {
    let mut answer = cors::preflight(&Cors::Any, request.method(), request.headers())
        .unwrap_or_else(|| controlled(state, request, now));
    cors::allow(&Cors::Any, request.headers(), &mut answer);
    answer
}

fn controlled(state: &mut State, request: &Request<Bytes>, now: u64) -> Response<Bytes> {
    let path = request.uri().path().strip_prefix(PREFIX).unwrap_or_default();
    let segments: Vec<&str> = path.split('/').collect();
    let done = || response(StatusCode::NO_CONTENT, None, Bytes::new());
    match (request.method(), segments.as_slice()) {
        (&Method::GET, ["settings"]) => ok(&json!(state.settings())),
        (&Method::POST, ["settings"]) => match changed(state.settings(), request.body()) {
            Ok(settings) => {
                state.set(settings);
                done()
            }
            Err(error) => json_response(StatusCode::BAD_REQUEST, JSON, &json!({ "message": error.to_string() })),
        },
        (&Method::GET, ["log"]) => {
            let from = from(request.uri().query().unwrap_or_default());
            let entries: Vec<_> = state.log().filter(|entry| entry.sequence >= from).collect();
            ok(&json!(entries))
        }
        (&Method::DELETE, ["log"]) => {
            state.clear_log();
            done()
        }
        (&Method::GET, ["records"]) => {
            let counts: Map<String, Value> =
                state.counts().into_iter().map(|(path, count)| (path, count.into())).collect();
            ok(&Value::Object(counts))
        }
        (&Method::GET, ["records", namespace, name]) => match state.records(namespace, name) {
            Some(records) => ok(&Value::Array(records.iter().map(StoredRecord::to_json).collect())),
            None => json_response(StatusCode::NOT_FOUND, JSON, &json!({ "message": "no such endpoint" })),
        },
        (&Method::GET, ["tokens"]) => ok(&json!({ "given": state.tokens_given() })),
        (&Method::DELETE, ["tokens"]) => {
            state.revoke_tokens();
            done()
        }
        (&Method::POST, ["reset"]) => {
            state.reset(now);
            done()
        }
        _ => json_response(
            StatusCode::NOT_FOUND,
            JSON,
            &json!({ "message": "no such control; there are settings, log, records, tokens and reset" }),
        ),
    }
}

fn ok(value: &Value) -> Response<Bytes> {
    json_response(StatusCode::OK, JSON, value)
}

/// The settings with those of the body put over them.
fn changed(settings: &Settings, body: &[u8]) -> Result<Settings, serde_json::Error> {
    let changes: Map<String, Value> = serde_json::from_slice(body)?;
    let mut all = serde_json::to_value(settings)?;
    if let Some(all) = all.as_object_mut() {
        all.extend(changes);
    }
    serde_json::from_value(all)
}

fn from(query: &str) -> u64 {
    form_urlencoded::parse(query.as_bytes())
        .find(|(name, _)| name == "from")
        .and_then(|(_, value)| value.parse().ok())
        .unwrap_or(0)
}

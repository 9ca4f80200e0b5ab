//! Cross-origin answers.

use bytes::Bytes;
use http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_REQUEST_HEADERS, ACCESS_CONTROL_REQUEST_METHOD, ORIGIN, VARY,
};
use http::{HeaderMap, HeaderValue, Method, Response, StatusCode};

use crate::refusal::response;
use crate::settings::Cors;

/// The answer of a preflight; `None` when the request is none, or when the API knows nothing of origins.
pub(crate) fn preflight(cors: &Cors, method: &Method, headers: &HeaderMap) -> Option<Response<Bytes>> {
    let wanted = headers.get(ACCESS_CONTROL_REQUEST_METHOD)?;
    if method != Method::OPTIONS || !headers.contains_key(ORIGIN) || *cors == Cors::Off {
        return None;
    }
    let mut answer = response(StatusCode::NO_CONTENT, None, Bytes::new());
    if is_allowed(cors, headers) {
        answer.headers_mut().insert(ACCESS_CONTROL_ALLOW_METHODS, wanted.clone());
        if let Some(names) = headers.get(ACCESS_CONTROL_REQUEST_HEADERS) {
            answer.headers_mut().insert(ACCESS_CONTROL_ALLOW_HEADERS, names.clone());
        }
    }
    Some(answer)
}

/// Adds what lets a page of the request's origin read the answer.
pub(crate) fn allow(cors: &Cors, headers: &HeaderMap, answer: &mut Response<Bytes>) {
    if !headers.contains_key(ORIGIN) || !is_allowed(cors, headers) {
        return;
    }
    let added = answer.headers_mut();
    match cors {
        Cors::Any => {
            added.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
            added.insert(ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static("*"));
        }
        Cors::One(_) => {
            if let Some(origin) = headers.get(ORIGIN) {
                added.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
            }
            added.insert(VARY, HeaderValue::from_static("Origin"));
        }
        Cors::Off => {}
    }
}

fn is_allowed(cors: &Cors, headers: &HeaderMap) -> bool {
    match cors {
        Cors::Any => true,
        Cors::One(origin) => headers.get(ORIGIN).is_some_and(|given| given == origin),
        Cors::Off => false,
    }
}

//! The token endpoint and the tokens that it gave.

use std::collections::HashMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{HeaderMap, Method, Response, StatusCode, header};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::log::hexadecimal;
use crate::refusal::{MethodMisuse, Refusal, json_response, response};
use crate::settings::{ErrorStyle, ExpiresIn, Settings, Shape, TokenService};

/// The live tokens.
#[derive(Debug, Default)]
pub(crate) struct Tokens {
    /// The token to the millisecond in which it ends.
    live: HashMap<String, u64>,
    given: u64,
}

/// Who asks, and for what.
#[derive(Debug, Default, PartialEq, Eq)]
struct Asked {
    grant_type: Option<String>,
    client_id: Option<String>,
    client_secret: Option<String>,
    scope: Option<String>,
}

impl Tokens {
    pub(crate) fn revoke(&mut self) {
        self.live.clear();
    }

    pub(crate) fn is_live(&self, token: &str, now: u64) -> bool {
        self.live.get(token).is_some_and(|end| *end > now)
    }

    /// How many tokens were given since the start.
    pub(crate) const fn given(&self) -> u64 {
        self.given
    }

    /// The tokens that were given and not taken back.
    pub(crate) fn all(&self) -> impl Iterator<Item = &str> {
        self.live.keys().map(String::as_str)
    }

    /// Checks the `Authorization` header of a data request.
    pub(crate) fn authenticate(&self, headers: &HeaderMap, now: u64) -> Result<(), Refusal> {
        let refuse = |text| Err(Refusal::Unauthenticated(text));
        let Some(header) = headers.get(header::AUTHORIZATION) else {
            return refuse("Authorization header is missing.");
        };
        let header = header.to_str().unwrap_or_default();
        let (scheme, token) = header.split_once(' ').unwrap_or((header, ""));
        if !scheme.eq_ignore_ascii_case("bearer") {
            return refuse("Unknown Authorization header scheme.");
        }
        if token.trim().is_empty() {
            return refuse("Missing Authorization header bearer token value.");
        }
        if self.is_live(token.trim(), now) { Ok(()) } else { refuse("Invalid Authorization header.") }
    }

    /// Answers a request for a token.
    pub(crate) fn answer(
        &mut self,
        settings: &Settings,
        method: &Method,
        headers: &HeaderMap,
        body: &[u8],
        now: u64,
        correlation: &str,
    ) -> Response<Bytes> {
        let style = settings.error_style();
        if method != Method::POST {
            return Refusal::Method(MethodMisuse::Other(method.to_string())).answer(style, correlation);
        }
        let media_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let media_type =
            media_type.map(|value| value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase());
        let is_json = match media_type.as_deref() {
            Some("application/json") => true,
            Some("application/x-www-form-urlencoded") => false,
            None if settings.shape != Shape::V7 => body.trim_ascii_start().starts_with(b"{"),
            _ => return Refusal::MediaType.answer(style, correlation),
        };
        let Some(mut asked) = read(body, is_json) else {
            return failure(StatusCode::BAD_REQUEST, "invalid_request");
        };
        if let Some(header) = headers.get(header::AUTHORIZATION) {
            if asked.client_id.is_some() || asked.client_secret.is_some() {
                // Credentials belong in one place.
                return failure(StatusCode::BAD_REQUEST, "invalid_client");
            }
            if let Some((id, secret)) = basic(header) {
                asked.client_id = Some(id);
                asked.client_secret = Some(secret);
            }
        }
        if asked.grant_type.as_deref() != Some("client_credentials") {
            return failure(StatusCode::BAD_REQUEST, "unsupported_grant_type");
        }
        let is_old = matches!(settings.shape, Shape::V3 | Shape::V5);
        let (Some(id), Some(secret)) = (&asked.client_id, &asked.client_secret) else {
            return if is_old {
                response(StatusCode::UNAUTHORIZED, None, Bytes::new())
            } else {
                failure(StatusCode::UNAUTHORIZED, "invalid_client")
            };
        };
        let is_known = *id == settings.client_id && *secret == settings.client_secret;
        if !is_known || settings.token_service == TokenService::Refusing {
            let status = if is_old { StatusCode::BAD_REQUEST } else { StatusCode::UNAUTHORIZED };
            return failure(status, "invalid_client");
        }
        self.live.retain(|_, end| *end > now);
        if settings.token_limit.is_some_and(|limit| self.live.len() >= limit) {
            return Refusal::TooManyTokens.answer(ErrorStyle::Problem, correlation);
        }
        self.give(settings, asked.scope, now)
    }

    fn give(&mut self, settings: &Settings, scope: Option<String>, now: u64) -> Response<Bytes> {
        self.given += 1;
        let seed = format!("token {} at {now}", self.given);
        let token = hexadecimal(&Sha256::digest(seed.as_bytes()))[..32].to_owned();
        self.live.insert(token.clone(), now.saturating_add(settings.token_lifetime.saturating_mul(1000)));
        let expires_in = match settings.expires_in {
            ExpiresIn::Relative => settings.token_lifetime,
            ExpiresIn::EpochSecond => now / 1000 + settings.token_lifetime,
        };
        let mut body = json!({ "access_token": token, "expires_in": expires_in, "token_type": "bearer" });
        if let Some(scope) = scope {
            body["scope"] = scope.into();
        }
        let mut answer = json_response(StatusCode::OK, "application/json; charset=utf-8", &body);
        answer.headers_mut().insert(header::CACHE_CONTROL, http::HeaderValue::from_static("no-store"));
        answer
    }
}

fn failure(status: StatusCode, error: &str) -> Response<Bytes> {
    json_response(status, "application/json; charset=utf-8", &json!({ "error": error }))
}

fn read(body: &[u8], is_json: bool) -> Option<Asked> {
    let mut asked = Asked::default();
    let mut take = |name: &str, value: String| match name.to_ascii_lowercase().as_str() {
        "grant_type" => asked.grant_type = Some(value),
        "client_id" => asked.client_id = Some(value),
        "client_secret" => asked.client_secret = Some(value),
        "scope" => asked.scope = Some(value),
        _ => {}
    };
    if is_json {
        let body: Value = serde_json::from_slice(body).ok()?;
        for (name, value) in body.as_object()? {
            if !value.is_null() {
                take(name, value.as_str()?.to_owned());
            }
        }
    } else {
        for (name, value) in form_urlencoded::parse(body) {
            take(&name, value.into_owned());
        }
    }
    Some(asked)
}

fn basic(header: &http::HeaderValue) -> Option<(String, String)> {
    let (scheme, value) = header.to_str().ok()?.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let pair = String::from_utf8(STANDARD.decode(value.trim()).ok()?).ok()?;
    let (id, secret) = pair.split_once(':')?;
    Some((id.to_owned(), secret.to_owned()))
}

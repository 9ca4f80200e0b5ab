//! The answer to a request: a pure function of the API's state, the request and the time.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Method, Request, Response, StatusCode, header};
use sha2::{Digest, Sha256};

use crate::data::item::dashed;
use crate::data::serve;
use crate::log::hexadecimal;
use crate::metadata::Sent;
use crate::refusal::{MethodMisuse, Refusal, response};
use crate::route::{Metadata, Route};
use crate::rule::Action;
use crate::settings::TokenService;
use crate::state::State;
use crate::{control, cors, discovery};

/// An answer, and what reaches the client of it.
#[derive(Debug)]
pub struct Answer {
    /// The answer.
    pub response: Response<Bytes>,
    /// What reaches the client.
    pub delivery: Delivery,
    /// How long the client waits for it.
    pub delay: Duration,
}

/// What reaches the client of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivery {
    /// All of it.
    Whole,
    /// The head and half of the body; then the connection ends.
    Half {
        /// By a reset.
        reset: bool,
    },
    /// Nothing: the connection ends.
    Nothing {
        /// By a reset.
        reset: bool,
    },
    /// Nothing, and the connection stays open.
    Never,
    /// Nothing: the server is dead. Later requests find nobody who listens.
    Dead,
}

impl Answer {
    fn whole(response: Response<Bytes>) -> Self {
        Self { response, delivery: Delivery::Whole, delay: Duration::ZERO }
    }

    fn undelivered(delivery: Delivery) -> Self {
        Self { delivery, ..Self::whole(response(StatusCode::SERVICE_UNAVAILABLE, None, Bytes::new())) }
    }
}

/// Answers a request. `now` is in milliseconds since 1970.
///
/// Paths below `/_sim` control the simulation itself; everything else is the Ed-Fi API.
pub fn answer(state: &mut State, request: &Request<Bytes>, now: u64) -> Answer {
    if state.is_dead {
        return Answer::undelivered(Delivery::Dead);
    }
    let now = now.saturating_add(state.settings.clock_ahead_ms);
    if control::is_meant(request.uri().path()) {
        return Answer::whole(control::answer(state, request, now));
    }
    if state.settings.bare && request.method() == Method::POST && request.uri().path().contains("/data/") {
        let delay = Duration::from_millis(state.settings.latency_ms);
        let mut created = response(StatusCode::CREATED, None, Bytes::new());
        cors::allow(&state.settings.cors(), request.headers(), &mut created);
        return Answer { delay, ..Answer::whole(created) };
    }
    let mut entry = state.log.begin(request.method(), request.uri(), request.body(), now, state.settings.log_bodies);
    let mut answer = scripted(state, request, now, entry.sequence);
    answer.delay += Duration::from_millis(state.settings.latency_ms);
    if matches!(answer.delivery, Delivery::Whole | Delivery::Half { .. }) {
        entry.status = Some(answer.response.status().as_u16());
    }
    state.log.push(entry, state.settings.log_limit);
    answer
}

/// The answer as the first acting rule wants it.
fn scripted(state: &mut State, request: &Request<Bytes>, now: u64, sequence: u64) -> Answer {
    let usual = |state: &mut State| usual(state, request, now, sequence);
    match acting_rule(state, request) {
        None => usual(state),
        Some(Action::Answer { status, headers, body }) => {
            let mut answer = response(
                StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
                None,
                Bytes::from(body),
            );
            for (name, value) in headers {
                if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
                    answer.headers_mut().insert(name, value);
                }
            }
            cors::allow(&state.settings.cors(), request.headers(), &mut answer);
            Answer::whole(answer)
        }
        Some(Action::Drop { reset }) => Answer::undelivered(Delivery::Nothing { reset }),
        Some(Action::DropAfter { reset }) => Answer { delivery: Delivery::Nothing { reset }, ..usual(state) },
        Some(Action::HalfAnswer { reset }) => {
            let mut answer = usual(state);
            if answer.response.body().is_empty() {
                // There is no half of nothing: a body is promised and not sent.
                *answer.response.body_mut() = Bytes::from_static(b"{ }");
            }
            Answer { delivery: Delivery::Half { reset }, ..answer }
        }
        Some(Action::NeverAnswer) => Answer::undelivered(Delivery::Never),
        Some(Action::SlowAnswer { delay_ms }) => Answer { delay: Duration::from_millis(delay_ms), ..usual(state) },
        Some(Action::Kill) => {
            state.is_dead = true;
            Answer::undelivered(Delivery::Dead)
        }
        Some(Action::RevokeTokens) => {
            state.tokens.revoke();
            usual(state)
        }
    }
}

fn acting_rule(state: &mut State, request: &Request<Bytes>) -> Option<Action> {
    let place = request.uri().path_and_query().map_or("", |place| place.as_str());
    for (rule, matches) in state.settings.rules.iter().zip(&mut state.rule_matches) {
        if rule.matches(request.method(), place, request.body()) {
            *matches += 1;
            if rule.acts_on(*matches) {
                return Some(rule.action.clone());
            }
        }
    }
    None
}

fn usual(state: &mut State, request: &Request<Bytes>, now: u64, sequence: u64) -> Answer {
    let cors = state.settings.cors();
    if let Some(preflight) = cors::preflight(&cors, request.method(), request.headers()) {
        let mut answer = preflight;
        cors::allow(&cors, request.headers(), &mut answer);
        return Answer::whole(answer);
    }
    let correlation = correlation(state.started, sequence);
    let mut answer = match routed(state, request, now, &correlation) {
        Ok(answer) => answer,
        Err(delivery) => return Answer::undelivered(delivery),
    };
    cors::allow(&cors, request.headers(), &mut answer);
    Answer::whole(answer)
}

fn routed(
    state: &mut State,
    request: &Request<Bytes>,
    now: u64,
    correlation: &str,
) -> Result<Response<Bytes>, Delivery> {
    let settings = &state.settings;
    let refuse = |refusal: Refusal| refusal.answer(settings.error_style(), correlation);
    let is_too_large = settings.max_body.is_some_and(|most| request.body().len() > most);
    if is_too_large {
        return Ok(refuse(Refusal::BodyTooLarge));
    }
    let route = Route::of(request.uri().path(), settings);
    let is_get = request.method() == Method::GET;
    let wrong_method = || Refusal::Method(MethodMisuse::Other(request.method().to_string()));
    Ok(match route {
        Route::Unknown => refuse(Refusal::NoSuchData),
        Route::Token if settings.token_service == TokenService::Dead => {
            return Err(Delivery::Nothing { reset: false });
        }
        Route::Token => {
            state.tokens.answer(settings, request.method(), request.headers(), request.body(), now, correlation)
        }
        Route::Data(collection) => serve::answer(state, request, &collection, now, correlation),
        _ if !is_get => refuse(wrong_method()),
        Route::Discovery(filled) => {
            let root = state.root();
            let document = discovery::document(&root, settings, filled, now, state.has_tpdm());
            response(StatusCode::OK, Some(JSON), Bytes::from(document))
        }
        Route::Metadata(which) => {
            let root = state.root();
            let sent = state.library.get(which, &root, &state.settings);
            metadata(which, request, sent)
        }
        Route::TokenInfo => match state.tokens.authenticate(request.headers(), now) {
            Ok(()) => response(StatusCode::OK, Some(JSON), Bytes::from_static(b"{\"active\":true}")),
            Err(refusal) => refuse(refusal),
        },
        Route::ChangeVersions => match state.tokens.authenticate(request.headers(), now) {
            Ok(()) if settings.change_queries => {
                let body =
                    format!("{{\"oldestChangeVersion\":0,\"newestChangeVersion\":{}}}", state.store.change_version);
                response(StatusCode::OK, Some(JSON), Bytes::from(body))
            }
            Ok(()) => refuse(Refusal::NoSuchData),
            Err(refusal) => refuse(refusal),
        },
    })
}

pub(crate) const JSON: &str = "application/json; charset=utf-8";

fn metadata(which: Metadata, request: &Request<Bytes>, sent: Sent) -> Response<Bytes> {
    let has_tag = matches!(which, Metadata::Resources | Metadata::Descriptors);
    let known = request.headers().get(header::IF_NONE_MATCH);
    let is_known = has_tag && known.is_some_and(|tag| *tag == sent.etag);
    let mut answer = if is_known {
        response(StatusCode::NOT_MODIFIED, None, Bytes::new())
    } else {
        response(StatusCode::OK, Some(JSON), sent.body)
    };
    if has_tag && let Ok(tag) = HeaderValue::try_from(sent.etag) {
        answer.headers_mut().insert(header::ETAG, tag);
    }
    answer
}

/// The request's own id in problem details.
fn correlation(started: u64, sequence: u64) -> String {
    let text = hexadecimal(&Sha256::digest(format!("request {sequence} of {started}").as_bytes())[..16]);
    dashed(&text)
}

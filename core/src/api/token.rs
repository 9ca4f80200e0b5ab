use std::cell::{Cell, RefCell};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::HeaderValue;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

use super::exchange::{Call, Credentials, Exchange, Stopped};
use super::signal::Signal;
use super::stack::Anonymous;
use super::{Unreachable, redirect};
use crate::decimal;
use crate::host::{Clock, Http, Method, Request, Response};
use crate::secret::{Secret, Url};

/// Where the client id and secret stand in a token request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum CredentialsIn {
    /// In the `Authorization` header (HTTP Basic).
    #[default]
    Header,
    /// In the form, which spares a page the preflight; if that is refused, once in the header.
    Body,
}

/// A lifetime below this is not believed, nor one above [`LONGEST`].
const SHORTEST: Duration = Duration::from_mins(1);
const LONGEST: Duration = Duration::from_hours(24);
/// What is assumed where the server tells no lifetime: what the ODS/API is shipped with.
const UNTOLD: Duration = Duration::from_mins(30);
/// So long before its end a token is renewed, or at half of its life if that is later.
const AHEAD: Duration = Duration::from_mins(1);
/// After a renewal ahead of time that could not be had, the next one is tried so much later.
const TRY_AGAIN: Duration = Duration::from_secs(10);
/// A token answer is small; more than this is no token answer.
const MAX_BODY: usize = 1 << 20;
/// Unreserved characters of a form value stay.
const FORM: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A token that may be used now.
#[derive(Clone)]
pub(super) struct Token {
    /// The `Authorization` value, marked sensitive.
    pub(super) bearer: HeaderValue,
    /// Which token of this run it is, from 1.
    pub(super) serial: u64,
    renew_at: Duration,
    ends_at: Duration,
    /// Whether the API accepted it at least once.
    accepted: bool,
}

/// The one token of a run, shared by all requests; renewed ahead of its end and when it is refused, by one request
/// while the others wait.
pub(super) struct Tokens<'h, T, C> {
    anonymous: Anonymous<'h, T, C>,
    clock: &'h C,
    url: Url,
    id: Secret<String>,
    secret: Secret<String>,
    credentials_in: Cell<CredentialsIn>,
    current: RefCell<Option<Token>>,
    /// Once no token could be had, none is asked for again.
    failed: RefCell<Option<Unreachable>>,
    is_renewing: Cell<bool>,
    renewed: Signal,
}

/// Why a token request brought none.
enum Refusal {
    /// Asking again can help: no answer, a fault of the server, too many tokens.
    Passing(Unreachable),
    /// It cannot.
    Final(Unreachable),
}

/// Ends a renewal whichever way it ends, also when its request is dropped.
struct Renewing<'a>(&'a Cell<bool>, &'a Signal);

impl Drop for Renewing<'_> {
    fn drop(&mut self) {
        self.0.set(false);
        self.1.give();
    }
}

impl<'h, T: Http, C: Clock> Tokens<'h, T, C> {
    pub(super) fn new(
        anonymous: Anonymous<'h, T, C>,
        clock: &'h C,
        url: Url,
        (id, secret): (Secret<String>, Secret<String>),
        credentials_in: CredentialsIn,
    ) -> Self {
        Self {
            anonymous,
            clock,
            url,
            id,
            secret,
            credentials_in: Cell::new(credentials_in),
            current: RefCell::default(),
            failed: RefCell::default(),
            is_renewing: Cell::default(),
            renewed: Signal::default(),
        }
    }

    /// A token that is good now and is not the one that was `refused`.
    pub(super) async fn token(&self, refused: Option<u64>) -> Result<Token, Unreachable> {
        loop {
            if let Some(error) = &*self.failed.borrow() {
                return Err(error.clone());
            }
            if let Some(token) = self.good(refused) {
                return Ok(token);
            }
            if self.is_renewing.replace(true) {
                self.renewed.changed().await;
                continue;
            }
            let _renewing = Renewing(&self.is_renewing, &self.renewed);
            // Boxed, as it is rare and large, and each request in flight would have room for one.
            Box::pin(self.renew(refused)).await;
        }
    }

    fn good(&self, refused: Option<u64>) -> Option<Token> {
        let current = self.current.borrow();
        let token = current.as_ref()?;
        (Some(token.serial) != refused && self.clock.recent() < token.renew_at).then(|| token.clone())
    }

    /// Whether a 401 to the token `serial` is worth another token: it was accepted before, or it is the run's first,
    /// or there is a newer one already. A token that replaced a refused one and is itself refused is not.
    pub(super) fn may_renew(&self, serial: u64) -> bool {
        match &*self.current.borrow() {
            Some(token) if token.serial == serial => token.accepted || serial == 1,
            _ => true,
        }
    }

    /// The API accepted the token `serial`.
    pub(super) fn accepted(&self, serial: u64) {
        if let Some(token) = self.current.borrow_mut().as_mut().filter(|token| token.serial == serial) {
            token.accepted = true;
        }
    }

    /// Gets another token, or notes that none can be had.
    async fn renew(&self, refused: Option<u64>) {
        let asked_at = self.clock.monotonic();
        let answer = self.ask().await;
        let mut current = self.current.borrow_mut();
        match answer {
            Ok((bearer, life)) => {
                let life = life.clamp(SHORTEST, LONGEST);
                *current = Some(Token {
                    bearer,
                    serial: current.as_ref().map_or(1, |token| token.serial + 1),
                    renew_at: asked_at + life.saturating_sub(AHEAD).max(life / 2),
                    ends_at: asked_at + life,
                    accepted: false,
                });
            }
            Err(refusal) => {
                let now = self.clock.monotonic();
                let old = current.as_mut().filter(|old| Some(old.serial) != refused && now < old.ends_at);
                match (refusal, old) {
                    // The token server has a bad minute, and the old token is still good.
                    (Refusal::Passing(_), Some(old)) => old.renew_at = old.ends_at.min(now + TRY_AGAIN),
                    (Refusal::Passing(error) | Refusal::Final(error), _) => {
                        *self.failed.borrow_mut() = Some(error);
                    }
                }
            }
        }
    }

    async fn ask(&self) -> Result<(HeaderValue, Duration), Refusal> {
        let mut answer = self.post(self.credentials_in.get()).await?;
        if matches!(answer.status, 400 | 401) && self.credentials_in.get() == CredentialsIn::Body {
            self.credentials_in.set(CredentialsIn::Header);
            answer = self.post(CredentialsIn::Header).await?;
        }
        self.read(&answer)
    }

    async fn post(&self, credentials_in: CredentialsIn) -> Result<Response, Refusal> {
        let mut request = Request::new(Method::POST, self.url.clone());
        request.max_body = MAX_BODY;
        request.headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        request.headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"));
        let mut form = "grant_type=client_credentials".to_owned();
        match credentials_in {
            CredentialsIn::Header => {
                let pair = STANDARD.encode(format!("{}:{}", self.id.expose(), self.secret.expose()));
                let mut basic =
                    HeaderValue::from_str(&format!("Basic {pair}")).expect("base64 is made of header characters");
                basic.set_sensitive(true);
                request.headers.insert(AUTHORIZATION, basic);
            }
            CredentialsIn::Body => {
                for (key, value) in [("client_id", &self.id), ("client_secret", &self.secret)] {
                    form.extend(["&", key, "="]);
                    form.extend(utf8_percent_encode(value.expose(), FORM));
                }
            }
        }
        request.body = Bytes::from(form);
        let call = Call::new(None, Credentials::None);
        self.anonymous.exchange(&request, &call).await.map_err(|stopped| {
            let attempts = call.attempts.get();
            let (detail, hint) = match stopped {
                Stopped::NoAnswer(error) => (error.detail, error.hint),
                Stopped::BrokenOff => ("the run was broken off".to_owned(), None),
            };
            let message = format!("{} does not answer: {detail} ({attempts} attempts)", self.place());
            let hint = hint.unwrap_or_else(|| "check that the API is up and edfi_api.oauth_url is right".to_owned());
            Refusal::Passing(Unreachable { message, hint: Some(hint) })
        })
    }

    fn read(&self, answer: &Response) -> Result<(HeaderValue, Duration), Refusal> {
        let body: Option<Value> = serde_json::from_slice(&answer.body).ok();
        if !answer.is_success() {
            return Err(self.refusal(answer, body.as_ref()));
        }
        let token = body.as_ref().and_then(|body| body.get("access_token")).and_then(Value::as_str);
        let bearer = token.filter(|token| !token.is_empty()).and_then(|token| {
            let mut bearer = HeaderValue::from_str(&format!("Bearer {token}")).ok()?;
            bearer.set_sensitive(true);
            Some(bearer)
        });
        let Some(bearer) = bearer else {
            return Err(Refusal::Final(Unreachable {
                message: format!("{} answered {} without an access token", self.place(), answer.status),
                hint: Some("check edfi_api.oauth_url: it must be the API's token endpoint".to_owned()),
            }));
        };
        let told = body.as_ref().and_then(|body| body.get("expires_in")).and_then(seconds);
        Ok((bearer, told.map_or(UNTOLD, |told| life(told, self.clock.now().as_second()))))
    }

    fn refusal(&self, answer: &Response, body: Option<&Value>) -> Refusal {
        let status = answer.status;
        let words = self.words(body);
        let said = if words.is_empty() { String::new() } else { format!(": {words}") };
        let message = format!("{} refused to give a token ({status}{said})", self.place());
        let hint = match status {
            300..400 => redirect::hint(answer, &self.url, "edfi_api.oauth_url"),
            400 | 401 | 403 => {
                "check edfi_api.client_id and edfi_api.client_secret, and that they belong to this API (and year)"
                    .to_owned()
            }
            429 => "the client has too many live tokens: wait until one expires, or use another key".to_owned(),
            500.. => "the token server has a fault: try again later, or ask the API's operator".to_owned(),
            _ => "check edfi_api.oauth_url".to_owned(),
        };
        let error = Unreachable { message, hint: Some(hint) };
        if status == 429 || status >= 500 { Refusal::Passing(error) } else { Refusal::Final(error) }
    }

    /// The server's own words about a refusal, without the credentials should it repeat them.
    fn words(&self, body: Option<&Value>) -> String {
        let text = |key: &str| body.and_then(|body| body.get(key)).and_then(Value::as_str);
        let words: Vec<_> = ["error", "error_description", "detail", "message"].into_iter().filter_map(text).collect();
        let mut words = words.join(", ").split_whitespace().collect::<Vec<_>>().join(" ");
        for secret in [&self.secret, &self.id] {
            if !secret.expose().is_empty() {
                words = words.replace(secret.expose().as_str(), "…");
            }
        }
        words.chars().take(300).collect()
    }

    fn place(&self) -> String {
        format!("The token endpoint {}", self.url)
    }
}

impl<T, C> std::fmt::Debug for Tokens<'_, T, C> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tokens").field("url", &self.url).finish_non_exhaustive()
    }
}

/// `expires_in` as a number or a text.
fn seconds(value: &Value) -> Option<f64> {
    value.as_f64().or_else(|| decimal::parse(value.as_str()?.trim()))
}

/// The life of a token that ends in so many seconds, or, as some servers tell it, at that second since 1970.
fn life(told: f64, now: i64) -> Duration {
    let seconds = if told > 1e9 { told - now as f64 } else { told };
    Duration::from_secs_f64(seconds.clamp(0.0, LONGEST.as_secs_f64()))
}

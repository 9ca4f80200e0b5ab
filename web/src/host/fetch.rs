mod abort;
mod body;
mod exchange;
mod page;
mod suspicion;

use std::cell::RefCell;

use bytes::Bytes;
use gloo_net::http::Response as Answer;
use http::HeaderMap;
use http::header::AUTHORIZATION;
use lightbeam_core::host::{Clock, Http, HttpError, Method, Request, Response};
use lightbeam_core::invocation::Command;
use lightbeam_core::secret::Url;
use web_sys::{RequestMode, RequestRedirect, ResponseType};

use self::abort::Abort;
use super::BrowserClock;
use crate::advice::{Advisor, Aspect, Known, Obstacle, Origins, Way};

/// Exchanges over the browser's fetch: no cookies, no cache, no referrer, and no redirect followed with credentials.
///
/// Of a failure the browser tells nothing but that there was one. Why, is found out from what the same server answered
/// before; only of one that never answered are up to two more requests made, once.
#[derive(Debug, Default)]
pub struct Fetch {
    advisor: Advisor,
    origins: RefCell<Origins>,
}

impl Fetch {
    /// Exchanges for a command, if for one; hints name it.
    pub fn new(command: Option<Command>) -> Self {
        Self { advisor: Advisor { page_origin: page::origin(), command }, origins: RefCell::default() }
    }

    /// What the exchanges so far tell of the servers.
    pub fn known(&self, aspect: Aspect) -> Known {
        self.origins.borrow().known(aspect)
    }

    /// What is told about obstacles here.
    pub fn advisor(&self) -> &Advisor {
        &self.advisor
    }

    /// What can be said before anything is sent.
    fn forbidden(&self, url: &Url) -> Option<HttpError> {
        let obstacle = if authority(url).contains('@') {
            Obstacle::UserInUrl
        } else if page::is_https() && !url.is_https() && !url.is_loopback() {
            Obstacle::MixedContent
        } else {
            return None;
        };
        Some(self.advisor.error(obstacle))
    }

    /// Notes an answer that could be read.
    fn note(&self, request: &Request, way: Way, shows_headers: bool) {
        let is_plain_get = way == Way::Plain && request.method == Method::GET;
        let readable = is_plain_get.then(|| request.url.expose());
        let mut origins = self.origins.borrow_mut();
        origins.answered(&origin(&request.url), way, request.method.as_str(), readable.as_deref(), shows_headers);
    }

    /// Why there is no answer.
    async fn explain(&self, request: &Request, way: Way) -> HttpError {
        if !page::is_online() {
            return self.advisor.error(Obstacle::Offline);
        }
        let origin = origin(&request.url);
        let suspicion = self.origins.borrow_mut().failed(&origin, way, BrowserClock.monotonic());
        if let Some(suspicion) = suspicion {
            // Borrowed anew, as others go on while it is looked into.
            let readable = self.origins.borrow().readable(&origin);
            let verdict = suspicion::examine(suspicion, request, readable.as_deref()).await;
            if let Some(verdict) = verdict {
                self.origins.borrow_mut().judge(&origin, verdict);
            }
        }
        let origins = self.origins.borrow();
        let obstacle = origins.obstacle(&origin, way);
        let mut error = self.advisor.error(obstacle);
        let method = request.method.as_str();
        if obstacle == Obstacle::Broken && way == Way::Asking && origins.is_method_doubtful(&origin, method) {
            error.hint = Some(self.advisor.refused_method(method));
        } else if obstacle == Obstacle::Unreachable && is_token_request(request, way) {
            error.hint = Some(self.advisor.unreachable("edfi_api.oauth_url"));
        }
        error
    }

    /// A redirect, of which the browser shows neither status nor target. A GET without credentials may be asked again,
    /// following this time, to see where that leads.
    async fn redirected(&self, request: &Request) -> Result<Response, HttpError> {
        let denied = || self.advisor.error(Obstacle::Redirect);
        if request.method != Method::GET || request.headers.contains_key(AUTHORIZATION) {
            return Err(denied());
        }
        let abort = Abort::new().ok_or_else(denied)?;
        let again = exchange::build(request, RequestMode::Cors, RequestRedirect::Follow, &abort);
        let answer = again.map_err(|()| denied())?.send().await.map_err(|_| denied())?;
        if !answer.redirected() {
            let mut error = self.advisor.error(Obstacle::Broken);
            "the server answered with a redirect, and then without one".clone_into(&mut error.detail);
            return Err(error);
        }
        // Nothing of the body is wanted: dropping the guard ends it.
        let location = http::HeaderValue::from_str(&answer.url()).map_err(|_| denied())?;
        let mut headers = HeaderMap::new();
        headers.insert(http::header::LOCATION, location);
        Ok(Response { status: 302, headers, body: Bytes::new(), truncated: false })
    }

    async fn read(
        &self,
        request: &Request,
        way: Way,
        answer: &Answer,
        mut abort: Abort,
    ) -> Result<Response, HttpError> {
        let (headers, shows_more) = exchange::headers(answer);
        self.note(request, way, shows_more);
        let broken = |_| self.advisor.error(Obstacle::Broken);
        let (body, truncated) = body::read(answer, request.max_body).await.map_err(broken)?;
        if !truncated {
            abort.ended();
        }
        Ok(Response { status: answer.status(), headers, body, truncated })
    }
}

impl Http for Fetch {
    async fn send(&self, request: &Request) -> Result<Response, HttpError> {
        if let Some(error) = self.forbidden(&request.url) {
            return Err(error);
        }
        let bad = || self.advisor.error(Obstacle::BadRequest);
        let mut abort = Abort::new().ok_or_else(bad)?;
        let exchange = exchange::build(request, RequestMode::Cors, RequestRedirect::Manual, &abort);
        let way = exchange::way(request);
        let Ok(answer) = exchange.map_err(|()| bad())?.send().await else {
            abort.ended();
            return Err(self.explain(request, way).await);
        };
        if answer.type_() == ResponseType::Opaqueredirect {
            abort.ended();
            return self.redirected(request).await;
        }
        self.read(request, way, &answer, abort).await
    }
}

/// Whether a request is for a token: a page puts the credentials into the body, so that nothing needs a preflight.
fn is_token_request(request: &Request, way: Way) -> bool {
    way == Way::Plain && request.method == Method::POST
}

/// Scheme, host and port.
fn origin(url: &Url) -> String {
    format!("{}://{}", url.scheme(), url.authority())
}

/// What stands between the slashes and the path, as it is written.
fn authority(url: &Url) -> String {
    let text = url.expose();
    let rest = text.split_once("://").map_or(&*text, |(_, rest)| rest);
    rest.split(['/', '?', '#']).next().unwrap_or_default().to_owned()
}

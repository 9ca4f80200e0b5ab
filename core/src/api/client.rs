use std::cell::{Cell, RefCell};
use std::rc::Rc;

use bytes::Bytes;
use http::HeaderValue;
use http::header::{ACCEPT, CONTENT_TYPE, IF_NONE_MATCH};

use super::exchange::{Call, Credentials, Exchange, Stopped};
use super::gate::Gate;
use super::outage::{BrokenOff, Outage};
use super::pool::Pool;
use super::stack::{Anonymous, Parts, Signed};
use super::target::Target;
use super::token::{CredentialsIn, Tokens};
use super::{Unreachable, redirect, urls};
use crate::config::Config;
use crate::event::{EndpointId, Event, Listener};
use crate::host::{Host, HttpErrorKind, MAX_BODY, Method, Request, Response};
use crate::notice::Notice;
use crate::secret::Url;

/// The largest error body that is kept, and the largest body of an answer to a write, in bytes: 1 MiB.
const MAX_ERROR_BODY: usize = 1 << 20;

/// What differs between front ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FrontEnd {
    /// Where a token request carries the credentials.
    pub credentials_in: CredentialsIn,
    /// `connection.pool_size` where the user set nothing.
    pub pool_size: usize,
}

impl FrontEnd {
    /// A process: credentials in the header, 8 in flight.
    pub const PROCESS: Self = Self { credentials_in: CredentialsIn::Header, pool_size: 8 };
    /// A page: credentials in the body, which needs no preflight, and the 6 connections a browser opens to a host.
    pub const PAGE: Self = Self { credentials_in: CredentialsIn::Body, pool_size: 6 };
}

/// The API of a run: sends requests, with token, repeats, gate and deadline.
pub struct Api<'h, H: Host> {
    target: Target,
    listener: &'h dyn Listener,
    stack: Signed<'h, H::Http, H::Clock>,
    tokens: Rc<Tokens<'h, H::Http, H::Clock>>,
    documents: Anonymous<'h, H::Http, H::Clock>,
    outage: Rc<Outage>,
    gate: Rc<Gate>,
    pool: Pool,
    told_redirect: Cell<bool>,
    posted_last: RefCell<Option<(EndpointId, Url)>>,
    pub(super) clock: &'h H::Clock,
}

/// What became of a request.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The last answer, whatever its status; a redirect is one too, and is not followed.
    pub result: Result<Response, SendError>,
    /// How many times the exchange was repeated, for whatever reason.
    pub repeats: u32,
    /// How many attempts may have been carried out without the API saying so: they ended without an answer, or with 500
    /// and above.
    pub doubtful: u32,
}

/// A request ended without an answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// The last attempt had no answer.
    #[error(transparent)]
    NoAnswer(#[from] NoAnswer),
    /// The run was broken off while it waited ([`Api::broken_off`] says why).
    #[error("the run was broken off")]
    BrokenOff {
        /// Attempts made before that; 0: it was not tried, and is left for the next run.
        attempts: u32,
    },
}

/// No answer was had, as often as it was tried. `Display` is one plain sentence.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("No answer after {attempts} {}: {detail}", if *attempts == 1 { "attempt" } else { "attempts" })]
pub struct NoAnswer {
    /// What the last attempt came to.
    pub kind: HttpErrorKind,
    /// One plain sentence about it.
    pub detail: String,
    /// What the user can do about it.
    pub hint: Option<String>,
    /// How often it was tried.
    pub attempts: u32,
}

impl<'h, H: Host> Api<'h, H> {
    /// The API at `target`. Nothing is sent yet.
    pub fn new(host: &'h H, config: &Config, target: Target, listener: &'h dyn Listener, front_end: FrontEnd) -> Self {
        let connection = &config.connection;
        let pool_size = connection.pool_size.unwrap_or(front_end.pool_size).max(1);
        let parts = Parts::new(host.http(), host.clock(), listener, connection, host.seed());
        let credentials = (config.edfi_api.client_id.clone(), config.edfi_api.client_secret.clone());
        let url = target.oauth_url.clone();
        let tokens = Tokens::new(parts.anonymous(), host.clock(), url, credentials, front_end.credentials_in);
        let tokens = Rc::new(tokens);
        let outage = Rc::new(Outage::new(pool_size, connection.timeout));
        let gate = Rc::new(Gate::new(pool_size));
        Self {
            target,
            listener,
            stack: parts.signed(Rc::clone(&tokens), Rc::clone(&gate), &outage),
            tokens,
            documents: parts.anonymous(),
            outage,
            gate,
            pool: Pool::new(pool_size),
            told_redirect: Cell::new(false),
            posted_last: RefCell::default(),
            clock: host.clock(),
        }
    }

    /// Where it is.
    pub fn target(&self) -> &Target {
        &self.target
    }

    /// Permits for requests, `pool_size` of them. Whoever reads records takes one before reading on, and holds it until
    /// the request has ended, so that nothing is read ahead of what can be sent.
    pub fn pool(&self) -> &Pool {
        &self.pool
    }

    /// Requests that may be in flight at the moment: `pool_size`, or fewer after the server asked for slowness.
    pub fn allowed(&self) -> usize {
        self.gate.allowed()
    }

    /// Why the run was broken off, if it was; nothing further is sent then.
    pub fn broken_off(&self) -> Option<BrokenOff> {
        self.outage.reason()
    }

    /// Makes sure that there is a token, so that wrong credentials show before any record is touched.
    pub async fn sign_in(&self) -> Result<(), Unreachable> {
        self.tokens.token(None).await.map(|_| ())
    }

    /// Posts a record.
    pub async fn post(&self, endpoint: &EndpointId, body: Bytes) -> Answer {
        let mut request = Request::new(Method::POST, self.posting_url(endpoint));
        request.max_body = MAX_ERROR_BODY;
        request.headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        request.body = body;
        self.send(Some(endpoint), request).await
    }

    /// The endpoint's URL, made once for the many records that follow each other.
    fn posting_url(&self, endpoint: &EndpointId) -> Url {
        let mut last = self.posted_last.borrow_mut();
        match &*last {
            Some((id, url)) if id == endpoint => url.clone(),
            _ => {
                let url = self.target.endpoint_url(endpoint);
                *last = Some((endpoint.clone(), url.clone()));
                url
            }
        }
    }

    /// Gets `url`, signed; it must belong to the data server.
    pub async fn get(&self, endpoint: Option<&EndpointId>, url: Url) -> Answer {
        self.send(endpoint, Request::new(Method::GET, url)).await
    }

    /// Deletes what is at `url`, signed; it must belong to the data server.
    pub async fn delete(&self, endpoint: &EndpointId, url: Url) -> Answer {
        let mut request = Request::new(Method::DELETE, url);
        request.max_body = MAX_ERROR_BODY;
        self.send(Some(endpoint), request).await
    }

    /// Tells the user something.
    pub(super) fn tell(&self, notice: Notice) {
        self.listener.hear(&Event::Notice(notice));
    }

    /// Gets a document: without a token, and with it where that is refused and the document is the data server's own.
    pub(super) async fn document(&self, url: &Url, etag: Option<&str>) -> Answer {
        let mut request = Request::new(Method::GET, url.clone());
        request.headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        if let Some(etag) = etag.and_then(|etag| HeaderValue::from_str(etag).ok()) {
            request.headers.insert(IF_NONE_MATCH, etag);
        }
        let call = Call::new(None, Credentials::None);
        let answer = ended(self.documents.exchange(&request, &call).await, &call);
        let is_refused = matches!(&answer.result, Ok(response) if response.status == 401);
        let may_see_token =
            urls::is_same_host(url, &self.target.data_url) && !urls::is_lower(url, &self.target.data_url);
        if is_refused && may_see_token {
            let call = Call::new(None, Credentials::Token);
            return ended(self.stack.exchange(&request, &call).await, &call);
        }
        answer
    }

    async fn send(&self, endpoint: Option<&EndpointId>, mut request: Request) -> Answer {
        request.headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        let call = Call::new(endpoint, Credentials::Token);
        let answer = ended(self.stack.exchange(&request, &call).await, &call);
        if let Ok(response) = &answer.result
            && (300..400).contains(&response.status)
            && !self.told_redirect.replace(true)
        {
            self.tell(self.redirected(response, &request.url));
        }
        answer
    }

    /// A redirect usually means that the data root is not quite right: name the one that would be.
    fn redirected(&self, response: &Response, asked: &Url) -> Notice {
        let root = redirect::target(response, asked).and_then(|target| {
            let below = asked.path().strip_prefix(self.target.data_url.path().trim_end_matches('/'))?;
            let path = target.path().trim_end_matches('/').strip_suffix(below.trim_end_matches('/'))?;
            format!("{}://{}{path}", target.scheme(), target.authority()).parse::<Url>().ok()
        });
        let hint = match root {
            Some(root) => format!("redirects are not followed: set edfi_api.data_url to {root} if that is the API"),
            None => redirect::hint(response, asked, "edfi_api.data_url (or base_url)"),
        };
        Notice::warning(format!("The API answers {asked} with a redirect ({})", response.status)).with_hint(hint)
    }
}

impl<H: Host> std::fmt::Debug for Api<'_, H> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Api").field("target", &self.target).finish_non_exhaustive()
    }
}

/// What a request came to, with an error body cut to its bound.
fn ended(result: Result<Response, Stopped>, call: &Call<'_>) -> Answer {
    let attempts = call.attempts.get();
    let result = match result {
        Ok(response) => Ok(bounded(response)),
        Err(Stopped::BrokenOff) => Err(SendError::BrokenOff { attempts }),
        Err(Stopped::NoAnswer(error)) => {
            Err(NoAnswer { kind: error.kind, detail: error.detail, hint: error.hint, attempts }.into())
        }
    };
    Answer { result, repeats: call.repeats(), doubtful: call.doubtful.get() }
}

/// An error body longer than its bound is cut, in memory of its own size.
fn bounded(mut response: Response) -> Response {
    const { assert!(MAX_ERROR_BODY < MAX_BODY) };
    if !response.is_success() && response.body.len() > MAX_ERROR_BODY {
        response.body = Bytes::copy_from_slice(&response.body[..MAX_ERROR_BODY]);
        response.truncated = true;
    }
    response
}

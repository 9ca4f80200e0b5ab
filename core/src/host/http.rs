use std::fmt;

use bytes::Bytes;
/// The method of a request.
pub use http::Method;
use http::{HeaderMap, HeaderName, header};

use crate::secret::Url;

/// One exchange with a server.
pub trait Http {
    /// Sends `request`, which the caller may send again, and returns the whole answer.
    ///
    /// The implementer keeps: any status is an answer, never an error; no redirect is followed (a page, which cannot see
    /// them, answers one of a GET without `Authorization` with a 302 that tells where following leads, and denies any
    /// other with [`HttpErrorKind::Denied`]); the body is read up
    /// to `request.max_body` bytes, and [`Response::truncated`] tells when there was more; dropping the future
    /// aborts the exchange; several exchanges may be under way at once. There is no deadline here: the caller drops
    /// the future when it has waited enough.
    ///
    /// The caller guarantees: the URL is absolute, http or https, and the headers hold nothing that belongs to the
    /// transport (`Host`, `Content-Length`, `Connection`).
    async fn send(&self, request: &Request) -> Result<Response, HttpError>;
}

/// A request, body and all.
#[derive(Clone)]
pub struct Request {
    /// The method.
    pub method: Method,
    /// The absolute URL.
    pub url: Url,
    /// Headers; credentials among them are marked sensitive.
    pub headers: HeaderMap,
    /// The body; empty for none.
    pub body: Bytes,
    /// The largest number of bytes of the answer's body that is kept.
    pub max_body: usize,
}

/// The token of the page that follows, where the API pages by cursor.
pub static NEXT_PAGE_TOKEN: HeaderName = HeaderName::from_static("next-page-token");

/// How many records there are in all, where that was asked for.
pub static TOTAL_COUNT: HeaderName = HeaderName::from_static("total-count");

/// The headers of answers that mean something here. A host may leave out all others: to take any name as it comes means
/// to know all that there are, which are 12 kB of a page.
pub static READ_HEADERS: [HeaderName; 6] = [
    header::CONTENT_TYPE,
    header::ETAG,
    header::LOCATION,
    HeaderName::from_static("next-page-token"),
    header::RETRY_AFTER,
    HeaderName::from_static("total-count"),
];

/// The largest body that is kept of an answer, in bytes: 64 MiB.
pub const MAX_BODY: usize = 64 << 20;

impl Request {
    /// A request without headers and body.
    pub fn new(method: Method, url: Url) -> Self {
        Self { method, url, headers: HeaderMap::new(), body: Bytes::new(), max_body: MAX_BODY }
    }
}

impl fmt::Debug for Request {
    /// Tells the method and the redacted URL; a body may hold student data and is never shown.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("method", &self.method)
            .field("url", &self.url)
            .field("body_len", &self.body.len())
            .finish_non_exhaustive()
    }
}

/// An answer, whatever its status.
#[derive(Clone)]
pub struct Response {
    /// The status code.
    pub status: u16,
    /// Those of [`READ_HEADERS`] that the answer has and the host can see (in a browser: the exposed ones). Of a success of
    /// anything but GET a host may leave them out: status and body are all that it is asked for.
    pub headers: HeaderMap,
    /// The body, at most `max_body` bytes of it.
    pub body: Bytes,
    /// Whether the body was longer than `max_body`.
    pub truncated: bool,
}

impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response")
            .field("status", &self.status)
            .field("body_len", &self.body.len())
            .field("truncated", &self.truncated)
            .finish_non_exhaustive()
    }
}

impl Response {
    /// Whether the status is any 2xx.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// The text of a header, one of [`READ_HEADERS`], if it is there and readable.
    pub fn header(&self, name: &HeaderName) -> Option<&str> {
        debug_assert!(READ_HEADERS.contains(name), "a page would not have {name}");
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }
}

/// No answer was had.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{detail}")]
pub struct HttpError {
    /// What went wrong, and so whether a repeat can help.
    pub kind: HttpErrorKind,
    /// One plain sentence without secrets and without the URL.
    pub detail: String,
    /// What the user can do about it, such as the exact flag to add.
    pub hint: Option<String>,
}

impl HttpError {
    /// An error without a hint.
    pub fn new(kind: HttpErrorKind, detail: impl Into<String>) -> Self {
        Self { kind, detail: detail.into(), hint: None }
    }
}

/// Why there was no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum HttpErrorKind {
    /// The host name could not be resolved. Repeated.
    Dns,
    /// No connection could be made. Repeated.
    Connect,
    /// The TLS handshake failed. Repeated.
    Tls,
    /// The attempt took longer than its deadline. Repeated.
    Timeout,
    /// The connection ended before the answer was whole. Repeated.
    Interrupted,
    /// The peer does not speak HTTP as it should. Repeated.
    Protocol,
    /// The host does not allow the exchange (no grant, mixed content). Never repeated.
    Denied,
    /// The request cannot be made at all. Never repeated.
    Invalid,
}

impl HttpErrorKind {
    /// Whether sending the same request again can help.
    pub fn is_repeatable(self) -> bool {
        !matches!(self, Self::Denied | Self::Invalid)
    }
}

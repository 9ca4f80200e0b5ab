//! Between the requests and answers of the engine and those of the browser.

use gloo_net::http::{Headers, Request as Exchange, RequestBuilder, Response as Answer};
use http::header::{ACCEPT, ACCEPT_LANGUAGE, CONTENT_LANGUAGE, CONTENT_TYPE};
use js_sys::Uint8Array;
use lightbeam_core::host::{Method, READ_HEADERS, Request};
use web_sys::{ReferrerPolicy, RequestCache, RequestCredentials, RequestMode, RequestRedirect};

use super::abort::Abort;
use crate::advice::Way;

/// The headers of answers that every page may read (Fetch standard, "CORS-safelisted response-header name").
const READABLE_ANYWAY: [&str; 7] =
    ["cache-control", "content-language", "content-length", "content-type", "expires", "last-modified", "pragma"];

/// The browser's form of a request; the error is that it takes something in it for none of HTTP. Headers that belong to
/// the browser are left out by itself.
pub(super) fn build(
    request: &Request,
    mode: RequestMode,
    redirect: RequestRedirect,
    abort: &Abort,
) -> Result<Exchange, ()> {
    let headers = web_sys::Headers::new().map_err(drop)?;
    for (name, value) in &request.headers {
        headers.append(name.as_str(), value.to_str().map_err(drop)?).map_err(drop)?;
    }
    let builder = RequestBuilder::new(&request.url.expose())
        .method(request.method.clone())
        .headers(Headers::from_raw(headers))
        .mode(mode)
        .redirect(redirect)
        .cache(cache(request))
        .credentials(RequestCredentials::Omit)
        .referrer("")
        .referrer_policy(ReferrerPolicy::NoReferrer)
        .abort_signal(Some(&abort.signal()));
    let exchange =
        if request.body.is_empty() { builder.build() } else { builder.body(Uint8Array::from(&*request.body)) };
    exchange.map_err(drop)
}

/// Nothing that the API says is to be kept on disk. Answers to other methods than these never are, and with `NoStore`
/// Chromium asks the server before each of them, instead of once for all (seen in Chromium 156).
fn cache(request: &Request) -> RequestCache {
    let is_kept = [Method::GET, Method::HEAD].contains(&request.method);
    if is_kept { RequestCache::NoStore } else { RequestCache::Default }
}

/// The headers of an answer that the browser shows and the engine reads; and whether it shows any that pages could not
/// see anyway.
pub(super) fn headers(answer: &Answer) -> (http::HeaderMap, bool) {
    let mut headers = http::HeaderMap::new();
    let mut shows_more = false;
    for (name, value) in answer.headers().entries() {
        shows_more |= !READABLE_ANYWAY.contains(&&*name);
        if let Some(known) = READ_HEADERS.iter().find(|known| known.as_str() == name)
            && let Ok(value) = value.parse()
        {
            headers.insert(known, value);
        }
    }
    (headers, shows_more)
}

/// Whether the browser asks the server first (Fetch standard, "CORS-preflight fetch").
pub(super) fn way(request: &Request) -> Way {
    let is_plain_method = [Method::GET, Method::HEAD, Method::POST].contains(&request.method);
    let is_plain_header = |(name, value): (&http::HeaderName, &http::HeaderValue)| {
        if name == CONTENT_TYPE {
            let text = value.to_str().unwrap_or_default();
            let essence = text.split(';').next().unwrap_or_default().trim();
            ["application/x-www-form-urlencoded", "multipart/form-data", "text/plain"].contains(&essence)
        } else {
            [ACCEPT, ACCEPT_LANGUAGE, CONTENT_LANGUAGE].contains(name)
        }
    };
    if is_plain_method && request.headers.iter().all(is_plain_header) { Way::Plain } else { Way::Asking }
}

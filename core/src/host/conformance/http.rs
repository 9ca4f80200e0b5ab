use std::pin::pin;

use bytes::Bytes;
use futures_util::future::{Either, join_all, select};
use http::header::{CONTENT_TYPE, ETAG, LOCATION, RETRY_AFTER};

use super::{Violation, is, promised, works};
use crate::host::{HostKind, Http, HttpError, HttpErrorKind, Method, NEXT_PAGE_TOKEN, Request, Response, TOTAL_COUNT};
use crate::secret::Url;

/// Checks an [`Http`] against a server at `base` that offers, for any method:
///
/// | path | answer |
/// |---|---|
/// | `/echo` | 200, the request's body, and the headers `next-page-token` (the method), `location` (path and query below `base`, as received), `etag` (the request's `x-echo`, if it has one), `content-type: text/x-echo`, `retry-after: 7` and `total-count: 604` |
/// | `/refused` | the same with status 400 |
/// | `/status/N` | status N, body `status N` (none for 204 and 304) |
/// | `/redirect` | 302 to `/echo` |
/// | `/big?n=N` | 200, N bytes `x` |
/// | `/slow` | none, for as long as the connection stands |
/// | `/close` | none: the connection is closed when the request has been read |
/// | `/half` | 200, with a length that is announced, half of it sent, and the connection closed |
///
/// For a page, all of them answer preflights, allow any origin, and expose their headers. `kind` is that of the host:
/// a page cannot see redirects, so there a redirect of more than a plain GET may be denied.
pub async fn check_http<H: Http>(http: &H, base: &Url, kind: HostKind) -> Result<(), Violation> {
    let server = Server { http, base: base.expose().trim_end_matches('/').to_owned(), kind };
    server.check_exchange().await?;
    server.check_statuses().await?;
    server.check_limit().await?;
    server.check_broken().await?;
    server.check_concurrency().await
}

struct Server<'a, H> {
    http: &'a H,
    base: String,
    kind: HostKind,
}

impl<H: Http> Server<'_, H> {
    fn request(&self, method: Method, path: &str) -> Result<Request, Violation> {
        let url = works(format!("{}{path}", self.base).parse(), "the base is a URL that paths can be added to")?;
        Ok(Request::new(method, url))
    }

    async fn get(&self, path: &str) -> Result<Result<Response, HttpError>, Violation> {
        Ok(self.http.send(&self.request(Method::GET, path)?).await)
    }

    async fn check_exchange(&self) -> Result<(), Violation> {
        let query = "?studentUniqueId=604%20822&x=%2F";
        let body = Bytes::from_static("{\"name\":\"é\"}\0\r\n".as_bytes());
        for (method, path, body) in [
            (Method::GET, "/echo", Bytes::new()),
            (Method::POST, "/echo", body.clone()),
            (Method::POST, "/echo", Bytes::from(vec![b'y'; 3_000_000])),
            (Method::POST, "/refused", body),
            (Method::PUT, "/refused", Bytes::from_static(b"x")),
            (Method::DELETE, "/refused", Bytes::new()),
        ] {
            let target = format!("{path}{query}");
            let mut request = self.request(method.clone(), &target)?;
            request.body = body.clone();
            request.headers.insert("x-echo", http::HeaderValue::from_static("a, b; c=\"d\""));
            let response = works(self.http.send(&request).await, "a request that is answered has an answer")?;
            let status = if path == "/echo" { 200 } else { 400 };
            is(&response.status, &status, "the status is that of the answer")?;
            is(&response.body, &body, "bodies are sent and received whole, byte by byte")?;
            if method != Method::GET && response.is_success() {
                // Its headers may be left out.
                continue;
            }
            is(&response.header(&NEXT_PAGE_TOKEN), &Some(method.as_str()), "the request is sent with its method")?;
            is(&response.header(&LOCATION), &Some(&*target), "path and query are sent as they are")?;
            is(&response.header(&ETAG), &Some("a, b; c=\"d\""), "headers are sent and received as they are")?;
            for (name, value) in [(&CONTENT_TYPE, "text/x-echo"), (&RETRY_AFTER, "7"), (&TOTAL_COUNT, "604")] {
                is(&response.header(name), &Some(value), "every header that means something is handed on")?;
            }
        }
        Ok(())
    }

    async fn check_statuses(&self) -> Result<(), Violation> {
        for status in [201_u16, 204, 304, 400, 401, 403, 404, 409, 418, 429, 500, 503] {
            let response =
                works(self.get(&format!("/status/{status}")).await?, "any status is an answer, never an error")?;
            is(&response.status, &status, "the status is that of the answer")?;
            let body = if matches!(status, 204 | 304) { String::new() } else { format!("status {status}") };
            is(&response.body, &Bytes::from(body), "an answer has its body whatever its status")?;
        }
        self.check_redirects().await
    }

    async fn check_redirects(&self) -> Result<(), Violation> {
        let response = works(self.get("/redirect").await?, "a redirect is an answer, never an error")?;
        let status = response.status;
        promised((300..400).contains(&status), "no redirect is followed", || format!("status {status}"))?;
        let location = response.header(&LOCATION).unwrap_or_default();
        promised(location.ends_with("/echo"), "a redirect tells where it leads", || format!("{location:?}"))?;
        for (method, header) in
            [(Method::POST, None), (Method::GET, Some(http::header::AUTHORIZATION)), (Method::DELETE, None)]
        {
            let mut request = self.request(method, "/redirect")?;
            request.headers.extend(header.map(|name| (name, http::HeaderValue::from_static("Bearer none"))));
            match self.http.send(&request).await {
                Ok(response) if (300..400).contains(&response.status) => {}
                Err(error) if self.kind == HostKind::Page && error.kind == HttpErrorKind::Denied => {
                    let is_helped = error.hint.is_some();
                    promised(is_helped, "a page that denies a redirect says what to do", || format!("{error:?}"))?;
                }
                other => {
                    let promise = "no redirect is followed, whatever the request".to_owned();
                    return Err(Violation { promise, seen: format!("{other:?}") });
                }
            }
        }
        Ok(())
    }

    async fn check_limit(&self) -> Result<(), Violation> {
        for (length, limit) in [(1000, 1001), (1000, 1000), (1000, 999), (3_000_000, 1_000_000), (10, 0)] {
            let mut request = self.request(Method::GET, &format!("/big?n={length}"))?;
            request.max_body = limit;
            let response = works(self.http.send(&request).await, "an answer that is too long is cut, no error")?;
            is(&response.body.len(), &length.min(limit), "the body is read up to max_body bytes")?;
            is(&response.truncated, &(length > limit), "truncated tells whether the body was longer")?;
        }
        Ok(())
    }

    async fn check_broken(&self) -> Result<(), Violation> {
        for path in ["/close", "/half"] {
            let seen = match self.get(path).await? {
                Ok(response) => format!("{response:?}"),
                Err(error) if error.kind.is_repeatable() && !error.detail.is_empty() => continue,
                Err(error) => format!("{error:?}"),
            };
            let promise =
                format!("an answer that does not come whole ({path}) is an error that says that a repeat can help");
            return Err(Violation { promise, seen });
        }
        Ok(())
    }

    async fn check_concurrency(&self) -> Result<(), Violation> {
        for _ in 0..20 {
            let slow = pin!(self.get("/slow"));
            let quick = pin!(join_all((0..4).map(|_| self.get("/echo"))));
            match select(slow, quick).await {
                Either::Left((outcome, _)) => {
                    let seen = format!("{outcome:?} before the others");
                    return Err(Violation { promise: "exchanges wait for their own answers".to_owned(), seen });
                }
                // Here the slow one is dropped. If that did not end it, connections would run out.
                Either::Right((outcomes, _)) => {
                    for outcome in outcomes {
                        works(outcome?, "several exchanges may be under way at once, and end one by one")?;
                    }
                }
            }
        }
        Ok(())
    }
}

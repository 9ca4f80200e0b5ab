use bytes::Bytes;
use gloo_net::http::{Headers, RequestBuilder};
use js_sys::Uint8Array;
use lightbeam_core::host::{Http, HttpError, HttpErrorKind, Request, Response};
use web_sys::{AbortController, RequestCredentials, RequestRedirect};

/// Exchanges over the browser's fetch.
#[derive(Debug, Clone, Copy, Default)]
pub struct Fetch;

/// Aborts the exchange when it is dropped; of one that has ended, nothing is left to abort.
struct Abort(AbortController);

impl Drop for Abort {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Http for Fetch {
    async fn send(&self, request: Request) -> Result<Response, HttpError> {
        let invalid = |_| HttpError::new(HttpErrorKind::Invalid, "the browser does not accept the request");
        let abort = Abort(
            AbortController::new()
                .map_err(|_| HttpError::new(HttpErrorKind::Invalid, "this browser cannot abort requests"))?,
        );
        let headers = Headers::new();
        for (name, value) in &request.headers {
            headers.append(name.as_str(), value.to_str().unwrap_or_default());
        }
        let builder = RequestBuilder::new(&request.url.expose())
            .method(request.method.clone())
            .headers(headers)
            .credentials(RequestCredentials::Omit)
            .redirect(RequestRedirect::Manual)
            .abort_signal(Some(&abort.0.signal()));
        let exchange =
            if request.body.is_empty() { builder.build() } else { builder.body(Uint8Array::from(&*request.body)) };
        let no_answer = |_| HttpError::new(HttpErrorKind::Connect, "the browser had no answer");
        let answer = exchange.map_err(invalid)?.send().await.map_err(no_answer)?;
        let mut headers = http::HeaderMap::new();
        for (name, value) in answer.headers().entries() {
            if let (Ok(name), Ok(value)) = (name.parse::<http::HeaderName>(), value.parse::<http::HeaderValue>()) {
                headers.append(name, value);
            }
        }
        let status = answer.status();
        let mut body = answer.binary().await.map_err(no_answer)?;
        let truncated = body.len() > request.max_body;
        body.truncate(request.max_body);
        Ok(Response { status, headers, body: Bytes::from(body), truncated })
    }
}

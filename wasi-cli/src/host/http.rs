use std::pin::pin;

use bytes::{Bytes, BytesMut};
use futures_util::future::{Either, select};
use http::header::CONTENT_LENGTH;
use lightbeam_core::host::{Http, HttpError, HttpErrorKind, Method, Request, Response};
use lightbeam_wasi::runtime::Runtime;
use wasip2::http::outgoing_handler;
use wasip2::http::types::{
    self, ErrorCode, FutureIncomingResponse, Headers, IncomingBody, IncomingResponse, OutgoingBody, OutgoingRequest,
    Scheme,
};
use wasip2::io::streams::{InputStream, StreamError};

use super::executor::ready;
use super::http_failure::failure;

/// How much of an answer is asked for at once.
const BLOCK: u64 = 64 << 10;

/// Exchanges over `wasi:http`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct WasiHttp {
    runtime: Runtime,
}

impl WasiHttp {
    /// Over what this runtime has.
    pub(crate) fn new(runtime: Runtime) -> Self {
        Self { runtime }
    }

    async fn exchange(request: &Request) -> Result<Response, HttpError> {
        let max_body = request.max_body;
        let body = request.body.clone();
        let outgoing = outgoing(request)?;
        // A body that is taken is announced, be it ever so empty: as a chunked one, which some servers refuse of a
        // DELETE. One that is never taken is none.
        let stream =
            if body.is_empty() { None } else { Some(outgoing.body().map_err(|()| invalid("the request's body"))?) };
        let exchange = outgoing_handler::handle(outgoing, None).map_err(|code| failure(&code))?;
        let is_get = request.method == Method::GET;
        let Some(stream) = stream else { return receive(answered(&exchange).await?, is_get, max_body).await };
        // An answer may come before the body is sent whole; then the rest of the body is of no use to anybody.
        let answered = {
            let send = pin!(send_body(stream, body));
            let wait = pin!(answered(&exchange));
            match select(send, wait).await {
                Either::Left(((), wait)) => wait.await,
                Either::Right((answer, _)) => answer,
            }
        };
        receive(answered?, is_get, max_body).await
    }
}

impl Http for WasiHttp {
    async fn send(&self, request: &Request) -> Result<Response, HttpError> {
        Self::exchange(request).await.map_err(|error| self.runtime.advised(error))
    }
}

fn invalid(what: &str) -> HttpError {
    HttpError::new(HttpErrorKind::Invalid, format!("{what} is not accepted by the runtime"))
}

fn outgoing(request: &Request) -> Result<OutgoingRequest, HttpError> {
    let mut fields: Vec<(String, Vec<u8>)> =
        request.headers.iter().map(|(name, value)| (name.as_str().to_owned(), value.as_bytes().to_vec())).collect();
    if !request.body.is_empty() || request.method == Method::POST || request.method == Method::PUT {
        fields.push(("content-length".to_owned(), request.body.len().to_string().into_bytes()));
    }
    let headers = Headers::from_list(&fields).map_err(|_| invalid("one of the request's headers"))?;
    let outgoing = OutgoingRequest::new(headers);
    let scheme = if request.url.is_https() { Scheme::Https } else { Scheme::Http };
    let path = match request.url.query() {
        Some(query) => format!("{}?{query}", request.url.path()),
        None => request.url.path().to_owned(),
    };
    outgoing.set_method(&method(&request.method)).map_err(|()| invalid("the request's method"))?;
    outgoing.set_scheme(Some(&scheme)).map_err(|()| invalid("the address's scheme"))?;
    outgoing.set_authority(Some(&request.url.authority())).map_err(|()| invalid("the address's host"))?;
    outgoing.set_path_with_query(Some(&path)).map_err(|()| invalid("the address's path"))?;
    Ok(outgoing)
}

fn method(method: &Method) -> types::Method {
    match method.as_str() {
        "GET" => types::Method::Get,
        "POST" => types::Method::Post,
        "PUT" => types::Method::Put,
        "DELETE" => types::Method::Delete,
        "HEAD" => types::Method::Head,
        "OPTIONS" => types::Method::Options,
        "PATCH" => types::Method::Patch,
        other => types::Method::Other(other.to_owned()),
    }
}

/// Sends the body as the host has room for it. A body that could not be sent is no error of its own: the answer, or
/// the reason for having none, tells more.
async fn send_body(body: OutgoingBody, bytes: Bytes) {
    {
        let Ok(stream) = body.write() else { return };
        let mut rest = &bytes[..];
        while !rest.is_empty() {
            match stream.check_write() {
                Ok(0) => ready(stream.subscribe()).await,
                Ok(room) => {
                    let (now, later) = rest.split_at(rest.len().min(usize::try_from(room).unwrap_or(usize::MAX)));
                    if stream.write(now).is_err() {
                        return;
                    }
                    rest = later;
                }
                Err(_) => return,
            }
        }
    }
    // A failure to finish is told by the answer as well.
    let _ = OutgoingBody::finish(body, None);
}

/// Waits for status and headers.
async fn answered(exchange: &FutureIncomingResponse) -> Result<IncomingResponse, HttpError> {
    loop {
        // Nothing has come before anybody waited.
        ready(exchange.subscribe()).await;
        match exchange.get() {
            Some(Ok(Ok(response))) => return Ok(response),
            Some(Ok(Err(code))) => return Err(failure(&code)),
            Some(Err(())) => return Err(failure(&ErrorCode::InternalError(None))),
            None => {}
        }
    }
}

async fn receive(response: IncomingResponse, is_get: bool, max_body: usize) -> Result<Response, HttpError> {
    let status = response.status();
    let fields = response.headers();
    let mut headers = http::HeaderMap::new();
    let length = if is_get || !(200..300).contains(&status) {
        for (name, value) in fields.entries() {
            // What is no valid header is none that the engine could ask for.
            if let (Ok(name), Ok(value)) =
                (http::HeaderName::from_bytes(name.as_bytes()), http::HeaderValue::from_bytes(&value))
            {
                headers.append(name, value);
            }
        }
        headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok())
    } else {
        // To have all of them from the sandbox takes as long as a good part of the rest.
        let length = fields.get(CONTENT_LENGTH.as_str()).into_iter().next();
        length.and_then(|length| std::str::from_utf8(&length).ok()?.parse().ok())
    };
    if length == Some(0) {
        return Ok(Response { status, headers, body: Bytes::new(), truncated: false });
    }
    let body = response.consume().map_err(|()| failure(&ErrorCode::InternalError(None)))?;
    let (body, truncated) = receive_body(&body, length, max_body).await?;
    Ok(Response { status, headers, body, truncated })
}

/// The body, of this length if it was told, but at most `max_body` bytes of it; and whether there was more.
async fn receive_body(body: &IncomingBody, length: Option<usize>, max_body: usize) -> Result<(Bytes, bool), HttpError> {
    let stream: InputStream = body.stream().map_err(|()| failure(&ErrorCode::InternalError(None)))?;
    let mut bytes = BytesMut::new();
    loop {
        match stream.read(BLOCK) {
            Ok(part) if part.is_empty() => ready(stream.subscribe()).await,
            Ok(part) => {
                let room = max_body - bytes.len();
                bytes.extend_from_slice(&part[..part.len().min(room)]);
                if part.len() > room {
                    return Ok((bytes.freeze(), true));
                }
                // Who has read all that was announced need not wait for the end.
                if length == Some(bytes.len()) {
                    return Ok((bytes.freeze(), false));
                }
            }
            Err(StreamError::Closed) => return Ok((bytes.freeze(), false)),
            Err(StreamError::LastOperationFailed(error)) => {
                let code = types::http_error_code(&error).unwrap_or(ErrorCode::HttpResponseIncomplete);
                return Err(failure(&code));
            }
        }
    }
}

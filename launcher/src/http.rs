//! `wasi:http` for the component: kept connections, the system's trust, the environment's proxies, and only the granted
//! hosts.

mod client;
mod failure;
mod hosts;
mod recent;

use std::sync::Arc;

use bytes::Bytes;
use http::Uri;
use http_body_util::{BodyExt, Full, Limited};
use reqwest::Url;
use wasmtime_wasi_http::{Error, RequestOptions, WasiBody, WasiHttpHooks};

pub use client::{ClientError, client};
pub use hosts::Hosts;
use recent::Recent;

/// The longest answer of the API's root that is looked through for hosts, in bytes.
const LONGEST_ROOT: usize = 1 << 20;

/// The end of an exchange, as `wasmtime` wants it told.
type Ended = Box<dyn Future<Output = wasmtime_wasi_http::Result<()>> + Send>;

/// An answer, and the end of its exchange.
type Answered = wasmtime_wasi_http::Result<(http::Response<WasiBody>, Ended)>;

/// Carries out the component's requests.
#[derive(Debug)]
pub struct Pooled {
    client: reqwest::Client,
    hosts: Arc<Hosts>,
    recent: Arc<Recent>,
}

impl Pooled {
    /// With this client, to these hosts.
    pub fn new(client: reqwest::Client, hosts: Arc<Hosts>) -> Self {
        Self { client, hosts, recent: Arc::default() }
    }
}

impl WasiHttpHooks for Pooled {
    fn set_host_header(&mut self) -> bool {
        // The client does, as the version of HTTP wants it.
        false
    }

    fn send_request(
        &mut self,
        request: http::Request<WasiBody>,
        _options: Option<RequestOptions>,
        _ended: Ended,
    ) -> Box<dyn Future<Output = Answered> + Send> {
        let client = self.client.clone();
        let (hosts, recent) = (self.hosts.clone(), self.recent.clone());
        Box::new(async move {
            let known = recent.url(request.uri());
            let (url, is_root) = match known {
                Some(url) => (url, false),
                None => checked(request.uri(), &hosts)?,
            };
            let asked = request.uri().clone();
            if !is_root {
                recent.keep(request.uri(), &url);
            }
            let response: http::Response<reqwest::Body> =
                client.execute(whole(request, url).await?).await.map_err(|error| failure::of(&error))?.into();
            let mut response = response.map(|body| body.map_err(|error| failure::of(&error)).boxed_unsync());
            if is_root {
                response = learn(&asked, response, &hosts).await?;
            }
            Ok((response, Box::new(async { Ok(()) }) as Ended))
        })
    }
}

/// The URL in the client's form, if its host is granted, and whether it is the API's root.
fn checked(uri: &Uri, hosts: &Hosts) -> wasmtime_wasi_http::Result<(Url, bool)> {
    if !hosts.allows(uri) {
        hosts.refused(uri);
        return Err(Error::HttpRequestDenied);
    }
    let url = Url::parse(&uri.to_string()).map_err(|_| Error::HttpRequestUriInvalid)?;
    Ok((url, hosts.is_root(uri)))
}

/// The request with its body in one piece: it goes out in one write, and once more if a kept connection turns out to be
/// closed before anything of it went out. The component has the body in its own memory anyway.
async fn whole(request: http::Request<WasiBody>, url: Url) -> wasmtime_wasi_http::Result<reqwest::Request> {
    let (head, body) = request.into_parts();
    let mut whole = reqwest::Request::new(head.method, url);
    *whole.headers_mut() = head.headers;
    *whole.body_mut() = Some(body.collect().await?.to_bytes().into());
    Ok(whole)
}

/// Takes the hosts that the API's root names into the list.
async fn learn(
    root: &Uri,
    response: http::Response<WasiBody>,
    hosts: &Hosts,
) -> wasmtime_wasi_http::Result<http::Response<WasiBody>> {
    let (head, body) = response.into_parts();
    let body = Limited::new(body, LONGEST_ROOT)
        .collect()
        .await
        .map_err(|error| {
            error.downcast::<Error>().map_or(Error::HttpResponseBodySize(Some(LONGEST_ROOT as u64)), |error| *error)
        })?
        .to_bytes();
    let answer = lightbeam_core::host::Response {
        status: head.status.as_u16(),
        headers: head.headers.clone(),
        body: body.clone(),
        truncated: false,
    };
    hosts.learn(root, &answer);
    Ok(http::Response::from_parts(head, full(body)))
}

fn full(body: Bytes) -> WasiBody {
    Full::new(body).map_err(|never| match never {}).boxed_unsync()
}

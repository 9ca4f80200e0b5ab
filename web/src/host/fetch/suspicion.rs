//! Finding out why a server that never answered does not: the same is asked in ways that differ in one respect alone.

use http::HeaderValue;
use http::header::AUTHORIZATION;
use lightbeam_core::host::{Method, Request};
use lightbeam_core::secret::Url;
use web_sys::{RequestMode, RequestRedirect};

use super::abort::Abort;
use super::{exchange, page};
use crate::advice::{Obstacle, Suspicion};

/// What is found out; `None` if it is no refusal. `readable`: what a plain GET could read of the same server.
pub(super) async fn examine(suspicion: Suspicion, request: &Request, readable: Option<&str>) -> Option<Obstacle> {
    match suspicion {
        Suspicion::Cors => {
            let mut plain = Request::new(Method::GET, request.url.clone());
            if request.method != Method::GET {
                plain.url = root(&request.url)?;
            }
            if !is_answered(&plain, RequestMode::NoCors).await {
                return page::is_private_network_denied().await.then_some(Obstacle::PrivateNetwork);
            }
            // It may have come back meanwhile.
            (!is_answered(&plain, RequestMode::Cors).await).then_some(Obstacle::Cors)
        }
        Suspicion::Preflight => {
            let plain = Request::new(Method::GET, readable?.parse().ok()?);
            let mut signed = plain.clone();
            // The browser asks for leave because of the header's name; what it says plays no part.
            signed.headers.insert(AUTHORIZATION, HeaderValue::from_static("Bearer none"));
            let is_refused =
                !is_answered(&signed, RequestMode::Cors).await && is_answered(&plain, RequestMode::Cors).await;
            is_refused.then_some(Obstacle::Preflight)
        }
    }
}

/// Whether the browser has an answer, which is not read.
async fn is_answered(request: &Request, mode: RequestMode) -> bool {
    let Some(abort) = Abort::new() else { return false };
    // Without reading what is answered, no request may say that redirects are its own matter.
    let Ok(exchange) = exchange::build(request, mode, RequestRedirect::Follow, &abort) else { return false };
    exchange.send().await.is_ok()
}

fn root(url: &Url) -> Option<Url> {
    format!("{}://{}/", url.scheme(), url.authority()).parse().ok()
}

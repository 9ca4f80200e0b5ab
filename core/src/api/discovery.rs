use http::HeaderValue;
use http::header::ACCEPT;
use serde_json::Value;

use super::exchange::{Call, Credentials, Exchange, Stopped};
use super::stack::Parts;
use super::target::{Target, needs_discovery};
use super::urls::{self, Route};
use super::{ConnectError, Unreachable, json, redirect};
use crate::config::{Config, Mode};
use crate::event::Listener;
use crate::host::{Clock, Host, Method, Request, Response};
use crate::secret::Url;
use crate::time;

/// So many redirects are followed, within the host that was asked.
const MOST_REDIRECTS: usize = 5;
/// A discovery document is small.
const MAX_BODY: usize = 1 << 20;

/// Finds the API: from the configuration, and from the discovery document for what the configuration does not give.
///
/// The notices of the returned target are for the caller to tell.
pub async fn discover<H: Host>(host: &H, config: &Config, listener: &dyn Listener) -> Result<Target, ConnectError> {
    let api = &config.edfi_api;
    let year = time::in_utc(host.clock().now()).year();
    let discovery = if needs_discovery(api) {
        let route = Route::new(api, None, year);
        let base = urls::configured_root("edfi_api.base_url", &api.base_url, &route)?;
        let parts = Parts::new(host.http(), host.clock(), listener, &config.connection, host.seed());
        Some(ask(&parts, base).await)
    } else {
        None
    };
    Target::new(api, discovery, year)
}

/// A discovery document, of any API generation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Discovered {
    /// Where it was found, after redirects.
    pub(super) url: Url,
    pub(super) version: Option<String>,
    pub(super) mode: Option<Mode>,
    pub(super) urls: Option<DiscoveredUrls>,
}

/// Its `urls`, as written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct DiscoveredUrls {
    pub(super) data: Option<String>,
    pub(super) oauth: Option<String>,
    pub(super) dependencies: Option<String>,
    pub(super) metadata: Option<String>,
}

async fn ask<T: crate::host::Http, C: Clock>(parts: &Parts<'_, T, C>, base: Url) -> Result<Discovered, Unreachable> {
    let stack = parts.anonymous();
    let mut url = base;
    for _ in 0..=MOST_REDIRECTS {
        let mut request = Request::new(Method::GET, url.clone());
        request.max_body = MAX_BODY;
        request.headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        let call = Call::new(None, Credentials::None);
        let answer = stack.exchange(&request, &call).await.map_err(|stopped| no_answer(&url, &call, stopped))?;
        if (300..400).contains(&answer.status) {
            url = next(&answer, &url)?;
            continue;
        }
        return read(&answer, url);
    }
    Err(unreachable(&url, "redirects in a circle", "set edfi_api.base_url to the URL that answers by itself"))
}

/// Where a redirect leads, if it stays on its host and gives up no protection.
pub(super) fn next(answer: &Response, asked: &Url) -> Result<Url, Unreachable> {
    match redirect::target(answer, asked) {
        Some(target) if target.host() == asked.host() && (target.is_https() || !asked.is_https()) => Ok(target),
        _ => {
            let hint = redirect::hint(answer, asked, "edfi_api.base_url");
            Err(unreachable(asked, &format!("answers with a redirect ({})", answer.status), &hint))
        }
    }
}

fn no_answer(url: &Url, call: &Call<'_>, stopped: Stopped) -> Unreachable {
    let (detail, hint) = match stopped {
        Stopped::NoAnswer(error) => (error.detail, error.hint),
        Stopped::BrokenOff => ("the run was broken off".to_owned(), None),
    };
    let hint = hint.unwrap_or_else(|| "check edfi_api.base_url and that the API is up".to_owned());
    unreachable(url, &format!("does not answer: {detail} ({} attempts)", call.attempts.get()), &hint)
}

pub(super) fn read(answer: &Response, url: Url) -> Result<Discovered, Unreachable> {
    let hint = "check edfi_api.base_url: it must be the API's root, which tells version and urls";
    if !answer.is_success() {
        return Err(unreachable(&url, &format!("answers {}", answer.status), hint));
    }
    let value: Option<Value> = serde_json::from_slice(json::without_bom(&answer.body)).ok();
    let is_discovery = |value: &Value| {
        ["urls", "version", "apiMode", "dataModels"].into_iter().any(|key| json::get(value, key).is_some())
    };
    let Some(value) = value.filter(is_discovery) else {
        return Err(unreachable(&url, "answers with something that is no discovery document", hint));
    };
    let text = |value: &Value, key: &str| json::text(value, key).map(str::to_owned);
    Ok(Discovered {
        url,
        version: text(&value, "version"),
        mode: json::text(&value, "apiMode").and_then(urls::mode_named),
        urls: json::get(&value, "urls").filter(|urls| urls.is_object()).map(|urls| DiscoveredUrls {
            data: text(urls, "dataManagementApi"),
            oauth: text(urls, "oauth"),
            dependencies: text(urls, "dependencies"),
            metadata: text(urls, "openApiMetadata"),
        }),
    })
}

fn unreachable(url: &Url, what: &str, hint: &str) -> Unreachable {
    Unreachable { message: format!("The API's root {url} {what}"), hint: Some(hint.to_owned()) }
}

#[cfg(test)]
mod tests;

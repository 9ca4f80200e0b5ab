use http::header::CONTENT_TYPE;

use super::{Failed, Step, Steps};
use crate::api::problem::{Problem, plain};
use crate::api::{Api, SendError};
use crate::config::Config;
use crate::event::EndpointId;
use crate::host::{Host, Response};
use crate::model::{Endpoint, Endpoints};
use crate::notice::Notice;
use crate::secret::Url;

/// Endpoints that nearly every credential may read, the likeliest first.
const PLAIN: [&str; 4] = ["schools", "students", "localEducationAgencies", "schoolYearTypes"];
/// So many endpoints are tried where reading is forbidden.
const MOST: usize = 3;
/// How much of the API's words is shown, in characters.
const WORDS: usize = 300;

/// Reads a page of no records of the first endpoint that may be read; gives the endpoint and the answer.
pub(super) async fn read<H: Host>(
    api: &Api<'_, H>,
    endpoints: &Endpoints,
    config: &Config,
    steps: &mut Steps,
) -> Result<(EndpointId, Response), Failed> {
    let mut forbidden: Vec<String> = Vec::new();
    let mut words = String::new();
    for endpoint in candidates(endpoints, config) {
        let response = page(api, &endpoint).await.map_err(|error| steps.failed(Step::Records, unanswered(&error)))?;
        match response.status {
            200..300 => {
                let seen = format!("{endpoint} may be read");
                if forbidden.is_empty() {
                    steps.good(Step::Records, seen);
                } else {
                    let seen = format!("{seen}; {} may not (403)", forbidden.join(" and "));
                    steps.fair(Step::Records, seen, Some(CLAIM_SET.to_owned()));
                }
                return Ok((endpoint, response));
            }
            403 => {
                words = said(&response);
                forbidden.push(endpoint.to_string());
            }
            _ => return Err(steps.failed(Step::Records, refused(&endpoint, &response))),
        }
    }
    let text = format!("these credentials may not read {} (403: {words})", forbidden.join(", "));
    Err(steps.failed(Step::Records, Notice::error(text).with_hint(CLAIM_SET)))
}

const CLAIM_SET: &str = "what these credentials may do is their claim set: ask whoever gave them for one that may read \
                         what you load, or go on if they are only to write";

/// What is tried to be read; one endpoint at least, as an API without endpoints is none.
fn candidates(endpoints: &Endpoints, config: &Config) -> Vec<EndpointId> {
    let is_main = |endpoint: &&Endpoint| endpoint.id.namespace.eq_ignore_ascii_case(&config.namespace);
    let named = |name: &str| {
        let same = |endpoint: &&Endpoint| endpoint.id.name.eq_ignore_ascii_case(name);
        let all = endpoints.all();
        all.iter().filter(same).find(is_main).or_else(|| all.iter().find(same)).map(|endpoint| endpoint.id.clone())
    };
    let mut found: Vec<EndpointId> = PLAIN.into_iter().filter_map(named).take(MOST).collect();
    if found.is_empty() {
        found.extend(endpoints.all().first().map(|endpoint| endpoint.id.clone()));
    }
    found
}

/// A page of nothing, or of one record from an API that takes no page of nothing.
async fn page<H: Host>(api: &Api<'_, H>, endpoint: &EndpointId) -> Result<Response, SendError> {
    let url = api.target().endpoint_url(endpoint);
    let with = |limit: &str| -> Url {
        url.with_query([("limit", limit), ("totalCount", "true")]).expect("a URL has room for two short parameters")
    };
    let response = api.get(Some(endpoint), with("0")).await.result?;
    if response.status == 400 { api.get(Some(endpoint), with("1")).await.result } else { Ok(response) }
}

fn said(response: &Response) -> String {
    let problem = Problem::read(response.status, response.header(&CONTENT_TYPE), &response.body);
    plain(&problem.messages.join("; "), WORDS)
}

fn unanswered(error: &SendError) -> Notice {
    let hint = match error {
        SendError::NoAnswer(error) => error.hint.clone(),
        SendError::BrokenOff { .. } => None,
    };
    let hint = hint.unwrap_or_else(|| "try again later, or ask the API's operator".to_owned());
    Notice::error(error.to_string()).with_hint(hint)
}

fn refused(endpoint: &EndpointId, response: &Response) -> Notice {
    let status = response.status;
    let hint = match status {
        300..=399 => {
            "redirects are not followed: set edfi_api.data_url (or base_url) to the URL that answers by itself"
        }
        401 => {
            "the API does not accept the token that its own token endpoint gave: check edfi_api.oauth_url, tenant \
                and year, which must belong to the same API as the data"
        }
        404 => {
            "check edfi_api.base_url (or data_url), mode, year, tenant and namespace: the data root has no \
                such endpoint"
        }
        429 => "the API asks for slowness: try again in a minute",
        500.. => "the API has a fault: try again later, or ask its operator",
        _ => "check edfi_api in the configuration",
    };
    Notice::error(format!("the API answers {status} for {endpoint}: {}", said(response))).with_hint(hint)
}

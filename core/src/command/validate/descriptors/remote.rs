//! The values that the API holds.

use std::fmt;

use serde::Deserialize;

use super::cache;
use super::values::Values;
use crate::command::session::Session;
use crate::host::{Host, TOTAL_COUNT};
use crate::model::Endpoint;
use crate::notice::Notice;

/// The page size where the API's documents tell no maximum: every Ed-Fi API has allowed it.
const USUAL_PAGE: u32 = 100;
/// No page is larger, whatever the documents allow.
const LARGEST_PAGE: u32 = 5_000;
/// The page size that APIs use on their own.
const DEFAULT_PAGE: u32 = 25;

/// Why the values of an endpoint could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Unread {
    /// The credentials may not.
    NotPermitted,
    /// The API did not answer with values.
    Failed(String),
    /// The run is ending.
    Ending,
}

impl fmt::Display for Unread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotPermitted => f.write_str("the credentials may not read them (403)"),
            Self::Failed(why) => f.write_str(why),
            Self::Ending => f.write_str("the run ended"),
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Listed {
    namespace: String,
    code_value: String,
}

/// Values of an endpoint.
#[derive(Debug)]
pub(super) struct Known {
    pub(super) values: Values,
    /// Whether an earlier run read them.
    pub(super) is_kept: bool,
}

/// All values of an endpoint, of whatever namespace: those of the last hour, else read from the API and kept.
pub(super) async fn values<H: Host>(session: &Session<'_, H>, endpoint: &Endpoint) -> Result<Known, Unread> {
    match cache::read(session, &endpoint.id).await {
        Some(values) => Ok(Known { values, is_kept: true }),
        None => values_anew(session, endpoint).await,
    }
}

/// The same, read from the API and kept.
pub(super) async fn values_anew<H: Host>(session: &Session<'_, H>, endpoint: &Endpoint) -> Result<Known, Unread> {
    let values = read(session, endpoint).await?;
    if let Err(error) = cache::write(session, &endpoint.id, &values).await {
        let mut notice =
            Notice::warning(format!("the values of {} could not be kept for the next run: {error}", endpoint.id));
        notice.hint.clone_from(&error.hint);
        session.notice(notice);
    }
    Ok(Known { values, is_kept: false })
}

async fn read<H: Host>(session: &Session<'_, H>, endpoint: &Endpoint) -> Result<Values, Unread> {
    let most = endpoint.described.as_ref().and_then(|of| of.resource.reading.most_per_page);
    let mut limit = most.unwrap_or(USUAL_PAGE).clamp(1, LARGEST_PAGE);
    let mut values = Values::default();
    let mut offset = 0;
    let mut total = None;
    loop {
        let permit = session.permit().await.ok_or(Unread::Ending)?;
        let (limit_text, offset_text) = (limit.to_string(), offset.to_string());
        let count = (offset == 0).then_some(("totalCount", "true"));
        let query = [("limit", limit_text.as_str()), ("offset", &offset_text)].into_iter().chain(count);
        let url = session.api.target().endpoint_url(&endpoint.id).with_query(query);
        let url = url.expect("numbers make no URL too long");
        let answer = session.api.get(Some(&endpoint.id), url).await;
        drop(permit);
        let response = answer.result.map_err(|error| Unread::Failed(error.to_string()))?;
        match response.status {
            200..300 => {}
            403 => return Err(Unread::NotPermitted),
            // The document may allow more than the API does.
            400 if offset == 0 && limit > DEFAULT_PAGE => {
                limit = DEFAULT_PAGE;
                continue;
            }
            status => return Err(Unread::Failed(format!("the API answers {status}"))),
        }
        if response.truncated {
            return Err(Unread::Failed("an answer is longer than 64 MiB".to_owned()));
        }
        if offset == 0 {
            total = response.header(&TOTAL_COUNT).and_then(|total| total.trim().parse::<usize>().ok());
        }
        let page: Vec<Listed> = serde_json::from_slice(&response.body)
            .map_err(|_| Unread::Failed("the answer is no list of descriptor values".to_owned()))?;
        offset += page.len();
        let known = values.len();
        for value in &page {
            values.insert(&value.namespace, &value.code_value);
        }
        // A short page is no sign of the end: an API may give less than it was asked for. One that brings nothing
        // new is, or an API that ignores the offset would be asked for ever.
        if values.len() == known || total.is_some_and(|total| offset >= total) {
            return Ok(values);
        }
    }
}

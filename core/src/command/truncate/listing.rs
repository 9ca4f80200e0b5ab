use serde::Deserialize;

use crate::api::SendError;
use crate::command::failure::{failure, refusal, unanswered};
use crate::command::removal::RemovedId;
use crate::command::session::Session;
use crate::event::{Cause, EndpointId, Failure};
use crate::host::{Host, Response};

/// What a page came to.
#[derive(Debug)]
pub(super) enum Listed {
    /// The ids of its records; none behind the last record.
    Ids(Vec<RemovedId>),
    /// The records cannot be listed.
    Failed(Failure),
    /// The run ended before the API was asked.
    NotTried,
}

/// All that is read of a record.
#[derive(Deserialize)]
struct Identified<'a> {
    #[serde(borrow, default)]
    id: Option<std::borrow::Cow<'a, str>>,
}

/// The ids of the records from `offset` on, at most `limit` of them.
pub(super) async fn page<H: Host>(
    session: &Session<'_, H>,
    endpoint: &EndpointId,
    limit: u32,
    offset: usize,
) -> Listed {
    let failed = |why: &str| Listed::Failed(failure(why.to_owned(), Cause::Other));
    let (limit, offset) = (limit.to_string(), offset.to_string());
    match get(session, endpoint, [("limit", &limit), ("offset", &offset)]).await {
        Ok(response) if response.is_success() => {
            let records: Result<Vec<Identified<'_>>, _> = serde_json::from_slice(&response.body);
            let Ok(records) = records else {
                return failed("the API's answer is no list of records, so they cannot be deleted");
            };
            let ids: Option<Vec<RemovedId>> =
                records.into_iter().map(|record| RemovedId::new(record.id.as_deref()?)).collect();
            ids.map_or_else(
                || failed("the API tells no usable ids of its records, so they cannot be deleted"),
                Listed::Ids,
            )
        }
        Ok(response) => Listed::Failed(refusal(&response)),
        Err(None | Some(SendError::BrokenOff { attempts: 0 })) => Listed::NotTried,
        Err(Some(no_answer)) => Listed::Failed(unanswered(&no_answer)),
    }
}

/// How many records the API counts; `None` where it does not tell.
pub(super) async fn total<H: Host>(session: &Session<'_, H>, endpoint: &EndpointId) -> Option<u64> {
    let response = get(session, endpoint, [("limit", "0"), ("totalCount", "true")]).await.ok()?;
    if response.is_success() { response.header("total-count")?.trim().parse().ok() } else { None }
}

/// One GET; the error is `None` when the run is ending.
async fn get<H: Host>(
    session: &Session<'_, H>,
    endpoint: &EndpointId,
    query: [(&str, &str); 2],
) -> Result<Response, Option<SendError>> {
    let permit = session.permit().await.ok_or(None)?;
    let url = session.api.target().endpoint_url(endpoint);
    let url = url.with_query(query).expect("an endpoint's URL has room for paging");
    let answer = session.api.get(Some(endpoint), url).await;
    drop(permit);
    answer.result.map_err(Some)
}

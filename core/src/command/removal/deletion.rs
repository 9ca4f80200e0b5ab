use std::fmt;
use std::rc::Rc;

use crate::api::SendError;
use crate::command::failure::{refusal, unanswered};
use crate::command::session::Session;
use crate::event::{Cause, EndpointId, Failure};
use crate::host::{Host, Response};

/// The API's own id of a record: hexadecimal digits, with or without dashes. Nothing else is ever made part of the
/// URL of a DELETE.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct RemovedId(Rc<str>);

/// The longest id; a UUID has 36 characters.
const MAX_ID: usize = 64;

impl RemovedId {
    /// `None` if the text is no id.
    pub(crate) fn new(text: &str) -> Option<Self> {
        let is_plain = text.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
        let has_digit = text.bytes().any(|byte| byte.is_ascii_hexdigit());
        (is_plain && has_digit && text.len() <= MAX_ID).then(|| Self(text.into()))
    }
}

impl fmt::Display for RemovedId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What became of one DELETE.
#[derive(Debug)]
pub(crate) enum Deletion {
    /// The record was deleted.
    Deleted {
        /// Any 2xx.
        status: u16,
    },
    /// There was no such record any more.
    Gone,
    /// The record was refused, and is still there.
    Refused(Failure),
    /// There was no answer, or one that does not tell whether the record is still there. A cause of
    /// [`Cause::StillReferenced`] says that it is worth another try.
    Uncertain(Failure),
    /// The run ended before the request was made.
    NotTried,
}

/// Deletes one record. Tells how often the exchange was repeated too.
pub(crate) async fn delete_record<H: Host>(
    session: &Session<'_, H>,
    endpoint: &EndpointId,
    id: &RemovedId,
) -> (Deletion, u32) {
    let url = session.api.target().record_url(endpoint, &id.0);
    let answer = session.api.delete(endpoint, url).await;
    let deletion = match &answer.result {
        Ok(response) => answered(response, answer.doubtful),
        Err(SendError::BrokenOff { attempts: 0 }) => Deletion::NotTried,
        Err(no_answer) => Deletion::Uncertain(unanswered(no_answer)),
    };
    (deletion, answer.repeats)
}

/// `doubtful`: how many attempts before this answer may have been carried out.
fn answered(response: &Response, doubtful: u32) -> Deletion {
    match response.status {
        status @ 200..300 => Deletion::Deleted { status },
        // An earlier attempt of this very request had no answer, but was carried out.
        404 | 410 if doubtful > 0 => Deletion::Deleted { status: 204 },
        404 | 410 => Deletion::Gone,
        status => {
            let mut failure = refusal(response);
            // What else can be in the way of a DELETE is told apart by its problem type.
            if status == 409
                && failure.problem_type.is_none()
                && matches!(failure.cause, Cause::Other | Cause::MissingParent)
            {
                failure.cause = Cause::StillReferenced;
            }
            // An earlier attempt may have been carried out before something refused this one unseen. Only the type says
            // for sure that the record is still there.
            let is_referenced = failure.cause == Cause::StillReferenced && failure.problem_type.is_some();
            let is_certain = doubtful == 0 && (300..500).contains(&status) && status != 408;
            if is_certain || is_referenced { Deletion::Refused(failure) } else { Deletion::Uncertain(failure) }
        }
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use http::HeaderMap;

    use super::*;

    #[test]
    fn only_plain_ids_get_into_a_url() {
        for id in ["00000000000000000000000000000001", "0b4a8f2c-0000-4000-8000-9f0e7d6c5b4a", "7"] {
            assert_eq!(RemovedId::new(id).unwrap().to_string(), id);
        }
        for text in ["", "-", "..", "a/b", "deletes", "a?x=1", "a b", "ä", &"a".repeat(65)] {
            assert!(RemovedId::new(text).is_none(), "{text}");
        }
    }

    #[test]
    fn only_a_certain_refusal_says_that_the_record_is_still_there() {
        let told = |status, body: &str, doubtful| {
            let body = Bytes::from(body.to_owned());
            let response = Response { status, headers: HeaderMap::new(), body, truncated: false };
            match answered(&response, doubtful) {
                Deletion::Deleted { status } => format!("deleted {status}"),
                Deletion::Gone => "gone".to_owned(),
                Deletion::Refused(failure) => format!("refused {:?}", failure.cause),
                Deletion::Uncertain(failure) => format!("uncertain {:?}", failure.cause),
                Deletion::NotTried => "not tried".to_owned(),
            }
        };
        let referenced = r#"{"type":"urn:ed-fi:api:data-conflict:dependent-item-exists","detail":"x"}"#;
        for (status, body, doubtful, deletion) in [
            (204, "", 0, "deleted 204"),
            (200, "", 3, "deleted 200"),
            (404, "", 0, "gone"),
            (404, "", 1, "deleted 204"),
            (403, "", 0, "refused NotAuthorized"),
            (403, "", 1, "uncertain NotAuthorized"),
            (409, "{\"message\":\"The DELETE statement conflicted.\"}", 0, "refused StillReferenced"),
            (409, "{\"message\":\"The DELETE statement conflicted.\"}", 1, "uncertain StillReferenced"),
            (409, referenced, 5, "refused StillReferenced"),
            (409, r#"{"type":"urn:ed-fi:api:data-conflict:multi-user-conflict"}"#, 0, "refused Other"),
            (500, "", 0, "uncertain ServerFault"),
            (408, "", 0, "uncertain ServerFault"),
            (302, "", 0, "refused Other"),
        ] {
            assert_eq!(told(status, body, doubtful), deletion, "{status} {body} {doubtful}");
        }
    }
}

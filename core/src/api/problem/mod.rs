//! What an error answer says: its messages, problem type and correlation id, whatever the server sent.
//!
//! Ed-Fi APIs up to 7.1 answer `{"message": …}` (with `modelState`), later ones problem details (RFC 9457) with
//! `validationErrors` and `errors`, token servers `{"error": …}`, and whatever stands before them HTML or nothing. All of
//! it is read here, and nothing of it can make the reader fail: see [`Problem::read`].

mod body;
mod cause;
mod html;
mod messages;
mod text;

#[cfg(test)]
mod tests;

use http::StatusCode;

use self::body::Node;
pub use self::cause::{Missing, cause, missing};
pub use self::text::plain;
use crate::event::Failure;

/// The longest message that is kept, in characters; a longer one ends in `…`.
pub const MESSAGE_CHARS: usize = 2_000;
/// The most messages that are kept of one answer; the last then tells how many more there were.
pub const MESSAGES: usize = 200;
/// How much is shown of a body that is no known form of error, in characters.
pub const EXCERPT_CHARS: usize = 300;
/// The longest problem type or correlation id that is kept, in characters.
const NAME_CHARS: usize = 200;

/// The content of an error answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The server's own words, one entry a message: no control characters, white space folded, no status prefix, none
    /// twice. Never empty, and no message is empty.
    pub messages: Vec<String>,
    /// `type`, such as `urn:ed-fi:api:data-conflict:unresolved-reference`.
    pub problem_type: Option<String>,
    /// `correlationId`, by which the API's administrator finds the answer in the server's log.
    pub correlation_id: Option<String>,
}

impl Problem {
    /// Reads an error answer. Takes the first that is not empty of `validationErrors` (`TEXT (at PATH)`), `errors`,
    /// `detail`, `message` followed by each `modelState` path and its texts, `error` and `title`; else the first
    /// [`EXCERPT_CHARS`] characters of the body, HTML as readable text; else the phrase of the status. A JSON body in
    /// which no text stands at all (`{}`, `null`) counts as none.
    pub fn read(status: u16, content_type: Option<&str>, body: &[u8]) -> Self {
        let text = String::from_utf8_lossy(body);
        let text = text.trim_start_matches('\u{feff}').trim();
        let node: Option<Node> = serde_json::from_slice(text.as_bytes()).ok();

        let mut messages = node.as_ref().map(messages::messages).unwrap_or_default();
        messages::bound(&mut messages);
        if messages.is_empty() {
            let excerpt = match &node {
                Some(node) if !node.says_anything() => String::new(),
                None if html::is_html(content_type, text) => plain(&html::readable(text), EXCERPT_CHARS),
                _ => plain(text, EXCERPT_CHARS),
            };
            messages.push(if excerpt.is_empty() { phrase(status) } else { excerpt });
        }
        let name = |key| node.as_ref().and_then(|node| node.word(key)).map(|word| plain(word, NAME_CHARS));
        Self {
            messages,
            problem_type: name("type").filter(|name| !name.is_empty()),
            correlation_id: name("correlationId").filter(|name| !name.is_empty()),
        }
    }

    /// The failure of a record that was answered so.
    pub fn into_failure(self, status: u16) -> Failure {
        let cause = cause(Some(status), &self);
        Failure {
            status: Some(status),
            messages: self.messages,
            problem_type: self.problem_type,
            correlation_id: self.correlation_id,
            cause,
        }
    }
}

/// The standard phrase of a status.
fn phrase(status: u16) -> String {
    let known = StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason());
    known.map_or_else(|| format!("status {status} without explanation"), str::to_owned)
}

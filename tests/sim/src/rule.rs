//! Scripted answers and faults.

use std::collections::BTreeMap;

use http::Method;
use serde::{Deserialize, Serialize};

/// What to do with certain requests instead of answering them as usual.
///
/// A request matches when everything that the rule names agrees. The rule then acts on its `first` to `last` match.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// The method; any when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// A part of path and query, or, when it holds `*`, a pattern for the whole of them; any when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// A part of the body; any when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// The first match to act on, counted from 1.
    #[serde(default = "one")]
    pub first: u64,
    /// The last match to act on; all from `first` on when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<u64>,
    /// What happens.
    pub action: Action,
}

const fn one() -> u64 {
    1
}

/// What a rule does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Action {
    /// This answer; the request has no other effect.
    Answer {
        /// The status.
        status: u16,
        /// The headers.
        #[serde(default)]
        headers: BTreeMap<String, String>,
        /// The body.
        #[serde(default)]
        body: String,
    },
    /// The connection ends before the request has any effect.
    Drop {
        /// By a reset instead of an orderly end.
        #[serde(default)]
        reset: bool,
    },
    /// The request takes effect, but the connection ends without an answer.
    DropAfter {
        /// By a reset instead of an orderly end.
        #[serde(default)]
        reset: bool,
    },
    /// The request takes effect; the connection ends in the middle of the answer's body.
    HalfAnswer {
        /// By a reset instead of an orderly end.
        #[serde(default)]
        reset: bool,
    },
    /// The request has no effect and gets no answer; the connection stays open.
    NeverAnswer,
    /// The request takes effect; its answer comes later.
    SlowAnswer {
        /// How much later, in milliseconds.
        delay_ms: u64,
    },
    /// The server dies: this connection and all others end, and nobody listens any more.
    Kill,
    /// All tokens become invalid, this request's included; then the usual answer.
    RevokeTokens,
}

impl Rule {
    /// Whether the rule is about this request, however often it has matched.
    pub(crate) fn matches(&self, method: &Method, path_and_query: &str, body: &[u8]) -> bool {
        self.method.as_deref().is_none_or(|name| name.eq_ignore_ascii_case(method.as_str()))
            && self.path.as_deref().is_none_or(|pattern| {
                if pattern.contains('*') {
                    matches_pattern(pattern, path_and_query)
                } else {
                    path_and_query.contains(pattern)
                }
            })
            && self.body.as_deref().is_none_or(|part| contains(body, part.as_bytes()))
    }

    /// Whether the rule acts on its nth match.
    pub(crate) fn acts_on(&self, nth: u64) -> bool {
        nth >= self.first && self.last.is_none_or(|last| nth <= last)
    }
}

fn contains(body: &[u8], part: &[u8]) -> bool {
    part.is_empty() || body.windows(part.len()).any(|window| window == part)
}

/// Whether the whole text fits a pattern in which `*` stands for any characters.
fn matches_pattern(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else {
        return false;
    };
    let parts: Vec<&str> = parts.collect();
    let Some((last, middle)) = parts.split_last() else {
        return rest.is_empty();
    };
    for part in middle {
        let Some(at) = rest.find(part) else {
            return false;
        };
        rest = &rest[at + part.len()..];
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_fit_the_whole_text() {
        for (pattern, text, fits) in [
            ("/data/*/students", "/data/v3/ed-fi/students", true),
            ("/data/*/students", "/data/v3/ed-fi/students?limit=1", false),
            ("*/students*", "/data/v3/ed-fi/students?limit=1", true),
            ("*/stu*stu*", "/a/students", false),
            ("a*a", "a", false),
            ("*", "", true),
        ] {
            assert_eq!(matches_pattern(pattern, text), fits, "{pattern} {text}");
        }
    }

    #[test]
    fn rules_are_data() {
        let text = r#"{"method":"POST","path":"/students","body":"604","first":2,"last":3,"action":{"drop-after":{"reset":true}}}"#;
        let rule: Rule = serde_json::from_str(text).unwrap();
        assert!(rule.matches(&Method::POST, "/data/v3/ed-fi/students", b"{\"x\":\"60422\"}"));
        assert!(!rule.matches(&Method::GET, "/data/v3/ed-fi/students", b"604"));
        assert!(!rule.matches(&Method::POST, "/data/v3/ed-fi/staffs", b"604"));
        assert!(!rule.matches(&Method::POST, "/data/v3/ed-fi/students", b"60"));
        assert_eq!([1, 2, 3, 4].map(|n| rule.acts_on(n)), [false, true, true, false]);
        let simple: Rule = serde_json::from_str(r#"{"action":"never-answer"}"#).unwrap();
        assert!(simple.matches(&Method::GET, "", b"") && simple.acts_on(1) && simple.acts_on(99));
        assert!(serde_json::from_str::<Rule>(r#"{"action":"kill","pth":"x"}"#).is_err());
    }
}

use fantoccini::wd::WebDriverCompatibleCommand;
use serde_json::{Value, json};

/// A line of the browser's console.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsoleLine {
    /// `SEVERE`, `WARNING`, `INFO` or `DEBUG`.
    pub level: String,
    /// Where it comes from, such as `console-api`, `network`, `security`, `javascript`, `worker`.
    pub source: String,
    /// The text.
    pub message: String,
}

impl ConsoleLine {
    /// Whether something went wrong.
    pub fn is_error(&self) -> bool {
        self.level == "SEVERE"
    }
}

/// The driver's own command for reading the console, which the standard lacks.
#[derive(Debug)]
pub(super) struct ReadLog;

impl WebDriverCompatibleCommand for ReadLog {
    fn endpoint(&self, base_url: &url::Url, session_id: Option<&str>) -> Result<url::Url, url::ParseError> {
        base_url.join(&format!("session/{}/se/log", session_id.unwrap_or_default()))
    }

    fn method_and_body(&self, _request_url: &url::Url) -> (http::Method, Option<String>) {
        (http::Method::POST, Some(json!({"type": "browser"}).to_string()))
    }
}

pub(super) fn lines(answer: Value) -> Vec<ConsoleLine> {
    let Value::Array(entries) = answer else { return Vec::new() };
    let text = |entry: &Value, name: &str| entry[name].as_str().unwrap_or_default().to_owned();
    entries
        .iter()
        .map(|entry| ConsoleLine {
            level: text(entry, "level"),
            source: text(entry, "source"),
            message: text(entry, "message"),
        })
        .collect()
}

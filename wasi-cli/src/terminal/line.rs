//! One log line, as text for people or as JSON for programs.

use lightbeam_core::api::problem;
use lightbeam_core::host::Timestamp;
use lightbeam_core::notice::Severity;
use serde_json::Value;

use super::LogFormat;

/// The longest sentence that is told, in characters: API messages may hold whole documents.
const LONGEST: usize = 4_000;

/// Something to tell.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Line {
    /// How much it matters.
    pub(super) severity: Severity,
    /// A stable name for programs.
    pub(super) event: &'static str,
    /// The sentence.
    pub(super) text: String,
    /// What to do.
    pub(super) hint: Option<String>,
    /// What programs want to know beside the sentence.
    pub(super) fields: Vec<(&'static str, Value)>,
}

impl Line {
    /// A line without hint and fields.
    pub(super) fn new(severity: Severity, event: &'static str, text: impl Into<String>) -> Self {
        Self { severity, event, text: text.into(), hint: None, fields: Vec::new() }
    }

    /// The same line with one more field.
    pub(super) fn with(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.fields.push((name, value.into()));
        self
    }

    /// The same line with a hint, if there is one.
    pub(super) fn with_hint(mut self, hint: Option<&String>) -> Self {
        self.hint = hint.cloned();
        self
    }

    /// The line in the wanted form, with its line end.
    pub(super) fn render(&self, format: LogFormat, at: Timestamp, coloured: bool) -> String {
        match format {
            LogFormat::Text => self.text(at, coloured),
            LogFormat::Json => self.json(at),
        }
    }

    fn text(&self, at: Timestamp, coloured: bool) -> String {
        let word = level(self.severity);
        let (on, off) = match (coloured, self.severity) {
            (true, Severity::Error) => ("\x1b[1;31m", "\x1b[0m"),
            (true, Severity::Warning) => ("\x1b[33m", "\x1b[0m"),
            (true, Severity::Debug) => ("\x1b[2m", "\x1b[0m"),
            _ => ("", ""),
        };
        let text = format!("{} lightbeam {on}{word:<7}{off} {}\n", stamp(at), plain(&self.text));
        match &self.hint {
            None => text,
            Some(hint) if coloured => format!("{text}\x1b[36mhint:\x1b[0m {}\n", plain(hint)),
            Some(hint) => format!("{text}hint: {}\n", plain(hint)),
        }
    }

    /// Time, level and event come first in every line, then the sentence, then what is particular to the event.
    fn json(&self, at: Timestamp) -> String {
        let mut pairs = vec![
            ("time", Value::from(format!("{at:.3}"))),
            ("level", Value::from(level(self.severity))),
            ("event", Value::from(self.event)),
            ("message", Value::from(plain(&self.text))),
        ];
        pairs.extend(self.hint.iter().map(|hint| ("hint", Value::from(plain(hint)))));
        pairs.extend(self.fields.iter().cloned());
        let pairs: Vec<String> = pairs.into_iter().map(|(name, value)| format!("\"{name}\":{value}")).collect();
        format!("{{{}}}\n", pairs.join(","))
    }
}

/// The text on one line; what the API said may hold characters that move the cursor or change colours.
fn plain(text: &str) -> String {
    problem::plain(text, LONGEST)
}

/// The Python tool's name of a level.
fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Debug => "DEBUG",
        Severity::Info => "INFO",
        Severity::Warning => "WARNING",
        Severity::Error => "ERROR",
    }
}

/// `YYYY-MM-DD HH:MM:SS.mmm`, UTC: a sandbox knows no other zone.
fn stamp(at: Timestamp) -> String {
    let text = format!("{at:.3}");
    text.trim_end_matches('Z').replacen('T', " ", 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noon() -> Timestamp {
        "2026-03-01T12:00:00.0429Z".parse().unwrap()
    }

    #[test]
    fn text_has_the_python_tools_form() {
        let line =
            Line::new(Severity::Warning, "notice", "two\nlines\u{1b}[31m").with_hint(Some(&"do this".to_owned()));
        assert_eq!(
            line.render(LogFormat::Text, noon(), false),
            "2026-03-01 12:00:00.042 lightbeam WARNING two lines[31m\nhint: do this\n"
        );
        assert!(line.render(LogFormat::Text, noon(), true).contains("\x1b[33mWARNING\x1b[0m two"));
    }

    #[test]
    fn json_lines_are_json_with_a_fixed_beginning() {
        let line =
            Line::new(Severity::Info, "endpoint_finished", "a \"b\"").with("endpoint", "ed-fi/x").with("failed", 3);
        assert_eq!(
            line.render(LogFormat::Json, noon(), true),
            "{\"time\":\"2026-03-01T12:00:00.042Z\",\"level\":\"INFO\",\"event\":\"endpoint_finished\",\
             \"message\":\"a \\\"b\\\"\",\"endpoint\":\"ed-fi/x\",\"failed\":3}\n"
        );
    }
}

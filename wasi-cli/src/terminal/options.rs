//! How the run is told of.

use lightbeam_core::config::LogLevel;
use lightbeam_core::notice::Severity;

/// What the user asked of the terminal.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TerminalOptions {
    /// `--log-format`.
    pub log_format: LogFormat,
    /// `--quiet`.
    pub quiet: bool,
    /// `--color`.
    pub color: ColorChoice,
    /// `--log-level`, a Python level name.
    pub log_level: Option<String>,
}

/// The form of log lines.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON object a line.
    Json,
}

/// When colours are used.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ColorChoice {
    /// On a terminal, unless `NO_COLOR` is set.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// What standard error is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Surroundings {
    /// Whether a person looks at it.
    pub is_terminal: bool,
    /// Whether `NO_COLOR` is set and not empty.
    pub no_color: bool,
    /// How many columns a line has.
    pub columns: usize,
}

impl TerminalOptions {
    /// The least severity that is told, given the configured `log_level`. The engine has no word above ERROR, so
    /// CRITICAL hides no error.
    pub(super) fn threshold(&self, configured: Option<LogLevel>) -> Severity {
        let threshold = match (self.log_level.as_deref().map(str::to_ascii_uppercase).as_deref(), configured) {
            (Some("DEBUG"), _) | (None, Some(LogLevel::Debug)) => Severity::Debug,
            (Some("WARN" | "WARNING"), _) | (None, Some(LogLevel::Warning)) => Severity::Warning,
            (Some("ERROR" | "CRITICAL"), _) | (None, Some(LogLevel::Error | LogLevel::Critical)) => Severity::Error,
            _ => Severity::Info,
        };
        if self.quiet { threshold.max(Severity::Warning) } else { threshold }
    }

    /// Whether colours are used.
    pub(super) fn coloured(&self, surroundings: Surroundings) -> bool {
        match self.color {
            ColorChoice::Auto => surroundings.is_terminal && !surroundings.no_color,
            ColorChoice::Always => true,
            ColorChoice::Never => false,
        }
    }

    /// Whether a status line is drawn in place, instead of a log line now and then.
    pub(super) fn draws(&self, surroundings: Surroundings) -> bool {
        surroundings.is_terminal && self.log_format == LogFormat::Text && !self.quiet
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_flag_wins_over_the_configuration() {
        let flag = |level: &str| TerminalOptions { log_level: Some(level.to_owned()), ..TerminalOptions::default() };
        assert_eq!(TerminalOptions::default().threshold(None), Severity::Info);
        assert_eq!(TerminalOptions::default().threshold(Some(LogLevel::Debug)), Severity::Debug);
        assert_eq!(flag("warn").threshold(Some(LogLevel::Debug)), Severity::Warning);
        assert_eq!(flag("CRITICAL").threshold(None), Severity::Error);
        let quiet = TerminalOptions { quiet: true, ..flag("DEBUG") };
        assert_eq!(quiet.threshold(None), Severity::Warning);
    }

    #[test]
    fn colours_need_a_terminal_or_a_wish() {
        let on = Surroundings { is_terminal: true, no_color: false, columns: 80 };
        let options = |color| TerminalOptions { color, ..TerminalOptions::default() };
        assert!(options(ColorChoice::Auto).coloured(on));
        assert!(!options(ColorChoice::Auto).coloured(Surroundings { no_color: true, ..on }));
        assert!(!options(ColorChoice::Auto).coloured(Surroundings::default()));
        assert!(options(ColorChoice::Always).coloured(Surroundings::default()));
        assert!(!options(ColorChoice::Never).coloured(on));
    }
}

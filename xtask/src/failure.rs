//! Why a command of ours did not reach its end.

use std::fmt;
use std::path::Path;

/// What happened, and what a person can do about it.
#[derive(Debug)]
pub(crate) struct Failure {
    what: String,
    hint: Option<String>,
    usage: bool,
}

/// The result of everything here that can fail.
pub(crate) type Result<T> = std::result::Result<T, Failure>;

impl Failure {
    pub(crate) fn new(what: impl Into<String>) -> Self {
        Self { what: what.into(), hint: None, usage: false }
    }

    /// A command line that cannot be understood.
    pub(crate) fn usage(what: impl Into<String>) -> Self {
        Self { usage: true, ..Self::new(what).hint("`cargo xtask help` lists the commands") }
    }

    /// A file or folder that could not be worked on.
    pub(crate) fn file(doing: &str, path: &Path, error: &std::io::Error) -> Self {
        Self::new(format!("cannot {doing} {}: {error}", path.display()))
    }

    /// What happened, without hints.
    pub(crate) fn what(&self) -> &str {
        &self.what
    }

    /// Adds what to do about it; a later hint stands below an earlier one.
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        let hint = hint.into();
        self.hint = Some(match self.hint.take() {
            Some(earlier) => format!("{earlier}\nhint: {hint}"),
            None => hint,
        });
        self
    }

    /// Says in which stage of the tests it happened.
    pub(crate) fn in_stage(mut self, stage: &str) -> Self {
        self.what = format!("stage {stage} failed: {}", self.what);
        self
    }

    /// The process's exit code: 2 for a wrong command line, else 1.
    pub(crate) fn exit_code(&self) -> u8 {
        if self.usage { 2 } else { 1 }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.what)?;
        match &self.hint {
            Some(hint) => write!(out, "\nhint: {hint}"),
            None => Ok(()),
        }
    }
}

//! What the user should know beside the results.

/// A sentence for the user, with what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// How much it matters.
    pub severity: Severity,
    /// What happened and where, one plain sentence, without secrets and student data.
    pub text: String,
    /// What to do.
    pub hint: Option<String>,
}

/// How much a notice matters; the order is from least to most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Of use to whoever looks for a fault.
    Debug,
    /// Good to know.
    Info,
    /// Something is probably not as the user wants it.
    Warning,
    /// Something could not be done.
    Error,
}

impl Notice {
    /// A notice at [`Severity::Debug`].
    pub fn debug(text: impl Into<String>) -> Self {
        Self { severity: Severity::Debug, text: text.into(), hint: None }
    }

    /// A notice at [`Severity::Info`].
    pub fn info(text: impl Into<String>) -> Self {
        Self { severity: Severity::Info, text: text.into(), hint: None }
    }

    /// A notice at [`Severity::Warning`].
    pub fn warning(text: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, text: text.into(), hint: None }
    }

    /// A notice at [`Severity::Error`].
    pub fn error(text: impl Into<String>) -> Self {
        Self { severity: Severity::Error, text: text.into(), hint: None }
    }

    /// The same notice with a hint.
    #[must_use]
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

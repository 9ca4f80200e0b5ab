use lightbeam_core::api::problem::{self, Problem};
use lightbeam_core::event;
use lightbeam_core::report::cause_name;

use super::{Cause, Failure, RunResults};

/// Who can mend a cause.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owner {
    /// Whoever makes the records.
    Data,
    /// Whoever maps values, or gives credentials their rights.
    Configuration,
    /// Whoever runs the API, or the network before it.
    Host,
}

impl Owner {
    /// In words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Data => "the owner of the data",
            Self::Configuration => "whoever configures the mapping or the API's claim sets",
            Self::Host => "whoever runs the API",
        }
    }
}

/// Who can mend a cause, by its name.
pub fn owner(cause: &str) -> Owner {
    match cause {
        "unknown descriptor" | "not authorized" => Owner::Configuration,
        "server fault" | "no connection" | "other" => Owner::Host,
        _ => Owner::Data,
    }
}

impl RunResults {
    /// Whether a failure counts under a cause. The file does not say it, so it is told from status, type and message,
    /// as the run itself told it.
    pub fn is_of(&self, failure: &Failure, cause: &Cause) -> bool {
        let name = self.cause_of(failure);
        if name != cause.cause {
            return false;
        }
        let missing = matches!(name, "missing parent" | "unknown descriptor")
            .then(|| problem::missing(&failure.message))
            .flatten()
            .map(|missing| (Some(missing.thing), missing.value));
        let (thing, value) = missing.unwrap_or_default();
        if (thing, value) == (cause.missing.as_deref(), cause.value.as_deref()) {
            return true;
        }
        // Only so many missing things are told apart; the rest counts under the cause alone.
        let known =
            |other: &Cause| other.cause == name && (other.missing.as_deref(), other.value.as_deref()) == (thing, value);
        cause.missing.is_none() && cause.value.is_none() && !self.causes.iter().any(known)
    }

    /// The name of the cause that a failure has.
    fn cause_of<'a>(&'a self, failure: &'a Failure) -> &'a str {
        // The messages beyond the most that are kept of an endpoint stand together under their cause.
        if let Some((_, rest)) = failure.message.split_once(" other messages, cause: ") {
            return rest.split(" (").next().unwrap_or(rest);
        }
        let cause = match (failure.method.as_deref(), failure.status) {
            // Where nothing was answered, one failure of each cause stands in the file with its message.
            (None, None) => match self.causes.iter().find(|cause| cause.message == failure.message) {
                Some(cause) => return &cause.cause,
                None if failure.message.starts_with("the line is ") => event::Cause::InvalidValue,
                None => event::Cause::NoConnection,
            },
            (None, status) => {
                let problem = Problem {
                    messages: vec![failure.message.clone()],
                    problem_type: failure.problem_type.clone(),
                    correlation_id: None,
                };
                problem::cause(status, &problem)
            }
            (Some("references"), _) => event::Cause::MissingParent,
            (Some("descriptors"), _) if !failure.message.contains("' is not of the form ") => {
                event::Cause::UnknownDescriptor
            }
            (Some("uniqueness"), _) if !failure.message.ends_with("is missing, which is part of the natural key") => {
                event::Cause::Duplicate
            }
            (Some(_), _) => event::Cause::InvalidValue,
        };
        cause_name(cause)
    }
}

//! From answers of the API to failures.

use std::collections::HashSet;
use std::rc::Rc;

use http::header::CONTENT_TYPE;

use crate::api::SendError;
use crate::api::problem::Problem;
use crate::event::{Cause, Failure};
use crate::host::Response;

/// A failure without an answer.
pub(crate) fn failure(message: String, cause: Cause) -> Failure {
    Failure { status: None, messages: vec![message], problem_type: None, correlation_id: None, cause }
}

/// What the API said when it refused.
pub(crate) fn refusal(response: &Response) -> Failure {
    Problem::read(response.status, response.header(&CONTENT_TYPE), &response.body).into_failure(response.status)
}

/// That there was no answer.
pub(crate) fn unanswered(error: &SendError) -> Failure {
    failure(error.to_string(), Cause::NoConnection)
}

/// Why a record that is tried again was refused, in little room: many records are refused for the same reason.
#[derive(Debug, Clone)]
pub(crate) struct Refusal {
    reason: Rc<Failure>,
    correlation_id: Option<Box<str>>,
}

impl Refusal {
    pub(crate) fn new(mut failure: Failure, reasons: &mut HashSet<Rc<Failure>>) -> Self {
        let correlation_id = failure.correlation_id.take().map(String::into_boxed_str);
        let reason = reasons.get(&failure).cloned().unwrap_or_else(|| {
            let reason = Rc::new(failure);
            reasons.insert(reason.clone());
            reason
        });
        Self { reason, correlation_id }
    }

    pub(crate) fn into_failure(self) -> Failure {
        Failure { correlation_id: self.correlation_id.map(String::from), ..(*self.reason).clone() }
    }
}

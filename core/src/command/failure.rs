//! From answers of the API to failures.

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
    Problem::read(response.status, response.header("content-type"), &response.body).into_failure(response.status)
}

/// That there was no answer.
pub(crate) fn unanswered(error: &SendError) -> Failure {
    failure(error.to_string(), Cause::NoConnection)
}

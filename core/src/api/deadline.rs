use std::pin::pin;
use std::time::Duration;

use futures_util::future::{Either, select};

use super::exchange::{Call, Exchange, Stopped};
use crate::decimal;
use crate::host::{Clock, Http, HttpError, HttpErrorKind, Request, Response};

/// Bounds one attempt, from the first byte sent to the last byte read: a transport has no deadline of its own.
#[derive(Debug)]
pub(super) struct Deadline<'h, T, C> {
    pub(super) http: &'h T,
    pub(super) clock: &'h C,
    pub(super) timeout: Duration,
}

impl<T: Http, C: Clock> Exchange for Deadline<'_, T, C> {
    async fn exchange(&self, request: &Request, call: &Call<'_>) -> Result<Response, Stopped> {
        call.attempts.set(call.attempts.get() + 1);
        let answer = pin!(self.http.send(request));
        let deadline = pin!(self.clock.sleep(self.timeout));
        let result = match select(answer, deadline).await {
            Either::Left((answer, _)) => answer.map_err(Stopped::NoAnswer),
            Either::Right(((), _)) => {
                let seconds = decimal::shown(self.timeout.as_secs_f64());
                let detail = format!("no answer within {seconds} s (connection.timeout)");
                Err(Stopped::NoAnswer(HttpError::new(HttpErrorKind::Timeout, detail)))
            }
        };
        if result.as_ref().map_or(true, |answer| answer.status >= 500) {
            call.doubtful.set(call.doubtful.get() + 1);
        }
        result
    }
}

use std::rc::Rc;
use std::time::Duration;

use super::backoff::Backoff;
use super::exchange::{Call, Exchange, Stopped};
use super::outage::Outage;
use crate::event::{Event, Listener};
use crate::host::{Clock, Request, Response};

/// The wait before the first repeat, before it is made random.
const FIRST_WAIT: Duration = Duration::from_millis(100);

/// Repeats an exchange that ended with a listed status, or without an answer where a repeat can help.
///
/// Repeating a POST is safe: the API upserts by natural key. 401 is never repeated here, whatever the list says: that
/// is the authorising layer's business, and a list that named it would cost a token for each repeat.
pub(super) struct Repeat<'h, X, C> {
    pub(super) inner: X,
    pub(super) clock: &'h C,
    pub(super) listener: &'h dyn Listener,
    pub(super) backoff: Rc<Backoff>,
    pub(super) outage: Rc<Outage>,
    pub(super) most: u32,
    pub(super) statuses: Rc<[u16]>,
}

impl<X: Exchange, C: Clock> Exchange for Repeat<'_, X, C> {
    async fn exchange(&self, request: &Request, call: &Call<'_>) -> Result<Response, Stopped> {
        self.outage.check()?;
        let mut repeats = 0;
        loop {
            let result = self.inner.exchange(request, call).await;
            let status = match &result {
                Ok(answer) if self.is_repeated(answer.status, call) => Some(answer.status),
                Err(Stopped::NoAnswer(error)) if error.kind.is_repeatable() => None,
                _ => return self.given_up(result, call),
            };
            if repeats == self.most {
                return self.given_up(result, call);
            }
            let wait = self.backoff.wait(FIRST_WAIT, repeats);
            repeats += 1;
            self.listener.hear(&Event::Repeated { endpoint: call.endpoint.cloned(), status, wait });
            self.outage.unless_broken(self.clock.sleep(wait)).await?;
        }
    }
}

impl<X, C: Clock> Repeat<'_, X, C> {
    fn is_repeated(&self, status: u16, call: &Call<'_>) -> bool {
        !call.given_up_at_gate.get()
            && status != 401
            && !(200..300).contains(&status)
            && self.statuses.contains(&status)
    }

    /// The end of a request: what it came to.
    fn given_up(&self, result: Result<Response, Stopped>, call: &Call<'_>) -> Result<Response, Stopped> {
        if let Err(Stopped::NoAnswer(error)) = &result
            && !call.answered.get()
        {
            self.outage.gave_up(self.clock.monotonic(), error);
        }
        result
    }
}

use std::cell::RefCell;
use std::collections::HashSet;
use std::rc::Rc;

use http::header::AUTHORIZATION;

use super::exchange::{Call, Credentials, Exchange, Stopped};
use super::outage::{BrokenOff, Outage};
use super::token::Tokens;
use crate::event::{EndpointId, Event, Listener};
use crate::host::{Clock, Http, Request, Response};

/// Signs requests with the shared token, and renews it once where a request is refused with 401.
///
/// A second 401 with a fresh token is the request's answer. An endpoint that refuses a fresh token is remembered, so
/// that each of its records does not cost another token: an ODS/API grants no more than 15 live ones.
pub(super) struct Authorise<'h, X, T, C> {
    pub(super) inner: X,
    pub(super) tokens: Rc<Tokens<'h, T, C>>,
    pub(super) listener: &'h dyn Listener,
    pub(super) outage: Rc<Outage>,
    pub(super) refusing: RefCell<HashSet<Option<EndpointId>>>,
}

impl<X: Exchange, T: Http, C: Clock> Exchange for Authorise<'_, X, T, C> {
    async fn exchange(&self, request: &Request, call: &Call<'_>) -> Result<Response, Stopped> {
        if call.credentials == Credentials::None {
            return self.inner.exchange(request, call).await;
        }
        let (serial, answer) = self.signed(request, call, None).await?;
        if answer.status != 401 {
            self.accepted(serial, call);
            return Ok(answer);
        }
        if self.is_refusing(call) || !self.tokens.may_renew(serial) {
            return Ok(answer);
        }
        let endpoint = call.endpoint.cloned();
        self.listener.hear(&Event::Repeated { endpoint, status: Some(401), wait: std::time::Duration::ZERO });
        let (serial, answer) = self.signed(request, call, Some(serial)).await?;
        if answer.status == 401 {
            self.refusing.borrow_mut().insert(call.endpoint.cloned());
        } else {
            self.accepted(serial, call);
        }
        Ok(answer)
    }
}

impl<X: Exchange, T: Http, C: Clock> Authorise<'_, X, T, C> {
    /// Sends with a token other than the refused one; tells which.
    async fn signed(
        &self,
        request: &Request,
        call: &Call<'_>,
        refused: Option<u64>,
    ) -> Result<(u64, Response), Stopped> {
        let token = match self.outage.unless_broken(self.tokens.token(refused)).await? {
            Ok(token) => token,
            Err(error) => {
                self.outage.break_off(BrokenOff::NoToken(error));
                return Err(Stopped::BrokenOff);
            }
        };
        let mut request = request.clone();
        request.headers.insert(AUTHORIZATION, token.bearer.clone());
        Ok((token.serial, self.inner.exchange(&request, call).await?))
    }

    fn accepted(&self, serial: u64, call: &Call<'_>) {
        self.tokens.accepted(serial);
        if self.is_refusing(call) {
            self.refusing.borrow_mut().remove(&call.endpoint.cloned());
        }
    }

    fn is_refusing(&self, call: &Call<'_>) -> bool {
        let refusing = self.refusing.borrow();
        !refusing.is_empty() && refusing.contains(&call.endpoint.cloned())
    }
}

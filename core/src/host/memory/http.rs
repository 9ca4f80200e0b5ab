use std::cell::{Cell, RefCell};
use std::fmt;
use std::future::pending;
use std::rc::Rc;
use std::time::Duration;

use super::clock::MemoryClock;
use super::kill::Kill;
use crate::host::{Clock, Http, HttpError, HttpErrorKind, Request, Response};

/// What the simulated server does with one request.
#[derive(Debug, Clone)]
pub struct Reply {
    /// How long the answer takes.
    pub after: Duration,
    /// The answer; `None`: it never comes.
    pub answer: Option<Result<Response, HttpError>>,
}

impl Reply {
    /// An answer at once.
    pub fn now(answer: Result<Response, HttpError>) -> Self {
        Self { after: Duration::ZERO, answer: Some(answer) }
    }
}

type Server = Box<dyn FnMut(&Request) -> Reply>;

/// A transport whose server is a function. Cloning shares it.
#[derive(Clone)]
pub struct MemoryHttp {
    server: Rc<RefCell<Server>>,
    requests: Rc<RefCell<Vec<Request>>>,
    in_flight: Rc<Cell<usize>>,
    most_in_flight: Rc<Cell<usize>>,
    clock: MemoryClock,
    kill: Rc<Kill>,
}

impl fmt::Debug for MemoryHttp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryHttp").field("requests", &self.requests.borrow().len()).finish_non_exhaustive()
    }
}

impl MemoryHttp {
    pub(super) fn new(clock: MemoryClock, kill: Rc<Kill>) -> Self {
        let server: Server =
            Box::new(|_| Reply::now(Err(HttpError::new(HttpErrorKind::Connect, "connection refused"))));
        Self {
            server: Rc::new(RefCell::new(server)),
            requests: Rc::default(),
            in_flight: Rc::default(),
            most_in_flight: Rc::default(),
            clock,
            kill,
        }
    }

    pub(super) fn restarted(&self, kill: Rc<Kill>) -> Self {
        Self {
            server: self.server.clone(),
            requests: Rc::default(),
            in_flight: Rc::default(),
            most_in_flight: Rc::default(),
            clock: self.clock.clone(),
            kill,
        }
    }

    /// Sets the server: a function that is called once for each request, when it arrives.
    pub fn serve(&self, server: impl FnMut(&Request) -> Reply + 'static) {
        *self.server.borrow_mut() = Box::new(server);
    }

    /// All requests so far, in the order they arrived.
    pub fn requests(&self) -> Vec<Request> {
        self.requests.borrow().clone()
    }

    /// The largest number of requests that were in flight together.
    pub fn most_in_flight(&self) -> usize {
        self.most_in_flight.get()
    }
}

/// Counts one exchange as in flight for as long as it lives.
struct InFlight(Rc<Cell<usize>>);

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.set(self.0.get() - 1);
    }
}

impl Http for MemoryHttp {
    async fn send(&self, request: &Request) -> Result<Response, HttpError> {
        let max_body = request.max_body;
        let reply = (self.server.borrow_mut())(request);
        self.requests.borrow_mut().push(request.clone());
        self.in_flight.set(self.in_flight.get() + 1);
        let _in_flight = InFlight(self.in_flight.clone());
        self.most_in_flight.set(self.most_in_flight.get().max(self.in_flight.get()));
        self.kill.request();
        if self.kill.is_killed() {
            return pending().await;
        }
        // Even an answer at once lets others go on first, as a socket would.
        self.clock.sleep(reply.after).await;
        match reply.answer {
            None => pending().await,
            Some(Err(error)) => Err(error),
            Some(Ok(mut response)) => {
                if response.body.len() > max_body {
                    response.body.truncate(max_body);
                    response.truncated = true;
                }
                Ok(response)
            }
        }
    }
}

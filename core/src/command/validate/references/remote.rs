//! Looks records up at the API by their natural keys.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::{LocalBoxFuture, Shared};
use serde_json::value::RawValue;

use super::answers::{Answers, Question, Verdict};
use crate::command::session::Session;
use crate::host::{Clock as _, Host};
use crate::model::{Endpoint, KeyHash};
use crate::notice::Notice;

/// Answers that are remembered at least: what 16 MiB hold, about.
const REMEMBERED: usize = 500_000;
/// Records that are asked for in one look-up. One has the key; more show an API that does not know the parameters.
const LIMIT: &str = "2";
/// After so many look-ups in a row that the API answers with a fault, an endpoint is not asked any more: each of them
/// has been repeated as often as the user allows already.
const PATIENCE: usize = 3;
/// The same if none of its look-ups has had any answer for so long, and for twice the time that one attempt may take.
/// Where nothing else is answered either, the run has ended by then.
const PATIENCE_UNANSWERED: Duration = Duration::from_mins(1);

/// Looks records up, each once, however many ask at the same time.
pub(super) struct Remote<'a, H: Host> {
    session: &'a Session<'a, H>,
    answers: RefCell<Answers>,
    under_way: RefCell<HashMap<Question, Shared<LocalBoxFuture<'a, Verdict>>>>,
    /// Where look-ups of each endpoint stand, by its position.
    endpoints: RefCell<HashMap<usize, Rc<Standing>>>,
}

/// How look-ups at one endpoint have gone.
#[derive(Debug, Default)]
struct Standing {
    /// Look-ups that the API answered with a fault, in a row.
    faults: Cell<usize>,
    /// Since when look-ups have had no answer, by the monotonic clock.
    unanswered_since: Cell<Option<Duration>>,
    is_told: Cell<bool>,
    is_closed: Cell<bool>,
}

impl Standing {
    fn tell_once<H: Host>(&self, session: &Session<'_, H>, endpoint: &Endpoint, why: &str) {
        if !self.is_told.replace(true) {
            session.notice(Notice::warning(format!("a reference to {} could not be looked up: {why}", endpoint.id)));
        }
    }
}

/// What one exchange came to.
enum Outcome {
    Verdict(Verdict),
    /// This key cannot be asked for.
    InVain(String),
    /// The answer is a fault.
    Fault(String),
    /// There is no answer.
    Unanswered(String),
    /// No key of this endpoint can be asked for.
    Closed(String),
    /// Nobody asks any more.
    Ended,
}

impl<'a, H: Host> Remote<'a, H> {
    pub(super) fn new(session: &'a Session<'a, H>) -> Self {
        let (under_way, endpoints) = (RefCell::default(), RefCell::default());
        Self { session, answers: RefCell::new(Answers::new(REMEMBERED)), under_way, endpoints }
    }

    /// What is known already, without asking.
    pub(super) fn known(&self, endpoint: usize, key: KeyHash) -> Option<Verdict> {
        self.answers.borrow_mut().get(question(endpoint, key))
    }

    /// Whether the API holds the record of an endpoint (by its position) with these values of its natural key.
    pub(super) async fn look_up(&self, endpoint: usize, values: &[String], key: KeyHash) -> Verdict {
        let question = question(endpoint, key);
        if let Some(verdict) = self.answers.borrow_mut().get(question) {
            return verdict;
        }
        let running = self.under_way.borrow().get(&question).cloned();
        let running = running.unwrap_or_else(|| {
            let standing = self.endpoints.borrow_mut().entry(endpoint).or_default().clone();
            let session = self.session;
            let endpoint = &session.endpoints.all()[endpoint];
            let asking = ask(session, endpoint, standing, values.to_vec(), key).boxed_local().shared();
            self.under_way.borrow_mut().insert(question, asking.clone());
            asking
        });
        let verdict = running.await;
        // Only the first of those who waited remembers it.
        if self.under_way.borrow_mut().remove(&question).is_some() {
            self.answers.borrow_mut().insert(question, verdict);
        }
        verdict
    }
}

/// The API may tell keys apart by case, so what it said of one is no answer for the other.
fn question(endpoint: usize, key: KeyHash) -> Question {
    (endpoint, key.exact.unwrap_or(key.folded))
}

async fn ask<H: Host>(
    session: &Session<'_, H>,
    endpoint: &Endpoint,
    standing: Rc<Standing>,
    values: Vec<String>,
    key: KeyHash,
) -> Verdict {
    if standing.is_closed.get() {
        return Verdict::Unknown;
    }
    let id = &endpoint.id;
    let why = match exchange(session, endpoint, &standing, &values, key).await {
        Outcome::Verdict(verdict) => {
            standing.faults.set(0);
            standing.unanswered_since.set(None);
            return verdict;
        }
        Outcome::Ended => return Verdict::Unknown,
        Outcome::Closed(why) => why,
        Outcome::InVain(why) => {
            standing.unanswered_since.set(None);
            standing.tell_once(session, endpoint, &why);
            return Verdict::Unknown;
        }
        Outcome::Fault(why) => {
            standing.unanswered_since.set(None);
            standing.faults.set(standing.faults.get() + 1);
            if standing.faults.get() < PATIENCE {
                standing.tell_once(session, endpoint, &why);
                return Verdict::Unknown;
            }
            why
        }
        Outcome::Unanswered(why) => {
            let now = session.host.clock().monotonic();
            let since = standing.unanswered_since.get().unwrap_or(now);
            standing.unanswered_since.set(Some(since));
            let patience = PATIENCE_UNANSWERED.max(2 * session.config.connection.timeout);
            if now.saturating_sub(since) <= patience {
                standing.tell_once(session, endpoint, &why);
                return Verdict::Unknown;
            }
            why
        }
    };
    if !standing.is_closed.replace(true) {
        let text = format!("references to {id} are checked against local files only: {why}");
        session.notice(Notice::warning(text).with_hint(format!(
            "ask the API's administrator for leave to read {id}, or have a copy of its records in data_dir"
        )));
    }
    Verdict::Unknown
}

async fn exchange<H: Host>(
    session: &Session<'_, H>,
    endpoint: &Endpoint,
    standing: &Standing,
    values: &[String],
    key: KeyHash,
) -> Outcome {
    let (Some(natural_key), Some(described)) = (&endpoint.key, &endpoint.described) else {
        return Outcome::Closed("the API's documents do not tell its natural key".to_owned());
    };
    let names = natural_key.parts.iter().map(|part| part.name.as_str());
    if let Some(name) = names.clone().find(|name| !described.resource.reading.offers(name)) {
        return Outcome::Closed(format!("the API does not offer to look for its {name}"));
    }
    let Some(_permit) = session.permit().await else { return Outcome::Ended };
    // It may have been closed while this one waited.
    if standing.is_closed.get() {
        return Outcome::Ended;
    }
    let parameters = names.zip(values.iter().map(String::as_str)).chain([("limit", LIMIT)]);
    let Some(url) = session.api.target().endpoint_url(&endpoint.id).with_query(parameters) else {
        return Outcome::InVain("a key is too long to be asked for".to_owned());
    };
    let response = match session.api.get(Some(&endpoint.id), url).await.result {
        Ok(response) => response,
        Err(_) if session.is_ending() => return Outcome::Ended,
        Err(error) => return Outcome::Unanswered(error.to_string()),
    };
    match response.status {
        200..300 => {}
        403 => return Outcome::Closed("the credentials may not read them (403)".to_owned()),
        status @ (300..=399 | 401 | 404 | 405) => return Outcome::Closed(format!("the API answers {status}")),
        status @ (408 | 429 | 500..) => return Outcome::Fault(format!("the API answers {status}")),
        status => return Outcome::InVain(format!("the API answers {status}")),
    }
    let Ok(records) = serde_json::from_slice::<Vec<&RawValue>>(&response.body) else {
        return Outcome::InVain("the answer is no list of records".to_owned());
    };
    let is_it =
        |record: &&RawValue| natural_key.hash(record.get().as_bytes()).is_some_and(|found| found.folded == key.folded);
    if records.iter().any(is_it) {
        Outcome::Verdict(Verdict::Found)
    } else if records.is_empty() {
        Outcome::Verdict(Verdict::Absent)
    } else {
        // An API that ignores parameters answers with whatever it holds, which says nothing of the one record.
        Outcome::Fault("the API answers with other records than it was asked for".to_owned())
    }
}

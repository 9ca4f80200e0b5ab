//! Finds the record of the API that a local record describes, by natural key and by nothing else.
//!
//! The query is not believed: an API that ignores a parameter answers with other records. So each record of the
//! answer is compared with the local one, and only one whose natural key is equal is ever removed.

use std::collections::HashSet;
use std::rc::Rc;

use serde::Deserialize;

use super::key_form::KeyForm;
use crate::api::SendError;
use crate::api::page::Page;
use crate::command::failure::{failure, refusal, unanswered};
use crate::command::removal::RemovedId;
use crate::command::session::Session;
use crate::event::{Cause, EndpointId, Failure};
use crate::host::Host;
use crate::model::{Endpoint, KeyHash, NaturalKey};

/// The most pages that are read to find one record, where the API cannot be asked for its whole key.
const MOST_PAGES: u32 = 1_000;

/// How the records of one endpoint are looked up.
#[derive(Debug)]
pub(super) struct LookUp {
    endpoint: EndpointId,
    key: Rc<NaturalKey>,
    parts: Vec<Part>,
    page_size: u32,
}

/// One part of the natural key.
#[derive(Debug)]
struct Part {
    form: KeyForm,
    /// The query parameter that filters by it, as the API's documents spell it; `None` if there is none.
    parameter: Option<String>,
    /// Whether the API's documents name it, so that it is not ignored.
    is_documented: bool,
}

/// What a look-up came to.
#[derive(Debug)]
pub(super) enum LookedUp {
    /// The record.
    Found(Hit),
    /// The API holds no such record.
    Nothing,
    /// The API holds several such records.
    Several,
    /// It could not be found out.
    Failed(Failure),
    /// The run ended before the API was asked.
    NotTried,
}

/// A record of the API whose natural key is that of the local one.
#[derive(Debug, Clone)]
pub(super) struct Hit {
    pub(super) id: RemovedId,
    /// Its natural key, hashed, in the API's own spelling.
    pub(super) key: Option<u64>,
}

/// A record of an answer, compared with the local one.
struct Compared {
    likeness: Likeness,
    id: Option<RemovedId>,
    key: Option<u64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Likeness {
    /// The natural keys are equal.
    Same,
    /// They are but for case and blanks at the end, which some databases do not tell apart.
    SameButForCase,
    /// They differ, but not in the parts that the API was asked for.
    AsAsked,
    /// The API was asked for something else.
    Other,
}

#[derive(Deserialize)]
struct Identified<'a> {
    #[serde(borrow, default)]
    id: Option<std::borrow::Cow<'a, str>>,
}

impl LookUp {
    /// How to look up records of `endpoint`; a failure that says why they cannot be.
    pub(super) fn new(endpoint: &Endpoint, page_size: u32) -> Result<Self, Failure> {
        let cannot = |why: String| failure(why, Cause::Other);
        let id = &endpoint.id;
        let (key, described) = match (&endpoint.key, &endpoint.described) {
            (Some(key), Some(described)) if key.complete => (key.clone(), described),
            (Some(_), Some(_)) => {
                return Err(cannot(format!(
                    "the API's documents tell only part of the natural key of {id}, so its records cannot be told \
                     apart and none is deleted"
                )));
            }
            _ => {
                return Err(cannot(format!(
                    "the API's documents do not tell the natural key of {id}, so its records cannot be looked up and \
                     none is deleted"
                )));
            }
        };
        let reading = &described.resource.reading;
        let documented = |name: &str| reading.parameters.iter().find(|known| known.eq_ignore_ascii_case(name)).cloned();
        // APIs filter descriptors by these two, but the documents of the ODS/API do not say so. One that does not is
        // found out by its answer.
        let is_descriptor = key.parts.iter().map(|part| part.name.as_str()).eq(["namespace", "codeValue"]);
        let parameter = |name: &str| documented(name).or_else(|| is_descriptor.then(|| name.to_owned()));
        let parts: Vec<Part> = key
            .parts
            .iter()
            .map(|part| Part {
                form: KeyForm::of(part, described),
                parameter: parameter(&part.name),
                is_documented: documented(&part.name).is_some(),
            })
            .collect();
        if parts.iter().all(|part| part.parameter.is_none()) {
            let names: Vec<&str> = key.parts.iter().map(|part| part.name.as_str()).collect();
            return Err(cannot(format!(
                "the API has no query parameter for any part of the natural key of {id} ({}), so its records cannot \
                 be looked up and none is deleted",
                names.join(", ")
            )));
        }
        let page_size = reading.most_per_page.map_or(page_size, |most| page_size.min(most)).max(1);
        Ok(Self { endpoint: id.clone(), key, parts, page_size })
    }

    /// Whether the API can be asked for the whole key, so that its answer holds at most the one record.
    pub(super) fn is_exact(&self) -> bool {
        self.parts.iter().all(|part| part.parameter.is_some())
    }

    /// Whether the API's documents say that it can be asked for the whole key.
    fn is_documented(&self) -> bool {
        self.parts.iter().all(|part| part.is_documented)
    }

    /// The values of a record's natural key, and the key hashed as the state knows it.
    pub(super) fn values(&self, record: &[u8]) -> Result<(Vec<String>, Option<KeyHash>), Failure> {
        if let Some(values) = self.key.values(record) {
            return Ok((values, self.key.hash(record)));
        }
        let names: Vec<&str> = self.key.parts.iter().map(|part| part.name.as_str()).collect();
        let why = format!(
            "the record is no JSON object with its whole natural key ({}), so it cannot be looked up",
            names.join(", ")
        );
        Err(failure(why, Cause::InvalidValue))
    }

    /// Looks a record up by the values of its natural key. Tells how many requests were made, and how often an
    /// exchange was repeated, too.
    pub(super) async fn find<H: Host>(&self, session: &Session<'_, H>, values: &[String]) -> (LookedUp, u32, u32) {
        let mut asking = Asking { session, look_up: self, values, requests: 0, repeats: 0 };
        let found = if self.is_exact() { asking.for_the_record().await } else { asking.for_pages().await };
        (found, asking.requests, asking.repeats)
    }

    fn compare(&self, values: &[String], record: &[u8]) -> Compared {
        let id = serde_json::from_slice::<Identified<'_>>(record).ok().and_then(|record| record.id);
        let key = self.key.hash(record).and_then(|hash| hash.exact);
        let likeness = self.key.values(record).map_or(Likeness::Other, |found| self.likeness(values, &found));
        Compared { likeness, id: id.and_then(|id| RemovedId::new(&id)), key }
    }

    fn likeness(&self, local: &[String], found: &[String]) -> Likeness {
        let (mut same, mut same_folded, mut as_asked) = (true, true, true);
        for (part, (local, found)) in self.parts.iter().zip(local.iter().zip(found)) {
            let (local, found) = (part.form.canonical(local), part.form.canonical(found));
            let is_folded = local == found || folded(&local) == folded(&found);
            same &= local == found;
            same_folded &= is_folded;
            as_asked &= is_folded || part.parameter.is_none();
        }
        match (same, same_folded, as_asked) {
            (true, ..) => Likeness::Same,
            (_, true, _) => Likeness::SameButForCase,
            (.., true) => Likeness::AsAsked,
            _ => Likeness::Other,
        }
    }
}

fn folded(value: &str) -> String {
    value.trim_end().to_lowercase()
}

/// One look-up under way.
struct Asking<'a, H: Host> {
    session: &'a Session<'a, H>,
    look_up: &'a LookUp,
    values: &'a [String],
    requests: u32,
    repeats: u32,
}

impl<H: Host> Asking<'_, H> {
    /// By the whole natural key: one request.
    async fn for_the_record(&mut self) -> LookedUp {
        let answer = match self.page(&[]).await {
            Ok(answer) => answer,
            Err(ended) => return ended,
        };
        let is_alone = answer.len() == 1;
        let others = answer.len();
        let is_folded = |compared: &&Compared| compared.likeness == Likeness::SameButForCase;
        if answer.iter().all(|compared| compared.likeness != Likeness::Same) {
            return match answer.iter().find(is_folded) {
                // The API itself says that the two are one: it was asked for one and gave the other, and nothing else.
                // One that may have ignored the query says nothing.
                Some(_) if is_alone && self.look_up.is_documented() => only(answer),
                Some(_) if is_alone => LookedUp::Failed(mismatch(1)),
                Some(_) if answer.iter().filter(is_folded).count() == others => LookedUp::Several,
                _ if others == 0 => LookedUp::Nothing,
                _ => LookedUp::Failed(mismatch(others)),
            };
        }
        only(answer.into_iter().filter(|compared| compared.likeness == Likeness::Same).collect())
    }

    /// By the parts that the API can be asked for: page by page, compared here.
    async fn for_pages(&mut self) -> LookedUp {
        let limit = self.look_up.page_size.to_string();
        let mut same = Vec::new();
        let mut offset = 0;
        let mut before: HashSet<RemovedId> = HashSet::new();
        for _ in 0..MOST_PAGES {
            let at = offset.to_string();
            let page = match self.page(&[("limit", &limit), ("offset", &at)]).await {
                Ok(page) => page,
                Err(ended) => return ended,
            };
            if page.is_empty() {
                return if same.is_empty() { LookedUp::Nothing } else { only(same) };
            }
            offset += page.len();
            if page.iter().any(|compared| compared.likeness == Likeness::Other) {
                return LookedUp::Failed(mismatch(page.len()));
            }
            if page.iter().any(|compared| compared.likeness == Likeness::SameButForCase) {
                let why = "the API holds a record whose natural key differs from this one's in case only; whether it \
                           is the same one, the API does not tell";
                return LookedUp::Failed(failure(why.to_owned(), Cause::Other));
            }
            let ids: HashSet<RemovedId> = page.iter().filter_map(|compared| compared.id.clone()).collect();
            if !ids.is_empty() && ids == before {
                let why = "the API gives the same page again and again, so the record cannot be looked up";
                return LookedUp::Failed(failure(why.to_owned(), Cause::Other));
            }
            before = ids;
            same.extend(page.into_iter().filter(|compared| compared.likeness == Likeness::Same));
        }
        let why = format!(
            "the record was not among the first {offset} that share the parts of its key that can be asked for"
        );
        LookedUp::Failed(failure(why, Cause::Other))
    }

    /// One GET: the records of its answer, compared.
    async fn page(&mut self, paging: &[(&str, &str)]) -> Result<Vec<Compared>, LookedUp> {
        let failed = |why: &str| LookedUp::Failed(failure(why.to_owned(), Cause::Other));
        let look_up = self.look_up;
        let parts = look_up.parts.iter().zip(self.values);
        let asked: Vec<(&str, std::borrow::Cow<'_, str>)> =
            parts.filter_map(|(part, value)| Some((part.parameter.as_deref()?, part.form.asked(value)))).collect();
        let url = self.session.api.target().endpoint_url(&look_up.endpoint);
        let query = asked.iter().map(|(name, value)| (*name, &**value)).chain(paging.iter().copied());
        let Some(url) = url.with_query(query) else {
            return Err(failed("the record's natural key is too long to be asked for"));
        };
        let answer = self.session.api.get(Some(&look_up.endpoint), url).await;
        self.requests += 1;
        self.repeats += answer.repeats;
        let response = match answer.result {
            Ok(response) if response.is_success() => response,
            Ok(response) => return Err(LookedUp::Failed(refusal(&response))),
            Err(SendError::BrokenOff { attempts: 0 }) => return Err(LookedUp::NotTried),
            Err(no_answer) => return Err(LookedUp::Failed(unanswered(&no_answer))),
        };
        match Page::read(&response) {
            Ok(page) => Ok(page.records().map(|record| look_up.compare(self.values, record)).collect()),
            Err(error) => Err(failed(&error.to_string())),
        }
    }
}

/// What equal records come to. One that an answer names twice is still one.
fn only(mut equal: Vec<Compared>) -> LookedUp {
    let Some(first) = equal.pop() else { return LookedUp::Nothing };
    if equal.iter().any(|other| other.id != first.id) {
        return LookedUp::Several;
    }
    if let Some(id) = first.id {
        return LookedUp::Found(Hit { id, key: first.key });
    }
    let why = "the API tells no usable id of the record, so it cannot be deleted";
    LookedUp::Failed(failure(why.to_owned(), Cause::Other))
}

fn mismatch(records: usize) -> Failure {
    let (found, none) = if records == 1 { ("1 record", "not with") } else { ("several records", "none with") };
    let why = format!(
        "the API holds {found} that it gives for this query, but {none} this natural key (it may have ignored the \
         query), so nothing was deleted"
    );
    failure(why, Cause::Other)
}

//! Requests to collections and their items.

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Request, Response, StatusCode, header};
use serde_json::{Value, json};

use super::query::Query;
use super::store::{Ready, Store};
use super::write::{Checks, prepare};
use super::{item, page};
use crate::answer::JSON;
use crate::model::{Endpoint, Model};
use crate::refusal::{MethodMisuse, Refusal, response};
use crate::route::{Collection, Part};
use crate::settings::{Operation, RateLimit, RetryAfter, Settings, Shape};
use crate::state::State;

/// Answers a request to a collection or an item.
pub(crate) fn answer(
    state: &mut State,
    request: &Request<Bytes>,
    collection: &Collection<'_>,
    now: u64,
    correlation: &str,
) -> Response<Bytes> {
    let style = state.settings.error_style();
    if let Some(limit) = exceeded(state, now) {
        let mut answer = Refusal::RateLimit.answer(style, correlation);
        if let Some(value) = retry_after(&limit, now) {
            answer.headers_mut().insert(header::RETRY_AFTER, value);
        }
        return answer;
    }
    served(state, request, collection, now).unwrap_or_else(|refusal| refusal.answer(style, correlation))
}

fn exceeded(state: &mut State, now: u64) -> Option<RateLimit> {
    let limit = state.settings.rate_limit.as_ref()?;
    let second = now / 1000;
    if state.rate.0 != second {
        state.rate = (second, 0);
    }
    state.rate.1 = state.rate.1.saturating_add(1);
    (state.rate.1 > limit.per_second).then(|| limit.clone())
}

fn retry_after(limit: &RateLimit, now: u64) -> Option<HeaderValue> {
    match limit.retry_after {
        RetryAfter::None => None,
        RetryAfter::Seconds(seconds) => Some(seconds.into()),
        RetryAfter::Milliseconds(milliseconds) => Some(milliseconds.into()),
        RetryAfter::Date(seconds) => {
            let then = i64::try_from(now / 1000).ok()? + i64::from(seconds);
            let time = jiff::Timestamp::from_second(then).ok()?;
            let text = jiff::fmt::rfc2822::DateTimePrinter::new().timestamp_to_rfc9110_string(&time).ok()?;
            HeaderValue::try_from(text).ok()
        }
    }
}

fn served(
    state: &mut State,
    request: &Request<Bytes>,
    collection: &Collection<'_>,
    now: u64,
) -> Result<Response<Bytes>, Refusal> {
    state.tokens.authenticate(request.headers(), now)?;
    let model = state.model.clone();
    let endpoint = model.find(collection.namespace, collection.name).ok_or(Refusal::NoSuchData)?;
    let mut call = Call {
        settings: &state.settings,
        model: &model,
        store: &mut state.store,
        data_address: &state.data_address,
        endpoint,
        request,
        now,
    };
    let method = request.method();
    match (&collection.part, method.as_str()) {
        (Part::Whole, "POST") => call.post(),
        (Part::Whole, "GET") => call.list(),
        (Part::Item(id), "GET") => call.get(id),
        (Part::Item(id), "PUT") => call.put(id),
        (Part::Item(id), "DELETE") => call.delete(id),
        (Part::Deletes, "GET") if call.settings.change_queries => call.deletes(),
        (Part::KeyChanges, "GET") if call.settings.change_queries => call.key_changes(),
        (Part::Partitions, "GET") if call.settings.has_cursor_paging() => call.partitions(),
        (Part::Deletes | Part::KeyChanges | Part::Partitions, "GET") => Err(Refusal::NoSuchData),
        (Part::Whole, "PUT") => Err(Refusal::Method(MethodMisuse::PutToCollection)),
        (Part::Whole, "DELETE") => Err(Refusal::Method(MethodMisuse::DeleteOfCollection)),
        (Part::Item(_), "POST") => Err(Refusal::Method(MethodMisuse::PostToItem)),
        _ => Err(Refusal::Method(MethodMisuse::Other(method.to_string()))),
    }
}

/// One request to one endpoint.
struct Call<'a> {
    settings: &'a Settings,
    model: &'a Model,
    store: &'a mut Store,
    data_address: &'a str,
    endpoint: usize,
    request: &'a Request<Bytes>,
    now: u64,
}

impl Call<'_> {
    fn description(&self) -> &Endpoint {
        &self.model.endpoints[self.endpoint]
    }

    fn post(&mut self) -> Result<Response<Bytes>, Refusal> {
        is_json(self.request.headers())?;
        let ready = self.prepare(None)?;
        let Some(number) = self.store.number(self.endpoint, &ready.key) else {
            self.permit(Operation::Create)?;
            let number = self.store.insert(self.endpoint, ready, self.now);
            return Ok(self.written(StatusCode::CREATED, number));
        };
        self.permit(Operation::Update)?;
        self.permit_relationship(number)?;
        self.unmodified(number)?;
        self.store.replace(self.model, self.endpoint, number, ready, self.now);
        Ok(self.written(StatusCode::OK, number))
    }

    fn put(&mut self, id: &str) -> Result<Response<Bytes>, Refusal> {
        is_json(self.request.headers())?;
        let number = self.number_of(id)?;
        self.permit(Operation::Update)?;
        self.permit_relationship(number)?;
        self.unmodified(number)?;
        let ready = self.prepare(Some(id))?;
        match self.store.number(self.endpoint, &ready.key) {
            Some(same) if same == number => {
                self.store.replace(self.model, self.endpoint, number, ready, self.now);
            }
            taken => self.rename(number, ready, taken.is_some())?,
        }
        Ok(self.written(StatusCode::NO_CONTENT, number))
    }

    /// Changes the natural key. What points to the record keeps the old key, so a record that others point to is refused.
    fn rename(&mut self, number: u64, ready: Ready, is_taken: bool) -> Result<(), Refusal> {
        let description = self.description();
        let entity = description.entity.clone();
        if !description.key_is_updatable {
            return Err(Refusal::KeyChange { entity });
        }
        if is_taken {
            let (names, values) = super::store::key_values(description, &ready.body)
                .into_iter()
                .map(|(name, value)| (crate::model::capitalised(&name), super::key::text(&value)))
                .unzip();
            return Err(Refusal::KeyTaken { entity, names, values });
        }
        if let Some(by) = self.store.referenced_by(self.endpoint, number) {
            let by = self.model.endpoints[by].entity.clone();
            return Err(Refusal::Referenced { entity, by });
        }
        self.store.rename(self.model, self.endpoint, number, ready, self.now);
        Ok(())
    }

    fn delete(&mut self, id: &str) -> Result<Response<Bytes>, Refusal> {
        let number = self.number_of(id)?;
        self.permit(Operation::Delete)?;
        self.unmodified(number)?;
        self.store.delete(self.model, self.endpoint, number).map_err(|by| Refusal::Referenced {
            entity: self.description().entity.clone(),
            by: self.model.endpoints[by].entity.clone(),
        })?;
        Ok(response(StatusCode::NO_CONTENT, None, Bytes::new()))
    }

    fn get(&self, id: &str) -> Result<Response<Bytes>, Refusal> {
        self.permit(Operation::Read)?;
        let number = self.number_of(id)?;
        let record = self.store.get(self.endpoint, number).ok_or(Refusal::NoSuchData)?;
        let tag = item::etag(record);
        let known = self.request.headers().get(header::IF_NONE_MATCH);
        let is_known = known.and_then(|known| known.to_str().ok()).is_some_and(|known| bare(known) == tag);
        let mut answer = if is_known {
            response(StatusCode::NOT_MODIFIED, None, Bytes::new())
        } else {
            let mut body = Vec::new();
            let items = item::Items { model: self.model, store: self.store, settings: self.settings };
            items.render(self.endpoint, number, record, &mut body);
            response(StatusCode::OK, Some(JSON), Bytes::from(body))
        };
        insert(&mut answer, header::ETAG, &format!("\"{tag}\""));
        Ok(answer)
    }

    fn list(&self) -> Result<Response<Bytes>, Refusal> {
        self.permit(Operation::Read)?;
        let query = self.query()?;
        let page = page::read(self.model, self.store, self.settings, self.endpoint, &query)?;
        let mut answer = response(StatusCode::OK, Some(JSON), Bytes::from(page.body));
        if let Some(total) = page.total {
            insert(&mut answer, header::HeaderName::from_static("total-count"), &total.to_string());
        }
        if let Some(next) = page.next {
            insert(&mut answer, header::HeaderName::from_static("next-page-token"), &next);
        }
        Ok(answer)
    }

    fn partitions(&self) -> Result<Response<Bytes>, Refusal> {
        self.permit(Operation::Read)?;
        let query = self.query()?;
        Ok(json_page(&page::partitions(self.store, self.settings, self.endpoint, &query)?))
    }

    fn deletes(&self) -> Result<Response<Bytes>, Refusal> {
        self.permit(Operation::Read)?;
        let query = self.query()?;
        let deleted = &self.store.table(self.endpoint).deletes;
        let items = deleted.iter().filter(|item| query.wants_version(item.change_version));
        Ok(self.changes(&query, items, |item| {
            let id = item::id(self.endpoint, item.number, self.settings.shape);
            if matches!(self.settings.shape, Shape::V3 | Shape::V5) {
                json!({ "id": id, "changeVersion": item.change_version })
            } else {
                json!({ "id": id, "changeVersion": item.change_version, "keyValues": item.key_values })
            }
        }))
    }

    fn key_changes(&self) -> Result<Response<Bytes>, Refusal> {
        self.permit(Operation::Read)?;
        let query = self.query()?;
        let changed = &self.store.table(self.endpoint).key_changes;
        let items = changed.iter().filter(|item| query.wants_version(item.change_version));
        Ok(self.changes(&query, items, |item| {
            json!({
                "id": item::id(self.endpoint, item.number, self.settings.shape),
                "changeVersion": item.change_version,
                "oldKeyValues": item.old,
                "newKeyValues": item.new,
            })
        }))
    }

    fn changes<T>(&self, query: &Query, items: impl Iterator<Item = T>, tell: impl Fn(T) -> Value) -> Response<Bytes> {
        let items: Vec<T> = items.collect();
        let total = items.len();
        let size = query.limit.unwrap_or(25).min(self.settings.page_limit);
        let page = items.into_iter().skip(query.offset.unwrap_or(0)).take(size).map(tell);
        let mut answer = json_page(&Value::Array(page.collect()));
        if query.wants_total {
            insert(&mut answer, header::HeaderName::from_static("total-count"), &total.to_string());
        }
        answer
    }

    fn query(&self) -> Result<Query, Refusal> {
        Query::read(self.request.uri().query().unwrap_or_default(), self.description(), self.settings)
    }

    fn prepare(&self, id: Option<&str>) -> Result<Ready, Refusal> {
        let checks = Checks::new(self.settings);
        prepare(self.model, self.store, self.endpoint, self.request.body(), id, checks)
    }

    fn number_of(&self, id: &str) -> Result<u64, Refusal> {
        item::from_id(id)
            .filter(|(endpoint, number)| *endpoint == self.endpoint && self.store.get(*endpoint, *number).is_some())
            .map(|(_, number)| number)
            .ok_or_else(|| Refusal::NoSuchItem { entity: self.description().entity.clone() })
    }

    fn permit(&self, operation: Operation) -> Result<(), Refusal> {
        let path = self.description().path();
        let is_forbidden = self.settings.forbidden.iter().any(|forbidden| {
            forbidden.path.eq_ignore_ascii_case(&path)
                && (forbidden.operations.is_empty() || forbidden.operations.contains(&operation))
        });
        if !is_forbidden {
            return Ok(());
        }
        Err(Refusal::ForbiddenAction {
            action: match operation {
                Operation::Create => "create",
                Operation::Read => "read",
                Operation::Update => "update",
                Operation::Delete => "delete",
            },
            entity: self.description().entity.clone(),
        })
    }

    /// People can be created before anything ties them to a school, but not updated.
    fn permit_relationship(&self, number: u64) -> Result<(), Refusal> {
        if !self.settings.relationships {
            return Ok(());
        }
        let associations: &[&'static str] = match self.description().name.as_str() {
            "students" => &["StudentSchoolAssociation"],
            "staffs" => {
                &["StaffEducationOrganizationEmploymentAssociation", "StaffEducationOrganizationAssignmentAssociation"]
            }
            "contacts" => &["StudentContactAssociation"],
            "parents" => &["StudentParentAssociation"],
            _ => return Ok(()),
        };
        let is_tied = self.store.is_referenced_by(self.endpoint, number, |by| {
            associations.contains(&self.model.endpoints[by].entity.as_str())
        });
        if is_tied {
            return Ok(());
        }
        let description = self.description();
        Err(Refusal::NoRelationship {
            property: description.key.first().map(|part| crate::model::capitalised(&part.name)).unwrap_or_default(),
            association: associations[0],
        })
    }

    /// Refuses a write whose `If-Match` is not of the record as it is now.
    fn unmodified(&self, number: u64) -> Result<(), Refusal> {
        let Some(wanted) = self.request.headers().get(header::IF_MATCH) else {
            return Ok(());
        };
        let wanted = bare(wanted.to_str().unwrap_or_default());
        let is_same =
            self.store.get(self.endpoint, number).is_some_and(|record| wanted == "*" || item::etag(record) == wanted);
        if is_same { Ok(()) } else { Err(Refusal::Modified) }
    }

    fn written(&self, status: StatusCode, number: u64) -> Response<Bytes> {
        let mut answer = response(status, None, Bytes::new());
        let id = item::id(self.endpoint, number, self.settings.shape);
        let path = self.description().path();
        insert(&mut answer, header::LOCATION, &format!("{}{path}/{id}", self.data_address));
        if let Some(record) = self.store.get(self.endpoint, number) {
            insert(&mut answer, header::ETAG, &format!("\"{}\"", item::etag(record)));
        }
        answer
    }
}

/// An entity tag without quotes: the server takes both.
fn bare(tag: &str) -> &str {
    tag.trim().trim_start_matches("W/").trim_matches('"')
}

fn is_json(headers: &HeaderMap) -> Result<(), Refusal> {
    let given = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let media_type = given.and_then(|value| value.split(';').next()).unwrap_or_default();
    let media_type = media_type.trim().to_ascii_lowercase();
    let is_json = media_type == "application/json" || media_type == "text/json" || media_type.ends_with("+json");
    if is_json { Ok(()) } else { Err(Refusal::MediaType) }
}

fn json_page(value: &Value) -> Response<Bytes> {
    response(StatusCode::OK, Some(JSON), Bytes::from(value.to_string()))
}

fn insert(answer: &mut Response<Bytes>, name: header::HeaderName, value: &str) {
    let value = HeaderValue::try_from(value).expect("ids, numbers and paths are visible ASCII");
    answer.headers_mut().insert(name, value);
}

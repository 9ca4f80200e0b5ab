//! A record as it is read: its own properties and those that the API adds.

use std::collections::HashMap;

use serde_json::{Map, Value, json};

use super::key;
use super::store::{Record, Store, parse};
use crate::model::{Kind, Model};
use crate::settings::{Settings, Shape};

/// An odd number, so that multiplying by it can be undone.
const SPREAD: u128 = 0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835;
const OFFSET: u128 = 0x5851_f42d_4c95_7f2d_1405_7b7e_f767_814f;
const GATHER: u128 = inverse(SPREAD);

/// The number that undoes a multiplication modulo 2^128 (Newton's iteration doubles the right bits each time).
const fn inverse(odd: u128) -> u128 {
    let mut guess = odd;
    let mut round = 0;
    while round < 7 {
        guess = guess.wrapping_mul(2_u128.wrapping_sub(odd.wrapping_mul(guess)));
        round += 1;
    }
    guess
}

/// The id of a record: looks random, but leads back to the record without a table of ids.
pub(crate) fn id(endpoint: usize, number: u64, shape: Shape) -> String {
    let plain = (u128::try_from(endpoint).expect("an index fits 128 bits") << 64) | u128::from(number);
    let mixed = plain.wrapping_mul(SPREAD) ^ OFFSET;
    let text = format!("{mixed:032x}");
    if shape == Shape::V8 { dashed(&text) } else { text }
}

/// 32 hexadecimal digits in the groups of a UUID.
pub(crate) fn dashed(digits: &str) -> String {
    let groups = [0..8, 8..12, 12..16, 16..20, 20..32];
    groups.map(|group| &digits[group]).join("-")
}

/// The endpoint and number that an id stands for.
pub(crate) fn from_id(id: &str) -> Option<(usize, u64)> {
    let text = id.replace('-', "");
    if text.len() != 32 {
        return None;
    }
    let mixed = u128::from_str_radix(&text, 16).ok()?;
    let plain = (mixed ^ OFFSET).wrapping_mul(GATHER);
    let number = u64::try_from(plain & u128::from(u64::MAX)).ok()?;
    Some((usize::try_from(plain >> 64).ok()?, number))
}

/// The entity tag of a record, without quotes.
pub(crate) fn etag(record: &Record) -> String {
    (5_250_000_000_000_000_000 + record.change_version).to_string()
}

/// Records as clients read them, as long as nothing changes: links depend on other records, too.
#[derive(Debug, Default)]
pub(crate) struct Rendered {
    /// Of which change version, generation and links.
    of: Option<(u64, Shape, bool)>,
    records: HashMap<(usize, u64), Box<[u8]>>,
}

/// Reads records as a client does.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Items<'a> {
    pub(crate) model: &'a Model,
    pub(crate) store: &'a Store,
    pub(crate) settings: &'a Settings,
}

impl Items<'_> {
    /// Adds a record to `out`.
    pub(crate) fn render(&self, endpoint: usize, number: u64, record: &Record, out: &mut Vec<u8>) {
        let mut rendered = self.store.rendered.borrow_mut();
        let now = Some((self.store.change_version, self.settings.shape, self.settings.has_links()));
        if rendered.of != now {
            *rendered = Rendered { of: now, records: HashMap::new() };
        }
        let bytes =
            rendered.records.entry((endpoint, number)).or_insert_with(|| self.rendered_anew(endpoint, number, record));
        out.extend_from_slice(bytes);
    }

    fn rendered_anew(&self, endpoint: usize, number: u64, record: &Record) -> Box<[u8]> {
        let description = &self.model.endpoints[endpoint];
        let mut own = Map::new();
        own.insert("id".to_owned(), id(endpoint, number, self.settings.shape).into());
        own.insert("_etag".to_owned(), etag(record).into());
        if matches!(self.settings.shape, Shape::V7 | Shape::V8) {
            own.insert("_lastModifiedDate".to_owned(), timestamp(record.modified).into());
        }
        if description.is_descriptor {
            let name = description.entity.clone() + "Id";
            let schema = &self.model.schemas[description.schema];
            if let Some(name) = schema.spelling.get(&name.to_ascii_lowercase()) {
                own.insert(name.clone(), number.into());
            }
        }
        let stored = if self.settings.has_links() {
            let mut body = parse(&record.body);
            link(self.model, self.store, self.settings, description.schema, &mut body);
            serde_json::to_vec(&body).expect("a parsed body can be written")
        } else {
            record.body.to_vec()
        };
        // The record's own text is kept: numbers are never printed anew unless links are added.
        let added = Value::Object(own).to_string();
        let mut bytes = added.as_bytes()[..added.len() - 1].to_vec();
        let stored = stored.trim_ascii();
        let inner = stored[1..].trim_ascii_start();
        if inner != b"}" {
            bytes.push(b',');
        }
        bytes.extend_from_slice(inner);
        bytes.into()
    }
}

fn link(model: &Model, store: &Store, settings: &Settings, schema: usize, body: &mut Map<String, Value>) {
    for (name, value) in body.iter_mut() {
        if let Some(property) = model.schemas[schema].properties.get(name) {
            link_value(model, store, settings, &property.kind, value);
        }
    }
}

fn link_value(model: &Model, store: &Store, settings: &Settings, kind: &Kind, value: &mut Value) {
    match (kind, value) {
        (Kind::Reference(at), Value::Object(body)) => {
            let found = key::referenced(model, store, &model.schemas[*at], body);
            if let Some(found) = found {
                let target = &model.endpoints[found.endpoint];
                let href = format!("{}/{}", target.path(), id(found.endpoint, found.number, settings.shape));
                body.insert("link".to_owned(), json!({ "rel": target.entity, "href": href }));
            }
        }
        (Kind::Object(at), Value::Object(body)) => link(model, store, settings, *at, body),
        (Kind::Array(item), Value::Array(list)) => {
            for value in list {
                link_value(model, store, settings, item, value);
            }
        }
        _ => {}
    }
}

/// Milliseconds since 1970 as ISO 8601 in UTC.
pub(crate) fn timestamp(milliseconds: u64) -> String {
    i64::try_from(milliseconds)
        .ok()
        .and_then(|ms| jiff::Timestamp::from_millisecond(ms).ok())
        .map_or_else(String::new, |time| time.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_lead_back() {
        for (endpoint, number) in [(0, 1), (3, 7), (360, 1_000_000), (65_000, u64::MAX)] {
            let plain = id(endpoint, number, Shape::V7);
            assert_eq!(plain.len(), 32);
            assert_eq!(from_id(&plain), Some((endpoint, number)));
            let dashed = id(endpoint, number, Shape::V8);
            assert_eq!(dashed.len(), 36);
            assert_eq!(from_id(&dashed), Some((endpoint, number)));
        }
        assert_eq!(from_id("students"), None);
        assert_eq!(from_id(""), None);
    }
}

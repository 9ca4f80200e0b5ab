//! The records, in memory.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};

use serde_json::{Map, Value};

use super::item::Rendered;
use super::key::{self, Pointed, Pointers};
use crate::model::Model;

/// All records of an API, by endpoint.
#[derive(Debug)]
pub(crate) struct Store {
    tables: Vec<Table>,
    /// Counts up with every change.
    pub(crate) change_version: u64,
    /// What was read since the last one.
    pub(crate) rendered: RefCell<Rendered>,
}

/// The records of one endpoint, in the order in which they came.
#[derive(Debug, Default)]
pub(crate) struct Table {
    pub(crate) records: BTreeMap<u64, Record>,
    numbers: HashMap<Box<str>, u64>,
    next: u64,
    pub(crate) deletes: Vec<Deleted>,
    pub(crate) key_changes: Vec<KeyChange>,
}

/// One record.
#[derive(Debug)]
pub(crate) struct Record {
    /// The body as it was sent, or rewritten when the check changed it.
    pub(crate) body: Box<[u8]>,
    pub(crate) change_version: u64,
    /// Milliseconds since 1970.
    pub(crate) modified: u64,
    /// How many records of which endpoint point here.
    referenced_by: Vec<(u16, u32)>,
}

/// The trace of a deleted record.
#[derive(Debug)]
pub(crate) struct Deleted {
    pub(crate) number: u64,
    pub(crate) change_version: u64,
    pub(crate) key_values: Map<String, Value>,
}

/// The trace of a changed natural key.
#[derive(Debug)]
pub(crate) struct KeyChange {
    pub(crate) number: u64,
    pub(crate) change_version: u64,
    pub(crate) old: Map<String, Value>,
    pub(crate) new: Map<String, Value>,
}

/// A record that is ready to be stored.
#[derive(Debug)]
pub(crate) struct Ready {
    pub(crate) key: String,
    pub(crate) body: Map<String, Value>,
    pub(crate) bytes: Box<[u8]>,
    pub(crate) found: Vec<Pointed>,
}

impl Store {
    /// A store that holds the school years 1991 to 2050, as a real API does from the start.
    pub(crate) fn new(model: &Model, now: u64) -> Self {
        let mut store = Self {
            tables: model.endpoints.iter().map(|_| Table::default()).collect(),
            change_version: 0,
            rendered: RefCell::default(),
        };
        for (at, endpoint) in model.endpoints.iter().enumerate() {
            if endpoint.name != "schoolYearTypes" {
                continue;
            }
            for year in 1991..=2050_i32 {
                let mut body = Map::new();
                body.insert("schoolYear".to_owned(), year.into());
                body.insert("currentSchoolYear".to_owned(), (year == 2026).into());
                body.insert("schoolYearDescription".to_owned(), format!("{}-{year}", year - 1).into());
                body.retain(|name, _| model.schemas[endpoint.schema].properties.contains_key(name));
                if let Some(key) = key::of_record(endpoint, &body) {
                    let bytes = Value::Object(body.clone()).to_string().into_bytes().into();
                    let ready = Ready { key, body, bytes, found: Vec::new() };
                    store.insert(at, ready, now);
                }
            }
        }
        store
    }

    pub(crate) fn table(&self, endpoint: usize) -> &Table {
        &self.tables[endpoint]
    }

    pub(crate) fn number(&self, endpoint: usize, key: &str) -> Option<u64> {
        self.tables[endpoint].numbers.get(key).copied()
    }

    pub(crate) fn get(&self, endpoint: usize, number: u64) -> Option<&Record> {
        self.tables[endpoint].records.get(&number)
    }

    /// The record of a key in the first endpoint that has it.
    pub(crate) fn find_any(&self, endpoints: impl IntoIterator<Item = usize>, key: &str) -> Option<Pointed> {
        endpoints.into_iter().find_map(|endpoint| Some(Pointed { endpoint, number: self.number(endpoint, key)? }))
    }

    pub(crate) fn insert(&mut self, endpoint: usize, ready: Ready, now: u64) -> u64 {
        self.change_version += 1;
        let table = &mut self.tables[endpoint];
        table.next += 1;
        let number = table.next;
        table.numbers.insert(ready.key.into(), number);
        table.records.insert(
            number,
            Record { body: ready.bytes, change_version: self.change_version, modified: now, referenced_by: Vec::new() },
        );
        self.count(endpoint, &ready.found, 1);
        number
    }

    /// Replaces the body of a record whose natural key stays the same. An equal body changes nothing.
    pub(crate) fn replace(&mut self, model: &Model, endpoint: usize, number: u64, ready: Ready, now: u64) {
        let Some(record) = self.get(endpoint, number) else {
            return;
        };
        if record.body == ready.bytes {
            return;
        }
        let old = self.pointers(model, endpoint, &record.body.clone());
        self.count(endpoint, &old, -1);
        self.count(endpoint, &ready.found, 1);
        self.change_version += 1;
        let version = self.change_version;
        if let Some(record) = self.tables[endpoint].records.get_mut(&number) {
            record.body = ready.bytes;
            record.change_version = version;
            record.modified = now;
        }
    }

    /// Replaces a record and its natural key.
    pub(crate) fn rename(&mut self, model: &Model, endpoint: usize, number: u64, ready: Ready, now: u64) {
        let Some(record) = self.get(endpoint, number) else {
            return;
        };
        let old_body = parse(&record.body);
        let description = &model.endpoints[endpoint];
        let (old, new) = (key_values(description, &old_body), key_values(description, &ready.body));
        let new_key = ready.key.clone();
        self.replace(model, endpoint, number, ready, now);
        let version = self.change_version;
        let table = &mut self.tables[endpoint];
        if let Some(key) = key::of_record(description, &old_body) {
            table.numbers.remove(key.as_str());
        }
        table.numbers.insert(new_key.into(), number);
        table.key_changes.push(KeyChange { number, change_version: version, old, new });
    }

    /// Deletes a record, unless others point to it: then the endpoint of such a record.
    pub(crate) fn delete(&mut self, model: &Model, endpoint: usize, number: u64) -> Result<(), usize> {
        let Some(record) = self.get(endpoint, number) else {
            return Ok(());
        };
        let body = record.body.clone();
        let pointers = self.pointers(model, endpoint, &body);
        // Taken back first, so that a record that points to itself does not protect itself.
        self.count(endpoint, &pointers, -1);
        if let Some(by) = self.referenced_by(endpoint, number) {
            self.count(endpoint, &pointers, 1);
            return Err(by);
        }
        self.change_version += 1;
        let version = self.change_version;
        let body = parse(&body);
        let description = &model.endpoints[endpoint];
        let table = &mut self.tables[endpoint];
        table.records.remove(&number);
        if let Some(key) = key::of_record(description, &body) {
            table.numbers.remove(key.as_str());
        }
        table.deletes.push(Deleted { number, change_version: version, key_values: key_values(description, &body) });
        Ok(())
    }

    /// An endpoint with a record that points to this one.
    pub(crate) fn referenced_by(&self, endpoint: usize, number: u64) -> Option<usize> {
        self.get(endpoint, number)?.referenced_by.iter().find(|(_, count)| *count > 0).map(|(by, _)| usize::from(*by))
    }

    /// Whether a record of one of these endpoints points to this one.
    pub(crate) fn is_referenced_by(&self, endpoint: usize, number: u64, by: impl Fn(usize) -> bool) -> bool {
        self.get(endpoint, number).is_some_and(|record| {
            record.referenced_by.iter().any(|(endpoint, count)| *count > 0 && by(usize::from(*endpoint)))
        })
    }

    fn pointers(&self, model: &Model, endpoint: usize, body: &[u8]) -> Vec<Pointed> {
        Pointers::of(model, self, endpoint, &parse(body)).found
    }

    fn count(&mut self, by: usize, pointed: &[Pointed], change: i32) {
        let by = u16::try_from(by).expect("a model has fewer than 65,536 endpoints");
        for target in pointed {
            let Some(record) = self.tables[target.endpoint].records.get_mut(&target.number) else {
                continue;
            };
            let at = record.referenced_by.iter().position(|(endpoint, _)| *endpoint == by);
            let at = at.unwrap_or_else(|| {
                record.referenced_by.push((by, 0));
                record.referenced_by.len() - 1
            });
            let count = &mut record.referenced_by[at].1;
            *count = count.saturating_add_signed(change);
        }
    }
}

/// A stored body. It was an object when it was stored.
pub(crate) fn parse(body: &[u8]) -> Map<String, Value> {
    serde_json::from_slice(body).expect("stored bodies were parsed before")
}

pub(crate) fn key_values(endpoint: &crate::model::Endpoint, body: &Map<String, Value>) -> Map<String, Value> {
    endpoint.key.iter().filter_map(|part| Some((part.name.clone(), key::at(body, &part.path)?.clone()))).collect()
}

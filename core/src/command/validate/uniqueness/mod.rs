//! Method `uniqueness`: no two records of an endpoint have the same natural key, and no two elements of a list in a
//! record have theirs.
//!
//! Only a record in which nothing else is wrong has the right to its key: a wrong one is not sent, and the record that
//! corrects it further down must not be called its duplicate. So keys are compared last, when the API has answered.
//!
//! Keys are compared exactly: some databases take `ALG-1` and `alg-1` for the same, others do not. Of each key only a
//! hash is kept, 20 bytes a record with its place: two different keys are taken for the same once in 10¹⁵ files of ten
//! million records.

mod elements;

use std::rc::Rc;

use hashbrown::HashTable;
use hashbrown::hash_table::Entry;

use self::elements::Elements;
use super::record::{Object, Place, Record, Value};
use super::schema;
use crate::crc32;
use crate::event::{Cause, Event, Finding, Listener};
use crate::model::{Endpoint, KeyPart, NaturalKey};
use crate::notice::Notice;

/// The name of this method.
const METHOD: &str = "uniqueness";

/// The check of one endpoint's records, each by itself.
pub(super) struct Uniqueness {
    /// The natural key, where the API's documents tell it.
    key: Option<Rc<NaturalKey>>,
    /// Whether it is told by the schema method that a part of the key is missing.
    form_is_checked: bool,
    elements: Elements,
    number: String,
    /// The values of the key at hand, one behind the other.
    values: Vec<u8>,
}

/// The natural keys of the records so far.
pub(super) struct Keys<'m> {
    files: &'m [Rc<str>],
    seen: HashTable<Seen>,
    /// Lines before each file that was begun, as far as they were read.
    lines_before: Vec<u64>,
    /// The last line compared, counted over all files.
    last_line: u64,
}

/// The key of a record.
#[derive(Debug, Clone, Copy)]
pub(super) struct Seen {
    /// Its natural key, hashed.
    key: [u32; 3],
    /// Its line, counted over all files; 0 until it is compared.
    line: u32,
    /// A checksum of its text, only to choose the words: whether the record is the same, or just its key.
    text: u32,
}

impl Seen {
    fn hash(&self) -> u64 {
        u64::from(self.key[0]) << 32 | u64::from(self.key[1])
    }
}

impl Uniqueness {
    /// The user is told where the API's documents do not tell the natural key. `None` where there is nothing to check.
    pub(super) fn new(listener: &dyn Listener, endpoint: &Endpoint, form_is_checked: bool) -> Option<Self> {
        let key = endpoint.key.clone().filter(|key| key.complete);
        if key.is_none() {
            let text = format!("the API's documents do not tell the natural key of {}", endpoint.id);
            let notice = Notice::warning(text).with_hint("its records are not checked for duplicates");
            listener.hear(&Event::Notice(notice));
        }
        let elements = endpoint.described.as_ref().map(Elements::new).unwrap_or_default();
        if key.is_none() && elements.is_empty() {
            return None;
        }
        Some(Self { key, form_is_checked, elements, number: String::new(), values: Vec::new() })
    }

    /// Adds what a record contradicts itself in, and gives its key, to be compared with others.
    pub(super) fn check(&mut self, record: &Record<'_>, found: &mut Vec<Finding>) -> Option<Seen> {
        let seen = self.key.clone().and_then(|key| self.key_of(&key, record, found));
        self.elements.check(record.tree, found);
        seen
    }

    fn key_of(&mut self, key: &NaturalKey, record: &Record<'_>, found: &mut Vec<Finding>) -> Option<Seen> {
        self.values.clear();
        let mut is_whole = true;
        for part in &key.parts {
            if let Some(value) = part.paths.iter().find_map(|path| value_at(record.tree, path)) {
                self.feed(value);
                continue;
            }
            is_whole = false;
            let is_told = self.form_is_checked && part.paths.iter().any(|path| schema::complains_of(found, path));
            if !is_told {
                push(found, missing(part), Cause::InvalidValue);
            }
        }
        if !is_whole {
            return None;
        }
        let digest = *blake3::hash(&self.values).as_bytes();
        let word = |at: usize| u32::from_be_bytes([digest[at], digest[at + 1], digest[at + 2], digest[at + 3]]);
        Some(Seen { key: [word(0), word(4), word(8)], line: 0, text: crc32::of(record.bytes) })
    }

    /// Adds a part of a key, so that no two different keys read alike.
    fn feed(&mut self, value: &Value<'_>) {
        let text = match value {
            Value::Text(text) => text.as_bytes(),
            Value::Bool(true) => b"true",
            Value::Bool(false) => b"false",
            Value::Number(number) => {
                use std::fmt::Write;
                self.number.clear();
                write!(self.number, "{number}").expect("a text can be written to");
                self.number.as_bytes()
            }
            Value::Null | Value::Array(_) | Value::Object(_) => return,
        };
        self.values.extend_from_slice(&(text.len() as u64).to_le_bytes());
        self.values.extend_from_slice(text);
    }
}

impl<'m> Keys<'m> {
    pub(super) fn new(files: &'m [Rc<str>]) -> Self {
        Self { files, seen: HashTable::new(), lines_before: Vec::new(), last_line: 0 }
    }

    /// Adds that a record before has the same key; records come in file order. `found` is all else that is wrong.
    pub(super) fn compare(&mut self, endpoint: &Endpoint, place: Place, key: Seen, found: &mut Vec<Finding>) {
        let seen = Seen { line: self.line_over_all(place), ..key };
        match self.seen.entry(seen.hash(), |other| other.key == seen.key, Seen::hash) {
            Entry::Vacant(free) if found.is_empty() => {
                free.insert(seen);
            }
            Entry::Vacant(_) => {}
            Entry::Occupied(first) => {
                let first = *first.get();
                let place = self.place(first.line);
                let message = if first.text == seen.text {
                    format!("the same record stands at {place}")
                } else {
                    let parts = endpoint.key.iter().flat_map(|key| &key.parts);
                    let names: Vec<&str> = parts.map(|part| part.name.as_str()).collect();
                    format!("a record with the same natural key ({}) stands at {place}", names.join(", "))
                };
                push(found, message, Cause::Duplicate);
            }
        }
    }

    fn line_over_all(&mut self, place: Place) -> u32 {
        while self.lines_before.len() <= place.file {
            self.lines_before.push(self.last_line);
        }
        self.last_line = self.lines_before[place.file] + place.line;
        // Beyond four billion lines the place is not told any more.
        u32::try_from(self.last_line).unwrap_or(u32::MAX)
    }

    fn place(&self, line_over_all: u32) -> String {
        let line = u64::from(line_over_all);
        let file = self.lines_before.partition_point(|before| *before < line).saturating_sub(1);
        match line_over_all {
            u32::MAX => "an earlier line".to_owned(),
            _ => format!("{} line {}", self.files[file], line - self.lines_before[file]),
        }
    }
}

/// The value at a path, if it is a scalar.
fn value_at<'r>(record: &'r Object<'r>, path: &[String]) -> Option<&'r Value<'r>> {
    let (last, outer) = path.split_last()?;
    let mut object = record;
    for step in outer {
        object = object.get(step)?.as_object()?;
    }
    let value = object.get(last)?;
    (!matches!(value, Value::Null | Value::Array(_) | Value::Object(_))).then_some(value)
}

fn missing(part: &KeyPart) -> String {
    let paths: Vec<String> = part.paths.iter().map(|path| path.join(".")).collect();
    format!("{} is missing, which is part of the natural key", paths.join(" or "))
}

fn push(found: &mut Vec<Finding>, message: String, cause: Cause) {
    found.push(Finding { method: METHOD, message, cause });
}

#[cfg(test)]
mod tests;

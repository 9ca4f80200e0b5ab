use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::HashMap;
use std::fmt;

use memchr::{memchr, memchr2, memmem};
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::config::KeyFilter;

/// The key that references carry beside the natural key of what they point to.
const LINK: &str = "link";
/// Values inside each other are searched for references to this depth. Nothing of the data model comes near it.
const DEEPEST: usize = 64;
/// Keys whose fate is remembered: all that the data model has fit in.
const MOST_KEYS: usize = 10_000;

/// How a record becomes a line: its own text, without line breaks, and without the keys that are not wanted.
pub(super) struct RecordText {
    filter: KeyFilter,
    /// Whether `link` goes from references too.
    drops_links: bool,
    keys: RefCell<HashMap<String, bool>>,
}

impl RecordText {
    pub(super) fn new(filter: KeyFilter) -> Self {
        let drops_links = filter.drops(LINK);
        Self { filter, drops_links, keys: RefCell::default() }
    }

    /// Appends a record, the text of a JSON object. Every value that is kept keeps its own text.
    pub(super) fn write(&self, record: &[u8], out: &mut Vec<u8>) {
        if self.filter.keeps_all() {
            return write_on_one_line(record, out);
        }
        match serde_json::from_slice(record) {
            Ok(Members(members)) => self.write_members(record, &members, |key| self.keeps(key), 0, out),
            Err(_) => write_on_one_line(record, out),
        }
    }

    fn keeps(&self, key: &str) -> bool {
        let mut keys = self.keys.borrow_mut();
        if let Some(known) = keys.get(key) {
            return *known;
        }
        let keeps = self.filter.keeps(key);
        if keys.len() < MOST_KEYS {
            keys.insert(key.to_owned(), keeps);
        }
        keeps
    }

    fn write_members(
        &self,
        object: &[u8],
        members: &[(&RawValue, &RawValue)],
        keeps: impl Fn(&str) -> bool,
        depth: usize,
        out: &mut Vec<u8>,
    ) {
        out.push(b'{');
        let mut is_first = true;
        for (key, value) in members {
            let name = decoded(key.get());
            if !keeps(&name) {
                continue;
            }
            if !std::mem::take(&mut is_first) {
                out.push(b',');
            }
            // With the colon, and whatever white space stands around it.
            let start = value.get().as_ptr().addr() - object.as_ptr().addr();
            let key_start = key.get().as_ptr().addr() - object.as_ptr().addr();
            write_on_one_line(&object[key_start..start], out);
            self.write_value(value.get().as_bytes(), name.ends_with("Reference"), depth + 1, out);
        }
        out.push(b'}');
    }

    /// Appends a value. References in it lose their `link`, if links go.
    fn write_value(&self, value: &[u8], is_reference: bool, depth: usize, out: &mut Vec<u8>) {
        if self.drops_links && depth < DEEPEST && may_hold_link(value) {
            match value.first() {
                Some(b'{') => {
                    if let Ok(Members(members)) = serde_json::from_slice(value) {
                        return self.write_members(value, &members, |key| !(is_reference && key == LINK), depth, out);
                    }
                }
                Some(b'[') => {
                    if let Ok(items) = serde_json::from_slice::<Vec<&RawValue>>(value) {
                        return self.write_items(&items, depth, out);
                    }
                }
                _ => {}
            }
        }
        write_on_one_line(value, out);
    }

    fn write_items(&self, items: &[&RawValue], depth: usize, out: &mut Vec<u8>) {
        out.push(b'[');
        for (at, item) in items.iter().enumerate() {
            if at > 0 {
                out.push(b',');
            }
            self.write_value(item.get().as_bytes(), false, depth + 1, out);
        }
        out.push(b']');
    }
}

/// Whether a key `link` may stand in a value: as it is, or with escapes.
fn may_hold_link(value: &[u8]) -> bool {
    matches!(value.first(), Some(b'{' | b'['))
        && (memmem::find(value, b"\"link\"").is_some() || memchr(b'\\', value).is_some())
}

/// Appends JSON without its line breaks: in valid JSON they stand between tokens only.
fn write_on_one_line(json: &[u8], out: &mut Vec<u8>) {
    let mut rest = json;
    while let Some(at) = memchr2(b'\n', b'\r', rest) {
        out.extend_from_slice(&rest[..at]);
        rest = &rest[at + 1..];
    }
    out.extend_from_slice(rest);
}

/// A key without its quotes and escapes; as it is written if those make no sense.
fn decoded(key: &str) -> Cow<'_, str> {
    if key.contains('\\') {
        serde_json::from_str(key).map_or(Cow::Borrowed(key), Cow::Owned)
    } else {
        Cow::Borrowed(key.trim_matches('"'))
    }
}

/// The members of an object, in their order, those of the same name too.
struct Members<'a>(Vec<(&'a RawValue, &'a RawValue)>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct MembersVisitor;

        impl<'de> Visitor<'de> for MembersVisitor {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members<'de>, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }

        deserializer.deserialize_map(MembersVisitor)
    }
}

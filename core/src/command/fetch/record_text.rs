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
        serde_json::from_slice(key.as_bytes()).map_or(Cow::Borrowed(key), Cow::Owned)
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn line(keep: &str, drop: &str, record: &str) -> String {
        let mut out = Vec::new();
        RecordText::new(KeyFilter::parse(Some(keep), Some(drop))).write(record.as_bytes(), &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn only_the_named_keys_go() {
        let record = "{ \"id\" : \"1\",\n \"b\":[ 1.0,\r\n2 ] , \"c\" : 1e5,\"\\u0069d2\":\"\\n\", \"b\":null }";
        assert_eq!(line("", "", record), record.replace(['\n', '\r'], ""));
        assert_eq!(line("", "id", record), "{\"b\":[ 1.0,2 ],\"c\" : 1e5,\"\\u0069d2\":\"\\n\",\"b\":null}");
        assert_eq!(line("ID*", "", record), "{\"id\" : \"1\",\"\\u0069d2\":\"\\n\"}");
        assert_eq!(line("*", "*", record), "{}");
        assert_eq!(line("none", "", "{}"), "{}");
    }

    #[test]
    fn link_goes_from_references_wherever_they_are_and_from_nothing_else() {
        let record = r#"{"link":1,"aReference":{"x":1,"link":{"rel":"A"}},"list":[{"bReference":{"link" : {},"y":[{"link":2}]}}],"c":{"link":3,"deeper":{"dReference":{"\u006cink":4}}},"eReference":[{"link":5}]}"#;
        let expected = r#"{"aReference":{"x":1},"list":[{"bReference":{"y":[{"link":2}]}}],"c":{"link":3,"deeper":{"dReference":{}}},"eReference":[{"link":5}]}"#;
        assert_eq!(line("", "link", record), expected);
        assert_eq!(line("", "id", record), record, "without link in --drop-keys nothing inside is touched");
    }

    #[test]
    fn values_of_any_depth_are_written() {
        let deep = format!("{{\"a\":{}{{\"link\":1}}{}}}", "[".repeat(100), "]".repeat(100));
        assert_eq!(line("", "link", &deep), deep);
        let object = format!("{}1{}", "{\"aReference\":".repeat(100), "}".repeat(100));
        assert_eq!(line("", "link", &object), object);
    }

    /// JSON as its parts, so that what is wanted of a text can be told without parsing it.
    #[derive(Debug, Clone)]
    enum Node {
        Scalar(String),
        List(Vec<Node>),
        Object(Vec<(String, Node)>),
    }

    /// The text, with `space` wherever JSON allows white space.
    fn text(node: &Node, space: &str) -> String {
        let items = |items: Vec<String>| items.join(&format!("{space},{space}"));
        match node {
            Node::Scalar(text) => text.clone(),
            Node::List(list) => {
                format!("[{space}{}{space}]", items(list.iter().map(|node| text(node, space)).collect()))
            }
            Node::Object(members) => {
                let member =
                    |(key, value): &(String, Node)| format!("{}{space}:{space}{}", json!(key), text(value, space));
                format!("{{{space}{}{space}}}", items(members.iter().map(member).collect()))
            }
        }
    }

    /// What the filter is to leave, in the plainest way.
    fn filtered(node: &Node, filter: &KeyFilter) -> Node {
        let Node::Object(members) = node else { unreachable!("records are objects") };
        let kept = members.iter().filter(|(key, _)| filter.keeps(key));
        Node::Object(kept.map(|(key, value)| (key.clone(), unlinked(key, value, filter))).collect())
    }

    fn unlinked(key: &str, node: &Node, filter: &KeyFilter) -> Node {
        match node {
            Node::Scalar(_) => node.clone(),
            Node::List(list) => Node::List(list.iter().map(|node| unlinked("", node, filter)).collect()),
            Node::Object(members) => {
                let goes = |name: &str| name == LINK && key.ends_with("Reference") && filter.drops(LINK);
                let kept = members.iter().filter(|(name, _)| !goes(name));
                Node::Object(kept.map(|(name, value)| (name.clone(), unlinked(name, value, filter))).collect())
            }
        }
    }

    fn key() -> impl Strategy<Value = String> {
        prop_oneof![
            3 => proptest::sample::select(vec!["id", "_etag", "link", "aReference", "bReference", "name", ""]).prop_map(str::to_owned),
            1 => any::<String>(),
        ]
    }

    fn node() -> impl Strategy<Value = Node> {
        let scalar = prop_oneof![
            "-?(0|[1-9][0-9]{0,20})(\\.[0-9]{1,4})?([eE][+-]?[0-9]{1,2})?",
            Just("null".to_owned()),
            any::<String>().prop_map(|text| json!(text).to_string()),
            Just("\"\\ud800 \\\"link\\\": \\n\"".to_owned()),
        ]
        .prop_map(Node::Scalar);
        scalar.prop_recursive(4, 30, 4, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..4).prop_map(Node::List),
                proptest::collection::vec((key(), inner), 0..4).prop_map(Node::Object),
            ]
        })
    }

    fn record() -> impl Strategy<Value = Node> {
        proptest::collection::vec((key(), node()), 0..6).prop_map(Node::Object)
    }

    proptest! {
        #[test]
        fn without_a_filter_nothing_but_line_breaks_goes(record in record(), space in "[ \t\r\n]{0,2}") {
            let whole = text(&record, &space);
            let expected = text(&record, &space.replace(['\n', '\r'], ""));
            prop_assert_eq!(line("", "", &whole), expected);
        }

        #[test]
        fn the_filter_never_adds_nor_loses_a_key(
            record in record(),
            space in "[ \t\r\n]{0,2}",
            keep in proptest::sample::select(vec!["", "*", "id,*Reference", "l*,name"]),
            drop in proptest::sample::select(vec!["", "id,_etag,link", "*Reference", "_*"]),
        ) {
            let filter = KeyFilter::parse(Some(keep), Some(drop));
            let given = line(keep, drop, &text(&record, &space));
            // Compared without the white space between tokens: take it out of both the same way.
            let expected = text(&filtered(&record, &filter), "");
            prop_assert_eq!(without_space(&given), without_space(&expected));
        }
    }

    /// A text without the white space between its tokens.
    fn without_space(json: &str) -> String {
        let mut out = String::new();
        let (mut in_text, mut is_escaped) = (false, false);
        for c in json.chars() {
            if in_text || !matches!(c, ' ' | '\t' | '\r' | '\n') {
                out.push(c);
            }
            (in_text, is_escaped) = match c {
                '"' if !is_escaped => (!in_text, false),
                '\\' if in_text => (true, !is_escaped),
                _ => (in_text, false),
            };
        }
        out
    }
}

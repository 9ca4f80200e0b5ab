//! A record as the methods of `validate` see it: a tree that borrows from its line.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error, MapAccess, SeqAccess, Visitor};

use crate::data::{Digest, Span};
use crate::decimal;
use crate::model::Endpoint;

/// One record of a file that is being checked.
#[derive(Debug, Clone, Copy)]
pub(super) struct Record<'r> {
    /// Its endpoint.
    pub(super) endpoint: &'r Endpoint,
    /// Its line, trimmed.
    pub(super) bytes: &'r [u8],
    /// What the line says.
    pub(super) tree: &'r Object<'r>,
}

/// Where a record stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    /// Its file: an index into the endpoint's files.
    pub(super) file: usize,
    /// Its line, from 1.
    pub(super) line: u64,
    /// Its bytes in the unpacked file.
    pub(super) span: Span,
    /// Their digest, where failed records are kept.
    pub(super) digest: Option<Digest>,
}

/// A JSON value.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value<'a> {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number.
    Number(Number),
    /// A text, borrowed where it holds no escapes.
    Text(Cow<'a, str>),
    /// A list.
    Array(Vec<Value<'a>>),
    /// An object.
    Object(Object<'a>),
}

/// A number as it was written: with a fraction or an exponent, or without.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Number {
    /// A whole one that 64 bits with a sign can hold.
    Integer(i64),
    /// A whole one above those.
    Large(u64),
    /// Any other; also whole ones that 64 bits cannot hold.
    Float(f64),
}

/// An object: its members in the order in which they were written. A name that stands twice is there twice; the last
/// one counts, as it does for the ODS/API.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Object<'a>(Vec<(Cow<'a, str>, Value<'a>)>);

impl<'a> Value<'a> {
    /// The text, if it is one.
    pub(super) fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The object, if it is one.
    pub(super) fn as_object(&self) -> Option<&Object<'a>> {
        match self {
            Self::Object(object) => Some(object),
            _ => None,
        }
    }

    /// The elements, if it is a list.
    pub(super) fn as_array(&self) -> Option<&[Value<'a>]> {
        match self {
            Self::Array(elements) => Some(elements),
            _ => None,
        }
    }

    /// A scalar as text, as [`crate::model::NaturalKey::values`] has it: a number and its text are alike. `None` for
    /// null, lists and objects.
    pub(super) fn scalar(&self) -> Option<Cow<'_, str>> {
        match self {
            Self::Null | Self::Array(_) | Self::Object(_) => None,
            Self::Bool(value) => Some(Cow::Borrowed(if *value { "true" } else { "false" })),
            Self::Number(number) => Some(Cow::Owned(number.to_string())),
            Self::Text(text) => Some(Cow::Borrowed(text)),
        }
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Integer(number) => number.fmt(f),
            Self::Large(number) => number.fmt(f),
            Self::Float(number) => decimal::shown(*number).fmt(f),
        }
    }
}

impl<'a> Object<'a> {
    /// Reads one record.
    ///
    /// The error is the finding's words: what is wrong and where, without the record's data.
    pub(super) fn parse(line: &'a [u8]) -> Result<Self, String> {
        let text = std::str::from_utf8(line).map_err(|_| "the line is not UTF-8 text".to_owned())?;
        // Not `from_str`: a second copy of the whole parser, which a page would have to download.
        match serde_json::from_slice(line) {
            Ok(Value::Object(object)) => Ok(object),
            Ok(other) => Err(format!("the record must be a JSON object, not {}", other.kind())),
            Err(error) => Err(invalid(text, &error)),
        }
    }

    /// The members in the order in which they were written.
    pub(super) fn members(&self) -> &[(Cow<'a, str>, Value<'a>)] {
        &self.0
    }

    /// The value of this name, compared without regard to case, as the ODS/API does; the last one counts.
    pub(super) fn get(&self, name: &str) -> Option<&Value<'a>> {
        self.0.iter().rev().find(|(own, _)| own.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }
}

impl Value<'_> {
    /// What it is, for people.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "true or false",
            Self::Number(_) => "a number",
            Self::Text(_) => "a text",
            Self::Array(_) => "a list",
            Self::Object(_) => "an object",
        }
    }
}

/// The words of the parser without its line, which is always the first: of a file, the line is known from elsewhere.
fn invalid(text: &str, error: &serde_json::Error) -> String {
    let told = error.to_string();
    let what = told.rsplit_once(" at line ").map_or(&*told, |(what, _)| what);
    if what == "recursion limit exceeded" {
        return "the record is nested too deeply: more than 127 objects and lists in each other".to_owned();
    }
    // The parser counts bytes; people count characters.
    let column = text.bytes().take(error.column()).filter(|byte| byte & 0xC0 != 0x80).count();
    format!("the record is not valid JSON: {what} at column {column}")
}

impl<'de> Deserialize<'de> for Value<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Tree)
    }
}

/// Members and elements for which there is room from the start: more than most objects have, so that few grow.
const ROOM: usize = 8;

struct Tree;

impl<'de> Visitor<'de> for Tree {
    type Value = Value<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E: Error>(self) -> Result<Value<'de>, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value<'de>, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value<'de>, E> {
        Ok(Value::Number(Number::Integer(value)))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value<'de>, E> {
        Ok(Value::Number(i64::try_from(value).map_or(Number::Large(value), Number::Integer)))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value<'de>, E> {
        Ok(Value::Number(Number::Float(value)))
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Value<'de>, E> {
        Ok(Value::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Value<'de>, E> {
        Ok(Value::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value<'de>, A::Error> {
        let mut elements = Vec::new();
        while let Some(element) = seq.next_element()? {
            elements.push(element);
        }
        Ok(Value::Array(elements))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value<'de>, A::Error> {
        let mut members = Vec::with_capacity(ROOM);
        while let Some(Name(name)) = map.next_key()? {
            members.push((name, map.next_value()?));
        }
        Ok(Value::Object(Object(members)))
    }
}

/// A member's name, borrowed where it holds no escapes.
struct Name<'a>(Cow<'a, str>);

impl<'de> Deserialize<'de> for Name<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Borrowed;
        impl<'de> Visitor<'de> for Borrowed {
            type Value = Name<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a name")
            }

            fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Name<'de>, E> {
                Ok(Name(Cow::Borrowed(text)))
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Name<'de>, E> {
                Ok(Name(Cow::Owned(text.to_owned())))
            }
        }
        deserializer.deserialize_str(Borrowed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_a_record_is_lost() {
        let line = r#"{"a":1,"b":-7,"c":18446744073709551615,"d":1.0,"e":[true,null,"x\ty"],"a":"ü"}"#;
        let tree = Object::parse(line.as_bytes()).unwrap();
        let names: Vec<&str> = tree.members().iter().map(|(name, _)| &**name).collect();
        assert_eq!(names, ["a", "b", "c", "d", "e", "a"]);
        assert_eq!(tree.get("A").and_then(Value::as_text), Some("ü"), "the last one counts");
        let scalars: Vec<_> = tree.members().iter().filter_map(|(_, value)| value.scalar()).collect();
        assert_eq!(scalars, ["1", "-7", "18446744073709551615", "1", "ü"]);
        assert_eq!(
            tree.get("e").unwrap().as_array().unwrap(),
            [Value::Bool(true), Value::Null, Value::Text("x\ty".into())]
        );
        assert!(matches!(tree.members()[5].1, Value::Text(Cow::Borrowed(_))));
    }

    #[test]
    fn what_is_wrong_is_said_without_the_data() {
        let deep = "[".repeat(200);
        for (line, words) in [
            (r#"{"name":"Zoë" 1}"#, "the record is not valid JSON: expected `,` or `}` at column 15"),
            (r#"{"name":"Zoë"#, "the record is not valid JSON: EOF while parsing a string at column 12"),
            (r#"{"name":1} {"#, "the record is not valid JSON: trailing characters at column 12"),
            (r#"{"n":1e999}"#, "the record is not valid JSON: number out of range at column 10"),
            ("[{}]", "the record must be a JSON object, not a list"),
            ("7", "the record must be a JSON object, not a number"),
            (&deep, "the record is nested too deeply: more than 127 objects and lists in each other"),
        ] {
            assert_eq!(Object::parse(line.as_bytes()).unwrap_err(), words, "{line}");
        }
    }
}

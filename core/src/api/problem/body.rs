//! A JSON value of any shape, its members in the order of the text.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

use crate::decimal;

/// A JSON value. Unlike `serde_json::Value` it keeps the order of members, so messages stand as the server wrote them.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Node {
    /// `null`.
    Nothing,
    /// A number or a boolean, as text.
    Scalar(String),
    /// A string.
    Text(String),
    /// An array.
    List(Vec<Node>),
    /// An object; a member may stand twice.
    Object(Vec<(String, Node)>),
}

impl Node {
    /// The members of that name. The case of ASCII letters is ignored: older servers write `Message`.
    pub(super) fn members<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Node> {
        let fields = match self {
            Self::Object(fields) => fields.as_slice(),
            _ => &[],
        };
        fields.iter().filter(move |(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    /// The first member of that name that is a string or a number.
    pub(super) fn word<'a>(&'a self, name: &'a str) -> Option<&'a str> {
        self.members(name).find_map(|node| match node {
            Self::Text(text) | Self::Scalar(text) => Some(text.as_str()),
            _ => None,
        })
    }

    /// Whether any text or number stands in it.
    pub(super) fn says_anything(&self) -> bool {
        match self {
            Self::Nothing => false,
            Self::Scalar(_) => true,
            Self::Text(text) => !text.trim().is_empty(),
            Self::List(items) => items.iter().any(Self::says_anything),
            Self::Object(fields) => fields.iter().any(|(_, value)| value.says_anything()),
        }
    }
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyShape)
    }
}

struct AnyShape;

impl<'de> Visitor<'de> for AnyShape {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON value")
    }

    fn visit_unit<E>(self) -> Result<Node, E> {
        Ok(Node::Nothing)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Node, E> {
        Ok(Node::Scalar(value.to_string()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Node, E> {
        Ok(Node::Scalar(value.to_string()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Node, E> {
        Ok(Node::Scalar(value.to_string()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Node, E> {
        Ok(Node::Scalar(decimal::shown(value)))
    }

    fn visit_str<E>(self, value: &str) -> Result<Node, E> {
        Ok(Node::Text(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Node, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Node::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Node, A::Error> {
        let mut fields = Vec::new();
        while let Some(field) = members.next_entry()? {
            fields.push(field);
        }
        Ok(Node::Object(fields))
    }
}

//! YAML text to a tree with places. The one file that knows the YAML library.
//!
//! The library resolves scalars as YAML 1.2 does and then forgets how they were written, which turns the client id
//! `12e45` into a number. So the document is read twice: first for its shape alone, then, led by the shape, with every
//! scalar asked for as text. Texts that stand in the source as they are come back borrowed from it, and that tells
//! where they stand.

use std::cell::RefCell;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, EnumAccess, Error as _, MapAccess, SeqAccess, Visitor};

use super::tree::{Entry, Node, Place, Text, Value};

/// A document that was read.
#[derive(Debug)]
pub(super) struct Document {
    /// The top value.
    pub(super) root: Node,
    /// Keys that stand twice in one mapping; the last one was taken.
    pub(super) repeated: Vec<Repeated>,
    /// Where a separator was written as a lone comma, which is not YAML; it was read as the text `,`.
    pub(super) mended: Option<Place>,
}

/// A key that stands twice in one mapping.
#[derive(Debug)]
pub(super) struct Repeated {
    /// The key.
    pub(super) key: String,
    /// Where it stood first.
    pub(super) first: Place,
    /// Where it stood last.
    pub(super) last: Place,
}

/// A text that is not YAML. Holds none of the text: it may be secret.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct SyntaxError {
    /// Where.
    pub(super) place: Place,
    /// What is wrong.
    pub(super) message: &'static str,
    /// What to do.
    pub(super) hint: Option<&'static str>,
}

/// Reads a document.
pub(super) fn parse(source: &str) -> Result<Document, SyntaxError> {
    match parse_as_is(source) {
        Ok((root, repeated)) => Ok(Document { root, repeated, mended: None }),
        Err(error) => match mend_separator(source) {
            Some((mended, place)) => {
                let (root, repeated) = parse_as_is(&mended)?;
                Ok(Document { root, repeated, mended: Some(place) })
            }
            None => Err(error),
        },
    }
}

/// Puts quotes around the comma of the first line `separator: ,`: the documentation shows it so, and it is not YAML.
fn mend_separator(source: &str) -> Option<(String, Place)> {
    let mut offset = 0;
    for (index, line) in source.split_inclusive('\n').enumerate() {
        let indent = line.len() - line.trim_start_matches(' ').len();
        let comma = line[indent..]
            .strip_prefix("separator")
            .and_then(|rest| rest.trim_start().strip_prefix(':'))
            .map(str::trim_start)
            .and_then(|rest| {
                let after = rest.strip_prefix(',')?;
                let ends = after.trim().is_empty()
                    || after.trim_start().len() < after.len() && after.trim_start().starts_with('#');
                ends.then(|| offset + line.len() - rest.len())
            });
        if let Some(comma) = comma {
            let mended = format!("{}\",\"{}", &source[..comma], &source[comma + 1..]);
            return Some((mended, Place::File { line: index + 1, column: indent + 1 }));
        }
        offset += line.len();
    }
    None
}

fn parse_as_is(source: &str) -> Result<(Node, Vec<Repeated>), SyntaxError> {
    let shape = ShapeSeed
        .deserialize(serde_yaml::Deserializer::from_str(source))
        .map_err(|error| syntax_error(&error, source))?;
    if matches!(shape, Shape::Null) {
        return Ok((Node { value: Value::Null { blank: true }, place: Place::Somewhere }, Vec::new()));
    }
    let repeated = RefCell::new(Vec::new());
    let root = NodeSeed { source, shape: &shape, repeated: &repeated }
        .deserialize(serde_yaml::Deserializer::from_str(source))
        .map_err(|error| syntax_error(&error, source))?;
    Ok((root, repeated.into_inner()))
}

/// What a value is, without what it says.
enum Shape {
    Null,
    Scalar,
    List(Vec<Shape>),
    Map(Vec<Shape>),
}

struct ShapeSeed;

/// Texts of our own errors, which pass through the library and are recognised in [`syntax_error`].
const TAGGED: &str = "lightbeam: tagged value";
const COMPLEX_KEY: &str = "lightbeam: key is not a scalar";
const BAD_MERGE: &str = "lightbeam: merge of something else than mappings";

impl<'de> DeserializeSeed<'de> for ShapeSeed {
    type Value = Shape;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Shape, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for ShapeSeed {
    type Value = Shape;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Shape, E> {
        Ok(Shape::Null)
    }

    fn visit_none<E>(self) -> Result<Shape, E> {
        Ok(Shape::Null)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Shape, E> {
        Ok(Shape::Scalar)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Shape, E> {
        Ok(Shape::Scalar)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Shape, E> {
        Ok(Shape::Scalar)
    }

    fn visit_i128<E>(self, _: i128) -> Result<Shape, E> {
        Ok(Shape::Scalar)
    }

    fn visit_u128<E>(self, _: u128) -> Result<Shape, E> {
        Ok(Shape::Scalar)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Shape, E> {
        Ok(Shape::Scalar)
    }

    fn visit_str<E>(self, _: &str) -> Result<Shape, E> {
        Ok(Shape::Scalar)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Shape, A::Error> {
        let mut shapes = Vec::new();
        while let Some(shape) = items.next_element_seed(Self)? {
            shapes.push(shape);
        }
        Ok(Shape::List(shapes))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Shape, A::Error> {
        let mut shapes = Vec::new();
        while let Some(key) = entries.next_key_seed(Self)? {
            if matches!(key, Shape::List(_) | Shape::Map(_)) {
                return Err(A::Error::custom(COMPLEX_KEY));
            }
            shapes.push(entries.next_value_seed(Self)?);
        }
        Ok(Shape::Map(shapes))
    }

    fn visit_enum<A: EnumAccess<'de>>(self, _: A) -> Result<Shape, A::Error> {
        Err(A::Error::custom(TAGGED))
    }
}

/// Reads a value whose shape is known.
struct NodeSeed<'a> {
    source: &'a str,
    shape: &'a Shape,
    repeated: &'a RefCell<Vec<Repeated>>,
}

impl<'de> DeserializeSeed<'de> for NodeSeed<'_> {
    type Value = Node;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Node, D::Error> {
        match self.shape {
            Shape::Null => {
                let (text, place) = TextSeed(self.source).deserialize(deserializer)?;
                Ok(Node { value: Value::Null { blank: text.is_empty() }, place })
            }
            Shape::Scalar => {
                let (text, place) = TextSeed(self.source).deserialize(deserializer)?;
                Ok(Node { value: Value::Text(Text::plain(text)), place })
            }
            Shape::List(_) => deserializer.deserialize_seq(self),
            Shape::Map(_) => deserializer.deserialize_map(self),
        }
    }
}

impl<'de> Visitor<'de> for NodeSeed<'_> {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Node, A::Error> {
        let shapes: &[Shape] = if let Shape::List(shapes) = self.shape { shapes } else { &[] };
        let mut nodes = Vec::with_capacity(shapes.len());
        for shape in shapes {
            let seed = NodeSeed { source: self.source, shape, repeated: self.repeated };
            nodes.extend(items.next_element_seed(seed)?);
        }
        Ok(Node { value: Value::List(nodes), place: Place::Somewhere })
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Node, A::Error> {
        let shapes: &[Shape] = if let Shape::Map(shapes) = self.shape { shapes } else { &[] };
        let mut own: Vec<Entry> = Vec::with_capacity(shapes.len());
        let mut merged: Vec<Entry> = Vec::new();
        for shape in shapes {
            let Some((key, place)) = entries.next_key_seed(TextSeed(self.source))? else { break };
            let node = entries.next_value_seed(NodeSeed { source: self.source, shape, repeated: self.repeated })?;
            if key == "<<" {
                merge(&mut merged, node).map_err(A::Error::custom)?;
                continue;
            }
            if let Some(earlier) = own.iter().position(|entry| entry.key == key) {
                let first = own.remove(earlier).place;
                self.repeated.borrow_mut().push(Repeated { key: key.clone(), first, last: place });
            }
            own.push(Entry { key, place, node });
        }
        for entry in merged {
            if !own.iter().any(|known| known.key == entry.key) {
                own.push(entry);
            }
        }
        Ok(Node { value: Value::Map(own), place: Place::Somewhere })
    }
}

/// Adds what a merge key (`<<`) brings; of several mappings the first one wins.
fn merge(merged: &mut Vec<Entry>, node: Node) -> Result<(), &'static str> {
    match node.value {
        Value::Map(entries) => {
            for entry in entries {
                if !merged.iter().any(|known| known.key == entry.key) {
                    merged.push(entry);
                }
            }
            Ok(())
        }
        Value::List(nodes) if nodes.iter().all(|node| matches!(node.value, Value::Map(_))) => {
            nodes.into_iter().try_for_each(|node| merge(merged, node))
        }
        _ => Err(BAD_MERGE),
    }
}

/// Reads a scalar as the text that it is, whatever it looks like, and where it stands.
struct TextSeed<'a>(&'a str);

impl<'de> DeserializeSeed<'de> for TextSeed<'_> {
    type Value = (String, Place);

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for TextSeed<'_> {
    type Value = (String, Place);

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok((text.to_owned(), place_of(self.0, text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok((text.to_owned(), Place::Somewhere))
    }
}

/// Where `text`, a slice of `source`, begins.
fn place_of(source: &str, text: &str) -> Place {
    let before = (text.as_ptr() as usize)
        .checked_sub(source.as_ptr() as usize)
        .and_then(|offset| source.get(..offset))
        .filter(|before| before.len() + text.len() <= source.len());
    let Some(before) = before else { return Place::Somewhere };
    // A text in quotes begins at its quote.
    place_at(before.strip_suffix(['"', '\'']).unwrap_or(before))
}

/// The place after what stands before it.
fn place_at(before: &str) -> Place {
    let line_start = before.rfind(['\n', '\r']).map_or(0, |index| index + 1);
    let breaks = before.matches('\n').count() + before.replace("\r\n", "").matches('\r').count();
    Place::File { line: breaks + 1, column: before[line_start..].chars().count() + 1 }
}

/// The library's complaint in plain words. What it says beside fixed phrases is never passed on: it may quote the file.
fn syntax_error(error: &serde_yaml::Error, source: &str) -> SyntaxError {
    let said = error.to_string();
    let (message, hint, at_start) = PHRASES
        .iter()
        .find(|phrase| said.contains(phrase.said))
        .map_or(("this is not valid YAML", None, false), |phrase| (phrase.message, phrase.hint, phrase.at_start));
    let place = error
        .location()
        .map_or(Place::Somewhere, |location| Place::File { line: location.line(), column: location.column() });
    // Characters that cannot be are found before there are lines, and the place is told as ` at position 17`.
    let position = || said.rsplit_once(" at position ")?.1.parse::<usize>().ok();
    let place = if at_start {
        start_place(&said).unwrap_or(place)
    } else if let Some(offset) = position().filter(|offset| source.is_char_boundary(*offset)) {
        place_at(&source[..offset])
    } else {
        place
    };
    SyntaxError { place, message, hint }
}

/// The place where the broken construct begins, which the library tells last, as `… at line 3 column 10`.
fn start_place(said: &str) -> Option<Place> {
    let (_, place) = said.rsplit_once(" at line ")?;
    let (line, column) = place.split_once(" column ")?;
    Some(Place::File { line: line.parse().ok()?, column: column.parse().ok()? })
}

struct Phrase {
    /// What the library says.
    said: &'static str,
    message: &'static str,
    hint: Option<&'static str>,
    /// Whether the place that helps is where the construct begins, not where it was found broken.
    at_start: bool,
}

const fn phrase(said: &'static str, message: &'static str, hint: &'static str) -> Phrase {
    Phrase { said, message, hint: Some(hint), at_start: false }
}

const PHRASES: &[Phrase] = &[
    phrase(TAGGED, "values with a tag (an exclamation mark in front) are not used here", "put the value in quotes"),
    phrase(COMPLEX_KEY, "a key must be a single word", "put values that hold braces or brackets in quotes"),
    phrase(BAD_MERGE, "<< must be followed by a mapping", "name an anchor of a mapping, as in <<: *defaults"),
    phrase(
        "mapping values are not allowed in this context",
        "there is a colon where none can be",
        "check the indentation of this line and the one above; put a value that holds a colon and a blank in quotes",
    ),
    Phrase {
        said: "could not find expected ':'",
        message: "there is a line without a colon",
        hint: Some("write key: value"),
        at_start: true,
    },
    phrase(
        "did not find expected key",
        "this does not fit what stands above it",
        "check the indentation: keys of one section begin in the same column",
    ),
    phrase(
        "did not find expected '-' indicator",
        "this does not fit the list above it",
        "check the indentation: the hyphens of one list stand in the same column",
    ),
    phrase(
        "cannot start any token",
        "this character cannot begin a value",
        "put the value in quotes, and indent with blanks, not with tabs",
    ),
    phrase("tab character", "there is a tab where blanks are wanted", "indent with blanks"),
    Phrase {
        said: "did not find expected ',' or ']'",
        message: "the list that begins here with [ is not closed",
        hint: Some("add ], and put commas between the items"),
        at_start: true,
    },
    Phrase {
        said: "did not find expected ',' or '}'",
        message: "the mapping that begins here with { is not closed",
        hint: Some("add }, and put commas between the entries; put ${NAME} in quotes inside of { }"),
        at_start: true,
    },
    Phrase {
        said: "found unexpected end of stream",
        message: "the quote that begins here is not closed",
        hint: Some("add the closing quote"),
        at_start: true,
    },
    phrase(
        "unknown escape character",
        "there is a backslash in double quotes that means nothing",
        "use single quotes, or write the backslash twice",
    ),
    phrase(
        "block sequence entries are not allowed",
        "there is a list item where none can be",
        "put the list on lines of its own, or the value in quotes",
    ),
    Phrase {
        said: "did not find expected alphabetic or numeric character",
        message: "* and & mean something else in YAML",
        hint: Some("put the value in quotes, as in \"*\""),
        at_start: true,
    },
    phrase("unknown anchor", "* and & mean something else in YAML", "put the value in quotes, as in \"*name\""),
    phrase("did not find expected node content", "a value is missing here", "write a value, or put it in quotes"),
    phrase("control characters are not allowed", "there is a control character here", "save the file as UTF-8 text"),
    phrase("more than one document", "there is more than one document in the file", "remove the line ---"),
    phrase("<document start>", "this does not fit what stands above it", "check the indentation, and write key: value"),
    phrase("recursion limit", "sections are nested too deeply", "see the documentation for the known keys"),
    phrase("repetition limit", "aliases (*) are used too often", "write the values out"),
];

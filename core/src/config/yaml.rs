//! YAML text to a tree with places. The one file that knows the YAML library.
//!
//! The library resolves scalars as YAML 1.2 does and then forgets how they were written, which turns the client id
//! `12e45` into a number. So the document is read twice: first for its shape alone, then, led by the shape, with every
//! scalar asked for as text. Texts that stand in the source as they are come back borrowed from it, and that tells
//! where they stand.

use std::cell::RefCell;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, EnumAccess, Error as _, MapAccess, SeqAccess, Visitor};

use super::syntax::{BAD_MERGE, COMPLEX_KEY, SyntaxError, TAGGED, phrase_of};
use super::tree::{Entry, Node, Place, Text, Value};

/// A document that was read.
#[derive(Debug, Clone)]
pub(super) struct Document {
    /// The top value.
    pub(super) root: Node,
    /// Keys that stand twice in one mapping; the last one was taken.
    pub(super) repeated: Vec<Repeated>,
    /// Where a separator was written as a lone comma, which is not YAML; it was read as the text `,`.
    pub(super) mended: Option<Place>,
}

/// A key that stands twice in one mapping.
#[derive(Debug, Clone)]
pub(super) struct Repeated {
    /// The key.
    pub(super) key: String,
    /// Where it stood first.
    pub(super) first: Place,
    /// Where it stood last.
    pub(super) last: Place,
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

fn parse_as_is(text: &str) -> Result<(Node, Vec<Repeated>), SyntaxError> {
    let source = Source::new(text);
    let shape = ShapeSeed
        .deserialize(serde_yaml::Deserializer::from_str(text))
        .map_err(|error| syntax_error(&error, &source))?;
    if matches!(shape, Shape::Null) {
        return Ok((Node { value: Value::Null { blank: true }, place: Place::Somewhere }, Vec::new()));
    }
    let repeated = RefCell::new(Vec::new());
    let root = NodeSeed { source: &source, shape: &shape, repeated: &repeated }
        .deserialize(serde_yaml::Deserializer::from_str(text))
        .map_err(|error| syntax_error(&error, &source))?;
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
    source: &'a Source<'a>,
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
struct TextSeed<'a>(&'a Source<'a>);

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
        Ok((text.to_owned(), self.0.place_of(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok((text.to_owned(), Place::Somewhere))
    }
}

/// A text with an index of its lines.
struct Source<'a> {
    text: &'a str,
    /// The offset of each line.
    lines: Vec<usize>,
}

impl<'a> Source<'a> {
    fn new(text: &'a str) -> Self {
        let bytes = text.as_bytes();
        let ends = (0..bytes.len())
            .filter(|&index| bytes[index] == b'\n' || bytes[index] == b'\r' && bytes.get(index + 1) != Some(&b'\n'));
        Self { text, lines: std::iter::once(0).chain(ends.map(|index| index + 1)).collect() }
    }

    /// Where `slice`, a part of the text itself, begins; a text in quotes begins at its quote.
    fn place_of(&self, slice: &str) -> Place {
        let offset = (slice.as_ptr() as usize).wrapping_sub(self.text.as_ptr() as usize);
        if self.text.get(offset..).is_none_or(|rest| rest.len() < slice.len()) {
            return Place::Somewhere;
        }
        self.place_at(offset - usize::from(self.text[..offset].ends_with(['"', '\''])))
    }

    /// The place of an offset.
    fn place_at(&self, offset: usize) -> Place {
        let line = self.lines.partition_point(|start| *start <= offset);
        let before = self.text.get(self.lines[line - 1]..offset).unwrap_or_default();
        Place::File { line, column: before.chars().count() + 1 }
    }
}

/// The library's complaint in plain words. What it says beside fixed phrases is never passed on: it may quote the file.
fn syntax_error(error: &serde_yaml::Error, source: &Source<'_>) -> SyntaxError {
    let said = error.to_string();
    let phrase = phrase_of(&said);
    let place = error
        .location()
        .map_or(Place::Somewhere, |location| Place::File { line: location.line(), column: location.column() });
    // Characters that cannot be are found before there are lines, and the place is told as ` at position 17`.
    let position = || said.rsplit_once(" at position ")?.1.parse::<usize>().ok();
    let place = if phrase.at_start {
        start_place(&said).unwrap_or(place)
    } else if let Some(offset) = position().filter(|offset| source.text.is_char_boundary(*offset)) {
        source.place_at(offset)
    } else {
        place
    };
    SyntaxError { place, message: phrase.message.into(), hint: phrase.hint.map(Into::into) }
}

/// The place where the broken construct begins, which the library tells last, as `… at line 3 column 10`.
fn start_place(said: &str) -> Option<Place> {
    let (_, place) = said.rsplit_once(" at line ")?;
    let (line, column) = place.split_once(" column ")?;
    Some(Place::File { line: line.parse().ok()?, column: column.parse().ok()? })
}

//! From the schemas of a document to [`Schemas`]: only what bodies are made of, references followed.

use std::collections::HashMap;

use serde_json::Value;

use super::raw::{RawSchema, RawSchemas};
use super::schema::{
    ArrayRule, Bounds, IntegerRule, IntegerWidth, Property, Schema, SchemaId, Schemas, Shape, TextFormat, TextRule,
};

/// Properties written in place nest at most so deep; a document that goes deeper is not believed.
const DEEPEST: usize = 32;

/// Collects the schemas of bodies.
pub(super) struct Compact<'a> {
    raw: &'a RawSchemas,
    known: HashMap<&'a str, SchemaId>,
    schemas: Schemas,
}

impl<'a> Compact<'a> {
    pub(super) fn new(raw: &'a RawSchemas) -> Self {
        Self { raw, known: HashMap::new(), schemas: Schemas::default() }
    }

    pub(super) fn finish(self) -> Schemas {
        self.schemas
    }

    /// The schema of this name with all that it is made of; `None` where the document has none.
    pub(super) fn named(&mut self, name: &'a str) -> Option<SchemaId> {
        let raw = self.raw;
        let mut first = None;
        // An own stack: schemas may refer to each other in chains of any length.
        let mut open = vec![name];
        while let Some(name) = open.pop() {
            let Some(schema) = raw.get(name) else { continue };
            let id = self.id(name);
            first = first.or(Some(id));
            if self.schemas.get(id).name.is_empty() {
                let schema = self.object(name, schema, &mut open, 0);
                self.schemas.set(id, schema);
            }
        }
        first
    }

    fn id(&mut self, name: &'a str) -> SchemaId {
        *self.known.entry(name).or_insert_with(|| self.schemas.add(Schema::default()))
    }

    fn object(&mut self, name: &str, raw: &'a RawSchema, open: &mut Vec<&'a str>, depth: usize) -> Schema {
        let property = |(name, inner): &'a (String, RawSchema)| Property {
            name: name.clone(),
            shape: self.shape(inner, open, depth),
            required: raw.required.contains(name),
            nullable: inner.nullable || inner.x_nullable,
            identity: inner.is_identity,
            deprecated: inner.is_deprecated,
        };
        let properties = raw.properties.0.iter().map(property).collect();
        Schema { name: name.to_owned(), properties, closed: raw.additional_properties == Some(Value::Bool(false)) }
    }

    fn shape(&mut self, raw: &'a RawSchema, open: &mut Vec<&'a str>, depth: usize) -> Shape {
        if let Some(target) = raw.target() {
            return match self.raw.get(target) {
                // A named schema that is no object, such as a text with its rules.
                Some(inner) if !inner.is_object() && depth < DEEPEST => self.shape(inner, open, depth + 1),
                Some(inner) if inner.is_object() => {
                    open.push(target);
                    Shape::Object(self.id(target))
                }
                _ => Shape::Any,
            };
        }
        if depth >= DEEPEST {
            return Shape::Any;
        }
        match raw.kind.as_deref() {
            Some("string") => Shape::Text(text(raw)),
            Some("integer") => Shape::Integer(IntegerRule {
                width: match raw.format.as_deref() {
                    Some("int32") => Some(IntegerWidth::Int32),
                    Some("int64") => Some(IntegerWidth::Int64),
                    _ => None,
                },
                bounds: bounds(raw),
            }),
            Some("number") => Shape::Number(bounds(raw)),
            Some("boolean") => Shape::Boolean,
            Some("array") => {
                let items = raw.items.as_deref().map_or(Shape::Any, |items| self.shape(items, open, depth + 1));
                Shape::Array(Box::new(ArrayRule { items, min_items: raw.min_items, max_items: raw.max_items }))
            }
            Some("object") | None if raw.is_object() => {
                let schema = self.object("", raw, open, depth + 1);
                Shape::Object(self.schemas.add(schema))
            }
            _ => Shape::Any,
        }
    }
}

fn text(raw: &RawSchema) -> TextRule {
    TextRule {
        min_length: raw.min_length,
        max_length: raw.max_length,
        format: match raw.format.as_deref() {
            Some("date") => Some(TextFormat::Date),
            Some("date-time") => Some(TextFormat::DateTime),
            Some("time") => Some(TextFormat::Time),
            _ => None,
        },
        values: raw.allowed.iter().filter_map(|value| value.as_str().map(str::to_owned)).collect(),
    }
}

/// Exclusive bounds are a mark beside the bound (JSON Schema draft 4, OpenAPI 3.0) or the bound itself (later drafts).
fn bounds(raw: &RawSchema) -> Bounds {
    let exclusive = |value: &Option<Value>| match value {
        Some(Value::Bool(mark)) => (*mark, None),
        Some(Value::Number(bound)) => (true, bound.as_f64()),
        _ => (false, None),
    };
    let (exclusive_minimum, least) = exclusive(&raw.exclusive_minimum);
    let (exclusive_maximum, greatest) = exclusive(&raw.exclusive_maximum);
    Bounds {
        minimum: least.or(raw.minimum),
        maximum: greatest.or(raw.maximum),
        exclusive_minimum: exclusive_minimum && (least.is_some() || raw.minimum.is_some()),
        exclusive_maximum: exclusive_maximum && (greatest.is_some() || raw.maximum.is_some()),
    }
}

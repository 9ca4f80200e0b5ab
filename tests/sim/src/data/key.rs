//! Natural keys as texts, and what a record points to.

use serde_json::{Map, Value};

use super::store::Store;
use crate::model::{Endpoint, Kind, Model, Schema};
use crate::refusal::{Finding, Refusal};

/// Between the parts of a key: a character that no identifier holds.
const SEPARATOR: char = '\u{1f}';

/// The natural key of a record; `None` when a part is missing.
pub(crate) fn of_record(endpoint: &Endpoint, body: &Map<String, Value>) -> Option<String> {
    join(endpoint.key.iter().map(|part| (at(body, &part.path), part.ignores_case)))
}

/// The natural key that a descriptor value such as `uri://ed-fi.org/TermDescriptor#Fall Semester` stands for.
pub(crate) fn of_descriptor(value: &str) -> Option<String> {
    let (namespace, code_value) = value.split_once('#')?;
    let mut key = format!("{namespace}{SEPARATOR}{code_value}");
    fold(&mut key);
    Some(key)
}

/// The record that a reference's leaves name, in the first of its targets that has it.
pub(crate) fn referenced(
    model: &Model,
    store: &Store,
    schema: &Schema,
    leaves: &Map<String, Value>,
) -> Option<Pointed> {
    schema.targets.iter().find_map(|target| {
        let parts = target.leaves.iter().zip(&model.endpoints[target.endpoint].key);
        let key = join(parts.map(|(leaf, part)| (leaves.get(leaf), part.ignores_case)))?;
        store.find_any(std::iter::once(target.endpoint), &key)
    })
}

/// Brings a text that is compared without regard to case into one.
fn fold(text: &mut String) {
    if text.chars().any(char::is_uppercase) {
        *text = text.to_lowercase();
    }
}

/// A key of its parts, each with whether it ignores case; `None` when a part is missing.
pub(crate) fn join<'a>(parts: impl Iterator<Item = (Option<&'a Value>, bool)>) -> Option<String> {
    let mut key = String::with_capacity(64);
    for (i, (part, ignores_case)) in parts.enumerate() {
        if i > 0 {
            key.push(SEPARATOR);
        }
        match part? {
            Value::Null => return None,
            Value::String(text) if ignores_case => {
                let mut text = text.clone();
                fold(&mut text);
                key.push_str(&text);
            }
            Value::String(text) => key.push_str(text),
            other => key.push_str(&text(other)),
        }
    }
    Some(key)
}

/// The value at a property, or at a reference's leaf.
pub(crate) fn at<'a>(body: &'a Map<String, Value>, path: &[String]) -> Option<&'a Value> {
    let (last, before) = path.split_last()?;
    let mut object = body;
    for name in before {
        object = object.get(name)?.as_object()?;
    }
    object.get(last).filter(|value| !value.is_null())
}

/// A scalar as its bare text.
pub(crate) fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// A record that another one points to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Pointed {
    pub(crate) endpoint: usize,
    pub(crate) number: u64,
}

/// Everything that a record points to, found in the store or missing from it.
#[derive(Debug, Default)]
pub(crate) struct Pointers {
    pub(crate) found: Vec<Pointed>,
    pub(crate) missing_descriptors: Vec<Finding>,
    /// Entities of references that lead nowhere.
    pub(crate) missing: Vec<String>,
}

impl Pointers {
    pub(crate) fn of(model: &Model, store: &Store, endpoint: usize, body: &Map<String, Value>) -> Self {
        let mut pointers = Self::default();
        pointers.walk(model, store, model.endpoints[endpoint].schema, body, "");
        pointers
    }

    /// The refusal of the first missing reference.
    pub(crate) fn refusal(&self) -> Option<Refusal> {
        self.missing.first().map(|entity| Refusal::UnresolvedReference { entity: entity.clone() })
    }

    fn walk(&mut self, model: &Model, store: &Store, schema: usize, body: &Map<String, Value>, place: &str) {
        let schema = &model.schemas[schema];
        for (name, value) in body {
            if let Some(property) = schema.properties.get(name) {
                self.value(model, store, &property.kind, value, &|| {
                    if place.is_empty() { name.clone() } else { format!("{place}.{name}") }
                });
            }
        }
    }

    fn value(&mut self, model: &Model, store: &Store, kind: &Kind, value: &Value, place: &dyn Fn() -> String) {
        match (kind, value) {
            (Kind::Descriptor { endpoints, .. }, Value::String(text)) => {
                let found = of_descriptor(text).and_then(|key| store.find_any(endpoints.iter().copied(), &key));
                match found {
                    Some(pointed) => self.found.push(pointed),
                    None => self.missing_descriptors.push(missing_descriptor(
                        &model.endpoints[endpoints[0]].entity,
                        text,
                        place(),
                    )),
                }
            }
            (Kind::Reference(at), Value::Object(body)) => {
                let schema = &model.schemas[*at];
                let found = referenced(model, store, schema, body);
                match found {
                    Some(pointed) => self.found.push(pointed),
                    None if schema.targets.is_empty() => {}
                    None => self.missing.push(schema.referenced_entity()),
                }
                self.walk(model, store, *at, body, &place());
            }
            (Kind::Object(at), Value::Object(body)) => self.walk(model, store, *at, body, &place()),
            (Kind::Array(item), Value::Array(list)) => {
                for (i, value) in list.iter().enumerate() {
                    self.value(model, store, item, value, &|| format!("{}[{i}]", place()));
                }
            }
            _ => {}
        }
    }
}

fn missing_descriptor(entity: &str, value: &str, path: String) -> Finding {
    Finding {
        path,
        text: format!("{entity} value '{value}' does not exist."),
        legacy: Some(format!("Unable to resolve value '{value}' to an existing '{entity}' resource.")),
    }
}

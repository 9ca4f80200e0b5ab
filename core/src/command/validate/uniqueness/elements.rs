//! Elements of lists, which must differ by their own key.

use std::collections::HashSet;

use super::super::path::Path;
use super::super::record::{Object, Value};
use super::{METHOD, value_at};
use crate::event::{Cause, Finding};
use crate::model::{Described, Schema, SchemaId, Schemas, Shape};

/// Lists stand in each other at most so deep in any published document (addresses and their periods: 2).
const DEEPEST: usize = 8;

/// The lists of an object whose elements have a key, and the objects and lists in which such lists stand.
#[derive(Debug, Default)]
pub(super) struct Elements {
    lists: Vec<List>,
    objects: Vec<(String, Elements)>,
}

#[derive(Debug)]
struct List {
    name: String,
    /// Where in an element the parts of its key stand; empty: not known.
    key: Vec<Vec<String>>,
    /// The lists in each element.
    inner: Elements,
}

impl Elements {
    pub(super) fn new(of: &Described) -> Self {
        // A document that marks no property at all says nothing about keys.
        let is_marked = |schema: &Schema| schema.properties.iter().any(|property| property.identity);
        if !of.schemas.all().iter().any(is_marked) {
            return Self::default();
        }
        Self::of(&of.schemas, of.resource.body, DEEPEST)
    }

    fn of(schemas: &Schemas, id: SchemaId, depth: usize) -> Self {
        let mut elements = Self::default();
        let Some(depth) = depth.checked_sub(1) else { return elements };
        for property in &schemas.get(id).properties {
            match &property.shape {
                Shape::Object(id) if !property.is_reference() => {
                    let inner = Self::of(schemas, *id, depth);
                    if !inner.is_empty() {
                        elements.objects.push((property.name.clone(), inner));
                    }
                }
                Shape::Array(rule) => {
                    let Shape::Object(id) = rule.items else { continue };
                    let key = key(schemas, id);
                    let inner = Self::of(schemas, id, depth);
                    if !key.is_empty() || !inner.is_empty() {
                        elements.lists.push(List { name: property.name.clone(), key, inner });
                    }
                }
                _ => {}
            }
        }
        elements
    }

    pub(super) fn is_empty(&self) -> bool {
        self.lists.is_empty() && self.objects.is_empty()
    }

    /// Adds which lists of a record hold two elements of the same key.
    pub(super) fn check(&self, record: &Object<'_>, found: &mut Vec<Finding>) {
        self.object(record, &Path::Record, found);
    }

    fn object(&self, object: &Object<'_>, path: &Path<'_>, found: &mut Vec<Finding>) {
        for (name, value) in object.members() {
            match value {
                Value::Array(elements) => {
                    if let Some(list) = self.lists.iter().find(|list| list.name.eq_ignore_ascii_case(name)) {
                        list.check(elements, &Path::Property(path, &list.name), found);
                    }
                }
                Value::Object(inner) => {
                    if let Some((name, of)) = self.objects.iter().find(|(own, _)| own.eq_ignore_ascii_case(name)) {
                        of.object(inner, &Path::Property(path, name), found);
                    }
                }
                _ => {}
            }
        }
    }
}

impl List {
    fn check(&self, elements: &[Value<'_>], path: &Path<'_>, found: &mut Vec<Finding>) {
        if elements.len() > 1 && !self.key.is_empty() {
            let mut seen = HashSet::with_capacity(elements.len());
            let keys = elements.iter().filter_map(|element| self.key_of(element.as_object()?));
            if keys.into_iter().any(|key| !seen.insert(key)) {
                let names: Vec<String> = self.key.iter().map(|path| path.join(".")).collect();
                let message = format!("{path} has elements with the same key ({})", names.join(", "));
                if !found.iter().any(|known| known.method == METHOD && known.message == message) {
                    super::push(found, message, Cause::Duplicate);
                }
            }
        }
        if !self.inner.is_empty() {
            for element in elements.iter().filter_map(Value::as_object) {
                self.inner.object(element, &Path::Element(path), found);
            }
        }
    }

    /// `None` where a part is missing, which is for the schema method to say.
    fn key_of(&self, element: &Object<'_>) -> Option<Vec<String>> {
        self.key.iter().map(|path| Some(value_at(element, path)?.scalar()?.into_owned())).collect()
    }
}

/// What identifies an element: the properties marked so, and what its required references point to. Documents mark no
/// reference itself, though it is part of the key (`academicWeeks` of a session); one that is none makes the key
/// wider, which hides a duplicate and invents none.
fn key(schemas: &Schemas, id: SchemaId) -> Vec<Vec<String>> {
    let mut key = Vec::new();
    for property in &schemas.get(id).properties {
        match &property.shape {
            Shape::Object(reference) if property.is_reference() && property.required => {
                let parts = schemas.get(*reference).properties.iter();
                let scalars = parts.filter(|part| !matches!(part.shape, Shape::Object(_) | Shape::Array(_)));
                key.extend(scalars.map(|part| vec![property.name.clone(), part.name.clone()]));
            }
            Shape::Object(_) | Shape::Array(_) => {}
            _ if property.identity => key.push(vec![property.name.clone()]),
            _ => {}
        }
    }
    key
}

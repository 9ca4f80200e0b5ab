//! Elements of lists, which must differ by their own key.

use std::collections::HashSet;

use super::super::path::Path;
use super::super::record::{Object, Value};
use super::{METHOD, value_at};
use crate::event::{Cause, Finding};
use crate::model::{Described, Property, Schema, SchemaId, Schemas, Shape};

/// Lists stand in each other at most so deep in any published document (addresses and their periods: 2).
const DEEPEST: usize = 8;
/// So many properties are looked at in search of lists: schemas that share others may unfold without end.
const MOST_PROPERTIES: usize = 100_000;

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
        Self::of(&of.schemas, of.resource.body, DEEPEST, &mut { MOST_PROPERTIES })
    }

    fn of(schemas: &Schemas, id: SchemaId, depth: usize, left: &mut usize) -> Self {
        let mut elements = Self::default();
        let Some(depth) = depth.checked_sub(1) else { return elements };
        for property in &schemas.get(id).properties {
            let Some(fewer) = left.checked_sub(1) else { break };
            *left = fewer;
            match &property.shape {
                Shape::Object(id) if !property.is_reference() => {
                    let inner = Self::of(schemas, *id, depth, left);
                    if !inner.is_empty() {
                        elements.objects.push((property.name.clone(), inner));
                    }
                }
                Shape::Array(rule) => {
                    let Shape::Object(id) = rule.items else { continue };
                    let key = key(schemas, id);
                    let inner = Self::of(schemas, id, depth, left);
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
///
/// Some documents (v8) mark the properties of a body and none of what is nested in it: where no value is marked and one
/// must be there, it may be part of the key, so the references alone are not taken for it.
fn key(schemas: &Schemas, id: SchemaId) -> Vec<Vec<String>> {
    let is_value = |of: &&Property| !matches!(of.shape, Shape::Object(_) | Shape::Array(_));
    let values = || schemas.get(id).properties.iter().filter(is_value);
    if !values().any(|value| value.identity) && values().any(|value| value.required) {
        return Vec::new();
    }
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

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use super::*;
    use crate::model::Document;

    /// The body of the only endpoint of a document with these schemas; the body is `edFi_thing`.
    fn described(schemas: &str) -> Described {
        let document = format!(
            r##"{{"openapi":"3.0.1","paths":{{"/ed-fi/things":{{"post":{{"requestBody":{{"content":{{"application/json":
            {{"schema":{{"$ref":"#/components/schemas/edFi_thing"}}}}}}}}}}}}}},"components":{{"schemas":{{{schemas}}}}}}}"##
        );
        let Document { mut resources, schemas } = Document::parse(document.as_bytes()).unwrap();
        Described { resource: Rc::new(resources.remove(0)), schemas: Rc::new(schemas) }
    }

    /// A document that marks nothing in nested schemas: an element with a year and a school is not known by its school
    /// alone; one that is but a reference is.
    #[test]
    fn what_no_document_marks_is_not_known_by_its_references_alone() {
        let described = described(
            r##""edFi_thing":{"type":"object","properties":{
                "code":{"type":"string","x-Ed-Fi-isIdentity":true},
                "years":{"type":"array","items":{"$ref":"#/components/schemas/edFi_year"}},
                "weeks":{"type":"array","items":{"$ref":"#/components/schemas/edFi_week"}}}},
            "edFi_year":{"type":"object","required":["yearTypeDescriptor","schoolReference"],"properties":{
                "yearTypeDescriptor":{"type":"string"},
                "schoolReference":{"$ref":"#/components/schemas/edFi_schoolReference"}}},
            "edFi_week":{"type":"object","required":["schoolReference"],"properties":{
                "note":{"type":"string"},
                "schoolReference":{"$ref":"#/components/schemas/edFi_schoolReference"}}},
            "edFi_schoolReference":{"type":"object","required":["schoolId"],"properties":{
                "schoolId":{"type":"integer"}}}"##,
        );
        let elements = Elements::new(&described);
        let lists: Vec<&str> = elements.lists.iter().map(|list| list.name.as_str()).collect();
        assert_eq!(lists, ["weeks"]);
    }

    /// Schemas in which each holds the next one many times are not unfolded for ever.
    #[test]
    fn shared_schemas_are_unfolded_up_to_a_limit() {
        let mut schemas =
            r##""edFi_thing":{"type":"object","properties":{"l":{"$ref":"#/components/schemas/edFi_l0"}}}"##.to_owned();
        for level in 0..30 {
            let next = format!(r##"{{"$ref":"#/components/schemas/edFi_l{}"}}"##, level + 1);
            let lists: Vec<String> =
                (0..20).map(|at| format!(r#""a{at}":{{"type":"array","items":{next}}}"#)).collect();
            schemas += &format!(r#","edFi_l{level}":{{"type":"object","properties":{{{}}}}}"#, lists.join(","));
        }
        schemas += r#","edFi_l30":{"type":"object","properties":{"code":{"type":"string","x-Ed-Fi-isIdentity":true}}}"#;
        let described = described(&schemas);
        assert!(Elements::new(&described).is_empty());
        let sites =
            super::super::super::sites::Sites::of(&described, &mut |_, property| property.identity.then_some(()));
        assert!(sites.all().len() < 100_000);
    }
}

//! Method `schema`: a record has the form that the API's document tells.
//!
//! What the documents leave open is decided as real APIs do:
//! - `null` stands for "not there" in a property that need not be there, whether or not the document calls it
//!   nullable: the ODS/API and v8 both drop it, and documents before 7.1 never say so.
//! - Lengths count characters (Unicode scalar values), as JSON Schema has it. .NET counts a character outside of the
//!   basic plane twice, databases do or do not: only a text that is within two such of its limit is judged differently.
//! - A number with a fraction or an exponent is no whole number, even if the fraction is zero: the ODS/API cannot read
//!   `1.0` as one. (Later JSON Schema drafts accept it, draft 4 does not.)
//! - A property name that differs from the document's only by case means that property for the ODS/API, and nothing
//!   for v8: it is taken as the ODS/API does, and the user is told.
//! - `id` stands in the documents for reading; an API refuses a record that brings one.
//! - A property that the document does not name is told to the user, for it is probably a slip; it is a finding only
//!   where the document forbids it.

mod number;
mod remarks;
mod text;

use std::rc::Rc;

use self::remarks::{Remark, Remarks};
use super::path::Path;
use super::record::{Object, Record, Value};
use crate::event::{Cause, Finding, Listener};
use crate::model::{ArrayRule, Described, Endpoint, Schema, SchemaId, Schemas, Shape};
use crate::notice::Notice;

/// The name of this method.
pub(super) const METHOD: &str = "schema";

/// What an API itself adds to records; some documents do not name it.
const OWN: [&str; 4] = ["id", "_etag", "_lastModifiedDate", "link"];

/// A property that the record has not.
const ABSENT: u32 = u32::MAX;

/// The check of one endpoint's records.
pub(super) struct SchemaCheck<'a> {
    described: Described,
    remarks: Remarks<'a>,
    /// For each property of the objects at hand, which of their members it is; the outermost object first.
    members: Vec<u32>,
    /// For each schema, the properties that its last object had, in that object's order: the next one is most likely
    /// written alike.
    layouts: Vec<Vec<u32>>,
}

impl<'a> SchemaCheck<'a> {
    /// `None`, and the user is told, where the API's documents do not describe the endpoint.
    pub(super) fn new(listener: &'a dyn Listener, endpoint: &Endpoint) -> Option<Self> {
        let remarks = Remarks::new(listener, endpoint.id.clone());
        let Some(described) = endpoint.described.clone() else {
            remarks.tell(
                Notice::warning(format!("the API's documents do not describe {}", endpoint.id))
                    .with_hint("the form of its records is not checked"),
            );
            return None;
        };
        let layouts = vec![Vec::new(); described.schemas.all().len()];
        Some(Self { described, remarks, members: Vec::new(), layouts })
    }

    /// Adds all that is wrong with the form of a record.
    pub(super) fn check(&mut self, record: &Record<'_>, found: &mut Vec<Finding>) {
        if record.tree.get("id").is_some_and(|id| *id != Value::Null) {
            push(found, "id must not be there: only the API gives it".to_owned());
        }
        let schemas = Rc::clone(&self.described.schemas);
        self.object(&schemas, self.described.resource.body, record.tree, &Path::Record, found);
    }

    fn object(
        &mut self,
        schemas: &Schemas,
        id: SchemaId,
        object: &Object<'_>,
        path: &Path<'_>,
        found: &mut Vec<Finding>,
    ) {
        let schema = schemas.get(id);
        let from = self.members.len();
        self.members.resize(from + schema.properties.len(), ABSENT);
        for (at, (name, _)) in object.members().iter().enumerate() {
            let Some(property) = self.property(schema, id, at, name, path, found) else { continue };
            let member = &mut self.members[from + property];
            if *member != ABSENT {
                self.remarks.add(Remark::Twice, path, name, || None);
            }
            *member = u32::try_from(at).unwrap_or(ABSENT);
        }
        for (property, of) in schema.properties.iter().enumerate() {
            let member = self.members[from + property];
            let value = object.members().get(member as usize).map(|(_, value)| value);
            let path = Path::Property(path, &of.name);
            match value {
                None if of.required => push(found, format!("{path} is missing")),
                None => {}
                Some(Value::Null) if of.nullable || !of.required => {}
                Some(Value::Null) => push(found, format!("{path} must not be null")),
                Some(value) => self.value(schemas, &of.shape, value, &path, found),
            }
        }
        self.members.truncate(from);
    }

    /// The position of the property that a member is; `None` where it is none.
    fn property(
        &mut self,
        schema: &Schema,
        id: SchemaId,
        at: usize,
        name: &str,
        path: &Path<'_>,
        found: &mut Vec<Finding>,
    ) -> Option<usize> {
        let properties = &schema.properties;
        let layout = &mut self.layouts[id.index()];
        if let Some(expected) = layout.get(at).map(|expected| *expected as usize)
            && properties.get(expected).is_some_and(|property| property.name == name)
        {
            return Some(expected);
        }
        let exact = properties.iter().position(|property| property.name == name);
        let position = exact.or_else(|| {
            let alike = properties.iter().position(|property| property.name.eq_ignore_ascii_case(name))?;
            self.remarks.add(Remark::Case, path, name, || Some(&properties[alike].name));
            Some(alike)
        });
        if let Some(position) = exact {
            if layout.len() <= at {
                layout.resize(at + 1, ABSENT);
            }
            layout[at] = u32::try_from(position).unwrap_or(ABSENT);
        }
        if position.is_none() && !OWN.contains(&name) {
            if schema.closed {
                let name = remarks::shown(name);
                push(found, format!("{} is not allowed", Path::Property(path, &name)));
            } else {
                let names = properties.iter().map(|property| property.name.as_str());
                self.remarks.add(Remark::Unknown, path, name, || crate::config::nearest::nearest(name, names));
            }
        }
        position
    }

    fn value(
        &mut self,
        schemas: &Schemas,
        shape: &Shape,
        value: &Value<'_>,
        path: &Path<'_>,
        found: &mut Vec<Finding>,
    ) {
        let wanted = match (shape, value) {
            (Shape::Any, _) | (Shape::Boolean, Value::Bool(_)) => return,
            (Shape::Text(rule), Value::Text(text)) => return text::check(rule, text, path, found),
            (Shape::Integer(rule), Value::Number(number)) => return number::check_whole(rule, *number, path, found),
            (Shape::Number(bounds), Value::Number(number)) => return number::check(bounds, *number, path, found),
            (Shape::Object(id), Value::Object(object)) => return self.object(schemas, *id, object, path, found),
            (Shape::Array(rule), Value::Array(elements)) => return self.array(schemas, rule, elements, path, found),
            (Shape::Text(rule), _) => text::wanted(rule).to_owned(),
            (Shape::Integer(rule), _) => number::wanted_whole(rule),
            (Shape::Number(bounds), _) => number::wanted(bounds),
            (Shape::Boolean, _) => "true or false".to_owned(),
            (Shape::Object(_), _) => "an object".to_owned(),
            (Shape::Array(_), _) => "a list".to_owned(),
        };
        push(found, format!("{path} must be {wanted}, not {}", value.kind()));
    }

    fn array(
        &mut self,
        schemas: &Schemas,
        rule: &ArrayRule,
        elements: &[Value<'_>],
        path: &Path<'_>,
        found: &mut Vec<Finding>,
    ) {
        let count = elements.len();
        let beyond = |limit: Option<u32>, is_beyond: fn(&usize, &usize) -> bool| {
            limit.filter(|limit| is_beyond(&count, &usize::try_from(*limit).unwrap_or(usize::MAX)))
        };
        if let Some(least) = beyond(rule.min_items, usize::lt) {
            push(found, format!("{path} has fewer than {least} elements ({count})"));
        }
        if let Some(most) = beyond(rule.max_items, usize::gt) {
            push(found, format!("{path} has more than {most} elements ({count})"));
        }
        for element in elements {
            self.value(schemas, &rule.items, element, &Path::Element(path), found);
        }
    }
}

/// Adds a finding; two elements of a list may be wrong in the same way.
fn push(found: &mut Vec<Finding>, message: String) {
    if !found.iter().any(|known| known.method == METHOD && known.message == message) {
        found.push(Finding { method: METHOD, message, cause: Cause::InvalidValue });
    }
}

/// Whether the form of what stands at a path, or of what it stands in, was found wrong.
pub(super) fn complains_of(found: &[Finding], steps: &[String]) -> bool {
    let mut path = String::new();
    steps.iter().any(|step| {
        if !path.is_empty() {
            path.push('.');
        }
        path.push_str(step);
        let of_path = |finding: &Finding| {
            finding.method == METHOD && finding.message.strip_prefix(&*path).is_some_and(|rest| rest.starts_with(' '))
        };
        found.iter().any(of_path)
    })
}

#[cfg(test)]
mod tests;

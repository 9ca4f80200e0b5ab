//! Where in the records of an endpoint something stands, found once from the schema of its body.

use std::fmt;

use super::record::{Object, Value};
use crate::model::{Described, Property, Schema, SchemaId};

/// The places that matter in an object, and in all that is nested in it, `_ext` too.
///
/// A schema that is nested in itself is entered once: the tables behind an Ed-Fi API cannot be nested without end.
#[derive(Debug)]
pub(super) struct Sites<T>(Vec<Site<T>>);

#[derive(Debug)]
struct Site<T> {
    property: String,
    what: What<T>,
}

#[derive(Debug)]
enum What<T> {
    /// This very property matters.
    Here(T),
    /// Something in it does.
    Inside(Sites<T>),
}

impl<T> Sites<T> {
    /// The places in the bodies of an endpoint for which `matters` gives something. It is asked with the names that
    /// lead to the property, its own last; what is inside a property that matters is not looked at.
    pub(super) fn of(described: &Described, matters: &mut dyn FnMut(&[&str], &Property) -> Option<T>) -> Self {
        let mut survey = Survey { described, matters, names: Vec::new(), open: Vec::new() };
        survey.object(described.resource.body)
    }

    /// Whether nothing matters.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Everything that matters.
    pub(super) fn all(&self) -> Vec<&T> {
        let mut found = Vec::new();
        for site in &self.0 {
            match &site.what {
                What::Here(what) => found.push(what),
                What::Inside(sites) => found.extend(sites.all()),
            }
        }
        found
    }

    /// Shows every value of a record that stands at such a place; of a list, each element.
    pub(super) fn visit<'s, 'r>(
        &'s self,
        record: &'r Object<'r>,
        visit: &mut dyn FnMut(&'s T, &Path<'s>, &'r Value<'r>),
    ) {
        self.object(record, &mut Path::default(), visit);
    }

    fn object<'s, 'r>(
        &'s self,
        object: &'r Object<'r>,
        path: &mut Path<'s>,
        visit: &mut dyn FnMut(&'s T, &Path<'s>, &'r Value<'r>),
    ) {
        for site in &self.0 {
            let Some(value) = object.get(&site.property) else { continue };
            path.0.push(Step::Name(&site.property));
            site.value(value, path, visit);
            path.0.pop();
        }
    }
}

impl<T> Site<T> {
    fn value<'s, 'r>(
        &'s self,
        value: &'r Value<'r>,
        path: &mut Path<'s>,
        visit: &mut dyn FnMut(&'s T, &Path<'s>, &'r Value<'r>),
    ) {
        match (value, &self.what) {
            (Value::Array(elements), _) => {
                for (index, element) in elements.iter().enumerate() {
                    path.0.push(Step::Index(index));
                    self.value(element, path, visit);
                    path.0.pop();
                }
            }
            (value, What::Here(what)) => visit(what, path, value),
            (Value::Object(object), What::Inside(sites)) => sites.object(object, path, visit),
            _ => {}
        }
    }
}

/// Goes through the schemas of a body.
struct Survey<'d, 'f, T> {
    described: &'d Described,
    matters: &'f mut dyn FnMut(&[&str], &Property) -> Option<T>,
    names: Vec<&'d str>,
    open: Vec<SchemaId>,
}

impl<T> Survey<'_, '_, T> {
    fn object(&mut self, id: SchemaId) -> Sites<T> {
        if self.open.contains(&id) {
            return Sites(Vec::new());
        }
        self.open.push(id);
        let described = self.described;
        let schema: &Schema = described.schemas.get(id);
        let mut sites = Vec::new();
        for property in &schema.properties {
            self.names.push(&property.name);
            let what = (self.matters)(&self.names, property).map(What::Here).or_else(|| {
                let inside = self.object(property.shape.object()?);
                (!inside.is_empty()).then_some(What::Inside(inside))
            });
            self.names.pop();
            sites.extend(what.map(|what| Site { property: property.name.clone(), what }));
        }
        self.open.pop();
        Sites(sites)
    }
}

/// Where a value stands in a record: `addresses[0].addressTypeDescriptor`.
#[derive(Debug, Clone, Default)]
pub(super) struct Path<'s>(Vec<Step<'s>>);

#[derive(Debug, Clone, Copy)]
enum Step<'s> {
    Name(&'s str),
    Index(usize),
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, step) in self.0.iter().enumerate() {
            match step {
                Step::Name(name) if at == 0 => f.write_str(name)?,
                Step::Name(name) => write!(f, ".{name}")?,
                Step::Index(index) => write!(f, "[{index}]")?,
            }
        }
        Ok(())
    }
}

/// Shows every member of a record whose name passes `matters`, wherever it stands: for endpoints whose bodies nobody
/// describes.
pub(super) fn visit_named<'r>(
    record: &'r Object<'r>,
    matters: &dyn Fn(&str) -> bool,
    visit: &mut dyn FnMut(&'r str, &Path<'r>, &'r Value<'r>),
) {
    named_in_object(record, &mut Path::default(), matters, visit);
}

fn named_in_object<'r>(
    object: &'r Object<'r>,
    path: &mut Path<'r>,
    matters: &dyn Fn(&str) -> bool,
    visit: &mut dyn FnMut(&'r str, &Path<'r>, &'r Value<'r>),
) {
    for (name, value) in object.members() {
        path.0.push(Step::Name(name));
        if matters(name) {
            visit(name, path, value);
        }
        named_in_value(value, path, matters, visit);
        path.0.pop();
    }
}

fn named_in_value<'r>(
    value: &'r Value<'r>,
    path: &mut Path<'r>,
    matters: &dyn Fn(&str) -> bool,
    visit: &mut dyn FnMut(&'r str, &Path<'r>, &'r Value<'r>),
) {
    match value {
        Value::Object(object) => named_in_object(object, path, matters, visit),
        Value::Array(elements) => {
            for (index, element) in elements.iter().enumerate() {
                path.0.push(Step::Index(index));
                named_in_value(element, path, matters, visit);
                path.0.pop();
            }
        }
        _ => {}
    }
}

/// What a schema is of: `edFi_schoolReference` (v8: `EdFi_School_Reference`) with the ending `reference` is `School`.
pub(super) fn entity(schema: &str, ending: &str) -> String {
    let cut = schema
        .len()
        .checked_sub(ending.len())
        .filter(|cut| schema.is_char_boundary(*cut) && schema[*cut..].eq_ignore_ascii_case(ending));
    let rest = cut.map_or(schema, |cut| &schema[..cut]).trim_end_matches('_');
    capitalised(rest.rsplit('_').next().unwrap_or(rest))
}

/// `termDescriptor` → `TermDescriptor`.
pub(super) fn capitalised(name: &str) -> String {
    let mut characters = name.chars();
    characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entities_are_named_as_the_api_names_them() {
        assert_eq!(entity("edFi_schoolReference", "reference"), "School");
        assert_eq!(entity("EdFi_School_Reference", "reference"), "School");
        assert_eq!(entity("tpdm_candidate", "reference"), "Candidate");
        assert_eq!(entity("edFi_termDescriptor", ""), "TermDescriptor");
        assert_eq!(entity("", "reference"), "");
        assert_eq!(capitalised(""), "");
    }

    #[test]
    fn members_of_undescribed_bodies_are_found_anywhere() {
        let line = r#"{"termDescriptor":"a","list":[{"x":[{"sexDescriptor":"b"}]},3],"other":null}"#;
        let tree = Object::parse(line.as_bytes()).unwrap();
        let mut seen = Vec::new();
        visit_named(&tree, &|name| name.ends_with("Descriptor"), &mut |name, path, value| {
            seen.push(format!("{name} {path} {}", value.as_text().unwrap()));
        });
        assert_eq!(seen, ["termDescriptor termDescriptor a", "sexDescriptor list[0].x[0].sexDescriptor b"]);
    }
}

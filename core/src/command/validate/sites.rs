//! Where in the records of an endpoint something stands, found once from the schema of its body.

use super::path::Path;
use super::record::{Object, Value};
use crate::model::{Described, Property, Schema, SchemaId, plain_namespace};

/// So many properties are looked at in the body of an endpoint at most: schemas that share others may unfold without
/// end. Published bodies have 1,000.
const MOST_PROPERTIES: usize = 100_000;

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
    /// The places in the bodies of an endpoint for which `matters` gives something; what is inside a property that
    /// matters is not looked at. Of a body that is too large, what is found before the limit.
    pub(super) fn of(described: &Described, matters: &mut dyn FnMut(&Spot<'_>, &Property) -> Option<T>) -> Self {
        let mut survey = Survey { described, matters, names: Vec::new(), open: Vec::new(), left: MOST_PROPERTIES };
        survey.object(described.resource.body, &plain_namespace(&described.resource.namespace))
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
    pub(super) fn visit<'s>(&'s self, record: &Object<'_>, visit: &mut impl FnMut(&'s T, &Path<'_>, &Value<'_>)) {
        self.object(record, &Path::Record, visit);
    }

    fn object<'s>(
        &'s self,
        object: &Object<'_>,
        path: &Path<'_>,
        visit: &mut impl FnMut(&'s T, &Path<'_>, &Value<'_>),
    ) {
        for site in &self.0 {
            if let Some(value) = object.get(&site.property) {
                site.value(value, &Path::Property(path, &site.property), visit);
            }
        }
    }
}

impl<T> Site<T> {
    fn value<'s>(&'s self, value: &Value<'_>, path: &Path<'_>, visit: &mut impl FnMut(&'s T, &Path<'_>, &Value<'_>)) {
        if let Some(elements) = value.as_array() {
            for element in elements {
                self.value(element, &Path::Element(path), visit);
            }
            return;
        }
        match &self.what {
            What::Here(what) => visit(what, path, value),
            What::Inside(sites) => value.as_object().into_iter().for_each(|object| sites.object(object, path, visit)),
        }
    }
}

/// A property of a body.
#[derive(Debug)]
pub(super) struct Spot<'s> {
    /// The names that lead to it, its own last.
    pub(super) names: &'s [&'s str],
    /// The namespace of the schema that it belongs to, as [`plain_namespace`] has it: in `_ext` another one than that
    /// of the endpoint.
    pub(super) namespace: &'s str,
}

/// Goes through the schemas of a body.
struct Survey<'d, 'f, T> {
    described: &'d Described,
    matters: &'f mut dyn FnMut(&Spot<'_>, &Property) -> Option<T>,
    names: Vec<&'d str>,
    open: Vec<SchemaId>,
    /// How many properties are looked at yet.
    left: usize,
}

impl<T> Survey<'_, '_, T> {
    fn object(&mut self, id: SchemaId, outer_namespace: &str) -> Sites<T> {
        if self.open.contains(&id) {
            return Sites(Vec::new());
        }
        self.open.push(id);
        let described = self.described;
        let schema: &Schema = described.schemas.get(id);
        let own_namespace = schema.namespace();
        let namespace = own_namespace.as_deref().unwrap_or(outer_namespace);
        let mut sites = Vec::new();
        for property in &schema.properties {
            let Some(left) = self.left.checked_sub(1) else { break };
            self.left = left;
            self.names.push(&property.name);
            let spot = Spot { names: &self.names, namespace };
            let what = (self.matters)(&spot, property).map(What::Here).or_else(|| {
                let inside = self.object(property.shape.object()?, namespace);
                (!inside.is_empty()).then_some(What::Inside(inside))
            });
            self.names.pop();
            sites.extend(what.map(|what| Site { property: property.name.clone(), what }));
        }
        self.open.pop();
        Sites(sites)
    }
}

/// Shows every member of an object whose name passes `matters`, wherever in it it stands: for endpoints whose bodies
/// nobody describes.
pub(super) fn visit_named(
    object: &Object<'_>,
    matters: &impl Fn(&str) -> bool,
    visit: &mut impl FnMut(&str, &Path<'_>, &Value<'_>),
) {
    named_in_object(object, &Path::Record, matters, visit);
}

fn named_in_object(
    object: &Object<'_>,
    path: &Path<'_>,
    matters: &impl Fn(&str) -> bool,
    visit: &mut impl FnMut(&str, &Path<'_>, &Value<'_>),
) {
    for (name, value) in object.members() {
        let path = Path::Property(path, name);
        if matters(name) {
            visit(name, &path, value);
        }
        named_in_value(value, &path, matters, visit);
    }
}

fn named_in_value(
    value: &Value<'_>,
    path: &Path<'_>,
    matters: &impl Fn(&str) -> bool,
    visit: &mut impl FnMut(&str, &Path<'_>, &Value<'_>),
) {
    match value {
        Value::Object(object) => named_in_object(object, path, matters, visit),
        Value::Array(elements) => {
            for element in elements {
                named_in_value(element, &Path::Element(path), matters, visit);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_of_undescribed_bodies_are_found_anywhere() {
        let line = r#"{"termDescriptor":"a","list":[{"x":[{"sexDescriptor":"b"}]},3],"other":null}"#;
        let tree = Object::parse(line.as_bytes()).unwrap();
        let mut seen = Vec::new();
        visit_named(&tree, &|name| name.ends_with("Descriptor"), &mut |name, path, value| {
            seen.push(format!("{name} {path} {}", value.as_text().unwrap()));
        });
        assert_eq!(seen, ["termDescriptor termDescriptor a", "sexDescriptor list[].x[].sexDescriptor b"]);
    }
}

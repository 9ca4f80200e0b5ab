//! The values of a record together with what the data model says about them.

use serde_json::Value;

use crate::model::{Endpoint, Kind, Model, Schema};

/// A value in a record.
#[derive(Debug)]
pub(super) struct Site<'m> {
    /// A JSON pointer to the value.
    pub(super) pointer: String,
    /// The name of its property.
    pub(super) name: String,
    pub(super) kind: &'m Kind,
    pub(super) is_required: bool,
    pub(super) place: Place,
}

/// Where in a record a value stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// A property of the record itself.
    Top,
    /// In a collection or an object.
    Nested,
    /// In a reference.
    Reference,
}

/// All values of a record that the model knows.
pub(super) fn sites<'m>(model: &'m Model, endpoint: &Endpoint, record: &Value) -> Vec<Site<'m>> {
    let mut found = Vec::new();
    let schema = &model.schemas[endpoint.schema];
    walk(model, schema, record, "", Place::Top, &mut found);
    found
}

/// Whether the value is part of the natural key of its endpoint.
pub(super) fn is_key(endpoint: &Endpoint, site: &Site<'_>) -> bool {
    endpoint.key.iter().any(|part| site.pointer == format!("/{}", part.path.join("/")))
}

fn walk<'m>(
    model: &'m Model,
    schema: &'m Schema,
    record: &Value,
    pointer: &str,
    place: Place,
    found: &mut Vec<Site<'m>>,
) {
    let Some(members) = record.as_object() else {
        return;
    };
    for (name, value) in members {
        let Some(property) = schema.properties.get(name) else {
            continue;
        };
        let pointer = format!("{pointer}/{name}");
        let below = if place == Place::Top { Place::Nested } else { place };
        match &property.kind {
            Kind::Reference(at) => {
                walk(model, &model.schemas[*at], value, &pointer, Place::Reference, found);
            }
            Kind::Object(at) => walk(model, &model.schemas[*at], value, &pointer, below, found),
            Kind::Array(item) => {
                if let Kind::Object(at) = **item {
                    for (i, value) in value.as_array().into_iter().flatten().enumerate() {
                        let pointer = format!("{pointer}/{i}");
                        walk(model, &model.schemas[at], value, &pointer, below, found);
                    }
                }
            }
            _ => {}
        }
        found.push(Site {
            pointer,
            name: name.clone(),
            kind: &property.kind,
            is_required: schema.required.contains(name),
            place,
        });
    }
}

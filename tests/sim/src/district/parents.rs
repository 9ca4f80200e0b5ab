//! Endpoints together with all that their records refer to.

use std::collections::BTreeSet;
use std::io;

use crate::model::{Kind, Model, Schema};

use super::invalid;
use super::sink::endpoint_index;

/// The names of the endpoints, of those that their records may refer to, and so on; descriptors are among them.
pub(super) fn with_parents(model: &Model, names: &[String]) -> io::Result<BTreeSet<String>> {
    let mut waiting = Vec::new();
    for name in names {
        let index = endpoint_index(model, name).ok_or_else(|| {
            let known: Vec<&str> = model.endpoints.iter().map(|endpoint| endpoint.name.as_str()).collect();
            invalid(format!("there is no endpoint {name}; there are {}", known.join(", ")))
        })?;
        waiting.push(index);
    }
    let mut found = BTreeSet::new();
    while let Some(index) = waiting.pop() {
        if found.insert(index) {
            referred(model, &model.schemas[model.endpoints[index].schema], &mut waiting);
        }
    }
    Ok(found.into_iter().map(|index| model.endpoints[index].name.clone()).collect())
}

/// Adds the endpoints that a schema's values refer to.
fn referred(model: &Model, schema: &Schema, found: &mut Vec<usize>) {
    for property in schema.properties.values() {
        referred_by(model, &property.kind, found);
    }
}

fn referred_by(model: &Model, kind: &Kind, found: &mut Vec<usize>) {
    match kind {
        Kind::Descriptor { endpoints, .. } => found.extend(endpoints),
        Kind::Array(item) => referred_by(model, item, found),
        Kind::Object(at) => referred(model, &model.schemas[*at], found),
        Kind::Reference(at) => {
            found.extend(model.schemas[*at].targets.iter().map(|target| target.endpoint));
            referred(model, &model.schemas[*at], found);
        }
        _ => {}
    }
}

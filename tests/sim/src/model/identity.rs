//! The natural key of an endpoint: which body properties carry it.
//!
//! Documents mark it on the query parameters of the collection (`x-Ed-Fi-isIdentity`), by flat names. Where the value of a
//! name stands in the body is found by name: a property of that name; else the leaf of that name in a reference; else a
//! role-named leaf, `programEducationOrganizationId` being `programReference.educationOrganizationId`.

use std::collections::{HashMap, HashSet};

use super::endpoints::RawEndpoint;
use super::{Endpoint, Kind, ModelError, Schema, capitalised};

/// One part of a natural key.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct KeyPart {
    /// The flat name, that of the query parameter.
    pub(crate) name: String,
    /// The property, or the reference and its leaf.
    pub(crate) path: Vec<String>,
    /// Descriptor values are the same whatever their case; all else is compared as it is.
    pub(crate) ignores_case: bool,
}

/// What a query parameter is compared with.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Filtered {
    /// The body paths; the first that a record has counts.
    pub(crate) places: Vec<Vec<String>>,
    pub(crate) ignores_case: bool,
}

struct Reference<'a> {
    property: &'a str,
    leaves: Vec<&'a str>,
    is_required: bool,
}

/// Fills the key, the query parameters and the unified names of an endpoint.
pub(crate) fn resolve(endpoint: &mut Endpoint, raw: &RawEndpoint, schemas: &[Schema]) -> Result<(), ModelError> {
    let schema = &schemas[endpoint.schema];
    let references = references_of(schema, schemas);
    let mut roles: HashMap<&str, (&str, &str)> = HashMap::new();
    for parameter in &raw.parameters {
        let name = parameter.name.as_str();
        let is_plain = schema.properties.contains_key(name) || references.iter().any(|r| r.leaves.contains(&name));
        if !is_plain && let Some(place) = role_named(name, &references) {
            roles.insert(name, place);
        }
    }
    let claimed: HashSet<(&str, &str)> = roles.values().copied().collect();

    for parameter in &raw.parameters {
        let name = parameter.name.as_str();
        let places: Vec<Vec<String>> = if schema.properties.contains_key(name) {
            vec![vec![name.to_owned()]]
        } else if let Some((property, leaf)) = roles.get(name) {
            vec![vec![(*property).to_owned(), (*leaf).to_owned()]]
        } else {
            let mut carriers: Vec<&Reference<'_>> = references
                .iter()
                .filter(|r| r.leaves.contains(&name) && !claimed.contains(&(r.property, name)))
                .collect();
            // The key is read from a reference that every record has.
            carriers.sort_by_key(|r| !r.is_required);
            carriers.iter().map(|r| vec![r.property.to_owned(), name.to_owned()]).collect()
        };
        if parameter.is_identity && !raw.is_descriptor {
            let path = places.first().cloned().ok_or_else(|| ModelError::UnmatchedKey {
                path: format!("/{}/{}", raw.namespace, raw.name),
                parameter: parameter.name.clone(),
                schema: schema.name.clone(),
            })?;
            endpoint.key.push(KeyPart {
                name: parameter.name.clone(),
                ignores_case: is_descriptor(schema, schemas, &path),
                path,
            });
        }
        if places.len() > 1 {
            endpoint.unified.push((parameter.name.clone(), places.clone()));
        }
        if !places.is_empty() {
            let filtered = Filtered { ignores_case: is_descriptor(schema, schemas, &places[0]), places };
            endpoint.parameters.insert(parameter.name.to_ascii_lowercase(), filtered);
        }
    }
    if raw.is_descriptor {
        // Their parameters name a surrogate number; what identifies a descriptor is its value.
        for name in ["namespace", "codeValue"] {
            endpoint.key.push(KeyPart { name: name.to_owned(), path: vec![name.to_owned()], ignores_case: true });
            let filtered = Filtered { places: vec![vec![name.to_owned()]], ignores_case: true };
            endpoint.parameters.insert(name.to_ascii_lowercase(), filtered);
        }
    }
    Ok(())
}

fn is_descriptor(schema: &Schema, schemas: &[Schema], path: &[String]) -> bool {
    let kind = |schema: &Schema, name: &String| schema.properties.get(name).map(|property| property.kind.clone());
    match path {
        [name] => matches!(kind(schema, name), Some(Kind::Descriptor { .. })),
        [reference, leaf] => match kind(schema, reference) {
            Some(Kind::Reference(at)) => {
                matches!(kind(&schemas[at], leaf), Some(Kind::Descriptor { .. }))
            }
            _ => false,
        },
        _ => false,
    }
}

fn references_of<'a>(schema: &'a Schema, schemas: &'a [Schema]) -> Vec<Reference<'a>> {
    schema
        .properties
        .iter()
        .filter_map(|(name, property)| match property.kind {
            Kind::Reference(at) => Some(Reference {
                property: name,
                leaves: schemas[at].properties.keys().map(String::as_str).filter(|leaf| *leaf != "link").collect(),
                is_required: schema.required.contains(name),
            }),
            _ => None,
        })
        .collect()
}

/// The reference and leaf of a role-named parameter: the one whose property starts with the longest role.
fn role_named<'a>(parameter: &str, references: &[Reference<'a>]) -> Option<(&'a str, &'a str)> {
    let mut best: Option<(usize, (&str, &str))> = None;
    for reference in references {
        for leaf in &reference.leaves {
            let Some(role) = parameter.strip_suffix(capitalised(leaf).as_str()) else {
                continue;
            };
            let is_longer = best.is_none_or(|(length, _)| role.len() > length);
            if !role.is_empty() && reference.property.starts_with(role) && is_longer {
                best = Some((role.len(), (reference.property, leaf)));
            }
        }
    }
    best.map(|(_, place)| place)
}

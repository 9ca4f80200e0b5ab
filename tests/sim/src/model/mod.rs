//! The data model of an API, read from its documents into a compact form.
//!
//! This is a reading of its own, on purpose apart from that of the client under test: if both shared one, they would share its mistakes.

mod endpoints;
mod identity;
mod references;
mod schema;

use std::collections::HashMap;

use serde_json::Value;

use crate::documents::Documents;

pub(crate) use identity::{Filtered, KeyPart};
pub(crate) use references::Target;
pub(crate) use schema::{Kind, Schema};

/// The endpoints of an API and the shape of their records.
#[derive(Debug)]
pub(crate) struct Model {
    pub(crate) schemas: Vec<Schema>,
    pub(crate) endpoints: Vec<Endpoint>,
    /// `namespace/name` in lower case to the index in `endpoints`.
    paths: HashMap<String, usize>,
}

/// A collection such as `/ed-fi/students`.
#[derive(Debug)]
pub(crate) struct Endpoint {
    pub(crate) namespace: String,
    pub(crate) name: String,
    /// The entity's name as error texts write it, for example `AcademicWeek`.
    pub(crate) entity: String,
    pub(crate) schema: usize,
    pub(crate) is_descriptor: bool,
    /// The natural key, in the order of the document.
    pub(crate) key: Vec<KeyPart>,
    /// Query parameters of the collection, in lower case.
    pub(crate) parameters: HashMap<String, Filtered>,
    /// Names that several references carry and that must agree in one record, with the places where they stand.
    pub(crate) unified: Vec<(String, Vec<Vec<String>>)>,
    /// Whether PUT may change the natural key.
    pub(crate) key_is_updatable: bool,
}

impl Endpoint {
    /// `/ed-fi/students`.
    pub(crate) fn path(&self) -> String {
        format!("/{}/{}", self.namespace, self.name)
    }
}

/// Why documents cannot drive the simulated API.
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    /// Neither `definitions` nor `components.schemas`.
    #[error("the {0} document has no schemas (neither 'definitions' nor 'components.schemas')")]
    NoSchemas(&'static str),
    /// No `paths`.
    #[error("the {0} document has no 'paths'")]
    NoPaths(&'static str),
    /// A collection without a usable schema.
    #[error("{path}: neither its POST nor its GET names a schema of this document")]
    NoSchema {
        /// The collection.
        path: String,
    },
    /// A part of the natural key that no property and no reference carries.
    #[error(
        "{path}: the natural key part '{parameter}' is neither a property nor part of a reference of the schema '{schema}'"
    )]
    UnmatchedKey {
        /// The collection.
        path: String,
        /// The query parameter marked as identity.
        parameter: String,
        /// The schema of the collection.
        schema: String,
    },
}

impl Model {
    pub(crate) fn read(documents: &Documents) -> Result<Self, ModelError> {
        let mut raw_schemas: HashMap<&str, &Value> = HashMap::new();
        let mut raw_endpoints = Vec::new();
        let pair = [("resources", &documents.resources, false), ("descriptors", &documents.descriptors, true)];
        for (name, document, is_descriptor) in pair {
            raw_schemas.extend(schemas_of(document).ok_or(ModelError::NoSchemas(name))?);
            raw_endpoints.extend(endpoints::read(document, is_descriptor).ok_or(ModelError::NoPaths(name))?);
        }
        let mut names: Vec<&str> = raw_schemas.keys().copied().collect();
        names.sort_unstable();
        let index: HashMap<&str, usize> = names.iter().enumerate().map(|(i, name)| (*name, i)).collect();

        let mut endpoints = Vec::with_capacity(raw_endpoints.len());
        for raw in &raw_endpoints {
            let schema = raw
                .schema
                .as_deref()
                .and_then(|name| index.get(name))
                .ok_or_else(|| ModelError::NoSchema { path: format!("/{}/{}", raw.namespace, raw.name) })?;
            endpoints.push(Endpoint {
                namespace: raw.namespace.clone(),
                name: raw.name.clone(),
                entity: capitalised(local_name(names[*schema])),
                schema: *schema,
                is_descriptor: raw.is_descriptor,
                key: Vec::new(),
                parameters: HashMap::new(),
                unified: Vec::new(),
                key_is_updatable: raw.key_is_updatable,
            });
        }
        let descriptors = schema::DescriptorTypes::new(&endpoints);
        let mut schemas: Vec<Schema> =
            names.iter().map(|name| Schema::read(name, raw_schemas[name], &index, &descriptors)).collect();
        for (endpoint, raw) in endpoints.iter_mut().zip(&raw_endpoints) {
            identity::resolve(endpoint, raw, &schemas)?;
        }
        references::resolve(&mut schemas, &endpoints);
        let paths = endpoints
            .iter()
            .enumerate()
            .map(|(i, endpoint)| (path_key(&endpoint.namespace, &endpoint.name), i))
            .collect();
        Ok(Self { schemas, endpoints, paths })
    }

    /// The endpoint of a path; names are not case-sensitive (as in the ODS).
    pub(crate) fn find(&self, namespace: &str, name: &str) -> Option<usize> {
        self.paths.get(&path_key(namespace, name)).copied()
    }
}

fn path_key(namespace: &str, name: &str) -> String {
    let mut key = String::with_capacity(namespace.len() + name.len() + 1);
    key.push_str(namespace);
    key.push('/');
    key.push_str(name);
    key.make_ascii_lowercase();
    key
}

fn schemas_of(document: &Value) -> Option<impl Iterator<Item = (&str, &Value)>> {
    let map = document.get("definitions").or_else(|| document.pointer("/components/schemas"))?.as_object()?;
    Some(map.iter().map(|(name, schema)| (name.as_str(), schema)))
}

/// The last segment of a `$ref`, which is the schema's name.
fn reference_name(value: &Value) -> Option<&str> {
    value.get("$ref")?.as_str()?.rsplit('/').next()
}

/// A schema's name without the prefix of its namespace: `edFi_student` gives `student`.
fn local_name(schema: &str) -> &str {
    schema.split_once('_').map_or(schema, |(_, local)| local)
}

pub(crate) fn capitalised(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests;

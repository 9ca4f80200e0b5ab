use serde::{Deserialize, Serialize};

use super::compact::Compact;
use super::identity;
use super::natural_key::NaturalKey;
use super::raw::{RawDocument, RawParameter, RawSchema, RawSchemas};
use super::schema::{SchemaId, Schemas};

/// The compact form of one API document: Swagger 2.0 (ODS/API 3.x to 7.0) or `OpenAPI` 3.0 (7.1 and later, v8).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Kept")]
pub struct Document {
    /// The resources that can be posted, in the document's order of paths.
    pub resources: Vec<Resource>,
    /// What their bodies are made of.
    pub schemas: Schemas,
}

/// A document as it is kept; not to be believed before its parts fit together.
#[derive(Deserialize)]
struct Kept {
    resources: Vec<Resource>,
    schemas: Schemas,
}

impl TryFrom<Kept> for Document {
    type Error = &'static str;

    fn try_from(Kept { resources, schemas }: Kept) -> Result<Self, Self::Error> {
        if schemas.hold(resources.iter().map(|resource| resource.body)) {
            Ok(Self { resources, schemas })
        } else {
            Err("a schema is named that is not there")
        }
    }
}

/// A resource that can be posted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resource {
    /// The namespace, a path segment such as `ed-fi`.
    pub namespace: String,
    /// The name, a path segment such as `students`.
    pub name: String,
    /// The name of the POST body's schema.
    pub schema: String,
    /// What it holds as its POST operation is named after it (`postCTEProgramServiceDescriptor`), where that differs in
    /// case from the schema (`edFi_cteProgramServiceDescriptor`): schemas have leading abbreviations in lower case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spelling: Option<String>,
    /// The POST body, one of the document's schemas.
    pub body: SchemaId,
    /// How its records are read.
    pub reading: Reading,
    /// Whether it is marked as deprecated.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub deprecated: bool,
    /// The natural key; `None` where the document does not tell it.
    pub key: Option<NaturalKey>,
    /// The names of the schemas that its references point to, nested ones included, each once.
    pub references: Vec<String>,
    /// Whether it is a kind of education organisation: it has the categories of one.
    pub education_organization: bool,
}

/// How the records of a resource are read: its collection GET.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reading {
    /// The names of its query parameters, those of paging included.
    pub parameters: Vec<String>,
    /// The largest `limit`, where the document tells it.
    pub most_per_page: Option<u32>,
    /// Whether there is a `/partitions` path beside it: the API deals out tokens for reading in parallel.
    pub partitions: bool,
}

impl Reading {
    /// Whether there is a query parameter of this name, in any case: the ODS/API does not tell case apart.
    pub fn offers(&self, name: &str) -> bool {
        self.parameters.iter().any(|known| known.eq_ignore_ascii_case(name))
    }
}

/// A document that cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum DocumentError {
    /// It is no JSON of the form that OpenAPI documents have.
    #[error("is not an OpenAPI document ({0})")]
    Form(#[from] serde_json::Error),
    /// It describes no resource that can be posted.
    #[error("describes no resource that can be posted")]
    Empty,
}

impl Document {
    /// Reads a document. Parts that make no sense (references to nothing, properties without a type) are left out:
    /// published documents have such flaws.
    pub fn parse(bytes: &[u8]) -> Result<Self, DocumentError> {
        let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
        let raw: RawDocument = serde_json::from_slice(bytes)?;
        let schemas = raw.schemas();
        let mut compact = Compact::new(schemas);
        let mut resources = Vec::new();
        for (path, operations) in &raw.paths.0 {
            let (Some(post), Some((namespace, name))) = (&operations.post, split_path(path)) else { continue };
            let Some(schema_name) = post.body_schema() else { continue };
            let Some(schema) = schemas.get(schema_name) else { continue };
            let Some(body) = compact.named(schema_name) else { continue };
            let parameters = operations.get.as_ref().map_or(&[][..], |get| &get.parameters);
            let parameters: Vec<&RawParameter> =
                parameters.iter().filter_map(|parameter| raw.resolved(parameter)).collect();
            let limit = parameters.iter().find(|parameter| parameter.is_query("limit"));
            resources.push(Resource {
                namespace: namespace.to_owned(),
                name: name.to_owned(),
                schema: schema_name.to_owned(),
                spelling: post.spelling(schema_name),
                body,
                reading: Reading {
                    parameters: parameters
                        .iter()
                        .filter(|parameter| parameter.location.as_deref() == Some("query"))
                        .filter_map(|parameter| parameter.name.clone())
                        .collect(),
                    most_per_page: limit.and_then(|limit| limit.maximum()),
                    partitions: raw.paths.get(&format!("{}/partitions", path.trim_end_matches('/'))).is_some(),
                },
                deprecated: post.is_deprecated || schema.is_deprecated,
                key: identity::natural_key(&parameters, schema_name, schema, schemas),
                references: references(schema_name, schemas),
                education_organization: is_education_organization(schema, schemas),
            });
        }
        if resources.is_empty() { Err(DocumentError::Empty) } else { Ok(Self { resources, schemas: compact.finish() }) }
    }
}

/// `/ed-fi/students` → `ed-fi`, `students`; `None` for anything longer or shorter.
fn split_path(path: &str) -> Option<(&str, &str)> {
    let mut parts = path.trim_matches('/').split('/');
    match (parts.next(), parts.next(), parts.next()) {
        (Some(namespace), Some(name), None) if !namespace.is_empty() && !name.contains('{') => Some((namespace, name)),
        _ => None,
    }
}

/// The schemas that the references of a schema point to, wherever in it they stand.
fn references(schema_name: &str, schemas: &RawSchemas) -> Vec<String> {
    let mut found = Vec::new();
    let mut seen = vec![schema_name];
    let mut open = vec![schema_name];
    while let Some(name) = open.pop() {
        let Some(schema) = schemas.get(name) else { continue };
        for (property, inner) in &schema.properties.0 {
            let Some(target) = inner.target().or_else(|| inner.items.as_deref().and_then(RawSchema::target)) else {
                continue;
            };
            if property.ends_with("Reference") {
                if !found.iter().any(|known| known == target) {
                    found.push(target.to_owned());
                }
            } else if !seen.contains(&target) {
                seen.push(target);
                open.push(target);
            }
        }
    }
    found
}

/// Education organisations of every kind carry the categories of the abstract one, whatever the list is called: it is
/// `educationOrganizationCategories` in schools, `categories` in the others.
fn is_education_organization(schema: &RawSchema, schemas: &RawSchemas) -> bool {
    schema.properties.0.iter().any(|(_, property)| {
        let element = property.items.as_deref().and_then(RawSchema::target).and_then(|target| schemas.get(target));
        element.is_some_and(|element| element.properties.get("educationOrganizationCategoryDescriptor").is_some())
    })
}

#[cfg(test)]
mod tests;

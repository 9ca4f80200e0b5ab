use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;

use super::compact::Compact;
use super::identity;
use super::naming::entity;
use super::natural_key::NaturalKey;
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

/// Schemas by name.
#[derive(Default)]
pub(super) struct RawSchemas(BTreeMap<String, RawSchema>);

impl RawSchemas {
    pub(super) fn get(&self, name: &str) -> Option<&RawSchema> {
        self.0.get(name)
    }
}

impl<'de> Deserialize<'de> for RawSchemas {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut schemas = BTreeMap::new();
        schemas.extend(Ordered::deserialize(deserializer)?.0);
        Ok(Self(schemas))
    }
}

#[derive(Deserialize)]
struct RawDocument {
    paths: Ordered<RawPath>,
    #[serde(default)]
    definitions: RawSchemas,
    #[serde(default)]
    parameters: Ordered<RawParameter>,
    #[serde(default)]
    components: RawComponents,
}

#[derive(Deserialize, Default)]
struct RawComponents {
    #[serde(default)]
    schemas: RawSchemas,
    #[serde(default)]
    parameters: Ordered<RawParameter>,
}

impl RawDocument {
    fn schemas(&self) -> &RawSchemas {
        if self.definitions.0.is_empty() { &self.components.schemas } else { &self.definitions }
    }

    /// What a parameter is, or refers to; `None` for a reference to nothing, as published documents hold.
    fn resolved<'a>(&'a self, parameter: &'a RawParameter) -> Option<&'a RawParameter> {
        let Some(pointer) = &parameter.reference else { return Some(parameter) };
        let name = pointer.trim_matches('"').rsplit('/').next()?;
        self.parameters.get(name).or_else(|| self.components.parameters.get(name))
    }
}

#[derive(Deserialize)]
struct RawPath {
    get: Option<RawOperation>,
    post: Option<RawOperation>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawOperation {
    #[serde(default)]
    parameters: Vec<RawParameter>,
    request_body: Option<RawBody>,
    /// Whatever it is, an operation without a name is one.
    #[serde(default)]
    operation_id: Value,
    #[serde(rename = "x-Ed-Fi-isDeprecated", default)]
    is_deprecated: bool,
}

#[derive(Deserialize)]
struct RawBody {
    #[serde(default)]
    content: BTreeMap<String, RawMedia>,
}

#[derive(Deserialize)]
struct RawMedia {
    schema: Option<RawSchema>,
}

impl RawOperation {
    /// How the name of the operation spells that of the schema, if it is the same but for case.
    fn spelling(&self, schema_name: &str) -> Option<String> {
        let by_schema = entity(schema_name, "");
        let own = self.operation_id.as_str()?.strip_prefix("post")?;
        (own != by_schema && own.eq_ignore_ascii_case(&by_schema)).then(|| own.to_owned())
    }

    /// The name of the body's schema: the `body` parameter of Swagger 2.0, or the request body of `OpenAPI` 3.0.
    fn body_schema(&self) -> Option<&str> {
        let swagger = self.parameters.iter().find(|parameter| parameter.location.as_deref() == Some("body"));
        let openapi = || {
            let content = &self.request_body.as_ref()?.content;
            content.get("application/json").or_else(|| content.values().next())?.schema.as_ref()
        };
        swagger.and_then(|parameter| parameter.schema.as_ref()).or_else(openapi)?.target()
    }
}

/// A parameter of an operation, or a reference to one.
#[derive(Deserialize, Default)]
pub(super) struct RawParameter {
    #[serde(rename = "$ref")]
    reference: Option<String>,
    pub(super) name: Option<String>,
    #[serde(rename = "in")]
    location: Option<String>,
    #[serde(rename = "x-Ed-Fi-isIdentity", default)]
    pub(super) is_identity: bool,
    schema: Option<RawSchema>,
    /// Its bound, in Swagger 2.0; else in its schema.
    maximum: Option<f64>,
}

impl RawParameter {
    fn is_query(&self, name: &str) -> bool {
        self.location.as_deref() == Some("query")
            && self.name.as_deref().is_some_and(|own| own.eq_ignore_ascii_case(name))
    }

    fn maximum(&self) -> Option<u32> {
        let maximum = self.maximum.or(self.schema.as_ref().and_then(|schema| schema.maximum))?;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the cast saturates")]
        let maximum = maximum as u32;
        (maximum > 0).then_some(maximum)
    }
}

/// What is needed of a schema.
#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_excessive_bools, reason = "each is a mark that documents make")]
pub(super) struct RawSchema {
    #[serde(rename = "$ref")]
    reference: Option<String>,
    #[serde(rename = "type")]
    pub(super) kind: Option<String>,
    pub(super) format: Option<String>,
    #[serde(default)]
    pub(super) properties: Ordered<RawSchema>,
    #[serde(default)]
    pub(super) required: Vec<String>,
    pub(super) items: Option<Box<RawSchema>>,
    pub(super) additional_properties: Option<Value>,
    #[serde(rename = "enum", default)]
    pub(super) allowed: Vec<Value>,
    pub(super) min_length: Option<u32>,
    pub(super) max_length: Option<u32>,
    pub(super) min_items: Option<u32>,
    pub(super) max_items: Option<u32>,
    pub(super) minimum: Option<f64>,
    pub(super) maximum: Option<f64>,
    pub(super) exclusive_minimum: Option<Value>,
    pub(super) exclusive_maximum: Option<Value>,
    #[serde(default)]
    pub(super) nullable: bool,
    #[serde(rename = "x-nullable", default)]
    pub(super) x_nullable: bool,
    #[serde(rename = "x-Ed-Fi-isDeprecated", default)]
    pub(super) is_deprecated: bool,
    /// A reference beside other keywords is written as `allOf` with one member in some documents.
    #[serde(rename = "allOf", default)]
    all_of: Vec<RawSchema>,
    #[serde(rename = "x-Ed-Fi-isIdentity", default)]
    pub(super) is_identity: bool,
}

impl RawSchema {
    /// The name of the schema it points to.
    pub(super) fn target(&self) -> Option<&str> {
        let pointer = self.reference.as_deref().or(match self.all_of.as_slice() {
            [only] => only.reference.as_deref(),
            _ => None,
        })?;
        pointer.rsplit('/').next().filter(|name| !name.is_empty())
    }

    /// Whether it describes the properties of an object; one that may have any property says nothing.
    pub(super) fn is_object(&self) -> bool {
        let is_map = matches!(self.additional_properties, Some(Value::Object(_) | Value::Bool(true)));
        !self.properties.0.is_empty() || (self.kind.as_deref() == Some("object") && !is_map)
    }

    /// Whether it is neither an object nor an array.
    pub(super) fn is_scalar(&self) -> bool {
        self.target().is_none() && self.items.is_none() && self.properties.0.is_empty()
    }
}

/// A JSON object with its members in document order; a member that has not the form of `T` is left out.
#[derive(Default)]
pub(super) struct Ordered<T>(pub(super) Vec<(String, T)>);

impl<T> Ordered<T> {
    pub(super) fn get(&self, name: &str) -> Option<&T> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Ordered<T> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members<T>(std::marker::PhantomData<T>);
        impl<'de, T: Deserialize<'de>> serde::de::Visitor<'de> for Members<T> {
            type Value = Ordered<T>;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some((key, raw)) = map.next_entry::<String, &'de RawValue>()? {
                    // Not `from_str`: that would be a second copy of all that reads JSON.
                    if let Ok(value) = serde_json::from_slice(raw.get().as_bytes()) {
                        members.push((key, value));
                    }
                }
                Ok(Ordered(members))
            }
        }
        deserializer.deserialize_map(Members(std::marker::PhantomData))
    }
}

#[cfg(test)]
mod tests;

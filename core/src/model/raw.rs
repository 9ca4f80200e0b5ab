//! API documents as they are written: what is needed of them, in the form of both generations.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::naming::entity;

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

/// A document, as far as it is read.
#[derive(Deserialize)]
pub(super) struct RawDocument {
    pub(super) paths: Ordered<RawPath>,
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
    /// Where Swagger 2.0 has them, else where `OpenAPI` 3.0 has.
    pub(super) fn schemas(&self) -> &RawSchemas {
        if self.definitions.0.is_empty() { &self.components.schemas } else { &self.definitions }
    }

    /// What a parameter is, or refers to; `None` for a reference to nothing, as published documents hold.
    pub(super) fn resolved<'a>(&'a self, parameter: &'a RawParameter) -> Option<&'a RawParameter> {
        let Some(pointer) = &parameter.reference else { return Some(parameter) };
        let name = pointer.trim_matches('"').rsplit('/').next()?;
        self.parameters.get(name).or_else(|| self.components.parameters.get(name))
    }
}

/// The operations of a path.
#[derive(Deserialize)]
pub(super) struct RawPath {
    pub(super) get: Option<RawOperation>,
    pub(super) post: Option<RawOperation>,
}

/// An operation of a path.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RawOperation {
    #[serde(default)]
    pub(super) parameters: Vec<RawParameter>,
    request_body: Option<RawBody>,
    /// Whatever it is, an operation without a name is one.
    #[serde(default)]
    operation_id: Value,
    #[serde(rename = "x-Ed-Fi-isDeprecated", default)]
    pub(super) is_deprecated: bool,
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
    pub(super) fn spelling(&self, schema_name: &str) -> Option<String> {
        let by_schema = entity(schema_name, "");
        let own = self.operation_id.as_str()?.strip_prefix("post")?;
        (own != by_schema && own.eq_ignore_ascii_case(&by_schema)).then(|| own.to_owned())
    }

    /// The name of the body's schema: the `body` parameter of Swagger 2.0, or the request body of `OpenAPI` 3.0.
    pub(super) fn body_schema(&self) -> Option<&str> {
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
    pub(super) location: Option<String>,
    #[serde(rename = "x-Ed-Fi-isIdentity", default)]
    pub(super) is_identity: bool,
    schema: Option<RawSchema>,
    /// Its bound, in Swagger 2.0; else in its schema.
    maximum: Option<f64>,
}

impl RawParameter {
    /// Whether it is the query parameter of this name.
    pub(super) fn is_query(&self, name: &str) -> bool {
        self.location.as_deref() == Some("query")
            && self.name.as_deref().is_some_and(|own| own.eq_ignore_ascii_case(name))
    }

    /// Its upper bound, if that is above 0.
    pub(super) fn maximum(&self) -> Option<u32> {
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

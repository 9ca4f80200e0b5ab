//! Schemas: the properties of a record and what each may hold.

use std::collections::{BTreeMap, HashMap};

use serde_json::Value;

use super::{Endpoint, Target, capitalised, local_name, reference_name};

/// An object's properties.
#[derive(Debug)]
pub(crate) struct Schema {
    pub(crate) name: String,
    pub(crate) properties: BTreeMap<String, Property>,
    /// Property names in lower case to their proper spelling.
    pub(crate) spelling: HashMap<String, String>,
    pub(crate) required: Vec<String>,
    /// Where records of a `…Reference` schema point to. More than one for references to an abstract entity.
    pub(crate) targets: Vec<Target>,
}

/// One property.
#[derive(Debug)]
pub(crate) struct Property {
    pub(crate) kind: Kind,
    /// Marked `x-Ed-Fi-isIdentity`.
    pub(crate) is_identity: bool,
}

/// What a property may hold.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Kind {
    Text {
        least: usize,
        most: Option<usize>,
    },
    /// A descriptor value; the endpoints that may hold it.
    Descriptor {
        most: Option<usize>,
        endpoints: Vec<usize>,
    },
    Date,
    DateTime,
    Integer {
        least: i64,
        most: i64,
    },
    Number {
        least: Option<f64>,
        most: Option<f64>,
    },
    Boolean,
    Object(usize),
    Reference(usize),
    Array(Box<Kind>),
    /// The document does not say.
    Any,
}

/// Descriptor types by the name that properties end with.
#[derive(Debug)]
pub(crate) struct DescriptorTypes {
    /// Lower-case type name, such as `termdescriptor`, to its endpoints in any namespace.
    endpoints: HashMap<String, Vec<DescriptorType>>,
}

#[derive(Debug)]
struct DescriptorType {
    endpoint: usize,
    /// The namespace as schema names start with it, in lower case: `edfi`.
    namespace: String,
}

impl DescriptorTypes {
    pub(crate) fn new(endpoints: &[Endpoint]) -> Self {
        let mut types: HashMap<String, Vec<DescriptorType>> = HashMap::new();
        for (i, endpoint) in endpoints.iter().enumerate() {
            if endpoint.is_descriptor {
                types.entry(endpoint.entity.to_ascii_lowercase()).or_default().push(DescriptorType {
                    endpoint: i,
                    namespace: endpoint.namespace.replace('-', "").to_ascii_lowercase(),
                });
            }
        }
        Self { endpoints: types }
    }

    /// The type of a property: the longest type name that its name ends with at a word's start, so that
    /// `availableCreditTypeDescriptor` is a `CreditTypeDescriptor`.
    ///
    /// A schema uses the types of its own namespace and of the core; those of others only when nothing else fits.
    fn of_property(&self, name: &str, schema: &str) -> Vec<usize> {
        let own = schema.split_once('_').map_or("", |(namespace, _)| namespace);
        let own = own.to_ascii_lowercase();
        self.longest(name, |namespace| namespace == own || namespace == "edfi")
            .or_else(|| self.longest(name, |_| true))
            .unwrap_or_default()
    }

    fn longest(&self, name: &str, is_near: impl Fn(&str) -> bool) -> Option<Vec<usize>> {
        let starts = name.char_indices().filter(|(at, letter)| *at == 0 || letter.is_uppercase()).map(|(at, _)| at);
        starts
            .filter_map(|at| self.endpoints.get(&name[at..].to_ascii_lowercase()))
            .map(|types| {
                let near = types.iter().filter(|found| is_near(&found.namespace));
                near.map(|found| found.endpoint).collect::<Vec<_>>()
            })
            .find(|types| !types.is_empty())
    }
}

impl Schema {
    pub(crate) fn read(name: &str, raw: &Value, index: &HashMap<&str, usize>, descriptors: &DescriptorTypes) -> Self {
        let mut properties = BTreeMap::new();
        let mut spelling = HashMap::new();
        for (property, raw) in raw.get("properties").and_then(Value::as_object).into_iter().flatten() {
            spelling.insert(property.to_ascii_lowercase(), property.clone());
            properties.insert(
                property.clone(),
                Property {
                    kind: Kind::read(property, name, raw, index, descriptors),
                    is_identity: raw.get("x-Ed-Fi-isIdentity") == Some(&Value::Bool(true)),
                },
            );
        }
        let required = raw.get("required").and_then(Value::as_array);
        Self {
            name: name.to_owned(),
            properties,
            spelling,
            required: required.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect(),
            targets: Vec::new(),
        }
    }

    /// The entity's name as error texts write it.
    pub(crate) fn entity(&self) -> String {
        capitalised(local_name(&self.name))
    }

    /// The entity that a reference schema is about: `edFi_studentReference` gives `Student`.
    pub(crate) fn referenced_entity(&self) -> String {
        let entity = self.entity();
        entity.strip_suffix("Reference").unwrap_or(&entity).trim_end_matches('_').to_owned()
    }
}

impl Kind {
    fn read(
        name: &str,
        schema_name: &str,
        raw: &Value,
        index: &HashMap<&str, usize>,
        descriptors: &DescriptorTypes,
    ) -> Self {
        if let Some(schema) = reference_name(raw) {
            let Some(&at) = index.get(schema) else {
                return Self::Any;
            };
            return if schema.ends_with("Reference") && name.ends_with("Reference") {
                Self::Reference(at)
            } else {
                Self::Object(at)
            };
        }
        let text = |key: &str| raw.get(key).and_then(Value::as_str);
        let size = |key: &str| raw.get(key).and_then(Value::as_u64).and_then(|size| usize::try_from(size).ok());
        match text("type") {
            Some("string") => match text("format") {
                Some("date") => Self::Date,
                Some("date-time") => Self::DateTime,
                _ => {
                    let endpoints = descriptors.of_property(name, schema_name);
                    if endpoints.is_empty() {
                        Self::Text { least: size("minLength").unwrap_or(0), most: size("maxLength") }
                    } else {
                        Self::Descriptor { most: size("maxLength"), endpoints }
                    }
                }
            },
            Some("integer") => {
                let (least, most) = match text("format") {
                    Some("int32") => (i64::from(i32::MIN), i64::from(i32::MAX)),
                    _ => (i64::MIN, i64::MAX),
                };
                let bound = |key: &str| raw.get(key).and_then(Value::as_i64);
                Self::Integer { least: bound("minimum").unwrap_or(least), most: bound("maximum").unwrap_or(most) }
            }
            Some("number") => Self::Number {
                least: raw.get("minimum").and_then(Value::as_f64),
                most: raw.get("maximum").and_then(Value::as_f64),
            },
            Some("boolean") => Self::Boolean,
            Some("array") => Self::Array(Box::new(
                raw.get("items").map_or(Self::Any, |items| Self::read(name, schema_name, items, index, descriptors)),
            )),
            _ => Self::Any,
        }
    }
}

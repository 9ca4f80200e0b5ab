//! The schemas of the built-in model.

use serde_json::{Map, Value, json};

use super::model::{Kind, Model, Property, Resource};
use super::{Style, capitalised};

/// The longest descriptor value: a namespace of 255, `#`, a code value of 50.
const DESCRIPTOR_LENGTH: u32 = 306;

/// Writes the schemas of one document.
#[derive(Debug)]
pub(super) struct Schemas<'a> {
    model: &'a Model,
    style: Style,
    /// The schemas so far, by name.
    pub(super) written: Map<String, Value>,
}

impl<'a> Schemas<'a> {
    pub(super) fn new(model: &'a Model, style: Style) -> Self {
        let link = json!({
            "type": "object",
            "properties": {
                "rel": {"type": "string", "description": "What kind of resource is referred to."},
                "href": {"type": "string", "description": "The URL of the resource that is referred to."},
            },
        });
        let written = Map::from_iter([("link".to_owned(), link)]);
        Self { model, style, written }
    }

    /// A `$ref` to a schema.
    pub(super) fn pointer(style: Style, name: &str) -> Value {
        match style {
            Style::Swagger2 => json!({"$ref": format!("#/definitions/{name}")}),
            Style::OpenApi3 => json!({"$ref": format!("#/components/schemas/{name}")}),
        }
    }

    /// The schema of a resource, of everything nested in it and of its references. Returns its name.
    pub(super) fn resource(&mut self, resource: &Resource) -> String {
        let name = schema_name(&resource.namespace, &resource.name);
        let mut schema = self.object(&name, &resource.properties);
        self.add_own_fields(&mut schema);
        self.written.insert(name.clone(), schema);
        name
    }

    /// The schema of a descriptor. Returns its name.
    pub(super) fn descriptor(&mut self, descriptor: &str) -> String {
        let name = format!("edFi_{descriptor}Descriptor");
        let plain = |name: &str, kind: Kind, required| Property { name: name.to_owned(), key: false, required, kind };
        let properties = [
            plain("codeValue", Kind::Text(50), true),
            plain("namespace", Kind::Text(255), true),
            plain("shortDescription", Kind::Text(75), true),
            plain("description", Kind::Text(1024), false),
            plain("effectiveBeginDate", Kind::Date, false),
            plain("effectiveEndDate", Kind::Date, false),
        ];
        let mut schema = self.object(&name, &properties);
        self.add_own_fields(&mut schema);
        schema["properties"][format!("{descriptor}DescriptorId")] = json!({
            "type": "integer",
            "format": "int32",
            "description": "The number by which the API knows the descriptor.",
            "x-Ed-Fi-isIdentity": true,
        });
        self.written.insert(name.clone(), schema);
        name
    }

    /// What the API itself adds to a resource.
    fn add_own_fields(&self, schema: &mut Value) {
        schema["properties"]["id"] = json!({"type": "string", "description": "The identifier that the API gave."});
        schema["properties"]["_etag"] =
            json!({"type": "string", "description": "A value that identifies the version of the resource."});
        if self.style == Style::OpenApi3 {
            schema["properties"]["_lastModifiedDate"] = json!({
                "type": "string",
                "format": "date-time",
                "description": "When the resource was last modified.",
            });
        }
    }

    fn object(&mut self, name: &str, properties: &[Property]) -> Value {
        let mut rendered = Map::new();
        for property in properties {
            rendered.insert(property.name.clone(), self.property(name, property));
        }
        let required: Vec<&str> =
            properties.iter().filter(|property| property.required).map(|property| property.name.as_str()).collect();
        let mut schema = json!({"type": "object", "properties": rendered});
        if !required.is_empty() {
            schema["required"] = json!(required);
        }
        schema
    }

    fn property(&mut self, parent: &str, property: &Property) -> Value {
        match &property.kind {
            Kind::List(nested) => {
                let name = format!("{parent}{}", capitalised(&singular(&property.name)));
                let schema = self.object(&name, nested);
                self.written.insert(name.clone(), schema);
                json!({
                    "type": "array",
                    "items": Self::pointer(self.style, &name),
                    "description": format!("An unordered collection of {}.", words(&property.name)),
                })
            }
            Kind::Object(nested) => {
                let name = format!("{parent}{}", capitalised(&property.name));
                let schema = self.object(&name, nested);
                self.written.insert(name.clone(), schema);
                Self::pointer(self.style, &name)
            }
            Kind::Reference { target, .. } => {
                let name = self.reference(target);
                Self::pointer(self.style, &name)
            }
            kind => {
                let mut schema = scalar(kind, self.style);
                schema["description"] = json!(format!("The {}.", words(&property.name)));
                if property.key {
                    schema["x-Ed-Fi-isIdentity"] = json!(true);
                } else if !property.required && self.style == Style::OpenApi3 {
                    schema["x-nullable"] = json!(true);
                }
                schema
            }
        }
    }

    /// The schema by which an entity is referred to. Returns its name.
    fn reference(&mut self, target: &str) -> String {
        let namespace = self
            .model
            .resources
            .iter()
            .find(|resource| resource.name == target)
            .map_or("ed-fi", |resource| &resource.namespace);
        let name = format!("{}Reference", schema_name(namespace, target));
        if !self.written.contains_key(&name) {
            let members: Vec<Property> = self
                .model
                .key(target)
                .into_iter()
                .map(|(name, kind)| Property {
                    name,
                    // Only the newer documents mark the members of references.
                    key: self.style == Style::OpenApi3,
                    required: true,
                    kind,
                })
                .collect();
            let mut schema = self.object(&name, &members);
            schema["properties"]["link"] = Self::pointer(self.style, "link");
            self.written.insert(name.clone(), schema);
        }
        name
    }
}

/// Type, format and limits of a value that is neither a collection nor a reference.
pub(super) fn scalar(kind: &Kind, style: Style) -> Value {
    match kind {
        Kind::Text(length) if style == Style::OpenApi3 => {
            json!({"type": "string", "minLength": 1, "maxLength": length})
        }
        Kind::Text(length) => json!({"type": "string", "maxLength": length}),
        Kind::Descriptor(_) => json!({"type": "string", "maxLength": DESCRIPTOR_LENGTH}),
        Kind::Int => json!({"type": "integer", "format": "int32"}),
        Kind::Long => json!({"type": "integer", "format": "int64"}),
        Kind::Double => json!({"type": "number", "format": "double"}),
        Kind::Bool => json!({"type": "boolean"}),
        Kind::Date => json!({"type": "string", "format": "date"}),
        Kind::DateTime => json!({"type": "string", "format": "date-time"}),
        // As in the documents of real APIs: a time carries no format.
        Kind::Time => json!({"type": "string"}),
        Kind::List(_) | Kind::Object(_) | Kind::Reference { .. } => {
            unreachable!("collections and references are written by their own rules")
        }
    }
}

/// `edFi_student` for the student of `ed-fi`.
fn schema_name(namespace: &str, name: &str) -> String {
    let mut parts = namespace.split('-');
    let first = parts.next().unwrap_or_default().to_owned();
    format!("{}_{name}", parts.fold(first, |prefix, part| prefix + &capitalised(part)))
}

/// The singular of the collection names of this model.
fn singular(plural: &str) -> String {
    if let Some(stem) = plural.strip_suffix("ies") {
        format!("{stem}y")
    } else if let Some(stem) = plural.strip_suffix("sses") {
        format!("{stem}ss")
    } else {
        plural.strip_suffix('s').unwrap_or(plural).to_owned()
    }
}

/// A camel-case name in plain words: `birth date`.
pub(super) fn words(name: &str) -> String {
    let mut text = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() {
            text.push(' ');
        }
        text.extend(letter.to_lowercase());
    }
    text
}

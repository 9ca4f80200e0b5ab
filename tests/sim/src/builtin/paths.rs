//! The paths of one endpoint: collection, item, deletes, key changes, partitions.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::model::{Kind, Model, Property, Resource};
use super::schemas::{Schemas, scalar, words};
use super::shared::{found, if_match, if_none_match, paging, parameter, query, response};
use super::{Style, capitalised};

/// A query parameter of a collection.
#[derive(Debug)]
pub(super) struct Parameter {
    name: String,
    kind: Kind,
    key: bool,
}

/// The query parameters of a resource: its natural key first, then everything else that is scalar.
pub(super) fn parameters(model: &Model, resource: &Resource) -> Vec<Parameter> {
    let key = model.key(&resource.name);
    let mut taken: BTreeSet<String> = key.keys().cloned().collect();
    let mut parameters: Vec<Parameter> =
        key.into_iter().map(|(name, kind)| Parameter { name, kind, key: true }).collect();
    for property in resource.properties.iter().filter(|property| !property.key) {
        for (name, kind) in plain_parameters(model, property) {
            if taken.insert(name.clone()) {
                parameters.push(Parameter { name, kind, key: false });
            }
        }
    }
    parameters
}

/// The query parameters of a descriptor.
///
/// Only the older documents have one, and it is the number that nobody knows (ODS/API 5.3).
pub(super) fn descriptor_parameters(descriptor: &str, style: Style) -> Vec<Parameter> {
    match style {
        Style::OpenApi3 => Vec::new(),
        Style::Swagger2 => vec![Parameter { name: format!("{descriptor}DescriptorId"), kind: Kind::Int, key: true }],
    }
}

fn plain_parameters(model: &Model, property: &Property) -> Vec<(String, Kind)> {
    match &property.kind {
        Kind::List(_) | Kind::Object(_) => Vec::new(),
        Kind::Reference { target, roles } => {
            let role = property.name.strip_suffix("Reference").and_then(|name| name.strip_suffix(&capitalised(target)));
            let named = |member: String| match (roles.get(&member), role) {
                (Some(parameter), _) => parameter.clone(),
                (None, Some(role)) => format!("{role}{}", capitalised(&member)),
                (None, None) => member,
            };
            let key = model.key(target).into_iter();
            key.map(|(member, kind)| (named(member), kind)).collect()
        }
        kind => vec![(property.name.clone(), kind.clone())],
    }
}

/// What the paths of an endpoint are made from.
#[derive(Debug)]
pub(super) struct Endpoint<'a> {
    /// `/ed-fi/students`
    pub(super) path: String,
    /// `students`
    pub(super) plural: &'a str,
    /// `student`
    pub(super) singular: &'a str,
    /// `edFi_student`
    pub(super) schema: String,
    pub(super) parameters: Vec<Parameter>,
    pub(super) item: Item,
}

/// Whether single items can be read, changed and deleted by their id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Item {
    Addressable,
    /// As school years: GET and POST of the collection, nothing else.
    CollectionOnly,
}

impl Endpoint<'_> {
    /// Adds the paths of this endpoint to a document.
    pub(super) fn add_to(&self, paths: &mut Map<String, Value>, style: Style) {
        let mut add = |suffix: &str, operations: Value| paths.insert(format!("{}{suffix}", self.path), operations);
        add("", json!({"get": self.get_all(style), "post": self.post(style)}));
        if self.item == Item::CollectionOnly {
            return;
        }
        add("/{id}", json!({"get": self.get(style), "put": self.put(style), "delete": self.delete(style)}));
        add("/deletes", json!({"get": self.changes(style, "deletes", "deletedResource")}));
        add("/keyChanges", json!({"get": self.changes(style, "keyChanges", "keyChange")}));
        if style == Style::OpenApi3 {
            add("/partitions", json!({"get": self.partitions()}));
        }
    }

    fn get_all(&self, style: Style) -> Value {
        let mut parameters = paging(style);
        for parameter in &self.parameters {
            let mut rendered = query(
                &parameter.name,
                &format!("The {}.", words(&parameter.name)),
                scalar(&parameter.kind, style),
                style,
            );
            if parameter.key {
                rendered["x-Ed-Fi-isIdentity"] = json!(true);
            }
            parameters.push(rendered);
        }
        parameters.push(query("id", "The identifier that the API gave.", json!({"type": "string"}), style));
        let list = json!({"type": "array", "items": Schemas::pointer(style, &self.schema)});
        self.operation(
            style,
            &format!("get{}", capitalised(self.plural)),
            "Reads the resources with the given property values.",
            &parameters,
            &[("200", found(&list, style)), ("304", response("NotModified", style))],
        )
    }

    fn get(&self, style: Style) -> Value {
        self.operation(
            style,
            &format!("get{}ById", capitalised(self.plural)),
            "Reads one resource.",
            &[parameter("id", style), parameter(if_none_match(style), style)],
            &[("200", found(&Schemas::pointer(style, &self.schema), style)), ("304", response("NotModified", style))],
        )
    }

    fn post(&self, style: Style) -> Value {
        let mut operation = self.operation(
            style,
            &format!("post{}", capitalised(self.singular)),
            "Creates a resource, or updates the one with the same natural key.",
            &[],
            &[
                ("200", response("Updated", style)),
                ("201", response("Created", style)),
                ("409", response("Conflict", style)),
                ("412", response("PreconditionFailed", style)),
            ],
        );
        self.add_body(&mut operation, style);
        operation
    }

    fn put(&self, style: Style) -> Value {
        let mut operation = self.operation(
            style,
            &format!("put{}", capitalised(self.singular)),
            "Updates one resource.",
            &[parameter("id", style), parameter(if_match(style), style)],
            &[
                ("204", response("Updated", style)),
                ("409", response("Conflict", style)),
                ("412", response("PreconditionFailed", style)),
            ],
        );
        self.add_body(&mut operation, style);
        operation
    }

    fn delete(&self, style: Style) -> Value {
        self.operation(
            style,
            &format!("delete{}ById", capitalised(self.singular)),
            "Deletes one resource.",
            &[parameter("id", style), parameter(if_match(style), style)],
            &[
                ("204", response("Deleted", style)),
                ("409", response("Conflict", style)),
                ("412", response("PreconditionFailed", style)),
            ],
        )
    }

    fn changes(&self, style: Style, verb: &str, schema: &str) -> Value {
        let list = json!({"type": "array", "items": Schemas::pointer(style, schema)});
        self.operation(
            style,
            &format!("{verb}{}", capitalised(self.plural)),
            "Reads what changed between two change versions.",
            &paging(style),
            &[("200", found(&list, style))],
        )
    }

    fn partitions(&self) -> Value {
        let style = Style::OpenApi3;
        let number = json!({"type": "integer", "format": "int32", "minimum": 1, "maximum": 200, "default": 5});
        let tokens = json!({
            "type": "object",
            "properties": {"pageTokens": {"type": "array", "items": {"type": "string"}}},
        });
        self.operation(
            style,
            &format!("get{}Partitions", capitalised(self.plural)),
            "Cuts the collection into parts that can be read side by side.",
            &[
                query("number", "How many parts are wanted.", number, style),
                parameter("MinChangeVersion", style),
                parameter("MaxChangeVersion", style),
            ],
            &[("200", found(&tokens, style))],
        )
    }

    fn add_body(&self, operation: &mut Value, style: Style) {
        let schema = Schemas::pointer(style, &self.schema);
        let description = format!("The {} in JSON.", words(self.singular));
        match style {
            Style::Swagger2 => {
                operation["consumes"] = json!(["application/json"]);
                let body = json!({
                    "name": self.singular,
                    "in": "body",
                    "description": description,
                    "required": true,
                    "schema": schema,
                });
                if let Some(parameters) = operation["parameters"].as_array_mut() {
                    parameters.push(body);
                }
            }
            Style::OpenApi3 => {
                operation["requestBody"] = json!({
                    "description": description,
                    "content": {"application/json": {"schema": schema}},
                    "required": true,
                    "x-bodyName": self.singular,
                });
            }
        }
    }

    fn operation(
        &self,
        style: Style,
        id: &str,
        summary: &str,
        parameters: &[Value],
        responses: &[(&str, Value)],
    ) -> Value {
        let mut answers = Map::new();
        for (status, name) in [
            ("400", "BadRequest"),
            ("401", "Unauthorized"),
            ("403", "Forbidden"),
            ("404", "NotFound"),
            ("500", "Error"),
        ] {
            answers.insert(status.to_owned(), response(name, style));
        }
        for (status, answer) in responses {
            answers.insert((*status).to_owned(), answer.clone());
        }
        let mut operation = json!({
            "tags": [self.plural],
            "summary": summary,
            "operationId": id,
            "parameters": parameters,
            "responses": answers,
        });
        if style == Style::Swagger2 {
            operation["deprecated"] = json!(false);
            operation["produces"] = json!(["application/json"]);
        }
        operation
    }
}

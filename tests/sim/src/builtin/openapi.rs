//! The frame of a document: everything but schemas and paths.

use serde_json::{Map, Value, json};

use super::Style;
use super::model::{Listed, Model};
use super::paths::{Endpoint, Item, descriptor_parameters, parameters};
use super::schemas::{Schemas, words};
use super::shared::{shared_parameters, shared_responses};

/// Which of the two documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Resources,
    Descriptors,
}

/// Writes one document.
pub(super) fn document(model: &Model, style: Style, part: Part) -> Value {
    let mut schemas = Schemas::new(model, style);
    add_changes(&mut schemas.written);
    let mut paths = Map::new();
    let mut tags = Vec::new();
    match part {
        Part::Resources => {
            for resource in &model.resources {
                tags.push(tag(&resource.endpoint));
                Endpoint {
                    path: resource.path(),
                    plural: &resource.endpoint,
                    singular: &resource.name,
                    schema: schemas.resource(resource),
                    parameters: parameters(model, resource),
                    item: match resource.listed {
                        Listed::Never => Item::CollectionOnly,
                        Listed::Once(_) | Listed::Twice { .. } => Item::Addressable,
                    },
                }
                .add_to(&mut paths, style);
            }
        }
        Part::Descriptors => {
            for descriptor in &model.descriptors {
                let plural = format!("{}Descriptors", descriptor.name);
                tags.push(tag(&plural));
                Endpoint {
                    path: format!("/ed-fi/{plural}"),
                    plural: &plural,
                    singular: &format!("{}Descriptor", descriptor.name),
                    schema: schemas.descriptor(&descriptor.name),
                    parameters: descriptor_parameters(&descriptor.name, style),
                    item: Item::Addressable,
                }
                .add_to(&mut paths, style);
            }
        }
    }
    framed(style, part, &paths, &schemas.written, &tags)
}

fn framed(style: Style, part: Part, paths: &Map<String, Value>, schemas: &Map<String, Value>, tags: &[Value]) -> Value {
    let title = match part {
        Part::Resources => "Resources of the built-in data model",
        Part::Descriptors => "Descriptors of the built-in data model",
    };
    let info = json!({
        "title": title,
        "description": "A compact data model in the form of an Ed-Fi API, for tests and demonstrations.",
        "version": "3",
    });
    let security = json!([{"oauth2_client_credentials": []}]);
    match style {
        Style::Swagger2 => json!({
            "swagger": "2.0",
            "info": info,
            "host": "localhost:443",
            "basePath": "/data/v3/",
            "schemes": ["https"],
            "consumes": ["application/json"],
            "produces": ["application/json"],
            "paths": paths,
            "definitions": schemas,
            "parameters": shared_parameters(style),
            "responses": shared_responses(),
            "security": security,
            "securityDefinitions": {"oauth2_client_credentials": {
                "type": "oauth2",
                "description": "OAuth 2.0 client credentials",
                "flow": "application",
                "tokenUrl": "https://localhost/oauth/token",
                "scopes": {},
            }},
            "tags": tags,
        }),
        Style::OpenApi3 => json!({
            "openapi": "3.0.1",
            "info": info,
            "servers": [{"url": "https://localhost:443/data/v3"}],
            "paths": paths,
            "components": {
                "schemas": schemas,
                "parameters": shared_parameters(style),
                "responses": shared_responses(),
                "securitySchemes": {"oauth2_client_credentials": {
                    "type": "oauth2",
                    "description": "OAuth 2.0 client credentials",
                    "flows": {"clientCredentials": {"tokenUrl": "https://localhost/oauth/token", "scopes": {}}},
                }},
            },
            "security": security,
            "tags": tags,
        }),
    }
}

fn tag(plural: &str) -> Value {
    json!({"name": plural, "description": format!("All {}.", words(plural))})
}

/// The schemas of `/deletes` and `/keyChanges`.
fn add_changes(schemas: &mut Map<String, Value>) {
    let id = json!({"type": "string", "description": "The identifier of the resource."});
    let version = json!({"type": "integer", "format": "int64", "description": "The change version."});
    let key = json!({"type": "object", "description": "Natural key values."});
    schemas.insert(
        "deletedResource".to_owned(),
        json!({"type": "object", "properties": {"id": id, "changeVersion": version, "keyValues": key}}),
    );
    schemas.insert(
        "keyChange".to_owned(),
        json!({
            "type": "object",
            "properties": {"id": id, "changeVersion": version, "oldKeyValues": key, "newKeyValues": key},
        }),
    );
}

//! The parameters and responses that many paths share, and the pointers to them.

use serde_json::{Map, Value, json};

use super::Style;

/// The parameters that every collection has.
pub(super) fn paging(style: Style) -> Vec<Value> {
    let mut names = vec!["offset", "limit", "MinChangeVersion", "MaxChangeVersion", "totalCount"];
    if style == Style::OpenApi3 {
        names.extend(["pageToken", "pageSize"]);
    }
    names.into_iter().map(|name| parameter(name, style)).collect()
}

pub(super) fn if_match(style: Style) -> &'static str {
    match style {
        Style::Swagger2 => "If-Match",
        Style::OpenApi3 => "IfMatch",
    }
}

pub(super) fn if_none_match(style: Style) -> &'static str {
    match style {
        Style::Swagger2 => "If-None-Match",
        Style::OpenApi3 => "IfNoneMatch",
    }
}

/// A pointer to a shared parameter.
pub(super) fn parameter(name: &str, style: Style) -> Value {
    match style {
        Style::Swagger2 => json!({"$ref": format!("#/parameters/{name}")}),
        Style::OpenApi3 => json!({"$ref": format!("#/components/parameters/{name}")}),
    }
}

/// A pointer to a shared response.
pub(super) fn response(name: &str, style: Style) -> Value {
    match style {
        Style::Swagger2 => json!({"$ref": format!("#/responses/{name}")}),
        Style::OpenApi3 => json!({"$ref": format!("#/components/responses/{name}")}),
    }
}

pub(super) fn found(schema: &Value, style: Style) -> Value {
    let description = "The resource was found.";
    match style {
        Style::Swagger2 => json!({"description": description, "schema": schema}),
        Style::OpenApi3 => json!({
            "description": description,
            "content": {"application/json": {"schema": schema}},
        }),
    }
}

/// A parameter that stands in the query, spelled as the style wants it.
pub(super) fn query(name: &str, description: &str, schema: Value, style: Style) -> Value {
    spelled(json!({"name": name, "in": "query", "description": description}), schema, style)
}

/// Adds the type of a parameter: inline in Swagger 2.0, as a schema in OpenAPI 3.0.
pub(super) fn spelled(mut parameter: Value, schema: Value, style: Style) -> Value {
    match (style, schema) {
        (Style::Swagger2, Value::Object(members)) => {
            if parameter.get("required").is_none() {
                parameter["required"] = json!(false);
            }
            for (name, value) in members {
                parameter[name] = value;
            }
        }
        (_, schema) => parameter["schema"] = schema,
    }
    parameter
}

/// The parameters that paths point to.
pub(super) fn shared_parameters(style: Style) -> Value {
    let mut shared = Map::new();
    let mut add = |name: &str, parameter: Value| shared.insert(name.to_owned(), parameter);
    let count = |default: i32| json!({"type": "integer", "format": "int32", "default": default});
    let limited =
        |default: i32| json!({"type": "integer", "format": "int32", "minimum": 0, "maximum": 500, "default": default});
    let version = json!({"type": "integer", "format": "int64"});
    let text = json!({"type": "string"});
    add("offset", query("offset", "How many items to skip.", count(0), style));
    add("limit", query("limit", "How many items to return at most.", limited(25), style));
    add("MinChangeVersion", query("minChangeVersion", "The oldest change version wanted.", version.clone(), style));
    add("MaxChangeVersion", query("maxChangeVersion", "The newest change version wanted.", version, style));
    add(
        "totalCount",
        query(
            "totalCount",
            "Whether to return the number of all items in the header 'Total-Count'.",
            json!({"type": "boolean", "default": false}),
            style,
        ),
    );
    if style == Style::OpenApi3 {
        add(
            "pageToken",
            query("pageToken", "The token of the page, from the page before or from partitions.", text.clone(), style),
        );
        add("pageSize", query("pageSize", "How many items a page has at most.", limited(25), style));
    }
    let id = json!({"name": "id", "in": "path", "description": "The identifier of the resource.", "required": true});
    add("id", spelled(id, text.clone(), style));
    for (name, header) in [(if_match(style), "If-Match"), (if_none_match(style), "If-None-Match")] {
        let parameter = json!({"name": header, "in": "header", "description": "A version of the resource."});
        add(name, spelled(parameter, text.clone(), style));
    }
    Value::Object(shared)
}

/// The responses that paths point to.
pub(super) fn shared_responses() -> Value {
    json!({
        "Created": {"description": "The resource was created; the headers 'Location' and 'ETag' tell where and which version."},
        "Updated": {"description": "The resource was updated; the header 'ETag' tells its version."},
        "Deleted": {"description": "The resource was deleted."},
        "NotModified": {"description": "The resource is still of the version given in 'If-None-Match'."},
        "BadRequest": {"description": "The request was invalid."},
        "Unauthorized": {"description": "The token is missing, invalid or expired."},
        "Forbidden": {"description": "The request is not allowed to this client."},
        "NotFound": {"description": "The resource was not found."},
        "Conflict": {"description": "The request would leave the data in an invalid state."},
        "PreconditionFailed": {"description": "The resource is not of the version given in 'If-Match'."},
        "Error": {"description": "The server failed."},
    })
}

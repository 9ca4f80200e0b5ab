//! The collections that a document lists, before anything is resolved.

use serde_json::Value;

use super::reference_name;

/// A collection as its document tells it.
#[derive(Debug)]
pub(crate) struct RawEndpoint {
    pub(crate) namespace: String,
    pub(crate) name: String,
    pub(crate) is_descriptor: bool,
    pub(crate) schema: Option<String>,
    pub(crate) parameters: Vec<Parameter>,
    pub(crate) key_is_updatable: bool,
}

/// A query parameter of the collection.
#[derive(Debug)]
pub(crate) struct Parameter {
    pub(crate) name: String,
    pub(crate) is_identity: bool,
}

/// Reads every `/{namespace}/{name}` path; `None` when the document has no paths.
pub(crate) fn read(document: &Value, is_descriptor: bool) -> Option<Vec<RawEndpoint>> {
    let paths = document.get("paths")?.as_object()?;
    let mut endpoints = Vec::new();
    for (path, item) in paths {
        let mut segments = path.trim_matches('/').split('/');
        let (Some(namespace), Some(name), None) = (segments.next(), segments.next(), segments.next()) else {
            continue;
        };
        if name.starts_with('{') {
            continue;
        }
        let put = paths.get(&format!("{path}/{{id}}")).and_then(|item| item.get("put"));
        endpoints.push(RawEndpoint {
            namespace: namespace.to_owned(),
            name: name.to_owned(),
            is_descriptor,
            schema: item
                .get("post")
                .and_then(posted_schema)
                .or_else(|| item.get("get").and_then(returned_schema))
                .map(str::to_owned),
            parameters: item.get("get").map_or_else(Vec::new, |get| parameters(document, get)),
            key_is_updatable: put
                .and_then(|put| put.get("x-Ed-Fi-isUpdatable"))
                .is_some_and(|mark| mark == &Value::Bool(true)),
        });
    }
    Some(endpoints)
}

fn posted_schema(post: &Value) -> Option<&str> {
    if let Some(content) = post.pointer("/requestBody/content") {
        return content.as_object()?.values().find_map(|media| reference_name(media.get("schema")?));
    }
    post.get("parameters")?
        .as_array()?
        .iter()
        .find(|parameter| parameter.get("in").is_some_and(|place| place == "body"))
        .and_then(|body| reference_name(body.get("schema")?))
}

fn returned_schema(get: &Value) -> Option<&str> {
    let answer = get.pointer("/responses/200")?;
    let schema = answer
        .get("schema")
        .or_else(|| answer.get("content")?.as_object()?.values().find_map(|media| media.get("schema")))?;
    reference_name(schema.get("items").unwrap_or(schema))
}

fn parameters(document: &Value, get: &Value) -> Vec<Parameter> {
    let listed = get.get("parameters").and_then(Value::as_array);
    listed
        .into_iter()
        .flatten()
        .filter_map(|parameter| {
            // Published documents hold parameter references that lead nowhere; they are left out.
            let parameter = match parameter.get("$ref") {
                Some(pointer) => document.pointer(pointer.as_str()?.strip_prefix('#')?)?,
                None => parameter,
            };
            (parameter.get("in")? == "query").then_some(())?;
            Some(Parameter {
                name: parameter.get("name")?.as_str()?.to_owned(),
                is_identity: parameter.get("x-Ed-Fi-isIdentity").is_some_and(|mark| mark == &Value::Bool(true)),
            })
        })
        .collect()
}

//! The project's own compact data model, in the form of an Ed-Fi API.
//!
//! About thirty resources and twenty descriptors, chosen for what a client must get right: an abstract education
//! organisation that schools and agencies are referred to by, a resource that refers to itself, role-named
//! references and query parameters, keys that are unified over several references, resources that stand twice
//! in the dependency list and one that does not stand in it at all, nested collections, and a second namespace.
//! The model itself is data: `model.txt` beside this file.

mod model;
mod openapi;
mod paths;
mod schemas;
mod shared;

#[cfg(test)]
mod tests;

use serde_json::{Value, json};

use crate::Documents;
use model::{Listed, Model};

/// The generation of API documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// Swagger 2.0, as ODS/API 3.x to 7.0 publish.
    Swagger2,
    /// OpenAPI 3.0, as ODS/API 7.1 and later publish.
    OpenApi3,
}

/// The documents of the built-in model, as an API of the given generation publishes them.
///
/// # Panics
/// Never: the model is part of the program, and a test reads it.
pub fn documents(style: Style) -> Documents {
    let model = model();
    Documents {
        resources: openapi::document(&model, style, openapi::Part::Resources),
        descriptors: openapi::document(&model, style, openapi::Part::Descriptors),
        dependencies: dependencies(&model),
    }
}

/// The descriptors of the built-in model, in alphabetical order, each with its code values.
///
/// `("gradeLevel", ["Ninth grade", …])` stands for `/ed-fi/gradeLevelDescriptors`.
///
/// # Panics
/// Never: the model is part of the program, and a test reads it.
pub fn descriptors() -> Vec<(String, Vec<String>)> {
    model().descriptors.into_iter().map(|descriptor| (descriptor.name, descriptor.codes)).collect()
}

/// The namespace of the values of a descriptor, `uri://ed-fi.org/TermDescriptor` for `term`.
pub fn descriptor_namespace(name: &str) -> String {
    format!("uri://ed-fi.org/{}Descriptor", capitalised(name))
}

fn model() -> Model {
    Model::parse(include_str!("model.txt")).expect("the built-in model is well formed")
}

/// The dependency list: descriptors first, then by order and name; students, staff and contacts twice.
fn dependencies(model: &Model) -> Value {
    const BOTH: [&str; 2] = ["Create", "Update"];
    let mut entries: Vec<(u32, String, &[&str])> = Vec::new();
    for descriptor in &model.descriptors {
        entries.push((1, format!("/ed-fi/{}Descriptors", descriptor.name), &BOTH));
    }
    for resource in &model.resources {
        let path = resource.path();
        match resource.listed {
            Listed::Never => {}
            Listed::Once(order) => entries.push((order, path, &BOTH)),
            Listed::Twice { create, update } => {
                entries.push((create, path.clone(), &BOTH[..1]));
                entries.push((update, path, &BOTH[1..]));
            }
        }
    }
    entries.sort();
    entries
        .into_iter()
        .map(|(order, resource, operations)| json!({"resource": resource, "order": order, "operations": operations}))
        .collect()
}

/// The word with its first letter in upper case.
fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

//! Which properties make the natural key.
//!
//! The reliable list is the set of query parameters of the collection GET that are marked `x-Ed-Fi-isIdentity`
//! (`studentSchoolAssociations`: `entryDate`, `schoolId`, `studentUniqueId`). Each is found in the body by the rules
//! that the ODS/API names them with: a property of the same name, a role-named one (`programEducationOrganizationId`
//! is `programReference.educationOrganizationId`), or a part of a reference with the same name. Parts that several
//! references share (`schoolId` of a course offering's school and session) have one value in an acceptable record.

use super::document::{RawParameter, RawSchema, RawSchemas};
use super::natural_key::{KeyPart, NaturalKey};

/// A key part of a reference property.
struct Leaf<'a> {
    property: &'a str,
    name: &'a str,
    required: bool,
}

/// The natural key of a resource, `None` where the document marks none.
pub(super) fn natural_key(
    parameters: &[&RawParameter],
    schema: &RawSchema,
    schemas: &RawSchemas,
) -> Option<NaturalKey> {
    let has = |name: &str| schema.properties.get(name).is_some_and(RawSchema::is_scalar);
    if has("codeValue") && has("namespace") && has("shortDescription") {
        // A descriptor: documents mark its database id, which no client sends.
        return Some(NaturalKey {
            parts: vec![KeyPart::property("namespace"), KeyPart::property("codeValue")],
            complete: true,
        });
    }
    let mut names: Vec<&str> = parameters
        .iter()
        .filter(|parameter| parameter.is_identity)
        .filter_map(|parameter| parameter.name.as_deref())
        .collect();
    if names.is_empty() {
        let marked = schema.properties.0.iter().filter(|(_, property)| property.is_identity);
        names = marked.map(|(name, _)| name.as_str()).collect();
    }
    let leaves = leaves(schema, schemas);
    let roles: Vec<Option<usize>> = names.iter().map(|name| role_named(name, &leaves)).collect();
    let mut parts = Vec::new();
    for (name, role) in names.iter().zip(&roles) {
        let paths = if has(name) {
            vec![vec![(*name).to_owned()]]
        } else if let Some(leaf) = role {
            vec![leaves[*leaf].path()]
        } else {
            plainly_named(name, &leaves, &roles)
        };
        if !paths.is_empty() {
            parts.push(KeyPart { name: (*name).to_owned(), paths });
        }
    }
    let complete = parts.len() == names.len();
    if parts.is_empty() { None } else { Some(NaturalKey { parts, complete }) }
}

impl Leaf<'_> {
    fn path(&self) -> Vec<String> {
        vec![self.property.to_owned(), self.name.to_owned()]
    }
}

/// The parts of all reference properties of a schema.
fn leaves<'a>(schema: &'a RawSchema, schemas: &'a RawSchemas) -> Vec<Leaf<'a>> {
    let mut leaves = Vec::new();
    for (property, inner) in &schema.properties.0 {
        if !property.ends_with("Reference") {
            continue;
        }
        let Some(target) = inner.target().and_then(|target| schemas.get(target)) else { continue };
        let required = schema.required.contains(property);
        for (name, part) in &target.properties.0 {
            if part.is_scalar() && name != "link" {
                leaves.push(Leaf { property, name, required });
            }
        }
    }
    leaves
}

/// The leaf that a role-prefixed parameter means: the prefix begins the reference's name, the rest is the leaf's. None
/// where a required reference has a part of the very name of the parameter (`studentAssessmentIdentifier` is a part of
/// `studentAssessmentReference`, and does not mean its `assessmentIdentifier`).
fn role_named(parameter: &str, leaves: &[Leaf<'_>]) -> Option<usize> {
    if leaves.iter().any(|leaf| leaf.required && leaf.name == parameter) {
        return None;
    }
    let fits = |leaf: &Leaf<'_>| {
        let Some(prefix_len) = parameter.len().checked_sub(leaf.name.len()) else { return false };
        prefix_len > 0
            && parameter.is_char_boundary(prefix_len)
            && parameter[prefix_len..].eq_ignore_ascii_case(leaf.name)
            && parameter[prefix_len..].starts_with(|first: char| first.is_ascii_uppercase())
            && leaf.property.starts_with(&parameter[..prefix_len])
    };
    // The longest leaf name leaves the shortest prefix; a required reference is preferred.
    (0..leaves.len())
        .filter(|index| fits(&leaves[*index]))
        .max_by_key(|index| (leaves[*index].required, leaves[*index].name.len(), std::cmp::Reverse(*index)))
}

/// The leaves of the same name: required references that no role-named parameter means, else any such reference.
fn plainly_named(parameter: &str, leaves: &[Leaf<'_>], roles: &[Option<usize>]) -> Vec<Vec<String>> {
    let named = |required: bool, free: bool| -> Vec<Vec<String>> {
        let fits = |(index, leaf): &(usize, &Leaf<'_>)| {
            leaf.name == parameter && (leaf.required || !required) && (!free || !roles.contains(&Some(*index)))
        };
        leaves.iter().enumerate().filter(fits).map(|(_, leaf)| leaf.path()).collect()
    };
    [named(true, true), named(false, true), named(true, false)]
        .into_iter()
        .find(|paths| !paths.is_empty())
        .unwrap_or_default()
}

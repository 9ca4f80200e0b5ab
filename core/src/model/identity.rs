//! Which properties make the natural key.
//!
//! The reliable list is the set of query parameters of the collection GET that are marked `x-Ed-Fi-isIdentity`
//! (`studentSchoolAssociations`: `entryDate`, `schoolId`, `studentUniqueId`). Each is found in the body by the rules
//! that the ODS/API names them with: a property of the same name, a role-named one (`programEducationOrganizationId`
//! is `programReference.educationOrganizationId`), or a part of a reference with the same name. Parts that several
//! references share (`schoolId` of a course offering's school and session) have one value in an acceptable record.
//! Documents of v8 mark the references themselves instead; the parts of those have the names that the resource's own
//! reference schema gives them.

use super::natural_key::{KeyPart, NaturalKey};
use super::raw::{RawParameter, RawSchema, RawSchemas};

/// A key part of a reference property.
struct Leaf<'a> {
    property: &'a str,
    name: &'a str,
    /// The schema that the reference points with.
    target: &'a str,
    required: bool,
}

/// The natural key of a resource, `None` where the document marks none.
pub(super) fn natural_key(
    parameters: &[&RawParameter],
    schema_name: &str,
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
    let leaves = leaves(schema, schemas);
    let of_key = |is_identity: bool| {
        let these = parameters.iter().filter(move |parameter| parameter.is_identity == is_identity);
        these.filter_map(|parameter| parameter.name.clone()).collect::<Vec<String>>()
    };
    let (mut names, others) = (of_key(true), of_key(false));
    let has_identity = !names.is_empty();
    if !has_identity {
        let marked = schema.properties.0.iter().filter(|(_, property)| property.is_identity && property.is_scalar());
        names = marked.map(|(name, _)| name.clone()).collect();
    }
    let mut parts = places(&names, &others, schema, &leaves);
    // References that belong to the key are marked themselves in documents of v8, whose GET parameters do not tell
    // their parts; where nothing but properties is marked, every required one may belong to it.
    let is_marked = |leaf: &&Leaf<'_>| schema.properties.get(leaf.property).is_some_and(|inner| inner.is_identity);
    let may_belong = |leaf: &&Leaf<'_>| is_marked(leaf) || (!has_identity && leaf.required);
    let lacks = |leaf: &Leaf<'_>, parts: &[KeyPart]| {
        parts.iter().all(|part| part.name != leaf.name && !part.paths.contains(&leaf.path()))
    };
    let mut is_certain = true;
    if leaves.iter().filter(may_belong).any(|leaf| lacks(leaf, &parts)) {
        // What others refer to the resource by is its key too, in the right names.
        let own = ["Reference", "_Reference"].iter().find_map(|end| schemas.get(&format!("{schema_name}{end}")));
        let further: Vec<&str> = if let Some(own) = own {
            own.properties.0.iter().filter(|(_, part)| part.is_scalar()).map(|(name, _)| name.as_str()).collect()
        } else {
            // Two references to the same may stand for one value or for two, and nothing tells.
            is_certain = leaves.iter().filter(may_belong).all(|leaf| {
                is_marked(&leaf)
                    && leaves.iter().all(|other| other.property == leaf.property || other.target != leaf.target)
            });
            leaves.iter().filter(is_marked).map(|leaf| leaf.name).collect()
        };
        for name in further {
            if name != "link" && names.iter().all(|known| known != name) {
                names.push(name.to_owned());
            }
        }
        parts = places(&names, &others, schema, &leaves);
    }
    let complete =
        is_certain && parts.len() == names.len() && leaves.iter().filter(is_marked).all(|leaf| !lacks(leaf, &parts));
    if parts.is_empty() { None } else { Some(NaturalKey { parts, complete }) }
}

/// Where the parts of these names stand in a body. `others` are parameters that are no part of the key, but may say
/// what a reference's part is called.
fn places(names: &[String], others: &[String], schema: &RawSchema, leaves: &[Leaf<'_>]) -> Vec<KeyPart> {
    let has = |name: &str| schema.properties.get(name).is_some_and(RawSchema::is_scalar);
    let role = |name: &String| if has(name) { None } else { role_named(name, leaves) };
    let roles: Vec<Option<usize>> = names.iter().map(role).collect();
    let claimed: Vec<Option<usize>> = roles.iter().copied().chain(others.iter().map(role)).collect();
    let mut parts = Vec::new();
    for (name, role) in names.iter().zip(&roles) {
        let paths = if has(name) {
            vec![vec![name.clone()]]
        } else if let Some(leaf) = role {
            vec![leaves[*leaf].path()]
        } else {
            plainly_named(name, leaves, &claimed)
        };
        if !paths.is_empty() {
            parts.push(KeyPart { name: name.clone(), paths });
        }
    }
    parts
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
        let Some(target) = inner.target() else { continue };
        let Some(reference) = schemas.get(target) else { continue };
        let required = schema.required.contains(property);
        for (name, part) in &reference.properties.0 {
            if part.is_scalar() && name != "link" {
                leaves.push(Leaf { property, name, target, required });
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

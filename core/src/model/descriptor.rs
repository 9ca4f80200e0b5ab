//! Which descriptor a property holds a value of.

use std::collections::HashMap;
use std::rc::Rc;

use super::endpoints::{Described, Endpoint, Endpoints};
use super::naming::{entity, plain_namespace};

const ENDING: &str = "descriptor";
/// The namespace of the data model that all others extend, as [`plain_namespace`] has it.
const CORE: &str = "edfi";

/// The descriptors of an API, by the names that its documents give them.
#[derive(Debug, Default)]
pub(crate) struct DescriptorTypes {
    list: Vec<DescriptorType>,
    /// Positions in the list, by name in lower case.
    by_name: HashMap<String, Vec<usize>>,
}

/// One descriptor.
#[derive(Debug)]
pub(crate) struct DescriptorType {
    /// Such as `TermDescriptor`, in the case that the namespaces of its values have.
    pub(crate) name: Rc<str>,
    /// Its endpoint's position in [`Endpoints::all`].
    pub(crate) endpoint: usize,
    /// Its namespace, as [`plain_namespace`] has it.
    namespace: String,
}

impl DescriptorTypes {
    pub(crate) fn new(endpoints: &Endpoints) -> Self {
        let mut types = Self::default();
        for (endpoint, of) in endpoints.all().iter().enumerate() {
            let Some(name) = descriptor_name(of) else { continue };
            types.by_name.entry(name.to_ascii_lowercase()).or_default().push(types.list.len());
            types.list.push(DescriptorType {
                name: name.into(),
                endpoint,
                namespace: plain_namespace(&of.id.namespace),
            });
        }
        types
    }

    pub(crate) fn get(&self, at: usize) -> &DescriptorType {
        &self.list[at]
    }

    pub(crate) fn all(&self) -> &[DescriptorType] {
        &self.list
    }

    /// The descriptor that a property holds a value of: the longest name that the property's name ends in, as whole
    /// words (`entryGradeLevelDescriptor` holds a `GradeLevelDescriptor`).
    ///
    /// A schema knows the descriptors of its own namespace and of the core: `evaluationElementRatingLevelDescriptor`
    /// is a descriptor of TPDM in a schema of TPDM, and in one of the core a `RatingLevelDescriptor` in a role. Others
    /// are thought of only if these have none. Several where namespaces have a descriptor of the same name.
    pub(crate) fn of(&self, property: &str, namespace: &str) -> Vec<usize> {
        let lower = property.to_ascii_lowercase();
        let begins = |at: usize, c: char| at == 0 || c.is_ascii_uppercase();
        let starts = property.char_indices().filter(|(at, c)| begins(*at, *c));
        let named: Vec<&Vec<usize>> = starts.filter_map(|(at, _)| self.by_name.get(&lower[at..])).collect();
        let is_near = |at: &&usize| [namespace, CORE].contains(&self.list[**at].namespace.as_str());
        let near = named.iter().map(|named| named.iter().filter(is_near).copied().collect::<Vec<usize>>());
        let mut near = near.filter(|near| !near.is_empty());
        near.next().or_else(|| named.first().map(|named| (*named).clone())).unwrap_or_default()
    }
}

/// The name of the descriptor whose values an endpoint holds: that of its body's schema, in
/// the case that namespaces of values have, else the endpoint's own,
/// which is the same with an s (no rule of language is needed: all of them end in `Descriptors`).
fn descriptor_name(endpoint: &Endpoint) -> Option<String> {
    let spelled = |of: &Described| of.resource.spelling.clone().unwrap_or_else(|| entity(&of.resource.schema, ""));
    let by_schema = endpoint.described.as_ref().map(spelled);
    let is_one = |name: &String| {
        name.len() > ENDING.len() && name.is_ascii() && name[name.len() - ENDING.len()..].eq_ignore_ascii_case(ENDING)
    };
    by_schema.filter(is_one).or_else(|| {
        let name = endpoint.id.name.strip_suffix('s').filter(|_| endpoint.id.is_descriptor())?;
        Some(entity(name, "")).filter(is_one)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::EndpointId;
    use crate::model::{Dependencies, Dependency};

    fn types(paths: &[&str]) -> DescriptorTypes {
        let entry = |path: &&str| {
            let (namespace, name) = path.split_once('/').unwrap();
            Dependency { endpoint: EndpointId::new(namespace, name), order: 1, update_order: None }
        };
        DescriptorTypes::new(&Endpoints::new(&Dependencies { entries: paths.iter().map(entry).collect() }, Vec::new()))
    }

    fn found(types: &DescriptorTypes, property: &str, namespace: &str) -> Vec<String> {
        let name = |at: &usize| format!("{} {}", types.get(*at).namespace, types.get(*at).name);
        types.of(property, namespace).iter().map(name).collect()
    }

    #[test]
    fn role_names_and_longest_endings() {
        let types = types(&[
            "ed-fi/gradeLevelDescriptors",
            "ed-fi/levelDescriptors",
            "ed-fi/sexDescriptors",
            "ed-fi/courseGPAApplicabilityDescriptors",
            "ed-fi/students",
        ]);
        for (property, expected) in [
            ("gradeLevelDescriptor", "GradeLevelDescriptor"),
            ("entryGradeLevelDescriptor", "GradeLevelDescriptor"),
            ("birthSexDescriptor", "SexDescriptor"),
            ("courseGPAApplicabilityDescriptor", "CourseGPAApplicabilityDescriptor"),
        ] {
            assert_eq!(found(&types, property, "edfi"), [format!("edfi {expected}")], "{property}");
        }
        // The name of a descriptor inside a word is none.
        for property in ["essexDescriptor", "termDescriptor", "", "élevelDescriptor"] {
            assert!(found(&types, property, "edfi").is_empty(), "{property}");
        }
        assert_eq!(types.all().len(), 4);
    }

    #[test]
    fn a_schema_knows_its_own_namespace_and_the_core() {
        let types = types(&["ed-fi/ratingLevelDescriptors", "tpdm/elementRatingLevelDescriptors"]);
        let property = "elementRatingLevelDescriptor";
        assert_eq!(found(&types, property, "edfi"), ["edfi RatingLevelDescriptor"]);
        assert_eq!(found(&types, property, "tpdm"), ["tpdm ElementRatingLevelDescriptor"]);
        assert_eq!(found(&types, "ratingLevelDescriptor", "tpdm"), ["edfi RatingLevelDescriptor"]);
    }

    #[test]
    fn descriptors_of_the_same_name() {
        let types = types(&["ed-fi/termDescriptors", "tpdm/termDescriptors", "sample/petDescriptors"]);
        assert_eq!(found(&types, "termDescriptor", "edfi"), ["edfi TermDescriptor"]);
        assert_eq!(found(&types, "termDescriptor", "tpdm"), ["edfi TermDescriptor", "tpdm TermDescriptor"]);
        assert_eq!(found(&types, "petDescriptor", "edfi"), ["sample PetDescriptor"], "nobody else has one");
    }
}

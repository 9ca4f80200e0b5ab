//! Which descriptor a property holds a value of.

use std::collections::HashMap;
use std::rc::Rc;

use super::super::sites::entity;
use crate::model::{Endpoint, Endpoints};

const ENDING: &str = "descriptor";

/// The descriptors of an API, by the names that its documents give them.
#[derive(Debug, Default)]
pub(in super::super) struct Types {
    list: Vec<Type>,
    /// Positions in the list, by name in lower case.
    by_name: HashMap<String, usize>,
}

/// One descriptor.
#[derive(Debug)]
pub(super) struct Type {
    /// Such as `TermDescriptor`.
    pub(super) name: Rc<str>,
    /// Its endpoints, as positions in [`Endpoints::all`]: several where an extension has a descriptor of this name too.
    pub(super) endpoints: Vec<usize>,
}

impl Types {
    pub(super) fn new(endpoints: &Endpoints) -> Self {
        let mut types = Self::default();
        for (at, endpoint) in endpoints.all().iter().enumerate() {
            let Some(name) = descriptor_name(endpoint) else { continue };
            let known = types.by_name.get(&name.to_ascii_lowercase()).copied();
            let known = known.unwrap_or_else(|| {
                types.by_name.insert(name.to_ascii_lowercase(), types.list.len());
                types.list.push(Type { name: name.into(), endpoints: Vec::new() });
                types.list.len() - 1
            });
            types.list[known].endpoints.push(at);
        }
        types
    }

    pub(super) fn get(&self, at: usize) -> &Type {
        &self.list[at]
    }

    pub(super) fn all(&self) -> &[Type] {
        &self.list
    }

    /// The descriptor that a property holds a value of: the longest name that the property's name ends in, as whole
    /// words (`entryGradeLevelDescriptor` holds a `GradeLevelDescriptor`).
    pub(super) fn of(&self, property: &str) -> Option<usize> {
        let lower = property.to_ascii_lowercase();
        let begins = |at: usize, c: char| at == 0 || c.is_ascii_uppercase();
        let starts = property.char_indices().filter(|(at, c)| begins(*at, *c));
        starts.map(|(at, _)| &lower[at..]).find_map(|name| self.by_name.get(name).copied())
    }
}

/// The name of the descriptor whose values an endpoint holds: that of its body's schema, else the endpoint's own,
/// which is the same with an s (no rule of language is needed: all of them end in `Descriptors`).
fn descriptor_name(endpoint: &Endpoint) -> Option<String> {
    let by_schema = endpoint.described.as_ref().map(|of| entity(&of.resource.schema, ""));
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

    fn types(names: &[&str]) -> Types {
        let entry =
            |name: &&str| Dependency { endpoint: EndpointId::new("ed-fi", *name), order: 1, update_order: None };
        Types::new(&Endpoints::new(&Dependencies { entries: names.iter().map(entry).collect() }, Vec::new()))
    }

    #[test]
    fn role_names_and_longest_endings() {
        let types = types(&[
            "gradeLevelDescriptors",
            "levelDescriptors",
            "sexDescriptors",
            "ratingLevelDescriptors",
            "objectiveRatingLevelDescriptors",
            "courseGPAApplicabilityDescriptors",
            "students",
        ]);
        let name = |property| types.of(property).map(|at| types.get(at).name.to_string());
        for (property, expected) in [
            ("gradeLevelDescriptor", "GradeLevelDescriptor"),
            ("entryGradeLevelDescriptor", "GradeLevelDescriptor"),
            ("evaluationObjectiveRatingLevelDescriptor", "ObjectiveRatingLevelDescriptor"),
            ("birthSexDescriptor", "SexDescriptor"),
            ("courseGPAApplicabilityDescriptor", "CourseGPAApplicabilityDescriptor"),
        ] {
            assert_eq!(name(property).as_deref(), Some(expected), "{property}");
        }
        // The name of a descriptor inside a word is none.
        for property in ["essexDescriptor", "termDescriptor", "", "élevelDescriptor"] {
            assert_eq!(name(property), None, "{property}");
        }
        assert_eq!(types.all().len(), 6);
    }

    #[test]
    fn a_descriptor_of_two_namespaces_is_one_with_two_endpoints() {
        let entry = |namespace: &str| Dependency {
            endpoint: EndpointId::new(namespace, "termDescriptors"),
            order: 1,
            update_order: None,
        };
        let dependencies = Dependencies { entries: vec![entry("ed-fi"), entry("tpdm")] };
        let types = Types::new(&Endpoints::new(&dependencies, Vec::new()));
        assert_eq!(types.get(types.of("termDescriptor").unwrap()).endpoints, [0, 1]);
    }
}

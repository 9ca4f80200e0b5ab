//! What references point to, by the schema that they name and never by spelling.

use std::collections::HashMap;

use super::document::Resource;
use super::endpoints::Endpoint;
use super::schema::Schema;

/// A resource that a reference can point to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReferenceTarget {
    /// Its position in [`super::Endpoints::all`].
    pub endpoint: usize,
    /// The reference's property for each part of the target's natural key, in the order of the key's parts.
    pub properties: Vec<String>,
}

/// The resources that references point to, as positions in a list.
#[derive(Debug, Clone, Default)]
pub(super) struct References {
    by_schema: HashMap<String, usize>,
    education_organizations: Vec<usize>,
}

impl References {
    pub(super) fn new<'a>(resources: impl Iterator<Item = Option<&'a Resource>>) -> Self {
        let mut references = Self::default();
        for (at, resource) in resources.enumerate() {
            let Some(resource) = resource else { continue };
            references.by_schema.entry(resource.schema.to_ascii_lowercase()).or_insert(at);
            if resource.education_organization {
                references.education_organizations.push(at);
            }
        }
        references
    }

    /// `edFi_schoolReference` (v8: `EdFi_School_Reference`) is the reference to `edFi_school`; the reference to the
    /// abstract education organisation can mean every kind of one.
    pub(super) fn of(&self, reference: &str) -> &[usize] {
        let lower = reference.to_ascii_lowercase();
        let schema = lower.strip_suffix("reference").unwrap_or(&lower).trim_end_matches('_');
        match self.by_schema.get(schema) {
            Some(at) => std::slice::from_ref(at),
            None if schema.ends_with("educationorganization") => &self.education_organizations,
            None => &[],
        }
    }

    /// Whether none is left out of [`References::targets`] for want of its natural key.
    pub(super) fn knows_all_targets(&self, reference: &Schema, endpoints: &[Endpoint]) -> bool {
        let known = self.of(&reference.name);
        if !known.is_empty() {
            return self.targets(reference, endpoints).len() == known.len();
        }
        // Something abstract: what has some of its parts, and perhaps others, may be a kind of it.
        let is_named =
            |name: &str| reference.properties.iter().any(|property| property.name.eq_ignore_ascii_case(name));
        let keys = endpoints.iter().filter_map(|endpoint| endpoint.key.as_ref());
        let mut partial = keys.filter(|key| !key.complete && !key.parts.is_empty());
        !partial.any(|key| key.parts.iter().all(|part| is_named(&part.name)))
    }

    pub(super) fn targets(&self, reference: &Schema, endpoints: &[Endpoint]) -> Vec<ReferenceTarget> {
        let names: Vec<&str> =
            reference.properties.iter().map(|property| property.name.as_str()).filter(|name| *name != "link").collect();
        let target = |at: usize| {
            let parts = &endpoints[at].key.as_ref().filter(|key| key.complete)?.parts;
            let properties = match (names.as_slice(), parts.as_slice()) {
                // The id of an education organisation is called after its kind.
                ([only], [_]) => vec![(*only).to_owned()],
                _ => parts
                    .iter()
                    .map(|part| names.iter().find(|name| name.eq_ignore_ascii_case(&part.name)))
                    .map(|name| name.map(|name| (*name).to_owned()))
                    .collect::<Option<_>>()?,
            };
            (properties.len() == names.len()).then_some(ReferenceTarget { endpoint: at, properties })
        };
        let known = self.of(&reference.name);
        if !known.is_empty() {
            return known.iter().filter_map(|at| target(*at)).collect();
        }
        // Something abstract: what is identified by the same parts is a kind of it.
        if names.len() < 2 {
            return Vec::new();
        }
        (0..endpoints.len()).filter_map(target).collect()
    }
}

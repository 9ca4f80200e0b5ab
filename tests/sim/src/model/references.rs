//! Which endpoint the records of a `…Reference` schema point to.

use std::collections::{BTreeSet, HashMap};

use super::{Endpoint, Kind, Schema};

/// An endpoint that a reference may point to.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Target {
    pub(crate) endpoint: usize,
    /// The reference's leaves in the order of the endpoint's natural key.
    pub(crate) leaves: Vec<String>,
}

/// Education organisations of the core data standards, for models whose schemas do not show the kinship.
const EDUCATION_ORGANIZATIONS: [&str; 10] = [
    "communityOrganizations",
    "communityProviders",
    "educationOrganizationNetworks",
    "educationServiceCenters",
    "localEducationAgencies",
    "organizationDepartments",
    "postSecondaryInstitutions",
    "schools",
    "stateEducationAgencies",
    "universities",
];

/// Fills the targets of every reference schema.
pub(crate) fn resolve(schemas: &mut [Schema], endpoints: &[Endpoint]) {
    let by_schema: HashMap<String, usize> = endpoints
        .iter()
        .enumerate()
        .map(|(i, endpoint)| (schemas[endpoint.schema].name.to_ascii_lowercase(), i))
        .collect();
    let targets: Vec<Vec<Target>> = schemas
        .iter()
        .map(|schema| {
            let Some(base) = schema.name.strip_suffix("Reference") else {
                return Vec::new();
            };
            let leaves: Vec<&str> =
                schema.properties.keys().map(String::as_str).filter(|leaf| *leaf != "link").collect();
            let base = base.trim_end_matches('_').to_ascii_lowercase();
            let direct = by_schema.get(&base).and_then(|&at| target(at, &endpoints[at], &leaves));
            direct.map_or_else(|| abstract_targets(&base, &leaves, schemas, endpoints), |found| vec![found])
        })
        .collect();
    for (schema, targets) in schemas.iter_mut().zip(targets) {
        schema.targets = targets;
    }
}

fn target(at: usize, endpoint: &Endpoint, leaves: &[&str]) -> Option<Target> {
    let names: BTreeSet<&str> = endpoint.key.iter().map(|part| part.name.as_str()).collect();
    (names == leaves.iter().copied().collect())
        .then(|| Target { endpoint: at, leaves: endpoint.key.iter().map(|part| part.name.clone()).collect() })
}

/// The concrete kinds of an entity that has no endpoint of its own.
fn abstract_targets(base: &str, leaves: &[&str], schemas: &[Schema], endpoints: &[Endpoint]) -> Vec<Target> {
    if let [leaf] = leaves
        && base.ends_with("educationorganization")
    {
        return endpoints
            .iter()
            .enumerate()
            .filter(|(_, endpoint)| is_education_organization(endpoint, schemas))
            .map(|(at, _)| Target { endpoint: at, leaves: vec![(*leaf).to_owned()] })
            .collect();
    }
    // A kind inherits the natural key, so it has the very same names.
    endpoints.iter().enumerate().filter_map(|(at, endpoint)| target(at, endpoint, leaves)).collect()
}

/// An education organisation has an own number as its key and a list of education organisation categories.
fn is_education_organization(endpoint: &Endpoint, schemas: &[Schema]) -> bool {
    let schema = &schemas[endpoint.schema];
    let [part] = endpoint.key.as_slice() else {
        return false;
    };
    let [name] = part.path.as_slice() else {
        return false;
    };
    if !matches!(schema.properties.get(name).map(|p| &p.kind), Some(Kind::Integer { .. })) {
        return false;
    }
    let has_categories = schema.properties.values().any(|property| match &property.kind {
        Kind::Array(item) => match **item {
            Kind::Object(at) => schemas[at].name.to_ascii_lowercase().ends_with("educationorganizationcategory"),
            _ => false,
        },
        _ => false,
    });
    has_categories || EDUCATION_ORGANIZATIONS.contains(&endpoint.name.as_str())
}

use std::collections::HashMap;
use std::rc::Rc;

use super::dependencies::Dependencies;
use super::document::{Document, Resource};
use super::natural_key::NaturalKey;
use crate::event::EndpointId;

/// An endpoint of the API, with what is needed to fill it.
#[derive(Debug, Clone)]
pub struct Endpoint {
    /// Its namespace and name.
    pub id: EndpointId,
    /// The order in which its records are created.
    pub order: u32,
    /// The order from which its records can be updated, where that comes later.
    pub update_order: Option<u32>,
    /// Its natural key, where the API's documents tell it.
    pub key: Option<Rc<NaturalKey>>,
}

impl Endpoint {
    /// Whether its natural key is known, with all of its parts.
    pub fn has_whole_key(&self) -> bool {
        self.key.as_ref().is_some_and(|key| key.complete)
    }
}

/// All endpoints of an API, in the order in which they are filled.
#[derive(Debug, Clone, Default)]
pub struct Endpoints {
    list: Vec<Endpoint>,
}

impl Endpoints {
    /// Dependency list and POST paths of the documents, together. An endpoint that is not in the list gets one more
    /// than the highest order it references, 0 if it references none (`schoolYearTypes`).
    pub fn new(dependencies: &Dependencies, documents: &[Document]) -> Self {
        let mut resources: HashMap<(String, String), &Resource> = HashMap::new();
        for resource in documents.iter().flat_map(|document| &document.resources) {
            resources.entry(lower(&resource.namespace, &resource.name)).or_insert(resource);
        }
        let mut list: Vec<Endpoint> = dependencies
            .entries
            .iter()
            .map(|entry| Endpoint {
                id: entry.endpoint.clone(),
                order: entry.order,
                update_order: entry.update_order,
                key: resources
                    .get(&lower(&entry.endpoint.namespace, &entry.endpoint.name))
                    .and_then(|resource| resource.key.clone())
                    .map(Rc::new),
            })
            .collect();
        let mut orders: HashMap<(String, String), u32> =
            list.iter().map(|endpoint| (lower(&endpoint.id.namespace, &endpoint.id.name), endpoint.order)).collect();
        // Without a dependency list nothing says that descriptors come first, and no reference points to them.
        let resources_from = u32::from(dependencies.entries.is_empty());
        let targets = Targets::new(documents, resources_from);
        let all = documents.iter().flat_map(|document| &document.resources);
        for resource in all
            .clone()
            .filter(|resource| !orders.contains_key(&lower(&resource.namespace, &resource.name)))
            .collect::<Vec<_>>()
        {
            let order = targets.order(resource, &mut orders, &mut Vec::new());
            list.push(Endpoint {
                id: EndpointId::new(resource.namespace.as_str(), resource.name.as_str()),
                order,
                update_order: None,
                key: resource.key.clone().map(Rc::new),
            });
        }
        list.sort_by_key(|endpoint| endpoint.order);
        Self { list }
    }

    /// The endpoints, in order.
    pub fn all(&self) -> &[Endpoint] {
        &self.list
    }

    /// The ids, in order.
    pub fn ids(&self) -> Vec<EndpointId> {
        self.list.iter().map(|endpoint| endpoint.id.clone()).collect()
    }

    /// The endpoint of this id.
    pub fn get(&self, id: &EndpointId) -> Option<&Endpoint> {
        self.list.iter().find(|endpoint| endpoint.id == *id)
    }
}

fn lower(namespace: &str, name: &str) -> (String, String) {
    (namespace.to_ascii_lowercase(), name.to_ascii_lowercase())
}

/// Finds the resources that a reference can point to, by the schema it names.
struct Targets<'a> {
    by_schema: HashMap<String, &'a Resource>,
    education_organizations: Vec<&'a Resource>,
    /// The lowest order of a resource that is no descriptor.
    resources_from: u32,
}

/// References lead from one resource to another at most so often; documents that say otherwise are not believed.
const DEEPEST: usize = 64;

impl<'a> Targets<'a> {
    fn new(documents: &'a [Document], resources_from: u32) -> Self {
        let all = || documents.iter().flat_map(|document| &document.resources);
        Self {
            by_schema: all().map(|resource| (resource.schema.to_ascii_lowercase(), resource)).collect(),
            education_organizations: all().filter(|resource| resource.education_organization).collect(),
            resources_from,
        }
    }

    /// `edFi_schoolReference` (v8: `EdFi_School_Reference`) is the reference to `edFi_school`; the reference to the
    /// abstract education organisation can mean every kind of one.
    fn of(&self, reference: &str) -> Vec<&'a Resource> {
        let lower = reference.to_ascii_lowercase();
        let schema = lower.strip_suffix("reference").unwrap_or(&lower).trim_end_matches('_');
        match self.by_schema.get(schema) {
            Some(resource) => vec![resource],
            None if schema.ends_with("educationorganization") => self.education_organizations.clone(),
            None => Vec::new(),
        }
    }

    fn order(
        &self,
        resource: &'a Resource,
        orders: &mut HashMap<(String, String), u32>,
        under_way: &mut Vec<(String, String)>,
    ) -> u32 {
        let id = lower(&resource.namespace, &resource.name);
        if let Some(order) = orders.get(&id) {
            return *order;
        }
        if under_way.contains(&id) || under_way.len() > DEEPEST {
            // A circle: whoever closes it comes first.
            return 0;
        }
        under_way.push(id.clone());
        let mut order = if id.1.ends_with("descriptors") { 0 } else { self.resources_from };
        for reference in &resource.references {
            for target in self.of(reference) {
                if lower(&target.namespace, &target.name) != id {
                    order = order.max(self.order(target, orders, under_way).saturating_add(1));
                }
            }
        }
        under_way.pop();
        orders.insert(id, order);
        order
    }
}

use std::collections::HashMap;
use std::rc::Rc;

use super::dependencies::Dependencies;
use super::document::{Document, Resource};
use super::natural_key::NaturalKey;
use super::reference::{ReferenceTarget, References};
use super::schema::{Schema, Schemas};
use crate::event::EndpointId;
use crate::sort;

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
    /// What else the API's documents tell of it; `None` where they do not name it, or could not be had.
    pub described: Option<Described>,
}

/// What the API's documents tell of an endpoint.
#[derive(Debug, Clone)]
pub struct Described {
    /// The resource.
    pub resource: Rc<Resource>,
    /// The schemas that its body is one of.
    pub schemas: Rc<Schemas>,
}

impl Described {
    /// The schema of the body.
    pub fn body(&self) -> &Schema {
        self.schemas.get(self.resource.body)
    }
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
    /// Positions in the list.
    index: HashMap<EndpointId, usize>,
    references: References,
}

impl Endpoints {
    /// Dependency list and POST paths of the documents, together. An endpoint that is not in the list gets one more
    /// than the highest order it references, 0 if it references none (`schoolYearTypes`).
    pub fn new(dependencies: &Dependencies, documents: Vec<Document>) -> Self {
        let mut described: Vec<Described> = Vec::new();
        for Document { resources, schemas } in documents {
            let schemas = Rc::new(schemas);
            let with_schemas = |resource| Described { resource: Rc::new(resource), schemas: schemas.clone() };
            described.extend(resources.into_iter().map(with_schemas));
        }
        let mut resources: HashMap<(String, String), &Described> = HashMap::new();
        for of in &described {
            resources.entry(lower(&of.resource.namespace, &of.resource.name)).or_insert(of);
        }
        let endpoint = |id: &EndpointId, order, update_order| {
            let described = resources.get(&lower(&id.namespace, &id.name)).copied().cloned();
            let key = described.as_ref().and_then(|of| of.resource.key.clone()).map(Rc::new);
            Endpoint { id: id.clone(), order, update_order, key, described }
        };
        let mut list: Vec<Endpoint> = dependencies
            .entries
            .iter()
            .map(|entry| endpoint(&entry.endpoint, entry.order, entry.update_order))
            .collect();
        let mut orders: HashMap<(String, String), u32> =
            list.iter().map(|endpoint| (lower(&endpoint.id.namespace, &endpoint.id.name), endpoint.order)).collect();
        // Without a dependency list nothing says that descriptors come first, and no reference points to them.
        let resources_from = u32::from(dependencies.entries.is_empty());
        let targets = Targets::new(&described, resources_from);
        let unlisted: Vec<&Resource> = described
            .iter()
            .map(|of| &*of.resource)
            .filter(|resource| !orders.contains_key(&lower(&resource.namespace, &resource.name)))
            .collect();
        for resource in unlisted {
            let order = targets.order(resource, &mut orders, &mut Vec::new());
            list.push(endpoint(&EndpointId::new(&*resource.namespace, &*resource.name), order, None));
        }
        sort::by_key(&mut list, |endpoint| endpoint.order);
        let index = list.iter().enumerate().map(|(at, endpoint)| (endpoint.id.clone(), at)).collect();
        let references =
            References::new(list.iter().map(|endpoint| endpoint.described.as_ref().map(|of| &*of.resource)));
        Self { list, index, references }
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
        self.list.get(self.position(id)?)
    }

    /// Where the endpoint of this id stands in [`Endpoints::all`].
    pub fn position(&self, id: &EndpointId) -> Option<usize> {
        self.index.get(id).copied()
    }

    /// What a reference can point to, by the name of the reference's schema, such as `edFi_schoolReference`. Several
    /// for a reference to something abstract: every kind of education organisation, every kind of student program
    /// association. None where the API's documents have no such resource.
    pub fn targets(&self, reference: &Schema) -> Vec<ReferenceTarget> {
        self.references.targets(reference, &self.list)
    }

    /// Whether [`Endpoints::targets`] are all that a reference can point to. They are not where the API's documents do
    /// not tell the whole natural key of one.
    pub fn knows_all_targets(&self, reference: &Schema) -> bool {
        self.references.knows_all_targets(reference, &self.list)
    }
}

fn lower(namespace: &str, name: &str) -> (String, String) {
    (namespace.to_ascii_lowercase(), name.to_ascii_lowercase())
}

/// Finds the order of resources that are not in the dependency list.
struct Targets<'a> {
    resources: Vec<&'a Resource>,
    references: References,
    /// The lowest order of a resource that is no descriptor.
    resources_from: u32,
}

/// References lead from one resource to another at most so often; documents that say otherwise are not believed.
const DEEPEST: usize = 64;

impl<'a> Targets<'a> {
    fn new(described: &'a [Described], resources_from: u32) -> Self {
        let resources: Vec<&Resource> = described.iter().map(|of| &*of.resource).collect();
        let references = References::new(resources.iter().map(|resource| Some(*resource)));
        Self { resources, references, resources_from }
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
            for target in self.references.of(reference).iter().map(|at| self.resources[*at]) {
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

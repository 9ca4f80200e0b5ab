//! Made-up records of every endpoint of a data model: valid by its documents, their references and descriptors resolved
//! among each other, no natural key twice.
#![allow(
    dead_code,
    unreachable_pub,
    clippy::cast_possible_truncation,
    reason = "each test file is a crate of its own; bounds are small"
)]

use std::collections::{BTreeMap, HashMap, HashSet};

use fastrand::Rng;
use lightbeam_core::event::EndpointId;
use lightbeam_core::model::{
    Bounds, Dependencies, Document, Endpoint, Endpoints, IntegerWidth, NaturalKey, Property, Schema, Schemas, Shape,
    TextFormat, TextRule,
};
use lightbeam_sim::Documents;
use serde_json::{Map, Value, json};

/// Records of each descriptor endpoint.
const DESCRIPTORS: usize = 3;
/// Records of each other endpoint.
const RECORDS: usize = 2;
/// How often a record is made anew before its endpoint is given up: a key of references alone has few values.
const ATTEMPTS: usize = 20;

/// A descriptor.
#[derive(Debug, Clone)]
pub struct Descriptor {
    /// What stands before the name of its schema: `edFi`.
    pub model: String,
    /// Such as `GradeLevelDescriptor`.
    pub name: String,
    pub values: Vec<String>,
}

/// A data model with records.
pub struct World {
    pub endpoints: Endpoints,
    /// The lines of each endpoint, in dependency order.
    pub lines: BTreeMap<usize, Vec<String>>,
    /// The descriptors, longest names first.
    pub descriptors: Vec<Descriptor>,
    rng: Rng,
    /// The next number that makes a value unlike any other.
    next: u64,
    keys: HashMap<usize, HashSet<Vec<String>>>,
}

impl World {
    /// The same for the same seed.
    pub fn new(documents: &Documents, seed: u64) -> Self {
        let parse = |document: &Value| Document::parse(document.to_string().as_bytes()).expect("a sound document");
        let dependencies = Dependencies::parse(documents.dependencies.to_string().as_bytes()).expect("a sound list");
        let documents = vec![parse(&documents.resources), parse(&documents.descriptors)];
        let endpoints = Endpoints::new(&dependencies, documents);
        let mut world = Self {
            endpoints,
            lines: BTreeMap::new(),
            descriptors: Vec::new(),
            rng: Rng::with_seed(seed),
            next: 1_000,
            keys: HashMap::new(),
        };
        let all = world.endpoints.all().len();
        let is_descriptor = |world: &Self, at: usize| world.endpoints.all()[at].id.is_descriptor();
        for at in (0..all).filter(|at| is_descriptor(&world, *at)).collect::<Vec<_>>() {
            world.fill_descriptor(at);
        }
        world.descriptors.sort_by_key(|descriptor| std::cmp::Reverse(descriptor.name.len()));
        for at in (0..all).filter(|at| !is_descriptor(&world, *at)).collect::<Vec<_>>() {
            for _ in 0..RECORDS {
                if let Some(record) = world.fresh(at) {
                    world.lines.entry(at).or_default().push(record.to_string());
                }
            }
        }
        world
    }

    pub fn endpoint(&self, at: usize) -> &Endpoint {
        &self.endpoints.all()[at]
    }

    pub fn id(&self, at: usize) -> &EndpointId {
        &self.endpoint(at).id
    }

    /// The body of an endpoint, and the schemas that it is one of.
    pub fn body(&self, at: usize) -> (Schema, std::rc::Rc<Schemas>) {
        let described = self.endpoint(at).described.as_ref().expect("the documents describe every endpoint");
        (described.body().clone(), described.schemas.clone())
    }

    /// One of so many.
    pub fn choose(&mut self, of: usize) -> usize {
        self.rng.usize(..of)
    }

    /// The descriptor of a property: a schema uses those of its own data model and of the core, by their names with or
    /// without a role before them. So `evaluationRubricRatingLevelDescriptor` of the core is no
    /// `RubricRatingLevelDescriptor`, which is one of TPDM, and `essexDescriptor` is no `SexDescriptor`.
    pub fn descriptor(&self, schema: &Schema, property: &str) -> Option<&Descriptor> {
        let own = schema.name.split_once('_').map_or("", |(model, _)| model);
        let is_it = |of: &&Descriptor| {
            let is_known = of.model.eq_ignore_ascii_case("edFi") || of.model.eq_ignore_ascii_case(own);
            is_known && (property.eq_ignore_ascii_case(&of.name) || property.ends_with(&of.name))
        };
        self.descriptors.iter().find(is_it)
    }

    fn fill_descriptor(&mut self, at: usize) {
        let (body, _) = self.body(at);
        let (model, name) = body.name.split_once('_').unwrap_or(("", &body.name));
        let name = name[..1].to_uppercase() + &name[1..];
        let namespace = format!("uri://ed-fi.org/{name}");
        let mut values = Vec::new();
        for number in 0..DESCRIPTORS {
            let code = format!("Code {number}");
            values.push(format!("{namespace}#{code}"));
            let record = json!({"namespace": namespace, "codeValue": code, "shortDescription": code});
            self.lines.entry(at).or_default().push(record.to_string());
        }
        self.descriptors.push(Descriptor { model: model.to_owned(), name, values });
    }

    /// A valid record that is not there yet; its key is taken from now on. `None` if what it must refer to is not
    /// there, or no free key is found.
    pub fn fresh(&mut self, at: usize) -> Option<Value> {
        let (body, schemas) = self.body(at);
        let key = self.endpoint(at).key.clone().expect("the documents tell every key");
        for _ in 0..ATTEMPTS {
            let record = Value::Object(self.object(&body, &schemas)?);
            let values =
                key.values(record.to_string().as_bytes()).unwrap_or_else(|| panic!("{} {record} {key:?}", self.id(at)));
            if self.keys.entry(at).or_default().insert(values) {
                return Some(record);
            }
        }
        None
    }

    fn object(&mut self, schema: &Schema, schemas: &Schemas) -> Option<Map<String, Value>> {
        let mut object = Map::new();
        for property in &schema.properties {
            let is_the_servers = ["id", "_etag", "_lastModifiedDate", "link", "_ext"].contains(&&*property.name);
            if is_the_servers || (!property.required && self.rng.bool()) {
                continue;
            }
            match self.value(schema, property, &property.shape, schemas) {
                Some(value) => {
                    object.insert(property.name.clone(), value);
                }
                None if property.required => return None,
                None => {}
            }
        }
        Some(object)
    }

    fn value(&mut self, of: &Schema, property: &Property, shape: &Shape, schemas: &Schemas) -> Option<Value> {
        if property.is_descriptor()
            && let Some(descriptor) = self.descriptor(of, &property.name)
        {
            let values = descriptor.values.clone();
            return Some(json!(values[self.choose(values.len())]));
        }
        match shape {
            Shape::Text(rule) => Some(json!(self.text(rule, property.identity))),
            Shape::Integer(rule) => Some(json!(self.integer(rule.width, &rule.bounds, property.identity))),
            Shape::Number(bounds) => {
                Some(json!(bounds.minimum.or(bounds.maximum.map(|most| most - 1.0)).unwrap_or(0.0) + 0.5))
            }
            Shape::Boolean => Some(json!(self.rng.bool())),
            Shape::Object(id) if property.is_reference() => self.reference(schemas.get(*id)),
            Shape::Object(id) => Some(Value::Object(self.object(schemas.get(*id), schemas)?)),
            Shape::Array(array) => {
                let least = array.min_items.unwrap_or(u32::from(property.required));
                let count = if least > 0 { 1 } else { self.choose(2) };
                (0..count)
                    .map(|_| self.value(of, property, &array.items, schemas))
                    .collect::<Option<_>>()
                    .map(Value::Array)
            }
            Shape::Any => None,
        }
    }

    fn number(&mut self) -> u64 {
        self.next += 1;
        self.next
    }

    fn text(&mut self, rule: &TextRule, unique: bool) -> String {
        let number = self.number();
        match rule.format {
            Some(TextFormat::Date) => {
                format!("{:04}-{:02}-{:02}", 1900 + number / 336 % 200, 1 + number / 28 % 12, 1 + number % 28)
            }
            Some(TextFormat::DateTime) => format!("2026-01-02T03:{:02}:{:02}Z", number / 60 % 60, number % 60),
            Some(TextFormat::Time) => format!("{:02}:{:02}:{:02}", number / 3600 % 24, number / 60 % 60, number % 60),
            None if !rule.values.is_empty() => rule.values[self.choose(rule.values.len())].clone(),
            None => {
                let most = rule.max_length.unwrap_or(40).min(40) as usize;
                let text =
                    if unique || self.rng.bool() { format!("v{number}") } else { format!("Zoë \"{number}\" \\ 山") };
                let text: String = text.chars().take(most).collect();
                let least = rule.min_length.unwrap_or(0) as usize;
                format!("{text:x<least$}")
            }
        }
    }

    fn integer(&mut self, width: Option<IntegerWidth>, bounds: &Bounds, unique: bool) -> i64 {
        let number = i64::try_from(self.number()).expect("a small number");
        let least = bounds.minimum.map_or(0, |least| least as i64);
        if let Some(most) = bounds.maximum {
            return least + number % (most as i64 - least + 1);
        }
        match width {
            _ if unique => least + number,
            Some(IntegerWidth::Int64) => least + number * 5_000_000_000,
            _ => least + number % 50,
        }
    }

    /// A reference to one of the records that are there.
    fn reference(&mut self, schema: &Schema) -> Option<Value> {
        let targets: Vec<_> = self
            .endpoints
            .targets(schema)
            .into_iter()
            .filter(|target| self.lines.get(&target.endpoint).is_some_and(|lines| !lines.is_empty()))
            .collect();
        if targets.is_empty() {
            return None;
        }
        let target = &targets[self.choose(targets.len())];
        let chosen = self.choose(self.lines[&target.endpoint].len());
        let record: Value = serde_json::from_str(&self.lines[&target.endpoint][chosen]).expect("a record is JSON");
        let key: &NaturalKey = self.endpoint(target.endpoint).key.as_ref()?;
        let mut reference = Map::new();
        for (part, name) in key.parts.iter().zip(&target.properties) {
            let at = |path: &Vec<String>| path.iter().try_fold(&record, |value, step| value.get(step)).cloned();
            reference.insert(name.clone(), part.paths.iter().find_map(at)?);
        }
        Some(Value::Object(reference))
    }
}

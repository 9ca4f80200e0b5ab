//! Method `schema` against a full JSON Schema validator, on made-up and real records and on records broken at random:
//! both find something wrong at the same paths.
//!
//! What ours deliberately does otherwise is put into the documents, or the records, that the other is given:
//! - `null` stands for "not there" where a property need not be there, as APIs take it;
//! - `int32` and `int64` are ranges, which JSON Schema leaves to others;
//! - `id` must not be there, for an API refuses a record that brings one;
//! - a date and time needs no zone and no seconds, and may be a date alone: APIs read all of these;
//! - year 0 and leap seconds, which RFC 3339 has and .NET has not, are refused.
#![allow(clippy::unwrap_used, clippy::print_stderr, reason = "a test that cannot go on ends")]

mod support;
mod world;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use fastrand::Rng;
use jsonschema::error::ValidationErrorKind;
use jsonschema::paths::LocationSegment;
use jsonschema::{Draft, ValidationError, Validator};
use lightbeam_core::event::Outcome;
use lightbeam_core::invocation::Command;
use lightbeam_sim::builtin::{self, Style};
use lightbeam_sim::{Documents, Settings};
use serde_json::{Map, Value, json};

use self::support::Stage;
use self::world::World;

/// One document's schemas as they are written.
struct Written<'a> {
    /// How a reference to one begins.
    prefix: &'static str,
    schemas: &'a Map<String, Value>,
}

impl<'a> Written<'a> {
    fn of(document: &'a Value) -> Self {
        match document["definitions"].as_object() {
            Some(schemas) => Self { prefix: "#/definitions/", schemas },
            None => Self {
                prefix: "#/components/schemas/",
                schemas: document["components"]["schemas"].as_object().expect("the document has schemas"),
            },
        }
    }

    fn resolved(&self, schema: &'a Value) -> &'a Value {
        let target = schema["$ref"].as_str().and_then(|pointer| pointer.strip_prefix(self.prefix));
        target.and_then(|name| self.schemas.get(name)).unwrap_or(schema)
    }

    /// The record without nulls in properties that need not be there.
    fn without_nulls(&self, schema: &'a Value, value: &Value) -> Value {
        let schema = self.resolved(schema);
        match value {
            Value::Object(members) => {
                let required = schema["required"].as_array();
                let is_required = |name: &str| required.is_some_and(|all| all.iter().any(|known| known == name));
                let kept = members.iter().filter(|(name, value)| !value.is_null() || is_required(name));
                kept.map(|(name, value)| {
                    let inner = self.without_nulls(&schema["properties"][name], value);
                    (name.clone(), inner)
                })
                .collect()
            }
            Value::Array(elements) => {
                elements.iter().map(|element| self.without_nulls(&schema["items"], element)).collect()
            }
            other => other.clone(),
        }
    }

    /// The validator of a body.
    fn validator(&self, name: &str) -> Validator {
        let mut used = Map::new();
        let mut open = vec![name.to_owned()];
        while let Some(name) = open.pop() {
            if used.contains_key(&name) {
                continue;
            }
            let mut schema = self.schemas[&name].clone();
            self.prepare(&mut schema, &mut open);
            used.insert(name, schema);
        }
        let schemas = match self.prefix {
            "#/definitions/" => json!({"definitions": used}),
            _ => json!({"components": {"schemas": used}}),
        };
        let mut root = json!({
            "allOf": [{"$ref": format!("{}{name}", self.prefix)}, {"not": {"required": ["id"]}}],
        });
        root.as_object_mut().unwrap().extend(schemas.as_object().unwrap().clone());
        let format = |format: &str| {
            let schema = json!({"type": "string", "format": format});
            jsonschema::options().with_draft(Draft::Draft7).should_validate_formats(true).build(&schema).unwrap()
        };
        let is = |validator: &Validator, text: &str| validator.is_valid(&json!(text));
        let (date, other_date) = (format("date"), format("date"));
        let (date_time, time) = (format("date-time"), format("time"));
        let is_date = move |text: &str| is(&date, text) && !text.starts_with("0000");
        let is_time = move |text: &str| {
            let variants = ["", "Z", ":00Z"].map(|end| format!("{text}{end}"));
            !text.contains(":60") && variants.iter().any(|text| is(&time, text))
        };
        let is_date_time = move |text: &str| {
            let variants = ["", "Z", ":00Z"].map(|end| format!("{text}{end}"));
            let is_known = is(&other_date, text) || variants.iter().any(|text| is(&date_time, text));
            is_known && !text.starts_with("0000") && !text.contains(":60") && !text.contains(' ')
        };
        jsonschema::options()
            .with_draft(Draft::Draft4)
            .should_validate_formats(true)
            .with_format("date", is_date)
            .with_format("date-time", is_date_time)
            .with_format("time", is_time)
            .build(&root)
            .expect("the schema is sound")
    }

    /// Puts ranges in, and finds the schemas that one refers to.
    fn prepare(&self, schema: &mut Value, open: &mut Vec<String>) {
        let Some(members) = schema.as_object_mut() else { return };
        if let Some(target) = members.get("$ref").and_then(Value::as_str).and_then(|to| to.strip_prefix(self.prefix)) {
            open.push(target.to_owned());
        }
        if members.get("type").is_some_and(|kind| kind == "integer") {
            let range = match members.get("format").and_then(Value::as_str) {
                Some("int32") => Some((i64::from(i32::MIN), i64::from(i32::MAX))),
                Some("int64") => Some((i64::MIN, i64::MAX)),
                _ => None,
            };
            if let Some((least, most)) = range {
                members.entry("minimum").or_insert(json!(least));
                members.entry("maximum").or_insert(json!(most));
            }
        }
        for part in ["properties", "items"] {
            match members.get_mut(part) {
                Some(Value::Object(inner)) if part == "properties" => {
                    inner.values_mut().for_each(|property| self.prepare(property, open));
                }
                Some(inner) => self.prepare(inner, open),
                None => {}
            }
        }
    }
}

/// The paths at which the other validator finds something, elements of lists not told apart.
fn paths(validator: &Validator, record: &Value) -> BTreeSet<String> {
    let path_of = |error: ValidationError<'_>| {
        let mut path = String::new();
        let add = |path: &mut String, name: &str| {
            if !path.is_empty() {
                path.push('.');
            }
            path.push_str(name);
        };
        for segment in error.instance_path() {
            match segment {
                LocationSegment::Property(name) => add(&mut path, &name),
                LocationSegment::Index(_) => path.push_str("[]"),
            }
        }
        match error.kind() {
            ValidationErrorKind::Required { property } => add(&mut path, property.as_str().unwrap()),
            ValidationErrorKind::Not { .. } => add(&mut path, "id"),
            _ => {}
        }
        path
    };
    validator.iter_errors(record).map(path_of).collect()
}

const VALUES: &[fn() -> Value] = &[
    || json!(null),
    || json!(true),
    || json!(0),
    || json!(-1),
    || json!(1.0),
    || json!(1.5),
    || json!(2_147_483_647_i64),
    || json!(2_147_483_648_i64),
    || json!(-2_147_483_649_i64),
    || json!(9_223_372_036_854_775_807_i64),
    || json!(9_223_372_036_854_775_808_u64),
    || json!(1e300),
    || json!(""),
    || json!("x"),
    || json!("7"),
    || json!("ü".repeat(60)),
    || json!("𝕏".repeat(75)),
    || json!("y".repeat(76)),
    || json!("z".repeat(400)),
    || json!("2024-02-29"),
    || json!("2023-02-29"),
    || json!("2023-04-31"),
    || json!("0000-01-01"),
    || json!("2023-1-1"),
    || json!("1/31/2023"),
    || json!("2023-01-31T08:15:00Z"),
    || json!("2023-01-31T08:15:00"),
    || json!("2023-01-31T08:15"),
    || json!("2023-01-31T08:15:00.123+05:30"),
    || json!("2023-01-31T24:00:00Z"),
    || json!("2016-12-31T23:59:60Z"),
    || json!("2023-01-31 08:15:00"),
    || json!("08:15:00"),
    || json!("08:15"),
    || json!("25:15:00"),
    || json!([]),
    || json!([null]),
    || json!(["x", 1]),
    || json!([{}]),
    || json!({}),
    || json!({"schoolId": 1, "unknown": 2}),
];

/// Changes one value somewhere in a record.
fn mutate(record: &mut Value, rng: &mut Rng) {
    let deeper = rng.u8(..100) < 60;
    match record {
        Value::Object(members) if !members.is_empty() => {
            let name = members.keys().nth(rng.usize(..members.len())).unwrap().clone();
            let value = members.get_mut(&name).unwrap();
            if deeper && (value.is_object() || value.is_array()) {
                return mutate(value, rng);
            }
            match rng.u8(..10) {
                0..3 => drop(members.remove(&name)),
                3 => drop(members.insert("unknown".to_owned(), json!(1))),
                _ => *value = VALUES[rng.usize(..VALUES.len())](),
            }
        }
        Value::Array(elements) if !elements.is_empty() => {
            let at = rng.usize(..elements.len());
            match rng.u8(..10) {
                0 => drop(elements.remove(at)),
                1 => elements.push(elements[at].clone()),
                _ if deeper => mutate(&mut elements[at], rng),
                _ => elements[at] = VALUES[rng.usize(..VALUES.len())](),
            }
        }
        other => *other = VALUES[rng.usize(..VALUES.len())](),
    }
}

/// Compares on records of each endpoint, each as it is and broken `times` times. Gives back how many were compared,
/// and how many of these were found invalid.
fn compare(
    documents: &Documents,
    records: &BTreeMap<usize, Vec<Value>>,
    world: &World,
    times: usize,
) -> (usize, usize) {
    let mut rng = Rng::with_seed(7);
    let stage = Stage::with(Settings::default(), documents.clone());
    stage.configure("validate:\n  methods: [schema]\n");
    let written = [Written::of(&documents.resources), Written::of(&documents.descriptors)];
    let mut expected: BTreeMap<(String, u64), (BTreeSet<String>, Value)> = BTreeMap::new();
    for (at, records) in records {
        let endpoint = world.endpoint(*at);
        let name = &endpoint.described.as_ref().unwrap().resource.schema;
        let written = &written[usize::from(!written[0].schemas.contains_key(name))];
        let validator = written.validator(name);
        let mut lines = Vec::new();
        for record in records {
            for time in 0..=times {
                let mut record = record.clone();
                (0..time.min(3)).for_each(|_| mutate(&mut record, &mut rng));
                if !record.is_object() {
                    continue;
                }
                lines.push(record.to_string());
                let judged = written.without_nulls(&written.schemas[name], &record);
                let found = (paths(&validator, &judged), record);
                expected.insert((endpoint.id.to_string(), lines.len() as u64), found);
            }
        }
        let path = format!("data/{}/{}.jsonl", endpoint.id.namespace, endpoint.id.name);
        stage.put(&path, &lines.iter().map(String::as_str).collect::<Vec<_>>());
    }
    let ran = stage.run(Command::Validate, |_| {});
    assert_eq!(ran.records.len(), expected.len());
    let mut invalid = 0;
    for record in &ran.records {
        let ours: BTreeSet<String> = match &record.outcome {
            Outcome::Invalid(found) => {
                found.iter().map(|finding| finding.message.split(' ').next().unwrap().to_owned()).collect()
            }
            _ => BTreeSet::new(),
        };
        let (theirs, text) = &expected[&(record.endpoint.to_string(), record.line.unwrap())];
        assert_eq!(&ours, theirs, "{}: {text}\n{:?}", record.endpoint, record.outcome);
        invalid += usize::from(!ours.is_empty());
    }
    (ran.records.len(), invalid)
}

fn made_up(world: &World) -> BTreeMap<usize, Vec<Value>> {
    let parse = |line: &String| serde_json::from_str(line).unwrap();
    world.lines.iter().map(|(at, lines)| (*at, lines.iter().map(parse).collect())).collect()
}

fn shared(part: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/edfi").join(part);
    if path.is_dir() {
        return Some(path);
    }
    eprintln!("skipped: {} is not there", path.display());
    None
}

#[test]
fn both_agree_on_records_of_the_built_in_model() {
    for style in [Style::OpenApi3, Style::Swagger2] {
        let documents = builtin::documents(style);
        let world = World::new(&documents, 1);
        let (all, invalid) = compare(&documents, &made_up(&world), &world, 30);
        assert!(all > 1_500 && invalid > all / 3 && invalid < all, "{invalid} of {all}");
    }
}

#[test]
fn both_agree_on_records_of_real_documents() {
    for folder in ["metadata/ds-5.0", "metadata/ods-5.3"] {
        let Some(metadata) = shared(folder) else { return };
        let documents = Documents::from_folder(&metadata).unwrap();
        let world = World::new(&documents, 2);
        let (all, invalid) = compare(&documents, &made_up(&world), &world, 8);
        assert!(all > 5_000 && invalid > all / 3 && invalid < all, "{invalid} of {all}");
    }
}

#[test]
fn both_agree_on_real_records() {
    let (Some(metadata), Some(samples)) = (shared("metadata/ds-5.0"), shared("samples")) else { return };
    let documents = Documents::from_folder(&metadata).unwrap();
    let world = World::new(&documents, 3);
    let mut records: BTreeMap<usize, Vec<Value>> = BTreeMap::new();
    for (at, endpoint) in world.endpoints.all().iter().enumerate() {
        for folder in ["descriptors-ds5.0.0", "grandbend-ds5.0.0"] {
            let file = samples.join(folder).join(format!("{}.jsonl", endpoint.id.name));
            let Ok(text) = std::fs::read_to_string(file) else { continue };
            // Of large files, records from all parts.
            let lines: Vec<&str> = text.lines().collect();
            let some = lines.iter().step_by(lines.len().div_ceil(40));
            records.entry(at).or_default().extend(some.map(|line| serde_json::from_str::<Value>(line).unwrap()));
        }
    }
    let (all, invalid) = compare(&documents, &records, &world, 5);
    assert!(all > 10_000 && invalid > all / 3 && invalid < all, "{invalid} of {all}");
}

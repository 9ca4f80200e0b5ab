//! Records that the documents allow are found to be valid; each known way to break one is found by the method that
//! should find it, and by no other.
#![allow(clippy::unwrap_used, reason = "a whole file of tests")]

mod support;
mod world;

use std::collections::BTreeSet;

use lightbeam_core::invocation::Command;
use lightbeam_core::model::{IntegerWidth, Property, Schema, Schemas, Shape, TextFormat};
use lightbeam_sim::builtin::{self, Style};
use lightbeam_sim::{Documents, Settings};
use proptest::prelude::*;
use serde_json::{Value, json};

use self::support::Stage;
use self::world::World;

/// How a record is broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mutation {
    Cut,
    NoObject,
    Missing,
    WrongType,
    TooLong,
    NoDate,
    TooLarge,
    Null,
    UnknownCode,
    OtherType,
    NoDescriptor,
    SameKey,
    SameElement,
    NoParent,
}

impl Mutation {
    const ALL: [Self; 14] = [
        Self::Cut,
        Self::NoObject,
        Self::Missing,
        Self::WrongType,
        Self::TooLong,
        Self::NoDate,
        Self::TooLarge,
        Self::Null,
        Self::UnknownCode,
        Self::OtherType,
        Self::NoDescriptor,
        Self::SameKey,
        Self::SameElement,
        Self::NoParent,
    ];

    /// The method that finds it.
    fn method(self) -> &'static str {
        match self {
            Self::Cut | Self::NoObject => "json",
            Self::Missing | Self::WrongType | Self::TooLong | Self::NoDate | Self::TooLarge | Self::Null => "schema",
            Self::UnknownCode | Self::OtherType | Self::NoDescriptor => "descriptors",
            Self::SameKey | Self::SameElement => "uniqueness",
            Self::NoParent => "references",
        }
    }

    /// The lines of a broken record, the last of which is found; `None` if a record of this form cannot be broken so.
    fn lines(self, world: &mut World, at: usize, record: &Value) -> Option<Vec<String>> {
        let (body, schemas) = world.body(at);
        let mut record = record.clone();
        let plain = |property: &Property| !property.identity && !property.is_descriptor() && !property.required;
        match self {
            Self::Cut => {
                let text = record.to_string();
                return Some(vec![text[..text.len() - 1].to_owned()]);
            }
            Self::NoObject => return Some(vec![json!([record]).to_string()]),
            Self::Missing => {
                let name = pick(world, &body, |property| property.required && record.get(&property.name).is_some())?;
                record.as_object_mut()?.remove(&name);
            }
            Self::WrongType => {
                let name = pick(world, &body, |property| {
                    !property.identity && !property.is_reference() && !matches!(property.shape, Shape::Any)
                })?;
                let is_text = matches!(body.property(&name)?.shape, Shape::Text(_));
                record[&name] = if is_text { json!(17) } else { json!("no") };
            }
            Self::TooLong => {
                let name = pick(world, &body, |property| {
                    plain(property)
                        && matches!(&property.shape, Shape::Text(rule) if rule.max_length.is_some() && rule.format.is_none())
                })?;
                let Shape::Text(rule) = &body.property(&name)?.shape else { return None };
                record[&name] = json!("ü".repeat(rule.max_length? as usize + 1));
            }
            Self::NoDate => {
                let name = pick(world, &body, |property| {
                    !property.identity
                        && matches!(&property.shape, Shape::Text(rule) if rule.format == Some(TextFormat::Date))
                })?;
                record[&name] = json!(["2026-02-30", "30.01.2026", "2026-1-1", ""][world.choose(4)]);
            }
            Self::TooLarge => {
                let name = pick(world, &body, |property| {
                    !property.identity
                        && matches!(&property.shape, Shape::Integer(rule) if rule.width == Some(IntegerWidth::Int32))
                })?;
                record[&name] = json!(3_000_000_000_i64);
            }
            Self::Null => {
                let name = pick(world, &body, |property| property.required && !property.nullable)?;
                record[&name] = Value::Null;
            }
            Self::UnknownCode | Self::OtherType | Self::NoDescriptor => {
                let name = pick(world, &body, |property| {
                    property.is_descriptor() && world_knows(property) && record.get(&property.name).is_some()
                })?;
                let kind = world.descriptor(&body, &name)?.name.clone();
                let other = world.descriptors.iter().find(|other| other.name != kind)?.values[0].clone();
                record[&name] = match self {
                    Self::UnknownCode => json!(format!("uri://ed-fi.org/{kind}#None such")),
                    Self::OtherType => json!(other),
                    _ => json!("None such"),
                };
            }
            Self::SameKey => return Some(vec![record.to_string(), record.to_string()]),
            Self::SameElement => {
                let name = pick(world, &body, |property| {
                    has_keyed_elements(property, &schemas)
                        && record[&property.name].as_array().is_some_and(|elements| !elements.is_empty())
                })?;
                let elements = record[&name].as_array_mut()?;
                elements.push(elements[0].clone());
            }
            Self::NoParent => {
                let name =
                    pick(world, &body, |property| property.is_reference() && record.get(&property.name).is_some())?;
                let reference = record[&name].as_object_mut()?;
                let part = reference.iter_mut().find(|(name, _)| !name.ends_with("Descriptor"))?.1;
                *part = match part {
                    Value::Number(_) => json!(77),
                    _ if part.as_str()?.len() == 10 && part.as_str()?.contains('-') => json!("1899-01-01"),
                    _ => json!("gone"),
                };
            }
        }
        Some(vec![record.to_string()])
    }
}

fn world_knows(property: &Property) -> bool {
    property.name != "Descriptor"
}

/// The elements have a key of their own, of which at least one part is marked.
fn has_keyed_elements(property: &Property, schemas: &Schemas) -> bool {
    let Shape::Array(array) = &property.shape else { return false };
    let Shape::Object(id) = array.items else { return false };
    schemas.get(id).properties.iter().any(|property| property.identity)
}

/// The name of one of the properties of which this holds.
fn pick(world: &mut World, schema: &Schema, holds: impl Fn(&Property) -> bool) -> Option<String> {
    let names: Vec<&str> =
        schema.properties.iter().filter(|property| holds(property)).map(|property| &*property.name).collect();
    let of_the_server = ["id", "_etag", "_lastModifiedDate", "_ext"];
    let names: Vec<&str> = names.into_iter().filter(|name| !of_the_server.contains(name)).collect();
    if names.is_empty() { None } else { Some(names[world.choose(names.len())].to_owned()) }
}

/// A mutation that could not be made on any endpoint would not be tested.
fn broken(world: &mut World, mutation: Mutation) -> Option<(usize, Vec<String>)> {
    let candidates: Vec<usize> = world.lines.keys().copied().filter(|at| !world.id(*at).is_descriptor()).collect();
    for _ in 0..200 {
        let at = candidates[world.choose(candidates.len())];
        let Some(record) = world.fresh(at) else { continue };
        if let Some(lines) = mutation.lines(world, at, &record) {
            return Some((at, lines));
        }
    }
    None
}

/// Endpoint, line and method of what was found.
type Found = BTreeSet<(String, u64, String)>;

fn check(documents: Documents, seed: u64) -> Result<(), TestCaseError> {
    let mut world = World::new(&documents, seed);
    let stage = Stage::with(Settings::default(), documents);
    stage.configure("validate:\n  methods: '*'\n  references: {remote: false}\n");
    let mut lines = world.lines.clone();
    let mut expected = Found::new();
    for mutation in Mutation::ALL {
        let made = broken(&mut world, mutation);
        prop_assert!(made.is_some(), "{mutation:?} can be made nowhere");
        let (at, broken) = made.unwrap();
        let file = lines.entry(at).or_default();
        file.extend(broken);
        expected.insert((world.id(at).name.to_string(), file.len() as u64, mutation.method().to_owned()));
    }
    for (at, lines) in &lines {
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        stage.put(&format!("data/{}.jsonl", name(&world, *at)), &lines);
    }
    let ran = stage.run(Command::Validate, |_| {});
    let mut found = Found::new();
    for (endpoint, resource) in ran.results["resources"].as_object().unwrap() {
        for failure in resource["failures"].as_array().map(Vec::as_slice).unwrap_or_default() {
            for line in failure["line_numbers"].as_array().unwrap() {
                let method = failure["method"].as_str().unwrap().to_owned();
                found.insert((bare(endpoint), line.as_u64().unwrap(), method));
            }
        }
    }
    let missed: Vec<_> = expected.difference(&found).collect();
    let more: Vec<_> = found.difference(&expected).map(|place| (place, words(&ran.results, place))).collect();
    prop_assert!(missed.is_empty() && more.is_empty(), "not found: {:?}; found beside: {:?}", missed, more);
    prop_assert_eq!(ran.results["total_records_failed"].as_u64(), Some(Mutation::ALL.len() as u64));
    prop_assert!(ran.report.ended.is_some());
    Ok(())
}

/// Results name an endpoint with its namespace only where that is needed.
fn bare(endpoint: &str) -> String {
    endpoint.rsplit('/').next().unwrap_or_default().to_owned()
}

/// What was said of a line.
fn words(results: &Value, (endpoint, line, method): &(String, u64, String)) -> String {
    let resources = results["resources"].as_object().unwrap();
    let resource = resources.iter().find(|(name, _)| bare(name) == *endpoint).unwrap().1;
    let failures = resource["failures"].as_array().map(Vec::as_slice).unwrap_or_default();
    let of = |failure: &&Value| {
        failure["method"] == json!(method) && failure["line_numbers"].as_array().unwrap().contains(&json!(line))
    };
    failures.iter().filter(of).map(|failure| failure["message"].to_string()).collect()
}

fn name(world: &World, at: usize) -> String {
    let id = world.id(at);
    if &*id.namespace == "ed-fi" { id.name.to_string() } else { format!("{}/{}", id.namespace, id.name) }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn every_mutation_is_found_by_its_method_alone(seed in any::<u64>(), swagger in any::<bool>()) {
        let style = if swagger { Style::Swagger2 } else { Style::OpenApi3 };
        check(builtin::documents(style), seed)?;
    }
}

/// The same on the real documents, where they are at hand.
#[test]
fn every_mutation_is_found_with_real_documents() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/edfi/metadata");
    if !folder.is_dir() {
        println!("skipped: the real Ed-Fi documents are not at hand");
        return;
    }
    for (name, seed) in [("ds-5.0", 1), ("ds-5.0", 2), ("ods-5.3", 3)] {
        check(Documents::from_folder(&folder.join(name)).unwrap(), seed).unwrap();
    }
}

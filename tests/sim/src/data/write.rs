//! From the bytes of a body to a record that may be stored.

use serde_json::Value;

use super::check::{Strictness, check};
use super::key::{self, Pointers};
use super::store::{Ready, Store};
use crate::model::{Model, capitalised};
use crate::refusal::{Finding, Refusal};
use crate::settings::{Settings, Shape};

/// Which checks a body must pass.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Checks {
    strictness: Strictness,
    references: bool,
    descriptors: bool,
}

impl Checks {
    pub(crate) fn new(settings: &Settings) -> Self {
        Self {
            strictness: Strictness {
                properties: settings.strict_properties,
                types: settings.strict_types,
                spelling: settings.shape == Shape::V8,
            },
            references: settings.check_references,
            descriptors: settings.check_descriptors,
        }
    }
}

/// Checks a body. `id` is that of the address when an item is replaced: the body may then repeat it.
pub(crate) fn prepare(
    model: &Model,
    store: &Store,
    endpoint: usize,
    bytes: &[u8],
    id: Option<&str>,
    checks: Checks,
) -> Result<Ready, Refusal> {
    if bytes.trim_ascii().is_empty() {
        return Err(Refusal::EmptyBody);
    }
    let body: Value = serde_json::from_slice(bytes).map_err(|error| Refusal::NotJson(error.to_string()))?;
    let Value::Object(mut body) = body else {
        return Err(Refusal::NotJson("The request body must be a single JSON object.".to_owned()));
    };
    let mut is_changed = false;
    if let Some(given) = body.remove("id") {
        is_changed = true;
        let is_own = id.is_some_and(|id| given.as_str().is_some_and(|given| same_id(given, id)));
        if !is_own {
            return Err(Refusal::IdAssigned);
        }
    }
    let checked = check(model, endpoint, &mut body, checks.strictness);
    is_changed |= checked.is_changed;
    let mut findings = checked.findings;
    let mut pointers = Pointers::default();
    if findings.unreadable.is_empty() {
        pointers = Pointers::of(model, store, endpoint, &body);
        if checks.descriptors {
            findings.descriptors.append(&mut pointers.missing_descriptors);
        }
    }
    let description = &model.endpoints[endpoint];
    let key = key::of_record(description, &body);
    if key.is_none() && findings.is_empty() {
        // A part of the key that the schema calls optional.
        for part in &description.key {
            if key::at(&body, &part.path).is_none() {
                findings.invalid.push(Finding {
                    path: part.path.join("."),
                    text: format!("{} is required.", capitalised(&part.name)),
                    legacy: None,
                });
            }
        }
    }
    let Some(key) = key.filter(|_| findings.is_empty()) else {
        return Err(Refusal::Invalid(findings));
    };
    if checks.references
        && let Some(refusal) = pointers.refusal()
    {
        return Err(refusal);
    }
    let bytes =
        if is_changed { serde_json::to_vec(&body).expect("a parsed body can be written").into() } else { bytes.into() };
    Ok(Ready { key, body, bytes, found: pointers.found })
}

/// Whether two ids are the same, with or without dashes.
pub(crate) fn same_id(one: &str, other: &str) -> bool {
    let plain = |id: &str| id.replace('-', "").to_ascii_lowercase();
    plain(one) == plain(other)
}

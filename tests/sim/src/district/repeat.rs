//! A later record with the same natural key and another content.

use serde_json::{Value, json};

use crate::model::{Kind, Model};

use super::random::Random;
use super::sites::{Place, Site, is_key, sites};

const MARK: &str = " (corrected)";

/// The record with one value changed that is not part of the natural key; `None` when it has none.
pub(super) fn altered(model: &Model, endpoint: usize, text: &[u8], random: &mut Random) -> Option<Vec<u8>> {
    let endpoint = &model.endpoints[endpoint];
    let mut record: Value = serde_json::from_slice(text).ok()?;
    let changes: Vec<(String, Value)> = sites(model, endpoint, &record)
        .into_iter()
        .filter(|site| site.place == Place::Top && !is_key(endpoint, site))
        .filter(|site| !(endpoint.is_descriptor && ["codeValue", "namespace"].contains(&site.name.as_str())))
        .filter_map(|site| {
            let value = other(&site, record.pointer(&site.pointer)?)?;
            Some((site.pointer, value))
        })
        .collect();
    if changes.is_empty() {
        return None;
    }
    let (pointer, value) = &changes[random.index(changes.len())];
    *record.pointer_mut(pointer)? = value.clone();
    Some(serde_json::to_vec(&record).expect("a JSON value can be written"))
}

/// Another value that is as valid as this one.
fn other(site: &Site<'_>, value: &Value) -> Option<Value> {
    match (site.kind, value) {
        (Kind::Text { most, .. }, Value::String(text)) => {
            let room = most.is_none_or(|most| text.chars().count() + MARK.len() <= most);
            room.then(|| json!(format!("{text}{MARK}")))
        }
        (Kind::Boolean, Value::Bool(flag)) => Some(json!(!flag)),
        (Kind::Integer { most, .. }, Value::Number(number)) => {
            let next = number.as_i64()?.checked_add(1)?;
            (next <= *most).then(|| json!(next))
        }
        (Kind::Number { most: None, .. }, Value::Number(number)) => Some(json!(number.as_f64()? + 1.0)),
        _ => None,
    }
}

//! Bringing a body into the shape of its schema, and telling everything that is wrong with it.

use serde_json::{Map, Number, Value};

use super::text::{is_date, is_date_time};
use crate::model::{Kind, Model, Schema, capitalised};
use crate::refusal::{Finding, Findings};

/// How strictly bodies are checked.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Strictness {
    /// Unknown properties are refused instead of dropped.
    pub(crate) properties: bool,
    /// Texts are not converted to numbers, and the reverse.
    pub(crate) types: bool,
    /// Property names must be spelt as in the schema.
    pub(crate) spelling: bool,
}

/// What the check of a body gives, besides the body itself.
#[derive(Debug)]
pub(crate) struct Checked {
    pub(crate) findings: Findings,
    /// Whether the body was changed: properties dropped or respelt, values converted.
    pub(crate) is_changed: bool,
}

/// Checks a body against the schema of an endpoint and changes it to the schema's own spelling and types.
pub(crate) fn check(model: &Model, endpoint: usize, body: &mut Map<String, Value>, strictness: Strictness) -> Checked {
    let endpoint = &model.endpoints[endpoint];
    let mut walk = Walk {
        model,
        strictness,
        place: Vec::new(),
        checked: Checked {
            findings: Findings { entity: endpoint.entity.clone(), ..Findings::default() },
            is_changed: false,
        },
    };
    walk.object(body, endpoint.schema, true);
    if walk.checked.findings.unreadable.is_empty() {
        walk.unified(body, &endpoint.unified);
    }
    walk.checked
}

/// Properties that the API fills itself: ignored where a client sends them.
pub(crate) const OWN_PROPERTIES: [&str; 2] = ["_etag", "_lastModifiedDate"];

struct Walk<'m> {
    model: &'m Model,
    strictness: Strictness,
    place: Vec<Step>,
    checked: Checked,
}

enum Step {
    Name(String),
    Index(usize),
}

impl<'m> Walk<'m> {
    fn object(&mut self, body: &mut Map<String, Value>, schema: usize, is_top: bool) {
        let model: &'m Model = self.model;
        let schema = &model.schemas[schema];
        self.spell(body, schema, is_top);
        for (name, value) in body.iter_mut() {
            let Some(property) = schema.properties.get(name) else {
                continue;
            };
            if value.is_null() {
                continue;
            }
            self.place.push(Step::Name(name.clone()));
            self.value(value, &property.kind, name, schema, property.is_identity);
            self.place.pop();
        }
        for name in &schema.required {
            let is_missing = body.get(name).is_none_or(Value::is_null);
            if is_missing && !(is_top && name == "id") {
                self.place.push(Step::Name(name.clone()));
                self.invalid(format!("{} is required.", capitalised(name)), None);
                self.place.pop();
            }
        }
    }

    /// Renames properties to the schema's spelling and drops what it does not know.
    fn spell(&mut self, body: &mut Map<String, Value>, schema: &Schema, is_top: bool) {
        let is_known = |name: &String| schema.properties.contains_key(name);
        if body.keys().all(|name| is_known(name) && !is_own(name, is_top)) {
            return;
        }
        let names: Vec<String> = body.keys().filter(|name| !is_known(name) || is_own(name, is_top)).cloned().collect();
        for name in names {
            let value = body.remove(&name).unwrap_or_default();
            self.checked.is_changed = true;
            if is_own(&name, is_top) {
                continue;
            }
            match schema.spelling.get(&name.to_ascii_lowercase()) {
                Some(proper) if !self.strictness.spelling => {
                    body.entry(proper.clone()).or_insert(value);
                }
                _ if self.strictness.properties => {
                    self.place.push(Step::Name(name.clone()));
                    self.invalid(format!("The property '{name}' is not part of the resource."), None);
                    self.place.pop();
                }
                _ => {}
            }
        }
    }

    fn value(&mut self, value: &mut Value, kind: &'m Kind, name: &str, schema: &Schema, is_identity: bool) {
        if !self.strictness.types {
            self.convert(value, kind);
        }
        let proper = match (kind, &mut *value) {
            (Kind::Text { least, most }, Value::String(text)) => {
                self.length(text, *least, *most, name);
                if is_identity && text.trim() != text.as_str() {
                    self.invalid(format!("{} cannot contain leading or trailing spaces.", capitalised(name)), None);
                }
                true
            }
            (Kind::Descriptor { most, .. }, Value::String(text)) => {
                self.length(text, 0, *most, name);
                true
            }
            (Kind::Date, Value::String(text)) => is_date(text),
            (Kind::DateTime, Value::String(text)) => is_date_time(text),
            (Kind::Integer { least, most }, Value::Number(number)) => match number.as_i64() {
                Some(whole) => self.range(*least <= whole && whole <= *most, least, most, name, number),
                None => false,
            },
            (Kind::Number { least, most }, Value::Number(number)) => {
                let amount = number.as_f64().unwrap_or(f64::NAN);
                let (least, most) = (least.unwrap_or(f64::MIN), most.unwrap_or(f64::MAX));
                self.range(least <= amount && amount <= most, &least, &most, name, number)
            }
            (Kind::Boolean, Value::Bool(_)) | (Kind::Any, _) => true,
            (Kind::Object(at) | Kind::Reference(at), Value::Object(body)) => {
                self.object(body, *at, false);
                true
            }
            (Kind::Array(item), Value::Array(list)) => {
                self.list(list, item, name, schema);
                true
            }
            _ => false,
        };
        if !proper {
            let text =
                format!("Could not convert {} to {}. Path '{}'.", type_name(value), kind_name(kind), self.path());
            let finding = self.finding(text, None);
            self.checked.findings.unreadable.push(finding);
        }
    }

    fn list(&mut self, list: &mut [Value], item: &'m Kind, name: &str, schema: &Schema) {
        if list.is_empty() && schema.required.iter().any(|required| required == name) {
            let text = format!("{}{} must have at least one item.", schema.entity(), capitalised(name));
            self.invalid(text, None);
        }
        for (i, value) in list.iter_mut().enumerate() {
            self.place.push(Step::Index(i));
            self.value(value, item, name, schema, false);
            self.place.pop();
        }
        for i in 1..list.len() {
            if list[..i].contains(&list[i]) {
                self.place.push(Step::Index(i));
                self.invalid(
                    format!(
                        "The {} item of the {} has the same identifying values as another item earlier in the list.",
                        ordinal(i + 1),
                        capitalised(name)
                    ),
                    None,
                );
                self.place.pop();
            }
        }
    }

    /// Converts between texts, numbers and booleans as the ODS does when it reads a body.
    fn convert(&mut self, value: &mut Value, kind: &Kind) {
        let converted = match (kind, &*value) {
            (Kind::Integer { .. }, Value::String(text)) => text.trim().parse::<i64>().ok().map(Value::from),
            (Kind::Number { .. }, Value::String(text)) => {
                text.trim().parse().ok().and_then(Number::from_f64).map(Value::Number)
            }
            (Kind::Boolean, Value::String(text)) => match text.trim().to_ascii_lowercase().as_str() {
                "true" => Some(Value::Bool(true)),
                "false" => Some(Value::Bool(false)),
                _ => None,
            },
            (Kind::Text { .. }, Value::Number(number)) => Some(Value::String(number.to_string())),
            (Kind::Text { .. }, Value::Bool(flag)) => Some(Value::String(flag.to_string())),
            _ => None,
        };
        if let Some(converted) = converted {
            *value = converted;
            self.checked.is_changed = true;
        }
    }

    fn length(&mut self, text: &str, least: usize, most: Option<usize>, name: &str) {
        let length = text.chars().count();
        let name = capitalised(name);
        match most {
            Some(most) if length > most || (length < least && length > 0) => {
                let legacy = format!("The field {name} must be a string with a maximum length of {most}.");
                let text = if least > 0 {
                    format!("{name} must be between {least} and {most} characters in length.")
                } else {
                    format!("{name} must be at most {most} characters in length.")
                };
                self.invalid(text, Some(legacy));
            }
            _ if length < least => self.invalid(format!("{name} is required."), None),
            _ => {}
        }
    }

    /// A number out of range: beyond its type it cannot be read, beyond its bounds it is invalid.
    fn range<T: std::fmt::Display>(&mut self, fits: bool, least: &T, most: &T, name: &str, number: &Number) -> bool {
        if fits {
            return true;
        }
        let is_int32 = most.to_string() == i32::MAX.to_string();
        if is_int32 {
            let text = format!("Error converting value {number} to type 'System.Int32'. Path '{}'.", self.path());
            let finding = self.finding(text, None);
            self.checked.findings.unreadable.push(finding);
        } else {
            self.invalid(
                format!("{} must be between {least} and {most}.", capitalised(name)),
                Some(format!("The field {} must be between {least} and {most}.", capitalised(name))),
            );
        }
        true
    }

    /// Names that stand in several references of a record must have one value.
    fn unified(&mut self, body: &Map<String, Value>, unified: &[(String, Vec<Vec<String>>)]) {
        for (name, places) in unified {
            let found: Vec<(&Vec<String>, &Value)> =
                places.iter().filter_map(|path| Some((path, super::key::at(body, path)?))).collect();
            let Some((_, first)) = found.first() else {
                continue;
            };
            if found.iter().all(|(_, value)| value == first) {
                continue;
            }
            let mut values: Vec<String> = Vec::new();
            for (_, value) in &found {
                let text = format!("'{}'", super::key::text(value));
                if !values.contains(&text) {
                    values.push(text);
                }
            }
            let text = format!(
                "All values supplied for '{name}' must match. Review all references and align the following conflicting values: {}",
                values.join(", ")
            );
            for (path, _) in found {
                self.checked.findings.invalid.push(Finding { path: path.join("."), text: text.clone(), legacy: None });
            }
        }
    }

    fn invalid(&mut self, text: String, legacy: Option<String>) {
        let finding = self.finding(text, legacy);
        self.checked.findings.invalid.push(finding);
    }

    fn finding(&self, text: String, legacy: Option<String>) -> Finding {
        Finding { path: self.path(), text, legacy }
    }

    fn path(&self) -> String {
        let mut path = String::new();
        for step in &self.place {
            match step {
                Step::Name(name) => {
                    if !path.is_empty() {
                        path.push('.');
                    }
                    path.push_str(name);
                }
                Step::Index(i) => {
                    path.push('[');
                    path.push_str(&i.to_string());
                    path.push(']');
                }
            }
        }
        path
    }
}

fn is_own(name: &str, is_top: bool) -> bool {
    if is_top { OWN_PROPERTIES.contains(&name) } else { name == "link" }
}

fn type_name(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(flag) => format!("boolean: {flag}"),
        Value::Number(number) => format!("number: {number}"),
        Value::String(text) => format!("string: {text}"),
        Value::Array(_) => "an array".to_owned(),
        Value::Object(_) => "an object".to_owned(),
    }
}

const fn kind_name(kind: &Kind) -> &'static str {
    match kind {
        Kind::Text { .. } | Kind::Descriptor { .. } => "string",
        Kind::Date => "date",
        Kind::DateTime => "date and time",
        Kind::Integer { .. } => "integer",
        Kind::Number { .. } => "number",
        Kind::Boolean => "boolean",
        Kind::Object(_) | Kind::Reference(_) | Kind::Any => "object",
        Kind::Array(_) => "array",
    }
}

fn ordinal(number: usize) -> String {
    let ending = match (number % 10, number % 100) {
        (_, 11..=13) => "th",
        (1, _) => "st",
        (2, _) => "nd",
        (3, _) => "rd",
        _ => "th",
    };
    format!("{number}{ending}")
}

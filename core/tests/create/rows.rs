//! Rows of a source and the records that they must become, made from the schemas and not from the templates.

use lightbeam_core::model::{Document, Property, Resource, Schema, Shape, TextFormat, TextRule};
use serde_json::{Map, Value, json};

/// A row and its record.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) columns: Map<String, Value>,
    pub(crate) record: Value,
}

/// How much of a record there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Amount {
    /// Required properties; the other columns are missing.
    Least,
    /// Required properties; the other columns are empty.
    Empty,
    /// Everything.
    Whole,
}

/// A row of a resource.
pub(crate) fn row(document: &Document, resource: &Resource, amount: Amount) -> Row {
    let maker = Maker { document, amount, is_descriptor: resource.name.ends_with("Descriptors") };
    let mut columns = Map::new();
    let record = maker.object(document.schemas.get(resource.body), "", Values::Texts, 0, &mut columns);
    if amount == Amount::Empty {
        let whole = row(document, resource, Amount::Whole);
        for name in whole.columns.keys() {
            columns.entry(name.clone()).or_insert_with(|| "".into());
        }
    }
    Row { columns, record }
}

struct Maker<'a> {
    document: &'a Document,
    amount: Amount,
    is_descriptor: bool,
}

/// How values stand in a source.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Values {
    /// As text, as in a CSV file.
    Texts,
    /// With their type, as inside of a list that is JSON: in its first element, or its second.
    Typed(u32),
}

impl Maker<'_> {
    fn object(
        &self,
        schema: &Schema,
        prefix: &str,
        values: Values,
        depth: usize,
        columns: &mut Map<String, Value>,
    ) -> Value {
        let mut object = Map::new();
        for property in &schema.properties {
            let wanted = property.required || self.amount == Amount::Whole;
            if !wanted || self.is_given_by_the_api(property, depth) {
                continue;
            }
            let name = format!("{prefix}{}", property.name);
            let value = match &property.shape {
                Shape::Object(inner) => {
                    let prefix = format!("{name}_");
                    self.object(self.document.schemas.get(*inner), &prefix, values, depth + 1, columns)
                }
                Shape::Array(array) => {
                    let elements: Vec<(Value, Value)> =
                        (1..=2).map(|number| self.element(schema, property, &array.items, depth, number)).collect();
                    let (given, made): (Vec<Value>, Vec<Value>) = elements.into_iter().unzip();
                    let given = Value::from(given);
                    columns.insert(name, if values == Values::Texts { given.to_string().into() } else { given });
                    Value::from(made)
                }
                _ => {
                    let (given, made) = scalar(schema, property, &property.shape, values);
                    columns.insert(name, given);
                    made
                }
            };
            if value != json!({}) || property.required {
                object.insert(property.name.clone(), value);
            }
        }
        Value::Object(object)
    }

    fn element(&self, outer: &Schema, property: &Property, shape: &Shape, depth: usize, number: u32) -> (Value, Value) {
        match shape {
            Shape::Object(schema) => {
                let mut given = Map::new();
                let schema = self.document.schemas.get(*schema);
                let made = self.object(schema, "", Values::Typed(number), depth + 1, &mut given);
                (given.into(), made)
            }
            _ => scalar(outer, property, shape, Values::Typed(number)),
        }
    }

    fn is_given_by_the_api(&self, property: &Property, depth: usize) -> bool {
        let number = self.is_descriptor && property.name.ends_with("DescriptorId");
        property.name == "link"
            || depth == 0 && (number || ["id", "_etag", "_lastModifiedDate"].contains(&&*property.name))
    }
}

/// A value as it stands in the source, and in the record.
fn scalar(schema: &Schema, property: &Property, shape: &Shape, values: Values) -> (Value, Value) {
    let number = if let Values::Typed(number) = values { number - 1 } else { 0 };
    let typed = |value: Value| match values {
        Values::Typed(_) => (value.clone(), value),
        // Python spells it so.
        Values::Texts if value == true => ("True".into(), value),
        Values::Texts => (value.to_string().into(), value),
    };
    match shape {
        Shape::Text(_) if property.is_descriptor() => {
            let code = format!("Ninth \"grade\" \\ <9>'s {number}");
            (code.as_str().into(), format!("uri://ed-fi.org/{}#{code}", descriptor(schema, &property.name)).into())
        }
        Shape::Text(rule) => {
            let text = Value::from(text(rule, number));
            (text.clone(), text)
        }
        // Nothing is taken for no value.
        Shape::Integer(rule) => {
            let least: i64 =
                format!("{:.0}", rule.bounds.minimum.unwrap_or(0.0)).parse().expect("bounds of integers are integers");
            typed(json!(least + i64::from(number)))
        }
        Shape::Number(_) => typed(json!(0.5)),
        Shape::Boolean => typed(json!(values == Values::Texts)),
        Shape::Any => typed("any".into()),
        Shape::Object(_) | Shape::Array(_) => panic!("{} is no scalar", property.name),
    }
}

/// The descriptors of properties with a role in their names, as the data model has them; the others are named after
/// their properties.
const ROLES: &[(&str, &[&str])] = &[
    (
        "CreditTypeDescriptor",
        &[
            "attempted",
            "available",
            "cumulativeAttempted",
            "cumulativeEarned",
            "earned",
            "maximumAvailable",
            "minimumAvailable",
            "sessionAttempted",
            "sessionEarned",
            "totalRequired",
        ],
    ),
    ("GradeLevelDescriptor", &["entry", "nextYear", "objective", "whenAssessed", "whenTaken"]),
    ("CountryDescriptor", &["birth", "issuer"]),
    ("SexDescriptor", &["birth"]),
    ("StateAbbreviationDescriptor", &["birth", "stateOfIssue"]),
    ("LanguageDescriptor", &["administration", "instruction"]),
    ("ProgressLevelDescriptor", &["ela", "mathematics"]),
    ("LevelOfEducationDescriptor", &["highestCompleted"]),
    (CORE_ONLY, &["evaluationElement", "evaluationObjective", "evaluationRubric", "summaryEvaluation"]),
];

/// TPDM has descriptors such as `EvaluationElementRatingLevelDescriptor`, of which the core knows nothing.
const CORE_ONLY: &str = "RatingLevelDescriptor";

/// The descriptors whose names begin with an abbreviation, as published values spell them.
const ABBREVIATED: &[&str] = &["CTEProgramServiceDescriptor", "EPPProgramPathwayDescriptor", "IDEAPartDescriptor"];

fn descriptor(schema: &Schema, property: &str) -> String {
    let is_core = schema.name.starts_with("edFi_") || schema.name.starts_with("EdFi_");
    let has_role = |(own, roles): &&(&str, &[&str])| {
        (is_core || *own != CORE_ONLY) && property.strip_suffix(*own).is_some_and(|role| roles.contains(&role))
    };
    if let Some(abbreviated) = ABBREVIATED.iter().find(|name| name.eq_ignore_ascii_case(property)) {
        return (*abbreviated).to_owned();
    }
    let role = ROLES.iter().find(has_role);
    role.map_or_else(|| property[..1].to_uppercase() + &property[1..], |(own, _)| (*own).to_owned())
}

fn text(rule: &TextRule, number: u32) -> String {
    let quoted = format!("{number}\"\\Ä");
    let text = match rule.format {
        Some(TextFormat::Date) => ["2025-08-31", "2025-09-01"][number as usize],
        Some(TextFormat::DateTime) => "2025-08-31T08:15:00Z",
        Some(TextFormat::Time) => ["08:15:00", "09:15:00"][number as usize],
        None => quoted.as_str(),
    };
    let most = rule.max_length.map_or(usize::MAX, |most| most as usize);
    let text: String = text.chars().take(most).collect();
    if text.chars().count() < rule.min_length.unwrap_or(0) as usize {
        return number.to_string().repeat(rule.min_length.unwrap_or(0) as usize);
    }
    text
}

//! From the schema of a body to a Jinja template that turns a row of a source into a record.
//!
//! What comes out must be JSON whatever the row holds: texts are escaped by `tojson`, and an optional property has its
//! comma inside of its condition. Required properties stand first, so that there is something before each comma.

use std::cell::Cell;

use super::column::Column;
use crate::model::{
    ArrayRule, Described, DescriptorTypes, Endpoint, NaturalKey, Property, SchemaId, Shape, TextFormat, TextRule,
    capitalised, plain_namespace,
};
use crate::sort;

/// Bodies nest at most so deep (lists and objects together); documents that go deeper are not believed.
const DEEPEST: usize = 16;
/// A template looks at so many properties at most: schemas that share others may unfold without end.
const MOST_PROPERTIES: usize = 100_000;

/// A body is too large for a template.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("the API's documents describe a body that is too large for a template")]
pub(super) struct TooLarge;

/// The template of an endpoint's records, ending in a line feed.
pub(super) fn template(
    endpoint: &Endpoint,
    described: &Described,
    descriptors: &DescriptorTypes,
) -> Result<String, TooLarge> {
    let mut pen = Pen {
        described,
        descriptors,
        key: endpoint.key.as_deref(),
        body: String::new(),
        columns: Columns::default(),
        indent: 0,
        joiners: 0,
        left: Cell::new(MOST_PROPERTIES),
    };
    let row = Place {
        column: Column::row(),
        path: Some(Vec::new()),
        required: true,
        loops: 0,
        open: Vec::new(),
        namespace: plain_namespace(&endpoint.id.namespace),
    };
    pen.object(described.resource.body, &row);
    if pen.left.get() == 0 {
        return Err(TooLarge);
    }
    Ok(format!("{}{}\n", header(endpoint, &pen.columns), pen.body))
}

/// The columns of the source, in the order of the template.
#[derive(Debug, Default)]
struct Columns {
    required: Vec<String>,
    optional: Vec<String>,
}

/// What the template is of, and what its source needs.
fn header(endpoint: &Endpoint, columns: &Columns) -> String {
    let mut lines = vec![format!("{}, made by lightbeam create.", comment(&endpoint.id.to_string()))];
    match endpoint.key.as_deref() {
        Some(key) if !key.parts.is_empty() => {
            let part = |paths: &Vec<Vec<String>>| {
                let names = paths.iter().map(|path| path.iter().fold(Column::row(), |at, step| at.of(step)).name());
                names.collect::<Vec<_>>().join(" = ")
            };
            let parts: Vec<String> = key.parts.iter().map(|of| part(&of.paths)).collect();
            lines.push(format!("Grain: one record for each {}.", parts.join(", ")));
            if !key.complete {
                lines.push("The API's documents do not tell the rest of its natural key.".to_owned());
            }
        }
        _ => lines.push("The API's documents do not tell its natural key.".to_owned()),
    }
    lines.push(format!("Required columns: {}", columns.required.join(", ")));
    lines.push(format!("Optional columns: {}", columns.optional.join(", ")));
    lines.push("Columns of nested objects are joined by _, and a list is a column of JSON text. Optional".to_owned());
    lines
        .push("properties are left out where their column is empty or missing. Numbers stand as they come.".to_owned());
    format!("{{#- {} -#}}\n", lines.join("\n    "))
}

/// Writes the body of a template.
struct Pen<'a> {
    described: &'a Described,
    descriptors: &'a DescriptorTypes,
    key: Option<&'a NaturalKey>,
    body: String,
    columns: Columns,
    indent: usize,
    joiners: usize,
    /// Properties that may still be looked at.
    left: Cell<usize>,
}

/// Where in a body the pen is.
#[derive(Clone)]
struct Place {
    /// Where the values come from.
    column: Column,
    /// The properties that lead here; `None` inside of lists, where no part of the natural key stands.
    path: Option<Vec<String>>,
    /// Whether everything around it is required.
    required: bool,
    /// Loops around it.
    loops: usize,
    /// The schemas around it.
    open: Vec<SchemaId>,
    /// The namespace of the innermost of them, as [`plain_namespace`] has it.
    namespace: String,
}

impl Place {
    fn property(&self, property: &Property) -> Self {
        let path = self.path.as_ref().map(|path| path.iter().cloned().chain([property.name.clone()]).collect());
        let required = self.required && property.required;
        Self { column: self.column.of(&property.name), path, required, ..self.clone() }
    }

    fn element(&self) -> Self {
        let item = if self.loops == 0 { "item".to_owned() } else { format!("item{}", self.loops + 1) };
        Self { column: Column::element(&item), path: None, loops: self.loops + 1, ..self.clone() }
    }

    fn inside(&self, schema: SchemaId, described: &Described) -> Self {
        let mut inside = self.clone();
        inside.open.push(schema);
        if let Some(own) = described.schemas.get(schema).namespace() {
            inside.namespace = own;
        }
        inside
    }

    fn is_row(&self) -> bool {
        self.open.len() <= 1 && self.loops == 0
    }
}

impl<'a> Pen<'a> {
    fn object(&mut self, schema: SchemaId, at: &Place) {
        let at = at.inside(schema, self.described);
        let properties = self.properties(schema, &at);
        if properties.is_empty() {
            self.body.push_str("{}");
            return;
        }
        let required = properties.iter().filter(|property| property.required).count();
        let comma = match (required, properties.len()) {
            (0, 1) => String::new(),
            (0, _) => {
                self.joiners += 1;
                format!("{{{{ comma{}() }}}}", self.joiners)
            }
            _ => ", ".to_owned(),
        };
        self.body.push('{');
        self.indent += 1;
        if required == 0 && properties.len() > 1 {
            self.line(&format!("{{% set comma{} = joiner(\", \") %}}", self.joiners));
        }
        for (number, property) in properties.into_iter().enumerate() {
            let place = at.property(property);
            let name = json_name(&property.name);
            self.line(&format!("{{# {} #}}", self.remark(property, &place)));
            if property.required {
                self.line(&format!("{name}: "));
                self.value(property, &property.shape, &place);
                if number + 1 < required {
                    self.body.push(',');
                }
            } else {
                let condition = self.conditions(&property.shape, &place).join(" or ");
                self.line(&format!("{{% if {condition} %}}{comma}{name}: "));
                self.value(property, &property.shape, &place);
                self.body.push_str("{% endif %}");
            }
        }
        self.indent -= 1;
        self.line("}");
    }

    /// The properties that a client gives, parts of the natural key first, then the other required ones.
    fn properties(&self, schema: SchemaId, at: &Place) -> Vec<&'a Property> {
        let all = &self.described.schemas.get(schema).properties;
        let mut given: Vec<&Property> = all.iter().filter(|property| self.is_given(property, at)).collect();
        sort::by_key(&mut given, |property| (!property.required, !self.is_key(property, &at.property(property))));
        given
    }

    fn is_given(&self, property: &Property, at: &Place) -> bool {
        let Some(left) = self.left.get().checked_sub(1) else { return false };
        self.left.set(left);
        if at.is_row() && (property.name == "id" || property.name.starts_with('_') && property.name != "_ext") {
            return false;
        }
        // What a reference leads to is for the API to say.
        if property.name == "link" && !matches!(property.shape, Shape::Text(_)) {
            return false;
        }
        let place = at.property(property);
        // The database's own number of a descriptor.
        let number = at.is_row() && self.is_descriptor() && property.identity && !self.is_key(property, &place);
        if number {
            return false;
        }
        match property.shape.object() {
            // An object that holds itself has no end, and one that nothing can be given of has no condition.
            Some(inner) if at.open.contains(&inner) || at.open.len() + at.loops > DEEPEST => false,
            _ => property.required || !self.conditions(&property.shape, &place).is_empty(),
        }
    }

    fn is_descriptor(&self) -> bool {
        self.described.resource.schema.to_ascii_lowercase().ends_with("descriptor")
    }

    /// Whether a property is part of the record's natural key or, inside of a list, of its element's.
    fn is_key(&self, property: &Property, at: &Place) -> bool {
        match (&at.path, self.key) {
            (Some(path), Some(key)) => {
                key.parts.iter().flat_map(|part| &part.paths).any(|whole| whole.starts_with(path))
            }
            (Some(_), None) => false,
            (None, _) => property.identity,
        }
    }

    /// What must have a value, any one of it, for a property to be written.
    fn conditions(&self, shape: &Shape, at: &Place) -> Vec<String> {
        match shape {
            Shape::Array(_) => vec![at.column.expression()],
            Shape::Object(schema) => {
                let inside = at.inside(*schema, self.described);
                let properties = self.properties(*schema, &inside).into_iter();
                properties.flat_map(|property| self.conditions(&property.shape, &inside.property(property))).collect()
            }
            _ => vec![at.column.has_value()],
        }
    }

    fn value(&mut self, property: &Property, shape: &Shape, at: &Place) {
        let value = at.column.expression();
        if !matches!(shape, Shape::Object(_)) {
            self.note(at);
        }
        match shape {
            Shape::Text(_) if property.is_descriptor() => {
                let (descriptor, _) = self.descriptor(property, at);
                self.body
                    .push_str(&format!("{{{{ (descriptor_namespace() ~ \"/{descriptor}#\" ~ {value}) | tojson }}}}"));
            }
            Shape::Text(_) => self.body.push_str(&format!("{{{{ {value} | string | tojson }}}}")),
            Shape::Integer(_) | Shape::Number(_) => self.unquoted(property, &value, "string", at),
            // Python says True.
            Shape::Boolean => self.unquoted(property, &value, "string | lower", at),
            Shape::Any => self.body.push_str(&format!("{{{{ {value} | tojson }}}}")),
            Shape::Object(schema) => self.object(*schema, at),
            Shape::Array(array) => self.list(property, array, at),
        }
    }

    /// A value without quotation marks. Where there is none, `null` keeps the record JSON, in which `validate` can name
    /// the property. As text neither 0 nor false is nothing; only inside of lists a value may be none.
    fn unquoted(&mut self, property: &Property, value: &str, filters: &str, at: &Place) {
        let is_element = matches!(property.shape, Shape::Array(_));
        let text = match (property.required || is_element, at.loops == 0) {
            (false, _) => format!("{value} | {filters}"),
            (true, true) => format!("{value} | {filters} or \"null\""),
            (true, false) => format!("\"null\" if {value} is none else {value} | {filters} or \"null\""),
        };
        self.body.push_str(&format!("{{{{ {text} }}}}"));
    }

    fn list(&mut self, property: &Property, array: &ArrayRule, at: &Place) {
        let value = at.column.expression();
        let list = match (at.loops == 0, property.required) {
            (true, true) => format!("fromjson({value} or \"[]\")"),
            (true, false) => format!("fromjson({value})"),
            (false, true) => format!("{value} or []"),
            (false, false) => value,
        };
        let element = at.element();
        let item = element.column.expression();
        self.body.push('[');
        self.indent += 1;
        self.line(&format!("{{% for {item} in {list} %}}"));
        self.value(property, &array.items, &element);
        self.body.push_str("{% if not loop.last %}, {% endif %}{% endfor %}");
        self.indent -= 1;
        self.line("]");
    }

    /// Remembers a column of the source.
    fn note(&mut self, at: &Place) {
        if at.loops == 0 {
            let columns = if at.required { &mut self.columns.required } else { &mut self.columns.optional };
            columns.push(at.column.name());
        }
    }

    /// Begins a line.
    fn line(&mut self, text: &str) {
        self.body.push('\n');
        self.body.extend(std::iter::repeat_n("  ", self.indent));
        self.body.push_str(text);
    }

    /// What a comment says of a property.
    fn remark(&self, property: &Property, at: &Place) -> String {
        let mut marks = vec![if property.required { "required" } else { "optional" }.to_owned()];
        if self.is_key(property, at) {
            marks.push("key".to_owned());
        }
        if property.deprecated {
            marks.push("deprecated".to_owned());
        }
        format!("{}: {}", marks.join(", "), self.kind(property, at))
    }

    fn kind(&self, property: &Property, at: &Place) -> String {
        match &property.shape {
            Shape::Text(_) if property.is_descriptor() => {
                let (descriptor, is_known) = self.descriptor(property, at);
                let unknown = if is_known { "" } else { ", a descriptor that the API's documents do not name" };
                format!("code value of {descriptor}{unknown}")
            }
            Shape::Text(rule) => text_kind(rule),
            Shape::Integer(_) => "whole number".to_owned(),
            Shape::Number(_) => "number".to_owned(),
            Shape::Boolean => "true or false".to_owned(),
            Shape::Any => "any value".to_owned(),
            Shape::Object(_) if property.is_reference() => "reference".to_owned(),
            Shape::Object(_) => "object".to_owned(),
            Shape::Array(_) if at.loops == 0 => format!("list, JSON text in the column {}", at.column.name()),
            Shape::Array(_) => "list".to_owned(),
        }
    }

    /// The descriptor that a property means, and whether the API's documents name it; else it is named after the
    /// property.
    fn descriptor(&self, property: &Property, at: &Place) -> (String, bool) {
        let meant = self.descriptors.of(&property.name, &at.namespace);
        // Those of the same name in several namespaces differ in nothing that a template says.
        match meant.first() {
            Some(first) => (comment(&self.descriptors.get(*first).name), true),
            None => (comment(&capitalised(&property.name)), false),
        }
    }
}

fn text_kind(rule: &TextRule) -> String {
    match (rule.format, rule.max_length) {
        (Some(TextFormat::Date), _) => "date, as in 2026-08-31".to_owned(),
        (Some(TextFormat::DateTime), _) => "date and time, as in 2026-08-31T08:15:00Z".to_owned(),
        (Some(TextFormat::Time), _) => "time, as in 08:15:00".to_owned(),
        (None, Some(most)) => format!("text of at most {most} characters"),
        (None, None) => "text".to_owned(),
    }
}

/// A text of the API without anything that Jinja or earthmover could take for its own.
fn comment(text: &str) -> String {
    text.chars().map(|c| if c.is_ascii_alphanumeric() || "_-./ ".contains(c) { c } else { '_' }).collect()
}

/// A property name as JSON text, in which nothing can be taken for Jinja or for a parameter of earthmover (`$`).
fn json_name(name: &str) -> String {
    let mut text = String::from("\"");
    let mut units = [0; 2];
    for c in name.chars() {
        if c.is_ascii_alphanumeric() || "_-.".contains(c) {
            text.push(c);
        } else {
            let units = c.encode_utf16(&mut units);
            text.extend(units.iter().map(|unit| format!("\\u{unit:04x}")));
        }
    }
    text.push('"');
    text
}

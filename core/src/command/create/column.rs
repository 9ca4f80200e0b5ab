//! Columns of a source as a Jinja template names them.
//!
//! Names come from the API's documents, so whatever is no plain word must not become template text.

/// A value that a template takes in: a column of the source, or a part of a list's element.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Column {
    /// The name of the loop variable that it belongs to; none for a column of the source.
    item: Option<String>,
    /// Property names from the outside in; empty for the element itself.
    names: Vec<String>,
}

impl Column {
    /// The source's row.
    pub(super) fn row() -> Self {
        Self { item: None, names: Vec::new() }
    }

    /// The element that a loop is at.
    pub(super) fn element(item: &str) -> Self {
        Self { item: Some(item.to_owned()), names: Vec::new() }
    }

    /// A property of it. Properties of nested objects are columns too: `schoolReference_schoolId`.
    pub(super) fn of(&self, property: &str) -> Self {
        let mut names = self.names.clone();
        names.push(property.to_owned());
        Self { item: self.item.clone(), names }
    }

    /// The name of the column.
    pub(super) fn name(&self) -> String {
        let plain = |c: char| if c.is_ascii_alphanumeric() || "_-. ".contains(c) { c } else { '_' };
        self.names.join("_").chars().map(plain).collect()
    }

    /// The Jinja expression of the value.
    pub(super) fn expression(&self) -> String {
        let name = self.name();
        match &self.item {
            None if is_word(&name) && !is_taken(&name) => name,
            None => format!("__row_data__[\"{name}\"]"),
            Some(item) if self.names.is_empty() => item.clone(),
            Some(item) if is_word(&name) && !DICT.contains(&name.as_str()) => format!("{item}.{name}"),
            Some(item) => format!("{item}[\"{name}\"]"),
        }
    }

    /// The Jinja condition that there is a value. earthmover gives every scalar of a row as text, so that an empty one
    /// is false; inside of lists values keep their JSON type, and neither 0 nor false is nothing.
    pub(super) fn has_value(&self) -> String {
        let value = self.expression();
        if self.item.is_some() { format!("{value} or {value} == 0") } else { value }
    }
}

fn is_word(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// Whether a word means something else in a template: a key word, a global of Jinja or earthmover, or a name of ours.
fn is_taken(name: &str) -> bool {
    let ours = |prefix: &str| name.strip_prefix(prefix).is_some_and(|rest| rest.bytes().all(|b| b.is_ascii_digit()));
    TAKEN.contains(&name) || ours("item") || ours("comma")
}

const TAKEN: &[&str] = &[
    "False",
    "None",
    "True",
    "and",
    "block",
    "caller",
    "cycler",
    "descriptor_namespace",
    "dict",
    "elif",
    "else",
    "false",
    "for",
    "fromjson",
    "if",
    "import",
    "in",
    "is",
    "joiner",
    "kwargs",
    "lipsum",
    "loop",
    "md5",
    "namespace",
    "none",
    "not",
    "or",
    "range",
    "recursive",
    "self",
    "super",
    "true",
    "varargs",
];

/// What `item.NAME` finds in Python before the element's own value of that name.
const DICT: &[&str] =
    &["clear", "copy", "fromkeys", "get", "items", "keys", "pop", "popitem", "setdefault", "update", "values"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_nested_objects_are_joined() {
        let school = Column::row().of("schoolReference").of("schoolId");
        assert_eq!(school.expression(), "schoolReference_schoolId");
        assert_eq!(school.has_value(), "schoolReference_schoolId");
        let item = Column::element("item2").of("schoolReference").of("schoolId");
        assert_eq!(item.expression(), "item2.schoolReference_schoolId");
        assert_eq!(item.has_value(), "item2.schoolReference_schoolId or item2.schoolReference_schoolId == 0");
        assert_eq!(Column::element("item").expression(), "item");
    }

    #[test]
    fn names_that_mean_something_else_in_jinja_are_looked_up_in_the_row() {
        for (name, expression) in [
            ("namespace", "__row_data__[\"namespace\"]"),
            ("in", "__row_data__[\"in\"]"),
            ("item2", "__row_data__[\"item2\"]"),
            ("items", "items"),
            ("sample-transcript", "__row_data__[\"sample-transcript\"]"),
            ("2nd", "__row_data__[\"2nd\"]"),
        ] {
            assert_eq!(Column::row().of(name).expression(), expression);
        }
        assert_eq!(Column::element("item").of("values").expression(), "item[\"values\"]");
    }

    #[test]
    fn a_hostile_name_stays_a_name() {
        let column = Column::row().of("x\"] }}{% include '/etc/passwd' %}${HOME}");
        let expression = column.expression();
        let inner = expression.strip_prefix("__row_data__[\"").and_then(|rest| rest.strip_suffix("\"]")).unwrap();
        assert!(inner.chars().all(|c| c.is_ascii_alphanumeric() || "_-. ".contains(c)), "{inner}");
    }
}

//! The configuration as a tree of texts, lists and mappings, with where each key was written and what went into each
//! text.

/// Where something was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// In the configuration file; line and column count from 1, columns in characters.
    File {
        /// The line.
        line: usize,
        /// The column.
        column: usize,
    },
    /// In the configuration file, it is not known where.
    Somewhere,
    /// Given by `--set`.
    Set,
}

impl Place {
    /// The place as messages begin with it: `lightbeam.yaml:7:3`, `lightbeam.yaml` or `--set`.
    pub(super) fn shown(self, file: &str) -> String {
        match self {
            Self::File { line, column } => format!("{file}:{line}:{column}"),
            Self::Somewhere => file.to_owned(),
            Self::Set => "--set".to_owned(),
        }
    }
}

/// A text value, with the names whose values went into it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Text {
    /// The text, substituted.
    pub(super) content: String,
    /// The names that were substituted, in order. Where there are any, no message shows the text.
    pub(super) names: Vec<String>,
    /// The names in braces that have no value and stand in the text as they were written.
    pub(super) unknown: Vec<String>,
    /// Whether one of `names` came from `--params`.
    pub(super) from_params: bool,
}

impl Text {
    /// A text as it was written.
    pub(super) fn plain(text: impl Into<String>) -> Self {
        Self { content: text.into(), ..Self::default() }
    }
}

/// A value. Numbers and booleans stay texts: only the key that they belong to knows what it wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value {
    /// Nothing.
    Null {
        /// Whether nothing at all was written, rather than `null` or `~`.
        blank: bool,
    },
    /// A scalar.
    Text(Text),
    /// A list.
    List(Vec<Node>),
    /// A mapping, in the order written, each key once.
    Map(Vec<Entry>),
}

/// A value with its place, which is known for most texts only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Node {
    /// The value.
    pub(super) value: Value,
    /// Where it begins.
    pub(super) place: Place,
}

/// A key with its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    /// The key.
    pub(super) key: String,
    /// Where the key stands.
    pub(super) place: Place,
    /// The value.
    pub(super) node: Node,
}

impl Node {
    /// The entry at a dotted path; `None` if it is absent or null.
    pub(super) fn find(&self, path: &str) -> Option<&Entry> {
        let (first, rest) = match path.split_once('.') {
            Some((first, rest)) => (first, Some(rest)),
            None => (path, None),
        };
        let Value::Map(entries) = &self.value else { return None };
        let entry = entries.iter().find(|entry| entry.key == first)?;
        match rest {
            Some(rest) => entry.node.find(rest),
            None if matches!(entry.node.value, Value::Null { .. }) => None,
            None => Some(entry),
        }
    }

    /// Puts a value at a path, making missing levels. A level that holds something else than a mapping is left as it
    /// is: the check of the whole tree complains about it.
    pub(super) fn put(&mut self, path: &[&str], value: Value, place: Place) {
        let Some((first, rest)) = path.split_first() else {
            *self = Self { value, place };
            return;
        };
        if matches!(self.value, Value::Null { .. }) {
            self.value = Value::Map(Vec::new());
        }
        let Value::Map(entries) = &mut self.value else { return };
        let index = entries.iter().position(|entry| entry.key == *first).unwrap_or_else(|| {
            let node = Self { value: Value::Null { blank: false }, place };
            entries.push(Entry { key: (*first).to_owned(), place, node });
            entries.len() - 1
        });
        if rest.is_empty() {
            entries[index].place = place;
        }
        entries[index].node.put(rest, value, place);
    }

    /// Takes away what stands at a path, and levels above it that are empty then.
    pub(super) fn remove(&mut self, path: &[&str]) {
        let Some((first, rest)) = path.split_first() else { return };
        let Value::Map(entries) = &mut self.value else { return };
        let Some(index) = entries.iter().position(|entry| entry.key == *first) else { return };
        if !rest.is_empty() {
            entries[index].node.remove(rest);
            if !matches!(&entries[index].node.value, Value::Map(inner) if inner.is_empty()) {
                return;
            }
        }
        entries.remove(index);
    }
}

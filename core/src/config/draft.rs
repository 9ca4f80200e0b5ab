//! A configuration while somebody edits it: what stands in the file, unsubstituted, key by key.

use super::ConfigError;
use super::interpolate::names_in;
use super::keys::{KEYS, Wants, known};
use super::legacy;
use super::load::parse;
use super::tree::{Node, Place, Text, Value};
use crate::notice::Notice;

/// A configuration as it is written, with `${NAME}`s as they stand. What people edit in a front end; [`Draft::to_yaml`]
/// is what a run reads and what they save.
///
/// ```
/// use lightbeam_core::config::Draft;
/// let (mut draft, _) = Draft::open("edfi_api:\n  client_id: ${ID}\n  year: 2026 # ours\n").unwrap();
/// assert_eq!(draft.text("edfi_api.year").as_deref(), Some("2026"));
/// assert_eq!(draft.names(), ["ID"]);
/// draft.set("edfi_api.year", "2027");
/// assert!(draft.to_yaml().contains("year: 2027"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    root: Node,
}

impl Default for Draft {
    fn default() -> Self {
        Self { root: Node { value: Value::Map(Vec::new()), place: Place::Somewhere } }
    }
}

impl Draft {
    /// Reads a configuration of either generation; flat keys of 2022 get their nested names. The notices tell what
    /// else was made of it.
    pub fn open(yaml: &str) -> Result<(Self, Vec<Notice>), ConfigError> {
        let mut notices = Vec::new();
        let mut root = parse("lightbeam.yaml", yaml, &mut notices)?;
        legacy::nest(&mut root, "lightbeam.yaml", &mut notices)?;
        if matches!(root.value, Value::Null { .. }) {
            root.value = Value::Map(Vec::new());
        }
        Ok((Self { root }, notices))
    }

    /// The value of a dotted key as one text: of a list, its items with commas between; of a mapping, none.
    pub fn text(&self, key: &str) -> Option<String> {
        shown(&self.root.find(key)?.node)
    }

    /// Gives a key a value, or takes it away where the text is blank. A key that wants a list gets the items between
    /// the commas.
    pub fn set(&mut self, key: &str, text: &str) {
        // A namespace may hold dots, so what follows that key is one name.
        let levels: Vec<&str> = match key.strip_prefix("namespace_overrides.") {
            Some(namespace) => vec!["namespace_overrides", namespace],
            None => key.split('.').collect(),
        };
        if text.trim().is_empty() && key != "state_dir" {
            self.root.remove(&levels);
            return;
        }
        let text_of = |text: &str| Value::Text(Text::plain(text.trim()));
        let value = match known(key).map(|key| key.wants) {
            wants if matches!(wants, Some(Wants::List)) || key.starts_with("namespace_overrides.") => {
                let items = text.split(',').map(str::trim).filter(|item| !item.is_empty());
                Value::List(items.map(|item| Node { value: text_of(item), place: Place::Somewhere }).collect())
            }
            _ => text_of(text),
        };
        self.root.put(&levels, value, Place::Somewhere);
    }

    /// The names in `${NAME}`s and `$NAME`s of all values, each once, in the order written.
    pub fn names(&self) -> Vec<String> {
        let mut names = Vec::new();
        collect(&self.root, &mut names);
        names
    }

    /// The configuration as YAML. Comments of the file it came from are gone.
    pub fn to_yaml(&self) -> String {
        let mut yaml = String::new();
        write(&self.root, 0, &mut yaml);
        yaml
    }

    /// All keys that have a value, with it, in the order of the documentation.
    pub fn given(&self) -> Vec<(&'static str, String)> {
        KEYS.iter().filter_map(|key| Some((key.path, self.text(key.path)?))).collect()
    }
}

fn shown(node: &Node) -> Option<String> {
    match &node.value {
        Value::Text(text) => Some(text.content.clone()),
        Value::List(items) => Some(items.iter().filter_map(shown).collect::<Vec<_>>().join(", ")),
        Value::Null { .. } | Value::Map(_) => None,
    }
}

fn collect(node: &Node, names: &mut Vec<String>) {
    match &node.value {
        Value::Text(text) => {
            for name in names_in(&text.content) {
                if !names.iter().any(|known| known == name) {
                    names.push(name.to_owned());
                }
            }
        }
        Value::List(items) => items.iter().for_each(|item| collect(item, names)),
        Value::Map(entries) => entries.iter().for_each(|entry| collect(&entry.node, names)),
        Value::Null { .. } => {}
    }
}

fn write(node: &Node, indent: usize, yaml: &mut String) {
    let Value::Map(entries) = &node.value else { return };
    for entry in entries {
        let margin = " ".repeat(indent);
        let key = scalar(&entry.key);
        match &entry.node.value {
            Value::Null { .. } => yaml.push_str(&format!("{margin}{key}:\n")),
            Value::Text(text) => yaml.push_str(&format!("{margin}{key}: {}\n", scalar(&text.content))),
            Value::List(items) => {
                let items: Vec<String> = items.iter().filter_map(shown).map(|item| scalar(&item)).collect();
                yaml.push_str(&format!("{margin}{key}: [{}]\n", items.join(", ")));
            }
            Value::Map(inner) if inner.is_empty() => yaml.push_str(&format!("{margin}{key}: {{}}\n")),
            Value::Map(_) => {
                yaml.push_str(&format!("{margin}{key}:\n"));
                write(&entry.node, indent + 2, yaml);
            }
        }
    }
}

/// A text as a YAML scalar: plain where nobody can take it for anything else, else between double quotes, whose
/// escapes YAML and JSON have in common.
fn scalar(text: &str) -> String {
    let plain = !text.is_empty()
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-./~${}+".contains(&byte) || byte == b':')
        && text.starts_with(|first: char| first.is_ascii_alphanumeric() || "$/.~".contains(first))
        && !text.ends_with(':')
        && !text.contains(": ")
        && text != "~";
    if plain { text.to_owned() } else { serde_json::Value::from(text).to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_back_as_it_was() {
        let yaml = "edfi_api:\n  base_url: https://api.example.org:8443/v7\n  client_id: '12e45'\n  year: ${YEAR}\n\
                    connection:\n  retry_statuses: [429, 500]\n  verify_ssl: yes\ncount:\n  separator: ,\n\
                    namespace_overrides:\n  tpdm:\n    - candidates\nown: 'it''s: # odd'\n";
        let (draft, _) = Draft::open(yaml).unwrap();
        let (again, notices) = Draft::open(&draft.to_yaml()).unwrap();
        assert_eq!(notices, Vec::new(), "{}", draft.to_yaml());
        assert_eq!(again.to_yaml(), draft.to_yaml());
        assert_eq!(again.given(), draft.given());
        assert_eq!(again.text("edfi_api.client_id").as_deref(), Some("12e45"));
        assert_eq!(again.text("own").as_deref(), Some("it's: # odd"));
        assert!(draft.to_yaml().contains("tpdm: [candidates]"), "{}", draft.to_yaml());
    }

    #[test]
    fn flat_keys_get_their_nested_names() {
        let (draft, notices) = Draft::open("edfi_api_base_url: https://localhost/api\nverbose: true\n").unwrap();
        assert_eq!(draft.text("edfi_api.base_url").as_deref(), Some("https://localhost/api"));
        assert_eq!(draft.text("log_level").as_deref(), Some("DEBUG"));
        assert_eq!(notices.len(), 2);
    }

    #[test]
    fn a_blank_text_takes_a_key_away_and_a_list_is_cut_at_commas() {
        let mut draft = Draft::default();
        draft.set("validate.methods", "schema, references");
        draft.set("edfi_api.year", "2026");
        draft.set("edfi_api.year", " ");
        assert_eq!(draft.given(), [("validate.methods", "schema, references".to_owned())]);
        assert_eq!(draft.to_yaml(), "validate:\n  methods: [schema, references]\n");
    }

    #[test]
    fn what_is_no_configuration_is_refused_with_its_place() {
        assert!(Draft::open("").is_err());
        let error = Draft::open("edfi_api:\n  base_url: [\n").unwrap_err();
        assert!(error.message.starts_with("lightbeam.yaml:"), "{error}");
    }
}

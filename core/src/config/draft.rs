//! A configuration while somebody edits it: what stands in the file, unsubstituted, key by key.

use super::interpolate::{filled, names_in};
use super::keys::{KEYS, Wants, known};
use super::load::tree;
use super::read::Reader;
use super::tree::{Node, Place, Text, Value};
use super::{ConfigError, Written};
use super::{assemble, legacy};
use crate::notice::Notice;

/// What messages call the configuration.
const FILE: &str = "lightbeam.yaml";

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
    /// else was made of it, and which keys are unknown; those stay as they are.
    pub fn open(yaml: &str) -> Result<(Self, Vec<Notice>), ConfigError> {
        let mut notices = Vec::new();
        let mut root = tree(FILE, Written::from_yaml(yaml), &mut notices)?;
        legacy::nest(&mut root, FILE, &mut notices)?;
        if matches!(root.value, Value::Null { .. }) {
            root.value = Value::Map(Vec::new());
        }
        Reader { file: FILE, root: &root }.check_keys(&mut notices)?;
        Ok((Self { root }, notices))
    }

    /// The value of a dotted key as one text: of a list, its items with commas between; of a mapping, none.
    pub fn text(&self, key: &str) -> Option<String> {
        shown(&self.root.find(key)?.node)
    }

    /// The value of a dotted key with its names replaced; `None` where it is absent, or a name in it has no value.
    pub fn resolved(&self, key: &str, variable: &dyn Fn(&str) -> Option<String>) -> Option<String> {
        filled(&self.text(key)?, variable)
    }

    /// What is wrong with the value of one key, in the words of a run but for the file in front. A value with a name
    /// that has no value yet is not judged, nor is a path, which means something on the machine of the run only.
    pub fn problem(&self, key: &str, variable: &dyn Fn(&str) -> Option<String>) -> Option<ConfigError> {
        if known(key).is_some_and(|key| key.wants == Wants::Path) {
            return None;
        }
        // Some values are wrong only beside others, or the lack of them.
        let beside: &[&str] = match key {
            "edfi_api.mode" => &["edfi_api.instance_code", "edfi_api.data_url"],
            _ => &[],
        };
        let mut alone = Self::default();
        alone.set(key, &self.resolved(key, variable)?);
        for key in beside {
            alone.set(key, &self.text(key).unwrap_or_default());
        }
        let error = assemble::assemble(Reader { file: FILE, root: &alone.root }, FILE, &|_| None).err()?;
        let message = error.message.strip_prefix(FILE).and_then(|rest| rest.strip_prefix(": ")).map(str::to_owned);
        Some(ConfigError { message: message.unwrap_or(error.message), hint: error.hint })
    }

    /// All texts with their dotted keys, known or not, in the order written; a list is one text.
    pub fn texts(&self) -> Vec<(String, String)> {
        let mut texts = Vec::new();
        leaves(&self.root, "", &mut texts);
        texts
    }

    /// The names below a key that holds a mapping, each with the items of its list and commas between.
    pub fn lists(&self, key: &str) -> Vec<(String, String)> {
        let Some(Value::Map(entries)) = self.root.find(key).map(|entry| &entry.node.value) else { return Vec::new() };
        entries.iter().map(|entry| (entry.key.clone(), shown(&entry.node).unwrap_or_default())).collect()
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

    /// Takes a key away.
    pub fn remove(&mut self, key: &str) {
        self.root.remove(&key.split('.').collect::<Vec<_>>());
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

fn leaves(node: &Node, path: &str, texts: &mut Vec<(String, String)>) {
    if let Value::Map(entries) = &node.value {
        for entry in entries {
            let path = if path.is_empty() { entry.key.clone() } else { format!("{path}.{}", entry.key) };
            leaves(&entry.node, &path, texts);
        }
    } else if let Some(text) = shown(node) {
        texts.push((path.to_owned(), text));
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
        assert_eq!(notices.len(), 1, "only the unknown key: {}", draft.to_yaml());
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
    fn a_value_is_judged_by_itself_once_its_names_have_values() {
        let yaml = "edfi_api:\n  base_url: ${HOST}/api\n  mode: instance_year_specific\n  year: 20/26\nconnection:\n  \
                    pool_size: none\n  timeout: -1\n  retry_statuses: [429, 4000]\nvalidate:\n  methods: schema, refs\n\
                    data_dir: ~/data\n";
        let (mut draft, _) = Draft::open(yaml).unwrap();
        let problem = |draft: &Draft, key: &str| draft.problem(key, &|_| None).map(|error| error.message);
        assert_eq!(problem(&draft, "edfi_api.base_url"), None);
        let with = |value: &'static str| draft.problem("edfi_api.base_url", &move |_| Some(value.to_owned()));
        assert_eq!(with("https://example.org"), None);
        assert!(with("example.org").unwrap().message.starts_with("edfi_api.base_url must be an absolute"));
        for (key, begin) in [
            ("edfi_api.mode", "edfi_api.mode instance_year_specific needs edfi_api.instance_code"),
            ("edfi_api.year", "edfi_api.year must be"),
            ("connection.timeout", "connection.timeout must be a number"),
            ("connection.retry_statuses", "connection.retry_statuses must be a list of HTTP statuses"),
            ("validate.methods", "validate.methods must be one of"),
        ] {
            let told = problem(&draft, key).unwrap_or_default();
            assert!(told.starts_with(begin), "{key}: {told}");
        }
        for key in ["connection.pool_size", "connection.num_retries", "data_dir", "no.such.key"] {
            assert_eq!(problem(&draft, key), None, "{key}");
        }
        draft.set("edfi_api.instance_code", "north");
        assert_eq!(problem(&draft, "edfi_api.mode"), None);
        assert_eq!(draft.resolved("edfi_api.year", &|_| None).as_deref(), Some("20/26"));
        assert_eq!(draft.resolved("edfi_api.base_url", &|_| None), None);
    }

    #[test]
    fn all_texts_and_the_lists_of_a_mapping_can_be_had() {
        let (draft, notices) =
            Draft::open("own:\n  pass: x\nnamespace_overrides:\n  tpdm: [a, b]\n  x.y: c\n").unwrap();
        assert_eq!(notices.len(), 1);
        assert_eq!(draft.texts()[0], ("own.pass".to_owned(), "x".to_owned()));
        assert_eq!(draft.texts().len(), 3);
        let lists = draft.lists("namespace_overrides");
        assert_eq!(lists, [("tpdm".to_owned(), "a, b".to_owned()), ("x.y".to_owned(), "c".to_owned())]);
        assert_eq!(draft.lists("edfi_api"), []);
        assert!(Draft::open("edfi_api: nonsense\n").is_err());
    }

    #[test]
    fn what_is_no_configuration_is_refused_with_its_place() {
        assert!(Draft::open("").is_err());
        let error = Draft::open("edfi_api:\n  base_url: [\n").unwrap_err();
        assert!(error.message.starts_with("lightbeam.yaml:"), "{error}");
    }
}

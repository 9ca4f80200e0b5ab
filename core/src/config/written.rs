//! The text of a configuration, read: what stands where in it, or why it cannot be read.
//!
//! This is what a host may get from somebody else. The page reads YAML where people edit it, so its engine, which is
//! downloaded, has no YAML.

use serde_json::Value as Json;

use super::syntax::SyntaxError;
use super::tree::{Entry, Node, Place, Text, Value};
use super::yaml::{self, Document, Repeated};

/// The most levels of sections and lists. No key lies deeper than five; whoever takes the JSON, which has two levels for
/// each, may stop at 128.
const DEEPEST: usize = 32;

/// A configuration that was read, names not yet replaced.
///
/// ```
/// use lightbeam_core::config::Written;
/// let json = Written::from_yaml("edfi_api:\n  client_id: ${ID}\n").to_json();
/// assert_eq!(Written::from_json(&json).to_json(), json);
/// ```
#[derive(Debug, Clone)]
pub struct Written(Result<Document, SyntaxError>);

impl Written {
    /// Reads YAML.
    pub fn from_yaml(text: &str) -> Self {
        let read = yaml::parse(text.strip_prefix('\u{feff}').unwrap_or(text));
        Self(read.and_then(|document| match too_deep(&document.root, DEEPEST) {
            Some(place) => Err(SyntaxError::too_deep(place)),
            None => Ok(document),
        }))
    }

    /// Takes what [`Written::to_json`] wrote.
    pub fn from_json(text: &str) -> Self {
        let strange = SyntaxError {
            place: Place::Somewhere,
            message: "this is not the form in which a configuration is handed over".into(),
            hint: None,
        };
        let read = serde_json::from_slice(text.as_bytes()).ok();
        Self(read.and_then(|json: Json| outcome(&json)).unwrap_or(Err(strange)))
    }

    /// All of it, in the form that [`Written::from_json`] takes.
    pub fn to_json(&self) -> String {
        let mut json = String::new();
        match &self.0 {
            Ok(document) => {
                json.push('[');
                write_node(&document.root, &mut json);
                json.push(',');
                write_list(&document.repeated, &mut json, |repeated, json| {
                    json.push('[');
                    write_text(&repeated.key, json);
                    for place in [repeated.first, repeated.last] {
                        json.push(',');
                        write_place(place, json);
                    }
                    json.push(']');
                });
                json.push(',');
                match document.mended {
                    Some(place) => write_place(place, &mut json),
                    None => json.push_str("null"),
                }
                json.push(']');
            }
            Err(error) => {
                json.push_str("{\"message\":");
                write_text(&error.message, &mut json);
                if let Some(hint) = &error.hint {
                    json.push_str(",\"hint\":");
                    write_text(hint, &mut json);
                }
                json.push_str(",\"place\":");
                write_place(error.place, &mut json);
                json.push('}');
            }
        }
        json
    }

    pub(super) fn into_document(self) -> Result<Document, SyntaxError> {
        self.0
    }
}

/// Where a node stands that lies deeper than so many levels.
fn too_deep(node: &Node, levels: usize) -> Option<Place> {
    let Some(left) = levels.checked_sub(1) else { return Some(node.place) };
    match &node.value {
        Value::Text(_) | Value::Null { .. } => None,
        Value::List(nodes) => nodes.iter().find_map(|node| too_deep(node, left)),
        Value::Map(entries) => entries.iter().find_map(|entry| too_deep(&entry.node, left)),
    }
}

fn outcome(json: &Json) -> Option<Result<Document, SyntaxError>> {
    if let Some(message) = json["message"].as_str() {
        let hint = json["hint"].as_str().map(|hint| hint.to_owned().into());
        return Some(Err(SyntaxError { place: place_of(&json["place"])?, message: message.to_owned().into(), hint }));
    }
    let repeated = json[1]
        .as_array()?
        .iter()
        .map(|it| Some(Repeated { key: text_of(&it[0])?, first: place_of(&it[1])?, last: place_of(&it[2])? }));
    let mended = match &json[2] {
        Json::Null => None,
        place => Some(place_of(place)?),
    };
    Some(Ok(Document { root: node_of(&json[0])?, repeated: repeated.collect::<Option<_>>()?, mended }))
}

/// `[line, column]`, or `[]` where it is not known.
fn write_place(place: Place, json: &mut String) {
    json.push_str(&match place {
        Place::File { line, column } => format!("[{line},{column}]"),
        // What was read was not given by `--set`.
        Place::Somewhere | Place::Set => "[]".to_owned(),
    });
}

fn place_of(json: &Json) -> Option<Place> {
    let number = |index: usize| usize::try_from(json[index].as_u64()?).ok();
    Some(match json.as_array()?.as_slice() {
        [] => Place::Somewhere,
        _ => Place::File { line: number(0)?, column: number(1)? },
    })
}

/// `[place, text]`, `[place, whether nothing was written]`, `[place, nodes]`, or `[place, keys, their places, nodes]`.
fn write_node(node: &Node, json: &mut String) {
    json.push('[');
    write_place(node.place, json);
    json.push(',');
    match &node.value {
        Value::Text(text) => write_text(&text.content, json),
        Value::Null { blank } => json.push_str(if *blank { "true" } else { "false" }),
        Value::List(nodes) => write_list(nodes, json, write_node),
        Value::Map(entries) => {
            write_list(entries, json, |entry, json| write_text(&entry.key, json));
            json.push(',');
            write_list(entries, json, |entry, json| write_place(entry.place, json));
            json.push(',');
            write_list(entries, json, |entry, json| write_node(&entry.node, json));
        }
    }
    json.push(']');
}

fn write_list<T>(list: &[T], json: &mut String, write: impl Fn(&T, &mut String)) {
    json.push('[');
    for (index, item) in list.iter().enumerate() {
        if index > 0 {
            json.push(',');
        }
        write(item, json);
    }
    json.push(']');
}

fn write_text(text: &str, json: &mut String) {
    json.push_str(&serde_json::to_string(text).expect("a text is JSON"));
}

fn node_of(json: &Json) -> Option<Node> {
    let value = match json.as_array()?.as_slice() {
        [_, Json::String(text)] => Value::Text(Text::plain(text.as_str())),
        [_, Json::Bool(blank)] => Value::Null { blank: *blank },
        [_, Json::Array(nodes)] => Value::List(nodes.iter().map(node_of).collect::<Option<_>>()?),
        [_, Json::Array(keys), places, nodes] => {
            let entry = |(index, key): (usize, &Json)| {
                Some(Entry { key: text_of(key)?, place: place_of(&places[index])?, node: node_of(&nodes[index])? })
            };
            Value::Map(keys.iter().enumerate().map(entry).collect::<Option<_>>()?)
        }
        _ => return None,
    };
    Some(Node { value, place: place_of(&json[0])? })
}

fn text_of(json: &Json) -> Option<String> {
    Some(json.as_str()?.to_owned())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn comes_back(yaml: &str) {
        let written = Written::from_yaml(yaml);
        let back = Written::from_json(&written.to_json());
        assert_eq!(format!("{back:?}"), format!("{written:?}"));
    }

    #[test]
    fn everything_comes_back() {
        for yaml in [
            "",
            "a: 1",
            "a: {b: [c, ~, \"\", {d: e}], f: }\na: x\nseparator: ,\n",
            "\u{feff}# only a comment",
            "a: [",
            "a: !tag b",
        ] {
            comes_back(yaml);
        }
    }

    #[test]
    fn what_is_nested_too_deeply_is_refused_before_it_is_handed_over() {
        let nested = |levels: usize| format!("a: {}1{}\n", "[".repeat(levels), "]".repeat(levels));
        comes_back(&nested(DEEPEST - 2));
        assert!(Written::from_yaml(&nested(DEEPEST - 2)).into_document().is_ok());
        comes_back(&nested(DEEPEST - 1));
        let refused = Written::from_yaml(&nested(DEEPEST - 1)).into_document().unwrap_err();
        assert_eq!(refused.message, "sections are nested too deeply");
        assert!(matches!(refused.place, Place::File { line: 1, .. }), "{refused:?}");
    }

    #[test]
    fn what_is_something_else_is_refused() {
        for text in
            ["", "edfi_api:", "{}", "[]", "[[[],\"a\"]]", "[[[1],true],[],null]", "[[[],[\"a\"],[],[]],[],null]"]
        {
            assert!(Written::from_json(text).into_document().is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_comes_back(text in r"(\PC|[\n :\-\[\]{},#&*!|>'\x22]|<<){0,60}") {
            comes_back(&text);
        }
    }
}

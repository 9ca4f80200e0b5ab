//! `${NAME}` and `$NAME` in text values.
//!
//! They are substituted in parsed values, never in YAML, so a value can bring no key, comment or list with it. What
//! was substituted is not looked through again. An unknown name stays as it stands.

use crate::notice::Notice;

use super::ConfigError;
use super::json_object::{self, Nulls};
use super::tree::{Node, Place, Text, Value};

/// Where values come from: `--params` first, then the host's variables.
pub(super) struct Variables<'a> {
    params: Vec<(String, String)>,
    host: &'a dyn Fn(&str) -> Option<String>,
}

impl<'a> Variables<'a> {
    /// `params` is the text of `--params`.
    pub(super) fn new(params: Option<&str>, host: &'a dyn Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        let params = match params {
            Some(text) if !text.trim().is_empty() => json_object::scalars("--params", text, Nulls::Refused)?,
            _ => Vec::new(),
        };
        Ok(Self { params, host })
    }

    /// Whether `--params` gives this name a value.
    pub(super) fn is_param(&self, name: &str) -> bool {
        self.params.iter().any(|(known, _)| known == name)
    }

    fn value(&self, name: &str) -> Option<String> {
        let param = self.params.iter().rev().find(|(known, _)| known == name);
        param.map(|(_, value)| value.clone()).or_else(|| (self.host)(name))
    }
}

/// A reference in a text.
struct Reference<'a> {
    /// As written, with its dollar sign.
    written: &'a str,
    name: &'a str,
    braced: bool,
}

/// A piece of a text.
enum Piece<'a> {
    Literal(&'a str),
    Reference(Reference<'a>),
}

/// The names in a text, in order.
pub(super) fn names_in(text: &str) -> impl Iterator<Item = &str> {
    pieces(text).into_iter().filter_map(|piece| match piece {
        Piece::Reference(reference) => Some(reference.name),
        Piece::Literal(_) => None,
    })
}

/// Cuts a text into literals and references; together they are the text.
fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut literal = 0;
    let mut from = 0;
    while let Some(found) = text[from..].find('$') {
        let dollar = from + found;
        let after = &text[dollar + 1..];
        let name = if let Some(braced) = after.strip_prefix('{') {
            braced.find('}').map(|end| (&braced[..end], end + 2, true))
        } else {
            let end = after.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(after.len());
            Some((&after[..end], end, false))
        };
        let Some((name, length, braced)) = name.filter(|(name, ..)| !name.is_empty()) else {
            from = dollar + 1;
            continue;
        };
        if literal < dollar {
            pieces.push(Piece::Literal(&text[literal..dollar]));
        }
        from = dollar + 1 + length;
        literal = from;
        pieces.push(Piece::Reference(Reference { written: &text[dollar..from], name, braced }));
    }
    if literal < text.len() {
        pieces.push(Piece::Literal(&text[literal..]));
    }
    pieces
}

/// A text with its references substituted.
fn substitute(text: &str, variables: &Variables<'_>) -> Text {
    let mut done = Text::default();
    for piece in pieces(text) {
        match piece {
            Piece::Literal(literal) => done.content.push_str(literal),
            Piece::Reference(reference) => {
                if let Some(value) = variables.value(reference.name) {
                    done.content.push_str(&value);
                    done.names.push(reference.written.to_owned());
                    done.from_params |= variables.is_param(reference.name);
                } else {
                    done.content.push_str(reference.written);
                    if reference.braced {
                        done.unknown.push(reference.name.to_owned());
                    }
                }
            }
        }
    }
    done
}

/// A text with its names replaced; `None` where one in braces has no value.
pub(super) fn filled(text: &str, variable: &dyn Fn(&str) -> Option<String>) -> Option<String> {
    let done = substitute(text, &Variables { params: Vec::new(), host: variable });
    done.unknown.is_empty().then_some(done.content)
}

/// How a name gets a value.
pub(super) fn give_a_value(name: &str) -> String {
    format!("set the environment variable {name} (in a sandbox, grant it with --env {name}), or give it with --params")
}

/// Substitutes in every text of the tree; a name in braces without a value earns a warning.
pub(super) fn interpolate(root: &mut Node, variables: &Variables<'_>, file: &str, notices: &mut Vec<Notice>) {
    walk(root, &mut String::new(), Place::Somewhere, &mut |text, key, place| {
        let substituted = substitute(&text.content, variables);
        for name in &substituted.unknown {
            let place = place.shown(file);
            notices.push(
                Notice::warning(format!("{place}: {key}: ${{{name}}} has no value and is left as it stands"))
                    .with_hint(give_a_value(name)),
            );
        }
        *text = substituted;
    });
}

/// All names that the tree refers to, each once, in the order in which they stand.
pub(super) fn names(root: &mut Node) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    walk(root, &mut String::new(), Place::Somewhere, &mut |text, _, _| {
        for piece in pieces(&text.content) {
            if let Piece::Reference(reference) = piece
                && !names.iter().any(|known| known == reference.name)
            {
                names.push(reference.name.to_owned());
            }
        }
    });
    names
}

/// Visits every text with its dotted key and the best known place: its own in a list, its key's elsewhere.
fn walk(node: &mut Node, key: &mut String, place: Place, visit: &mut dyn FnMut(&mut Text, &str, Place)) {
    match &mut node.value {
        Value::Null { .. } => {}
        Value::Text(text) => visit(text, key, place),
        Value::List(nodes) => {
            for item in nodes {
                let own = if item.place == Place::Somewhere { place } else { item.place };
                walk(item, key, own, visit);
            }
        }
        Value::Map(entries) => {
            for entry in entries {
                let length = key.len();
                if !key.is_empty() {
                    key.push('.');
                }
                key.push_str(&entry.key);
                walk(&mut entry.node, key, entry.place, visit);
                key.truncate(length);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn environment(name: &str) -> Option<String> {
        match name {
            "A" => Some("alpha".to_owned()),
            "B" => Some("${A}$A".to_owned()),
            "A_B1" => Some("long".to_owned()),
            "EMPTY" => Some(String::new()),
            _ => None,
        }
    }

    fn substituted(text: &str) -> String {
        substitute(text, &Variables::new(None, &environment).unwrap()).content
    }

    #[test]
    fn both_forms_are_substituted() {
        for (text, expected) in [
            ("${A}", "alpha"),
            ("$A", "alpha"),
            ("x${A}y$A-z", "xalphayalpha-z"),
            ("$A_B1.", "long."),
            ("${EMPTY}", ""),
            ("$A$A", "alphaalpha"),
            ("é${A}é", "éalphaé"),
        ] {
            assert_eq!(substituted(text), expected, "{text}");
        }
    }

    #[test]
    fn unknown_and_broken_forms_stay() {
        for text in ["${NO}", "$NO", "$", "$$", "${", "${}", "${A", "a$", "$-A", "pa$5word", "${NO:-x}", "$ {A}"] {
            assert_eq!(substituted(text), text);
        }
    }

    #[test]
    fn substituted_text_is_not_substituted_again() {
        assert_eq!(substituted("${B}"), "${A}$A");
    }

    #[test]
    fn params_win_and_their_last_value_counts() {
        let variables = Variables::new(Some(r#"{"A": 7, "N": true, "A": "seven"}"#), &environment).unwrap();
        let text = substitute("${A} ${N} ${EMPTY}", &variables);
        assert_eq!((text.content.as_str(), text.from_params), ("seven true ", true));
        assert_eq!(text.names, ["${A}", "${N}", "${EMPTY}"]);
        assert!(text.unknown.is_empty());
    }

    proptest! {
        #[test]
        fn pieces_are_the_whole_text(text in r"(\PC|[${}A_1]){0,40}") {
            let together: String = pieces(&text)
                .iter()
                .map(|piece| match piece {
                    Piece::Literal(literal) => *literal,
                    Piece::Reference(reference) => reference.written,
                })
                .collect();
            prop_assert_eq!(together, text);
        }

        #[test]
        fn without_values_nothing_changes(text in r"(\PC|[${}A_1]){0,40}") {
            let nothing = |_: &str| None;
            let variables = Variables::new(None, &nothing).unwrap();
            prop_assert_eq!(substitute(&text, &variables).content, text);
        }
    }
}

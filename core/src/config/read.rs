//! Reads keys from the tree as the types they want, with a plain message for what does not fit.

use std::fmt::Display;

use super::ConfigError;
use super::interpolate;
use super::keys::{self, Wants};
use super::nearest::nearest;
use super::scalar;
use super::tree::{Entry, Node, Place, Text, Value};
use crate::notice::Notice;

/// Longest literal that a message repeats; longer ones may be anything, a misplaced secret too.
const SHOWN: usize = 40;

/// The tree of one file.
#[derive(Clone, Copy)]
pub(super) struct Reader<'a> {
    /// What messages call the file.
    pub(super) file: &'a str,
    /// The tree.
    pub(super) root: &'a Node,
}

/// A text that was found under a key.
pub(super) struct Found<'a> {
    /// The dotted key.
    pub(super) key: &'a str,
    /// The text.
    pub(super) text: &'a Text,
    /// `lightbeam.yaml:7:3`, or `--set`.
    pub(super) place: String,
}

impl Found<'_> {
    /// The text without blanks around it.
    pub(super) fn trimmed(&self) -> &str {
        self.text.content.trim()
    }

    /// The error that the text is not what the key wants.
    pub(super) fn refuse(&self, wanted: impl Display) -> ConfigError {
        ConfigError {
            message: format!("{}: {} must be {wanted}, not {}", self.place, self.key, self.shown()),
            hint: self.text.unknown.first().map(|name| interpolate::give_a_value(name)),
        }
    }

    /// The text as messages show it: never what was substituted, never a secret, nothing long.
    pub(super) fn shown(&self) -> String {
        let text = self.trimmed();
        let is_secret = || keys::known(self.key).is_some_and(|key| matches!(key.wants, Wants::Secret | Wants::Url));
        if let Some(name) = self.text.unknown.first() {
            format!("${{{name}}}, which has no value")
        } else if !self.text.names.is_empty() {
            format!("the value of {}", self.text.names.join(" and "))
        } else if is_secret() || text.len() > SHOWN || text.contains(char::is_whitespace) {
            "what is written there".to_owned()
        } else {
            format!("\"{text}\"")
        }
    }
}

/// What a value is, for messages.
fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null { .. } => "nothing",
        Value::Text(_) => "a single value",
        Value::List(_) => "a list",
        Value::Map(_) => "a section",
    }
}

impl<'a> Reader<'a> {
    fn wrong_kind(&self, entry: &Entry, key: &str, wanted: &str) -> ConfigError {
        let place = entry.place.shown(self.file);
        ConfigError::new(format!("{place}: {key} must be {wanted}, not {}", kind(&entry.node.value)))
    }

    /// The entry of a key that is there and not null.
    pub(super) fn entry(&self, key: &str) -> Option<&'a Entry> {
        self.root.find(key)
    }

    /// The text of a key, empty or not.
    pub(super) fn raw(&self, key: &'a str) -> Result<Option<Found<'a>>, ConfigError> {
        let Some(entry) = self.entry(key) else { return Ok(None) };
        match &entry.node.value {
            Value::Text(text) => Ok(Some(Found { key, text, place: entry.place.shown(self.file) })),
            _ => Err(self.wrong_kind(entry, key, "a single value")),
        }
    }

    /// The text of a key; an empty one is as if absent.
    pub(super) fn text(&self, key: &'a str) -> Result<Option<Found<'a>>, ConfigError> {
        Ok(self.raw(key)?.filter(|found| !found.trimmed().is_empty()))
    }

    /// The text of a key that wants something else than free text; empty, `null` and `none` are as if absent.
    pub(super) fn word(&self, key: &'a str) -> Result<Option<Found<'a>>, ConfigError> {
        Ok(self.raw(key)?.filter(|found| !scalar::is_nothing(found.trimmed())))
    }

    /// true or false.
    pub(super) fn switch(&self, key: &'a str, default: bool) -> Result<bool, ConfigError> {
        let Some(found) = self.word(key)? else { return Ok(default) };
        scalar::switch(found.trimmed()).ok_or_else(|| found.refuse("true or false"))
    }

    /// A whole number that is at least `least`.
    pub(super) fn whole<T: TryFrom<i64>>(&self, key: &'a str, least: i64) -> Result<Option<T>, ConfigError> {
        let Some(found) = self.word(key)? else { return Ok(None) };
        scalar::whole(found.trimmed())
            .filter(|number| *number >= least)
            .and_then(|number| T::try_from(number).ok())
            .map(Some)
            .ok_or_else(|| found.refuse(format!("a whole number of at least {least}")))
    }

    /// A number that `allowed` lets pass; `wanted` says which those are.
    pub(super) fn number(
        &self,
        key: &'a str,
        default: f64,
        wanted: &str,
        allowed: impl Fn(f64) -> bool,
    ) -> Result<f64, ConfigError> {
        let Some(found) = self.word(key)? else { return Ok(default) };
        scalar::number(found.trimmed()).filter(|number| allowed(*number)).ok_or_else(|| found.refuse(wanted))
    }

    /// One of the words that the key allows, in lower case.
    pub(super) fn choice(&self, key: &'a str, choices: &[&'static str]) -> Result<Option<&'static str>, ConfigError> {
        let Some(found) = self.word(key)? else { return Ok(None) };
        match choices.iter().find(|choice| choice.eq_ignore_ascii_case(found.trimmed())) {
            Some(choice) => Ok(Some(choice)),
            None => Err(unknown_word(&found, choices)),
        }
    }

    /// The items of a list; a single text counts as a comma list. `None` where the key is absent.
    pub(super) fn list(&self, key: &'a str) -> Result<Option<Vec<Found<'a>>>, ConfigError> {
        let Some(entry) = self.entry(key) else { return Ok(None) };
        self.items(key, entry).map(Some)
    }

    /// The items of an entry that holds a list.
    pub(super) fn items(&self, key: &'a str, entry: &'a Entry) -> Result<Vec<Found<'a>>, ConfigError> {
        match &entry.node.value {
            Value::Null { .. } => Ok(Vec::new()),
            Value::Text(text) => Ok(vec![Found { key, text, place: entry.place.shown(self.file) }]),
            Value::List(nodes) => {
                let mut items = Vec::with_capacity(nodes.len());
                for node in nodes {
                    let place = if node.place == Place::Somewhere { entry.place } else { node.place };
                    let place = place.shown(self.file);
                    match &node.value {
                        Value::Null { .. } => {}
                        Value::Text(text) => items.push(Found { key, text, place }),
                        other => {
                            let kind = kind(other);
                            return Err(ConfigError::new(format!(
                                "{place}: {key}: each item must be a single value, not {kind}"
                            )));
                        }
                    }
                }
                Ok(items)
            }
            Value::Map(_) => Err(self.wrong_kind(entry, key, "a list")),
        }
    }

    /// Checks that every key is known (an unknown one is a warning) and that sections are sections.
    pub(super) fn check_keys(&self, notices: &mut Vec<Notice>) -> Result<(), ConfigError> {
        self.check_section(self.root, "", notices)
    }

    fn check_section(&self, section: &Node, prefix: &str, notices: &mut Vec<Notice>) -> Result<(), ConfigError> {
        let Value::Map(entries) = &section.value else { return Ok(()) };
        for entry in entries {
            let path = format!("{prefix}{}", entry.key);
            if keys::is_section(&path) {
                match &entry.node.value {
                    Value::Map(_) => self.check_section(&entry.node, &format!("{path}."), notices)?,
                    Value::Null { .. } => {}
                    other => {
                        let place = entry.place.shown(self.file);
                        return Err(ConfigError {
                            message: format!("{place}: {path} must be a section, not {}", kind(other)),
                            hint: Some("write its keys below it, indented, each as key: value".to_owned()),
                        });
                    }
                }
            } else if keys::known(&path).is_none() {
                let place = entry.place.shown(self.file);
                let notice = Notice::warning(format!("{place}: unknown key {path}; it is ignored"));
                notices.push(match keys::suggestion(&path) {
                    Some(meant) => notice.with_hint(format!("the nearest known key is {meant}")),
                    None => notice,
                });
            }
        }
        Ok(())
    }
}

/// The error that a text is none of the words allowed, with the nearest of them.
pub(super) fn unknown_word(found: &Found<'_>, choices: &[&str]) -> ConfigError {
    let mut error = found.refuse(format!("one of {}", choices.join(", ")));
    // The nearest word of a substituted value would tell something of the value.
    if found.text.names.is_empty()
        && found.text.unknown.is_empty()
        && let Some(meant) = nearest(found.trimmed(), choices.iter().copied())
    {
        error.hint = Some(format!("did you mean {meant}?"));
    }
    error
}

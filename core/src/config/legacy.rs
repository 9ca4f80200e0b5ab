//! The flat keys of the first release (June 2022), each under its nested name of today.

use crate::notice::Notice;

use super::ConfigError;
use super::scalar;
use super::tree::{Entry, Node, Text, Value};

/// Old key and new key.
const RENAMED: &[(&str, &str)] = &[
    ("edfi_api_base_url", "edfi_api.base_url"),
    ("edfi_api_version", "edfi_api.version"),
    ("edfi_api_mode", "edfi_api.mode"),
    ("edfi_api_year", "edfi_api.year"),
    ("edfi_api_instance_code", "edfi_api.instance_code"),
    ("edfi_api_client_id", "edfi_api.client_id"),
    ("edfi_api_client_secret", "edfi_api.client_secret"),
    ("connection_pool_size", "connection.pool_size"),
    ("connection_timeout", "connection.timeout"),
    ("num_retries", "connection.num_retries"),
    ("backoff_factor", "connection.backoff_factor"),
    ("retry_statuses", "connection.retry_statuses"),
    (VERBOSE, "log_level"),
];

/// The old key that became a level.
const VERBOSE: &str = "verbose";

/// The new name of an old key.
pub(super) fn renamed(key: &str) -> Option<&'static str> {
    RENAMED.iter().find(|(old, _)| *old == key).map(|(_, new)| *new)
}

/// The value of an old key as its new key wants it: `verbose` is on or off, `log_level` a word.
pub(super) fn translated(key: &str, value: Value, place: &str) -> Result<Value, ConfigError> {
    match value {
        Value::Text(text) if key == VERBOSE => match scalar::switch(&text.content) {
            Some(verbose) => Ok(Value::Text(Text::plain(if verbose { "DEBUG" } else { "INFO" }))),
            None => Err(ConfigError::new(format!("{place}: verbose must be true or false"))),
        },
        other => Ok(other),
    }
}

/// Moves old keys to their new places, each with a notice. A new key beside the old one wins.
pub(super) fn nest(root: &mut Node, file: &str, notices: &mut Vec<Notice>) -> Result<(), ConfigError> {
    let Value::Map(entries) = &mut root.value else { return Ok(()) };
    let (old, new): (Vec<Entry>, Vec<Entry>) =
        std::mem::take(entries).into_iter().partition(|entry| renamed(&entry.key).is_some());
    *entries = new;
    for entry in old {
        let Some(path) = renamed(&entry.key) else { continue };
        let place = entry.place.shown(file);
        let old = &entry.key;
        if root.find(path).is_some() {
            notices.push(
                Notice::warning(format!(
                    "{place}: {old} is the old name of {path}, which is given too; {old} is ignored"
                ))
                .with_hint(format!("remove {old}")),
            );
            continue;
        }
        notices.push(deprecation(&place, old, path));
        let value = translated(&entry.key, entry.node.value, &place)?;
        let levels: Vec<&str> = path.split('.').collect();
        root.put(&levels, value, entry.place);
    }
    Ok(())
}

/// The notice for an old key.
pub(super) fn deprecation(place: &str, old: &str, path: &str) -> Notice {
    let hint = match path.split_once('.') {
        Some((section, name)) => format!("write {name} in the section {section}"),
        None => format!("write {path}: DEBUG or {path}: INFO"),
    };
    Notice::warning(format!("{place}: {old} is an old name that will go away; the key is {path} now")).with_hint(hint)
}

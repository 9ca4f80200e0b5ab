//! `--set KEY VALUE`: single keys over whatever the file says.

use crate::notice::Notice;

use super::ConfigError;
use super::keys::{self, Wants};
use super::legacy;
use super::tree::{Node, Place, Text, Value};

/// Puts the pairs into the tree, in order. An unknown key is a warning, as in the file.
pub(super) fn apply(root: &mut Node, pairs: &[(String, String)], notices: &mut Vec<Notice>) -> Result<(), ConfigError> {
    for (key, value) in pairs {
        let written = key.trim();
        let value = Value::Text(Text::plain(value.as_str()));
        let (path, value) = match legacy::renamed(written) {
            Some(path) => {
                notices.push(legacy::deprecation("--set", written, path));
                (path, legacy::translated(written, value, "--set")?)
            }
            None => (written, value),
        };
        if keys::is_section(path) {
            return Err(ConfigError {
                message: format!("--set {path}: this is a section, not a key"),
                hint: Some(format!("name a key of it, as in --set {}", example(path))),
            });
        }
        if path == "namespace_overrides" {
            return Err(ConfigError {
                message: "--set namespace_overrides: name the namespace too".to_owned(),
                hint: Some("as in --set namespace_overrides.tpdm candidates,surveys".to_owned()),
            });
        }
        let known = keys::known(path).map(|key| key.wants);
        // A namespace may hold dots, so what follows the key is one name.
        let levels: Vec<&str> = match path.strip_prefix("namespace_overrides.") {
            Some(namespace) if !namespace.is_empty() => vec!["namespace_overrides", namespace],
            _ if known.is_some() => path.split('.').collect(),
            _ => {
                let notice = Notice::warning(format!("--set {path}: no such key; it is ignored"));
                notices.push(match keys::suggestion(path) {
                    Some(meant) => notice.with_hint(format!("the nearest known key is {meant}")),
                    None => notice,
                });
                continue;
            }
        };
        if known == Some(Wants::Secret) {
            notices.push(
                Notice::warning(format!(
                    "--set {path}: command lines stay visible in process lists and shell histories"
                ))
                .with_hint("use an environment variable, as in client_secret: ${NAME}, or client_secret_file"),
            );
        }
        root.put(&levels, value, Place::Set);
    }
    Ok(())
}

/// A key of a section.
fn example(section: &str) -> &'static str {
    keys::KEYS.iter().find(|key| key.path.starts_with(section)).map_or("", |key| key.path)
}

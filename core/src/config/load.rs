//! From an invocation to a configuration.

use std::borrow::Cow;

use crate::host::{FileError, FileErrorKind, Files, Host, Source};
use crate::invocation::Invocation;
use crate::notice::Notice;
use crate::secret::Secret;

use super::assemble::{self, Assembled};
use super::interpolate::{self, Variables};
use super::keys::LOG_LEVELS;
use super::read::Reader;
use super::tree::{Node, Place, Value};
use super::{Config, ConfigError, Written, flags, legacy, overrides};

/// Where the configuration is looked for when no file is named.
pub const FILES: [&str; 2] = ["./lightbeam.yaml", "./lightbeam.yml"];

/// Longest file that is read as a configuration or as a secret, in bytes: 128 KiB. Anything longer is another file by
/// mistake, and the YAML parser takes very long over some of those.
pub const LONGEST: u64 = 128 << 10;

/// A configuration, with what the user should know about it.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// The configuration.
    pub config: Config,
    /// What the user should know, in the order found.
    pub notices: Vec<Notice>,
}

/// Finds, reads and checks the configuration of an invocation, and checks the flags too, so that whatever is wrong in
/// what the user wrote is told before anything is done.
///
/// Of the flags, `--params`, `--set`, `--log-level` and `--yes` are in the returned configuration.
pub async fn load<H: Host>(invocation: &Invocation, host: &H) -> Result<Loaded, ConfigError> {
    let mut notices = flags::flags_without_use(invocation);
    flags::check(invocation)?;
    let (file, text, notice) = find(invocation, host).await?;
    notices.extend(notice);
    let written = host.configuration(&text);
    let assembled = interpret(invocation, &file, written, &|name| host.variable(name))?;
    notices.extend(assembled.notices);
    let mut config = assembled.config;
    if let Some((place, path)) = assembled.secret_file {
        let secret = read(host.files(), &path, LONGEST).await.map_err(|error| {
            let ConfigError { message, hint } = unreadable(&error);
            ConfigError { message: format!("{place}: {message}, named by edfi_api.client_secret_file"), hint }
        })?;
        let secret = secret.trim();
        if secret.is_empty() {
            return Err(ConfigError::new(format!("{place}: {path}, named by edfi_api.client_secret_file, is empty")));
        }
        config.edfi_api.client_secret = Secret::new(secret.to_owned());
    }
    flags::check_outputs(invocation, &config.file, &host.working_dir())?;
    flags::check_failed_dir(invocation, &config, &host.working_dir())?;
    Ok(Loaded { config, notices })
}

/// The file of the invocation: its path, its text, and a notice if it was not named.
async fn find<H: Host>(invocation: &Invocation, host: &H) -> Result<(String, String, Option<Notice>), ConfigError> {
    let (files, longest) = (host.files(), host.longest_configuration());
    if let Some(path) = invocation.config_file.as_deref().filter(|path| !path.is_empty()) {
        let text = read(files, path, longest).await.map_err(|error| unreadable(&error))?;
        return Ok((path.to_owned(), text, None));
    }
    for path in FILES {
        match read(files, path, longest).await {
            Ok(text) => {
                let notice = Notice::info(format!("the configuration is {path}"));
                return Ok((path.to_owned(), text, Some(notice)));
            }
            Err(error) if error.kind == FileErrorKind::NotFound => {}
            Err(error) => return Err(unreadable(&error)),
        }
    }
    Err(ConfigError {
        message: format!("there is no configuration: neither {} nor {} exists", FILES[0], FILES[1]),
        hint: Some("name one with -c FILE".to_owned()),
    })
}

async fn read<F: Files>(files: &F, path: &str, longest: u64) -> Result<String, FileError> {
    let source = files.open(path).await?;
    let refused = |detail| Err(FileError::new(FileErrorKind::Failed, path, detail));
    if source.len() > longest {
        return refused("is longer than 128 KiB, so it is another kind of file");
    }
    let bytes = source.read(0..source.len()).await?;
    String::from_utf8(bytes).or_else(|_| refused("is not UTF-8 text"))
}

fn unreadable(error: &FileError) -> ConfigError {
    ConfigError { message: format!("cannot read {}: {}", error.path, error.detail), hint: error.hint.clone() }
}

/// From what stands in a file to a configuration, without the file of the secret. Pure.
pub(super) fn interpret(
    invocation: &Invocation,
    file: &str,
    written: Written,
    variable: &dyn Fn(&str) -> Option<String>,
) -> Result<Assembled, ConfigError> {
    let shown = file.strip_prefix("./").unwrap_or(file);
    let mut notices = Vec::new();
    let mut root = tree(shown, written, &mut notices)?;
    let variables = Variables::new(invocation.params.as_deref(), variable)?;
    interpolate::interpolate(&mut root, &variables, shown, &mut notices);
    legacy::nest(&mut root, shown, &mut notices)?;
    overrides::apply(&mut root, &invocation.set, &mut notices)?;
    let reader = Reader { file: shown, root: &root };
    reader.check_keys(&mut notices)?;
    let mut assembled = assemble::assemble(reader, file, variable)?;
    notices.append(&mut assembled.notices);
    assembled.notices = notices;
    if let Some(name) = invocation.log_level.as_deref().filter(|name| !name.trim().is_empty()) {
        assembled.config.log_level = assemble::log_level(name)
            .ok_or_else(|| ConfigError::new(format!("--log-level must be one of {}", LOG_LEVELS.join(", "))))?;
    }
    assembled.config.force_delete |= invocation.yes;
    Ok(assembled)
}

/// The tree of a configuration, as written.
pub(super) fn tree(shown: &str, written: Written, notices: &mut Vec<Notice>) -> Result<Node, ConfigError> {
    let document = written.into_document().map_err(|error| ConfigError {
        message: format!("{}: {}", error.place.shown(shown), error.message),
        hint: error.hint.map(Cow::into_owned),
    })?;
    if let Some(place) = document.mended {
        notices.push(
            Notice::warning(format!("{}: separator: , is not valid YAML; it is read as a comma", place.shown(shown)))
                .with_hint("write separator: \",\""),
        );
    }
    for repeated in document.repeated {
        let earlier = match repeated.first {
            Place::File { line, .. } => format!(", first in line {line}"),
            _ => String::new(),
        };
        notices.push(
            Notice::warning(format!(
                "{}: {} stands twice{earlier}; the last one counts",
                repeated.last.shown(shown),
                repeated.key
            ))
            .with_hint("remove one of them"),
        );
    }
    match document.root.value {
        Value::Map(_) => Ok(document.root),
        Value::Null { .. } => Err(ConfigError {
            message: format!("{shown}: the file is empty"),
            hint: Some("write at least the section edfi_api".to_owned()),
        }),
        Value::Text(_) | Value::List(_) => Err(ConfigError {
            message: format!("{shown}: the file holds no keys, so it is no configuration"),
            hint: Some("write key: value lines, such as data_dir: ./".to_owned()),
        }),
    }
}

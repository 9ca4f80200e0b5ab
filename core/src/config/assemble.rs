//! The checked tree as a [`Config`], with the defaults of the documentation.

use std::time::Duration;

use crate::notice::Notice;
use crate::sort;

use super::edfi_api::edfi_api;
use super::keys::{BEHAVIORS, LOG_LEVELS, METHODS};
use super::paths;
use super::read::{Found, Reader, unknown_word};
use super::scalar;
use super::tree::Value;
use super::{Behavior, Config, ConfigError, Connection, Fetch, LogLevel, Method, References, Validate};

/// The documented default and the documented sample, joined.
const RETRY_STATUSES: [u16; 6] = [429, 500, 501, 502, 503, 504];

/// Longest time that a key may give: a year. Deadlines beyond are slips, and would not fit a clock.
const LONGEST: f64 = 31_536_000.0;

/// Where state is kept when no home folder is known.
const STATE_WITHOUT_HOME: &str = "./.lightbeam";

/// A configuration that lacks nothing but what stands in the secret's file.
pub(super) struct Assembled {
    /// The configuration; its secret is empty if `secret_file` is there.
    pub(super) config: Config,
    /// The file that holds the client secret, as place and path.
    pub(super) secret_file: Option<(String, String)>,
    /// Warnings.
    pub(super) notices: Vec<Notice>,
}

/// Reads all keys.
pub(super) fn assemble(
    reader: Reader<'_>,
    file: &str,
    variable: &dyn Fn(&str) -> Option<String>,
) -> Result<Assembled, ConfigError> {
    let mut notices = Vec::new();
    let home = paths::home(variable);
    let (state_dir, state_dir_fell_back) = state_dir(reader, home.as_deref(), &mut notices)?;
    let data_dir = path(reader, "data_dir", home.as_deref())?.unwrap_or_else(|| "./".to_owned());
    let (edfi_api, secret_file) = edfi_api(reader, home.as_deref(), &mut notices)?;
    let config = Config {
        file: file.to_owned(),
        state_dir,
        state_dir_fell_back,
        data_dir,
        namespace: namespace(reader)?.unwrap_or_else(|| "ed-fi".to_owned()),
        namespace_overrides: namespace_overrides(reader)?,
        edfi_api,
        connection: connection(reader, &mut notices)?,
        count_separator: separator(reader)?,
        fetch: Fetch {
            page_size: reader.whole("fetch.page_size", 1)?.unwrap_or(100),
            output_dir: path(reader, "fetch.output_dir", home.as_deref())?,
        },
        validate: Validate {
            methods: methods(reader)?,
            max_failures: reader.whole("validate.max_failures", 1)?,
            references: References {
                max_failures: reader.whole("validate.references.max_failures", 1)?,
                selector: reference_selector(reader)?,
                behavior: match reader.choice("validate.references.behavior", BEHAVIORS)? {
                    Some("include") => Behavior::Include,
                    _ => Behavior::Exclude,
                },
                remote: reader.switch("validate.references.remote", true)?,
            },
        },
        force_delete: reader.switch("force_delete", false)?,
        log_level: match reader.word("log_level")? {
            Some(found) => log_level(found.trimmed()).ok_or_else(|| unknown_word(&found, LOG_LEVELS))?,
            None => LogLevel::Info,
        },
        show_stacktrace: reader.switch("show_stacktrace", false)?,
    };
    Ok(Assembled { config, secret_file, notices })
}

/// A log level by its name, whatever the case. The names are those of Python's logging.
pub(super) fn log_level(name: &str) -> Option<LogLevel> {
    match name.trim().to_ascii_uppercase().as_str() {
        "DEBUG" | "NOTSET" => Some(LogLevel::Debug),
        "INFO" => Some(LogLevel::Info),
        "WARN" | "WARNING" => Some(LogLevel::Warning),
        "ERROR" => Some(LogLevel::Error),
        "CRITICAL" | "FATAL" => Some(LogLevel::Critical),
        _ => None,
    }
}

fn state_dir(
    reader: Reader<'_>,
    home: Option<&str>,
    notices: &mut Vec<Notice>,
) -> Result<(Option<String>, bool), ConfigError> {
    let key = "state_dir";
    let blank = match &reader.root.value {
        Value::Map(entries) => {
            entries.iter().find(|entry| entry.key == key && matches!(entry.node.value, Value::Null { blank: true }))
        }
        _ => None,
    };
    let found = reader.raw(key)?;
    let empty = found.as_ref().filter(|found| found.trimmed().is_empty()).map(|found| found.place.clone());
    if let Some(place) = empty.or_else(|| blank.map(|entry| entry.place.shown(reader.file))) {
        notices.push(
            Notice::info(format!("{place}: state_dir is empty, so nothing is remembered and every record is sent"))
                .with_hint("remove the key to keep state in ~/.lightbeam/"),
        );
        return Ok((None, false));
    }
    let written = found.as_ref().map_or("~/.lightbeam/", Found::trimmed);
    match home {
        _ if !paths::begins_at_home(written) => Ok((Some(written.to_owned()), false)),
        Some(home) => Ok((Some(paths::expand(written, home)), false)),
        // The host may have been granted that very folder, or knows another place and says so.
        None if written.trim_end_matches('/') == "~/.lightbeam" => Ok((Some(written.to_owned()), true)),
        None => {
            notices.push(
                Notice::info(format!("no home folder is known, so state is kept in {STATE_WITHOUT_HOME}"))
                    .with_hint("set HOME (in a sandbox, grant it with --env HOME), or set state_dir"),
            );
            Ok((Some(STATE_WITHOUT_HOME.to_owned()), true))
        }
    }
}

/// A path with `~` expanded; empty is as if absent.
pub(super) fn path(reader: Reader<'_>, key: &'static str, home: Option<&str>) -> Result<Option<String>, ConfigError> {
    let Some(found) = reader.text(key)? else { return Ok(None) };
    match home {
        _ if !paths::begins_at_home(found.trimmed()) => Ok(Some(found.trimmed().to_owned())),
        Some(home) => Ok(Some(paths::expand(found.trimmed(), home))),
        None => Err(ConfigError {
            message: format!("{}: {key} begins with ~, and no home folder is known", found.place),
            hint: Some("set HOME (in a sandbox, grant it with --env HOME), or write the path out".to_owned()),
        }),
    }
}

/// A segment of a URL's path.
pub(super) fn segment(found: &Found<'_>) -> Result<String, ConfigError> {
    let text = found.trimmed().trim_matches('/');
    if text.is_empty() || text.contains(|c: char| c.is_whitespace() || c.is_control() || "/\\?#%".contains(c)) {
        return Err(found.refuse("a name that can stand in a URL, without slashes and blanks"));
    }
    Ok(text.to_owned())
}

fn namespace(reader: Reader<'_>) -> Result<Option<String>, ConfigError> {
    reader.text("namespace")?.map(|found| segment(&found)).transpose()
}

/// Namespaces, each with its endpoints.
type Overrides = Vec<(String, Vec<String>)>;

fn namespace_overrides(reader: Reader<'_>) -> Result<Option<Overrides>, ConfigError> {
    let key = "namespace_overrides";
    let Some(entry) = reader.entry(key) else { return Ok(None) };
    let Value::Map(entries) = &entry.node.value else {
        if matches!(&entry.node.value, Value::Text(text) if scalar::is_nothing(&text.content))
            || matches!(&entry.node.value, Value::List(items) if items.is_empty())
        {
            return Ok(None);
        }
        return Err(ConfigError {
            message: format!("{}: {key} must be a section of namespaces", entry.place.shown(reader.file)),
            hint: Some("write each namespace with its list of endpoints, as in tpdm: [candidates]".to_owned()),
        });
    };
    let mut overrides = Vec::with_capacity(entries.len());
    for entry in entries {
        let mut endpoints = Vec::new();
        for found in reader.items(key, entry)? {
            endpoints.extend(scalar::items(found.trimmed()).map(str::to_owned));
        }
        overrides.push((entry.key.clone(), endpoints));
    }
    Ok(Some(overrides))
}

fn connection(reader: Reader<'_>, notices: &mut Vec<Notice>) -> Result<Connection, ConfigError> {
    let seconds = |key, default, wanted, least: f64| {
        reader
            .number(key, default, wanted, |seconds| seconds >= least && seconds <= LONGEST)
            .map(Duration::from_secs_f64)
    };
    let backoff_factor =
        reader.number("connection.backoff_factor", 1.5, "a number of at least 0", |factor| factor >= 0.0)?;
    if backoff_factor < 1.0
        && let Some(entry) = reader.entry("connection.backoff_factor")
    {
        notices.push(Notice::warning(format!(
            "{}: connection.backoff_factor is below 1, so each wait before a repeat is shorter than the one before",
            entry.place.shown(reader.file)
        )));
    }
    Ok(Connection {
        pool_size: reader.whole("connection.pool_size", 1)?,
        // A millisecond is the least that a clock can tell from nothing.
        timeout: seconds("connection.timeout", 60.0, "a number of seconds above 0, at most a year", 0.001)?,
        num_retries: reader.whole("connection.num_retries", 0)?.unwrap_or(10),
        backoff_factor,
        retry_statuses: retry_statuses(reader)?,
        verify_ssl: reader.switch("connection.verify_ssl", true)?,
        max_retry_wait: seconds("connection.max_retry_wait", 30.0, "a number of seconds from 0 to a year", 0.0)?,
    })
}

fn retry_statuses(reader: Reader<'_>) -> Result<Vec<u16>, ConfigError> {
    let Some(items) = reader.list("connection.retry_statuses")? else { return Ok(RETRY_STATUSES.to_vec()) };
    let mut statuses = Vec::new();
    for found in items {
        for item in scalar::items(found.trimmed()) {
            let status = scalar::whole(item)
                .and_then(|number| u16::try_from(number).ok())
                .filter(|status| (100..=599).contains(status))
                .ok_or_else(|| found.refuse("a list of HTTP statuses (100 to 599)"))?;
            if !statuses.contains(&status) {
                statuses.push(status);
            }
        }
    }
    Ok(statuses)
}

/// The separator of `count`. Not trimmed: a blank is one.
fn separator(reader: Reader<'_>) -> Result<String, ConfigError> {
    let found = reader.raw("count.separator")?.filter(|found| !found.text.content.is_empty());
    Ok(match found.as_ref().map(|found| found.text.content.as_str()) {
        None | Some("\\t") => "\t".to_owned(),
        Some("\\,") => ",".to_owned(),
        Some(text) => text.to_owned(),
    })
}

fn methods(reader: Reader<'_>) -> Result<Vec<Method>, ConfigError> {
    let Some(items) = reader.list("validate.methods")? else {
        return Ok(vec![Method::Schema, Method::Descriptors, Method::Uniqueness]);
    };
    let mut methods = Vec::new();
    for found in items {
        for item in scalar::items(found.trimmed()) {
            match item.to_ascii_lowercase().as_str() {
                "*" | "all" => {
                    methods.extend([Method::Schema, Method::Descriptors, Method::Uniqueness, Method::References]);
                }
                "schema" => methods.push(Method::Schema),
                "descriptors" => methods.push(Method::Descriptors),
                "uniqueness" => methods.push(Method::Uniqueness),
                "references" => methods.push(Method::References),
                // Always done first; naming it changes nothing.
                "json" => {}
                _ => return Err(unknown_word(&found, METHODS)),
            }
        }
    }
    sort::by(&mut methods, Ord::cmp);
    methods.dedup();
    Ok(methods)
}

fn reference_selector(reader: Reader<'_>) -> Result<Vec<(String, String)>, ConfigError> {
    let mut entries = Vec::new();
    for found in reader.list("validate.references.selector")?.unwrap_or_default() {
        for item in scalar::items(found.trimmed()) {
            match item.split_once('.') {
                Some((endpoint, reference)) if !endpoint.is_empty() && !reference.is_empty() => {
                    entries.push((endpoint.to_owned(), reference.to_owned()));
                }
                _ => {
                    return Err(found.refuse(
                        "a list of endpoint.referenceName, such as studentSchoolAssociations.schoolReference",
                    ));
                }
            }
        }
    }
    Ok(entries)
}

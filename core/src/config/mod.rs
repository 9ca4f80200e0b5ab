//! What the user wants: the configuration file with parameters, overrides and defaults applied, and selectors.
//!
//! Both generations of YAML are read (nested keys, and the flat keys of 2022 with a deprecation notice), `${NAME}` and
//! `$NAME` are substituted after parsing, `--set` comes last. A mistake is one plain message with file, line, column,
//! the key and the nearest known key. No message ever holds a substituted value.

mod assemble;
mod draft;
mod edfi_api;
mod flags;
mod interpolate;
mod json_object;
mod key_filter;
mod keys;
mod legacy;
mod load;
pub(crate) mod nearest;
mod needs;
mod overrides;
mod paths;
pub(crate) mod pattern;
mod query;
mod read;
mod resend;
mod scalar;
mod selector;
mod syntax;
#[cfg(test)]
mod tests;
mod tree;
mod written;
mod yaml;

use std::time::Duration;

use crate::secret::{Secret, Url};

pub use draft::Draft;
pub use flags::{flags_without_use, without_useless_flags};
pub use key_filter::KeyFilter;
pub use keys::{KEYS, Key, Wants};
pub use load::{FILES, LONGEST, Loaded, load};
pub use needs::{Needs, needs};
pub use query::query;
pub use resend::Resend;
pub use selector::{Selected, Selection};
pub use written::Written;

/// The configuration of a run, complete: every value is there and checked.
#[derive(Debug, Clone)]
pub struct Config {
    /// The file it was read from.
    pub file: String,
    /// Where state and cache live, `~` expanded; `None`: no state.
    pub state_dir: Option<String>,
    /// Whether `state_dir` is `./.lightbeam` only because it should be in the home folder and none is known.
    pub state_dir_fell_back: bool,
    /// Where the data lies, `~` expanded.
    pub data_dir: String,
    /// The namespace of endpoints that the user names without one.
    pub namespace: String,
    /// Namespaces and the endpoints to address under them, in file order.
    pub namespace_overrides: Option<Vec<(String, Vec<String>)>>,
    /// The API.
    pub edfi_api: EdFiApi,
    /// How requests are made.
    pub connection: Connection,
    /// The column separator of `count`.
    pub count_separator: String,
    /// Options of `fetch`.
    pub fetch: Fetch,
    /// Options of `validate`.
    pub validate: Validate,
    /// No confirmation before delete and truncate.
    pub force_delete: bool,
    /// Which notices are told.
    pub log_level: LogLevel,
    /// Whether errors are told with their chain of causes.
    pub show_stacktrace: bool,
}

impl Config {
    /// The client id and secret, for commands that talk to the API; an error that names the key that is missing.
    pub fn credentials(&self) -> Result<(&Secret<String>, &Secret<String>), ConfigError> {
        let missing = |key: &str, variable: &str| ConfigError {
            message: format!("{}: edfi_api.{key} is missing", self.file),
            hint: Some(format!(
                "add {key}: ${{{variable}}} to the section edfi_api, and set that environment variable"
            )),
        };
        let api = &self.edfi_api;
        if api.client_id.expose().is_empty() {
            return Err(missing("client_id", "EDFI_API_CLIENT_ID"));
        }
        if api.client_secret.expose().is_empty() {
            return Err(missing("client_secret", "EDFI_API_CLIENT_SECRET"));
        }
        Ok((&api.client_id, &api.client_secret))
    }
}

/// The API to talk to. URLs are as configured: placeholders (`{tenantIdentifier}` …) may stand in them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EdFiApi {
    /// Where discovery is asked.
    pub base_url: String,
    /// The token endpoint.
    pub oauth_url: Option<String>,
    /// The dependency list.
    pub dependencies_url: Option<String>,
    /// The list of API documents.
    pub open_api_metadata_url: Option<String>,
    /// The descriptors' API document.
    pub descriptors_swagger_url: Option<String>,
    /// The resources' API document.
    pub resources_swagger_url: Option<String>,
    /// The data root, taken as written.
    pub data_url: Option<String>,
    /// Fills `{tenantIdentifier}`.
    pub tenant: Option<String>,
    /// How the data root is built; `None`: as the API's discovery document says.
    pub mode: Option<Mode>,
    /// The school year, where the user gave one.
    pub year: Option<String>,
    /// The instance code.
    pub instance_code: Option<String>,
    /// The client id.
    pub client_id: Secret<String>,
    /// The client secret, from `client_secret` or the file of `client_secret_file`.
    pub client_secret: Secret<String>,
}

impl EdFiApi {
    /// All configured URLs, as written.
    pub fn urls(&self) -> impl Iterator<Item = &str> {
        let others = [
            &self.oauth_url,
            &self.dependencies_url,
            &self.open_api_metadata_url,
            &self.descriptors_swagger_url,
            &self.resources_swagger_url,
            &self.data_url,
        ];
        std::iter::once(self.base_url.as_str()).chain(others.into_iter().filter_map(Option::as_deref))
    }
}

/// How the data root of an ODS/API is built.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Mode {
    /// `shared_instance`.
    SharedInstance,
    /// `sandbox`.
    Sandbox,
    /// `district_specific`.
    DistrictSpecific,
    /// `year_specific`: `/{year}` is added.
    YearSpecific,
    /// `instance_year_specific`: `/{instance_code}/{year}` is added.
    InstanceYearSpecific,
}

impl Mode {
    /// The word that `edfi_api.mode` has for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::SharedInstance => "shared_instance",
            Self::Sandbox => "sandbox",
            Self::DistrictSpecific => "district_specific",
            Self::YearSpecific => "year_specific",
            Self::InstanceYearSpecific => "instance_year_specific",
        }
    }
}

/// How requests are made.
#[derive(Debug, Clone)]
pub struct Connection {
    /// Most requests in flight; `None` when the user set nothing: the front end's default (8; 6 in a page).
    pub pool_size: Option<usize>,
    /// Bound of one attempt, whole exchange.
    pub timeout: Duration,
    /// Most repeats of one exchange.
    pub num_retries: u32,
    /// Base of the power by which waits grow.
    pub backoff_factor: f64,
    /// Statuses that are repeated.
    pub retry_statuses: Vec<u16>,
    /// Whether certificates are verified.
    pub verify_ssl: bool,
    /// Longest wait between two attempts, and longest `Retry-After` that is honoured.
    pub max_retry_wait: Duration,
}

/// Options of `fetch`.
#[derive(Debug, Clone)]
pub struct Fetch {
    /// Records a page.
    pub page_size: u32,
    /// Where files are written; `None`: the data folder.
    pub output_dir: Option<String>,
}

/// Options of `validate`.
#[derive(Debug, Clone)]
pub struct Validate {
    /// The methods, in the order they run; JSON always runs.
    pub methods: Vec<Method>,
    /// Stop after so many failed records, over all methods and endpoints.
    pub max_failures: Option<u64>,
    /// Options of the references method.
    pub references: References,
}

/// Options of the references method.
#[derive(Debug, Clone)]
pub struct References {
    /// Stop this method after so many failed records of it.
    pub max_failures: Option<u64>,
    /// `endpoint.referenceName` entries.
    pub selector: Vec<(String, String)>,
    /// What the selector means.
    pub behavior: Behavior,
    /// Whether the API is asked.
    pub remote: bool,
}

/// What the selector of the references method means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Behavior {
    /// All but the selected ones are checked.
    Exclude,
    /// Only the selected ones are checked.
    Include,
}

/// A validation method.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Method {
    /// Form: types, lengths, required properties.
    Schema,
    /// Descriptor values.
    Descriptors,
    /// Natural keys.
    Uniqueness,
    /// References.
    References,
}

/// Which notices are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum LogLevel {
    /// Everything.
    Debug,
    /// All but details.
    Info,
    /// Warnings and errors.
    Warning,
    /// Errors.
    Error,
    /// Nothing but what ends the run.
    Critical,
}

/// The configuration is wrong. `Display` is the one plain sentence: file, line, column, key, what is wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ConfigError {
    /// The sentence, with file, line and column in front where they are known.
    pub message: String,
    /// What to do, such as the nearest known key.
    pub hint: Option<String>,
}

impl ConfigError {
    /// An error without a hint.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), hint: None }
    }
}

/// A URL of the configuration or of the discovery document that cannot be used.
pub fn parse_url(key: &str, text: &str) -> Result<Url, ConfigError> {
    text.parse()
        .map_err(|_| ConfigError::new(format!("{key}: \"{}\" is not an absolute http or https URL", shown(text))))
}

/// A URL text without what may be secret in it: the user part and the query.
pub(crate) fn shown(text: &str) -> String {
    let without_query = text.split(['?', '#']).next().unwrap_or_default();
    match (without_query.find("://"), without_query.rfind('@')) {
        (Some(start), Some(at)) if at > start => format!("{}{}", &without_query[..start + 3], &without_query[at + 1..]),
        _ => without_query.to_owned(),
    }
}

//! All keys of the configuration, with what each wants: the one list that checks, suggestions and documentation use.

use super::nearest::nearest;

/// A key of the configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Key {
    /// The dotted path.
    pub path: &'static str,
    /// What it wants.
    pub wants: Wants,
    /// The default as documentation shows it; empty for none.
    pub default: &'static str,
    /// What it does, one sentence without a full stop.
    pub meaning: &'static str,
}

/// What a key wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wants {
    /// A text.
    Text,
    /// A text that no message shows.
    Secret,
    /// The path of a folder or file.
    Path,
    /// An absolute http or https URL.
    Url,
    /// true or false.
    Switch,
    /// A whole number.
    Whole,
    /// A number.
    Number,
    /// One of these words, whatever their case.
    Choice(&'static [&'static str]),
    /// A list of texts or numbers.
    List,
    /// A mapping with names of the user's own, each with a list.
    Lists,
}

const fn key(path: &'static str, wants: Wants, default: &'static str, meaning: &'static str) -> Key {
    Key { path, wants, default, meaning }
}

/// The words of `edfi_api.mode`.
pub(super) const MODES: &[&str] =
    &["shared_instance", "sandbox", "district_specific", "year_specific", "instance_year_specific"];
/// The words of `validate.methods`.
pub(super) const METHODS: &[&str] = &["schema", "descriptors", "uniqueness", "references"];
/// The words of `validate.references.behavior`.
pub(super) const BEHAVIORS: &[&str] = &["exclude", "include"];
/// The words of `log_level`.
pub(super) const LOG_LEVELS: &[&str] = &["DEBUG", "INFO", "WARN", "WARNING", "ERROR", "CRITICAL"];

/// All keys, in the order of the documentation.
pub const KEYS: &[Key] = &[
    key("state_dir", Wants::Path, "~/.lightbeam/", "where state and cache are kept; empty: nothing is remembered"),
    key("data_dir", Wants::Path, "./", "where the files to send lie"),
    key("namespace", Wants::Text, "ed-fi", "the namespace of endpoints that are named without one"),
    key("namespace_overrides", Wants::Lists, "", "namespaces, each with the endpoints to address under it"),
    key("edfi_api.base_url", Wants::Url, "https://localhost/api", "where the API publishes its discovery document"),
    key("edfi_api.oauth_url", Wants::Url, "discovered", "the token endpoint"),
    key("edfi_api.dependencies_url", Wants::Url, "discovered", "the list of resources in dependency order"),
    key("edfi_api.open_api_metadata_url", Wants::Url, "discovered", "the list of API documents"),
    key("edfi_api.descriptors_swagger_url", Wants::Url, "discovered", "the API document of the descriptors"),
    key("edfi_api.resources_swagger_url", Wants::Url, "discovered", "the API document of the resources"),
    key("edfi_api.data_url", Wants::Url, "discovered", "the data root, taken as written"),
    key("edfi_api.tenant", Wants::Text, "", "fills {tenantIdentifier} in URLs"),
    key("edfi_api.version", Wants::Whole, "3", "the version of the data API; 3 is the only one"),
    key("edfi_api.mode", Wants::Choice(MODES), "discovered", "how the data root is built"),
    key("edfi_api.year", Wants::Text, "the current year", "the school year in URLs"),
    key("edfi_api.instance_code", Wants::Text, "", "the instance in URLs of mode instance_year_specific"),
    key("edfi_api.client_id", Wants::Text, "", "the client id"),
    key("edfi_api.client_secret", Wants::Secret, "", "the client secret"),
    key("edfi_api.client_secret_file", Wants::Path, "", "a file that holds the client secret"),
    key("connection.pool_size", Wants::Whole, "8 (6 in a page)", "most requests at a time"),
    key("connection.timeout", Wants::Number, "60", "seconds that one attempt may take"),
    key("connection.num_retries", Wants::Whole, "10", "most repeats of a request"),
    key("connection.backoff_factor", Wants::Number, "1.5", "how much longer each wait is than the one before"),
    key("connection.retry_statuses", Wants::List, "429, 500, 501, 502, 503, 504", "statuses that are repeated"),
    key("connection.verify_ssl", Wants::Switch, "true", "whether certificates are checked"),
    key("connection.max_retry_wait", Wants::Number, "30", "longest wait before a repeat, in seconds"),
    key("count.separator", Wants::Text, "a tab", "what stands between the columns of count"),
    key("fetch.page_size", Wants::Whole, "100", "records a request"),
    key("fetch.output_dir", Wants::Path, "data_dir", "where fetched records are written"),
    key("validate.methods", Wants::List, "schema, descriptors, uniqueness", "the checks to make; \"*\" for all"),
    key("validate.max_failures", Wants::Whole, "", "stop after so many failed records"),
    key("validate.references.max_failures", Wants::Whole, "", "stop checking references after so many failed records"),
    key("validate.references.selector", Wants::List, "", "references, as endpoint.referenceName"),
    key(
        "validate.references.behavior",
        Wants::Choice(BEHAVIORS),
        "exclude",
        "whether the selected references are left out or the only ones",
    ),
    key("validate.references.remote", Wants::Switch, "true", "whether the API is asked for references"),
    key("force_delete", Wants::Switch, "false", "delete and truncate without asking"),
    key("log_level", Wants::Choice(LOG_LEVELS), "INFO", "which messages are shown"),
    key("show_stacktrace", Wants::Switch, "false", "show errors with their chain of causes"),
];

/// The key at a dotted path.
pub(super) fn known(path: &str) -> Option<&'static Key> {
    KEYS.iter().find(|key| key.path == path)
}

/// Whether keys stand below this dotted path.
pub(super) fn is_section(path: &str) -> bool {
    KEYS.iter().any(|key| key.path.strip_prefix(path).is_some_and(|rest| rest.starts_with('.')))
}

/// The known key or section that the user probably meant.
pub(super) fn suggestion(path: &str) -> Option<String> {
    let (section, name) = path.rsplit_once('.').unwrap_or(("", path));
    let prefix = if section.is_empty() { String::new() } else { format!("{section}.") };
    let siblings = KEYS.iter().filter_map(|key| key.path.strip_prefix(&prefix)?.split('.').next());
    // The right name in the wrong section (indentation lost), before a name that is merely alike.
    if let Some(key) = KEYS.iter().find(|key| key.path.rsplit('.').next() == Some(name)) {
        return Some(key.path.to_owned());
    }
    if let Some(found) = nearest(name, siblings) {
        return Some(format!("{prefix}{found}"));
    }
    let last = |key: &'static Key| key.path.rsplit('.').next().unwrap_or(key.path);
    let found = nearest(name, KEYS.iter().map(last)).or_else(|| nearest(path, KEYS.iter().map(|key| key.path)))?;
    KEYS.iter().find(|key| last(key) == found || key.path == found).map(|key| key.path.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suggestions_look_at_siblings_then_everywhere() {
        for (written, meant) in [
            ("edfi_api.cleint_id", Some("edfi_api.client_id")),
            ("connection.poolsize", Some("connection.pool_size")),
            ("base_url", Some("edfi_api.base_url")),
            ("connection.page_size", Some("fetch.page_size")),
            ("edfi-api", Some("edfi_api")),
            ("verfy_ssl", Some("connection.verify_ssl")),
            ("validate.reference", Some("validate.references")),
            ("validate.references.max_failure", Some("validate.references.max_failures")),
            ("colour", None),
        ] {
            assert_eq!(suggestion(written).as_deref(), meant, "{written}");
        }
    }

    #[test]
    fn paths_are_unique_and_no_key_is_a_section() {
        for (index, key) in KEYS.iter().enumerate() {
            assert!(KEYS[index + 1..].iter().all(|other| other.path != key.path), "{}", key.path);
            assert!(!is_section(key.path), "{}", key.path);
        }
    }
}

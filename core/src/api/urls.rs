//! Rules for URLs, as pure functions: how the data root is built for every mode, what fills placeholders, and which
//! discovered URLs may be used.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::config::{ConfigError, EdFiApi, Mode, parse_url};
use crate::secret::Url;

/// The data root below a base URL where no discovery document tells another: ODS/API 3.x to 7.x.
pub(super) const DATA_PATH: &str = "data/v3";
/// Characters that stay as they are in a path segment.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// What fills placeholders, and how the data root is built.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Route {
    pub(super) mode: Option<Mode>,
    pub(super) tenant: Option<String>,
    pub(super) instance_code: Option<String>,
    /// The configured year, else the current one.
    pub(super) year: String,
    pub(super) is_year_given: bool,
}

impl Route {
    /// The route of a configuration; `mode` there wins over the discovered one.
    pub(super) fn new(api: &EdFiApi, discovered: Option<Mode>, current_year: i16) -> Self {
        Self {
            mode: api.mode.or(discovered),
            tenant: api.tenant.clone(),
            instance_code: api.instance_code.clone(),
            year: api.year.clone().unwrap_or_else(|| current_year.to_string()),
            is_year_given: api.year.is_some(),
        }
    }

    /// Whether a server's own year gives way to this route's.
    fn has_year(&self) -> bool {
        self.is_year_given || matches!(self.mode, Some(Mode::YearSpecific | Mode::InstanceYearSpecific))
    }

    /// The data root: with a mode, a trailing year or placeholder is cut and the mode's own segments are added;
    /// without, a trailing year gives way to a configured one. A year or instance that the route has in front of
    /// `data` (ODS/API 7.x with a context) is not added a second time.
    pub(super) fn data_root(&self, key: &str, root: &str) -> Result<String, ConfigError> {
        let root = unescaped(root);
        let (origin, path) = split(&root);
        let mut segments: Vec<&str> = path.split('/').filter(|segment| !segment.is_empty()).collect();
        let instance = encoded(self.instance_code.as_deref().unwrap_or_default());
        let year = encoded(&self.year);
        match self.mode {
            Some(mode) => {
                let is_instance = mode == Mode::InstanceYearSpecific;
                while let Some(last) = segments.last()
                    && (is_year(last)
                        || is_placeholder(last)
                        || (is_instance && !instance.is_empty() && *last == instance))
                {
                    segments.pop();
                }
                let stands = |word: &str| segments.iter().any(|segment| is_placeholder_of(segment, word));
                let (has_instance, has_year) = (stands("instance"), stands("year"));
                if is_instance && !has_instance {
                    if instance.is_empty() {
                        return Err(missing("edfi_api.instance_code", "the mode instance_year_specific"));
                    }
                    segments.push(&instance);
                }
                if matches!(mode, Mode::YearSpecific | Mode::InstanceYearSpecific) && !has_year {
                    segments.push(&year);
                }
            }
            None => {
                if self.is_year_given
                    && let Some(last) = segments.last_mut()
                    && is_year(last)
                {
                    *last = &year;
                }
            }
        }
        self.fill(key, &joined(origin, &segments))
    }

    /// Fills `{…}`: names with "tenant", "year" or "instance" in them, whatever else the server writes there
    /// (`{tenantIdentifier}`, `{schoolYearFromRoute:range(2020,2030)}`, `{instance}`). One that is left over is an
    /// error that names the key.
    pub(super) fn fill(&self, key: &str, text: &str) -> Result<String, ConfigError> {
        let text = unescaped(text);
        let mut filled = String::with_capacity(text.len());
        let mut rest = text.as_str();
        while let Some(start) = rest.find('{') {
            let Some(length) = rest[start..].find('}') else { break };
            let placeholder = &rest[start..=start + length];
            filled.push_str(&rest[..start]);
            filled.push_str(&encoded(self.value_of(key, placeholder)?));
            rest = &rest[start + length + 1..];
        }
        filled.push_str(rest);
        Ok(filled)
    }

    fn value_of(&self, key: &str, placeholder: &str) -> Result<&str, ConfigError> {
        let place = format!("{placeholder} in {key}");
        if is_placeholder_of(placeholder, "tenant") {
            self.tenant.as_deref().ok_or_else(|| missing("edfi_api.tenant", &place))
        } else if is_placeholder_of(placeholder, "year") {
            Ok(&self.year)
        } else if is_placeholder_of(placeholder, "instance") {
            self.instance_code.as_deref().ok_or_else(|| missing("edfi_api.instance_code", &place))
        } else {
            let mut error = ConfigError::new(format!("{key}: nothing is known to fill {placeholder}"));
            error.hint = Some("configure edfi_api.data_url and the other URLs of edfi_api in full".to_owned());
            Err(error)
        }
    }

    /// A discovered URL in which the server's own year, found at the end of its data root, gives way to this route's.
    /// What the base URL says itself stays.
    pub(super) fn with_own_year(&self, text: &str, server_year: Option<&str>, base: &Url) -> String {
        let Some(server_year) = server_year.filter(|_| self.has_year()) else { return text.to_owned() };
        let (origin, path) = split(text);
        let mut in_base = true;
        let mut base_segments = base.path().split('/').filter(|segment| !segment.is_empty());
        let year = encoded(&self.year);
        let segments: Vec<&str> = path
            .split('/')
            .map(|segment| {
                if segment.is_empty() {
                    return segment;
                }
                in_base = in_base && base_segments.next() == Some(segment);
                if segment == server_year && !in_base { year.as_str() } else { segment }
            })
            .collect();
        format!("{origin}{}", segments.join("/"))
    }

    /// The segments that a route of ODS/API 3.x has behind its area, such as `/2026`.
    pub(super) fn suffix(&self) -> String {
        match (self.mode, &self.instance_code) {
            (Some(Mode::YearSpecific), _) => format!("/{}", encoded(&self.year)),
            (Some(Mode::InstanceYearSpecific), Some(instance)) => {
                format!("/{}/{}", encoded(instance), encoded(&self.year))
            }
            _ => String::new(),
        }
    }
}

/// The year at the end of a data root, where there is one.
pub(super) fn trailing_year(root: &str) -> Option<&str> {
    let (_, path) = split(root);
    path.split('/').rfind(|segment| !segment.is_empty()).filter(|segment| is_year(segment))
}

/// A base URL and a path with one slash between them.
pub(super) fn join(base: &str, path: &str) -> String {
    format!("{}/{}", base.trim_end_matches('/'), path.trim_start_matches('/'))
}

/// A value as one path segment.
pub(super) fn encoded(value: &str) -> String {
    utf8_percent_encode(value, SEGMENT).to_string()
}

/// A URL of the configuration, with its placeholders filled. It must hold no user part: a secret in a URL ends up in
/// logs of proxies and servers, and the client id and secret have keys of their own.
pub(super) fn configured(key: &str, text: &str, route: &Route) -> Result<Url, ConfigError> {
    let url = parse_url(key, &route.fill(key, text.trim())?)?;
    if has_user_part(text) {
        let mut error = ConfigError::new(format!("{key}: the URL holds a user name or password"));
        error.hint = Some("remove it; edfi_api.client_id and edfi_api.client_secret are the credentials".to_owned());
        return Err(error);
    }
    Ok(url)
}

/// As [`configured`], for a URL to which paths are added: it must have no query.
pub(super) fn configured_root(key: &str, text: &str, route: &Route) -> Result<Url, ConfigError> {
    let url = configured(key, text, route)?;
    if url.query().is_some() {
        return Err(ConfigError::new(format!("{key}: paths are added to this URL, so it cannot have a query (?…)")));
    }
    Ok(url)
}

/// Whether the text of a URL has something in front of an `@` in its authority.
pub(super) fn has_user_part(text: &str) -> bool {
    text.split_once("://").is_some_and(|(_, rest)| rest.split(['/', '?', '#']).next().unwrap_or_default().contains('@'))
}

/// Whether two URLs are served by the same host; names of this very machine are one host.
pub(super) fn is_same_host(one: &Url, other: &Url) -> bool {
    one.host() == other.host() || (one.is_loopback() && other.is_loopback())
}

/// Whether using `url` after `base` would mean less protection: http after https. On this very machine there is none.
pub(super) fn is_lower(url: &Url, base: &Url) -> bool {
    base.is_https() && !url.is_https() && !url.is_loopback()
}

/// A discovered http URL on the base's own host as https, where the base is https: servers behind a proxy often do
/// not know how they are reached. Nothing is ever lowered.
pub(super) fn raised(url: Url, base: &Url) -> Url {
    if url.is_https() || !base.is_https() || url.host() != base.host() {
        return url;
    }
    let authority = match url.port() {
        80 | 443 => base.authority(),
        _ => url.authority(),
    };
    let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
    format!("https://{authority}{}{query}", url.path()).parse().unwrap_or(url)
}

/// The URL that a `Location` means, seen from `asked`.
pub(super) fn resolve(asked: &Url, location: &str) -> Option<Url> {
    let location = location.trim();
    let origin = format!("{}://{}", asked.scheme(), asked.authority());
    if location.contains("://") {
        location.parse().ok()
    } else if let Some(rest) = location.strip_prefix("//") {
        format!("{}://{rest}", asked.scheme()).parse().ok()
    } else if location.starts_with('/') {
        format!("{origin}{location}").parse().ok()
    } else if location.is_empty() {
        None
    } else {
        let folder = asked.path().rsplit_once('/').map_or("", |(folder, _)| folder);
        format!("{origin}{folder}/{location}").parse().ok()
    }
}

/// The mode that a discovery document's `apiMode` names, such as `Instance Year Specific`.
pub(super) fn mode_named(text: &str) -> Option<Mode> {
    let letters: String = text.chars().filter(|c| c.is_ascii_alphanumeric()).collect();
    Some(match letters.to_ascii_lowercase().as_str() {
        "sharedinstance" => Mode::SharedInstance,
        "sandbox" => Mode::Sandbox,
        "districtspecific" => Mode::DistrictSpecific,
        "yearspecific" => Mode::YearSpecific,
        "instanceyearspecific" => Mode::InstanceYearSpecific,
        _ => return None,
    })
}

/// Origin (scheme and authority) and the rest of a URL's text.
fn split(text: &str) -> (&str, &str) {
    let start = text.find("://").map_or(0, |at| at + 3);
    text.split_at(text[start..].find('/').map_or(text.len(), |at| start + at))
}

fn joined(origin: &str, segments: &[&str]) -> String {
    segments.iter().fold(origin.to_owned(), |url, segment| url + "/" + segment)
}

/// Braces that a server's URL type has escaped.
fn unescaped(text: &str) -> String {
    text.replace("%7B", "{").replace("%7b", "{").replace("%7D", "}").replace("%7d", "}")
}

fn is_year(segment: &str) -> bool {
    segment.len() == 4 && segment.bytes().all(|b| b.is_ascii_digit()) && matches!(&segment[..2], "19" | "20")
}

fn is_placeholder(segment: &str) -> bool {
    segment.starts_with('{') && segment.ends_with('}')
}

fn is_placeholder_of(segment: &str, word: &str) -> bool {
    is_placeholder(segment) && segment.to_ascii_lowercase().contains(word)
}

fn missing(key: &str, wanted_by: &str) -> ConfigError {
    let mut error = ConfigError::new(format!("{key} is missing: it is needed for {wanted_by}"));
    error.hint = Some(format!("set {key}"));
    error
}

#[cfg(test)]
mod tests;

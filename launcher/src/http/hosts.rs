use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use http::Uri;
use serde_json::Value;

/// The hosts that may be called: those of the configuration and of the command line, and those that the answer of the
/// API's root names.
#[derive(Debug)]
pub struct Hosts {
    root: Option<Root>,
    lists: Mutex<Lists>,
}

/// The API's root.
#[derive(Debug)]
struct Root {
    /// Its scheme and host.
    origin: Uri,
    /// The parts of its path; a part with a placeholder stands for any.
    path: Vec<String>,
}

#[derive(Debug, Default)]
struct Lists {
    /// Lower case, with the port where it is not the scheme's own.
    allowed: BTreeSet<String>,
    refused: BTreeSet<String>,
}

impl Root {
    /// `None` for what is no URL, and where the host itself holds a placeholder.
    fn new(url: &str) -> Option<Self> {
        let (scheme, rest) = url.split_once("://")?;
        let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
        let origin = format!("{scheme}://{authority}/").parse().ok()?;
        Some(Self { origin, path: parts(path).map(str::to_owned).collect() })
    }

    fn is(&self, uri: &Uri) -> bool {
        self.origin.scheme() == uri.scheme()
            && name(&self.origin) == name(uri)
            && parts(uri.path()).count() == self.path.len()
            && parts(uri.path()).zip(&self.path).all(|(part, own)| part == own || own.contains('{'))
    }
}

/// The parts of a path that are not empty.
fn parts(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter(|part| !part.is_empty())
}

impl Hosts {
    /// These hosts, and those that the root's answer will name. A host may be written as a URL, too.
    pub fn new<'a>(allowed: impl IntoIterator<Item = &'a str>, root: &str) -> Self {
        let allowed = allowed.into_iter().map(host_of).collect();
        Self { root: Root::new(root), lists: Mutex::new(Lists { allowed, refused: BTreeSet::new() }) }
    }

    /// Whether a request may go there.
    pub fn allows(&self, uri: &Uri) -> bool {
        name(uri).is_some_and(|name| self.lists().allowed.contains(&name))
    }

    /// Whether a request goes to the API's root.
    pub fn is_root(&self, uri: &Uri) -> bool {
        self.root.as_ref().is_some_and(|root| root.is(uri))
    }

    /// Allows the hosts of all URLs in `urls` of a discovery document.
    pub fn learn(&self, document: &[u8]) {
        let text = document.strip_prefix(b"\xef\xbb\xbf").unwrap_or(document);
        let Ok(Value::Object(document)) = serde_json::from_slice(text) else { return };
        let Some(Value::Object(urls)) = document.get("urls") else { return };
        let urls = urls.values().filter_map(Value::as_str);
        // A placeholder in the path is no part of a URI.
        let parts = urls.filter_map(|url| url.split('{').next()?.parse::<Uri>().ok());
        self.lists().allowed.extend(parts.filter_map(|uri| name(&uri)));
    }

    /// Notes that a host was refused.
    pub(super) fn refused(&self, uri: &Uri) {
        self.lists().refused.extend(name(uri));
    }

    /// The hosts that were refused so far, in the order of their names.
    pub fn all_refused(&self) -> Vec<String> {
        self.lists().refused.iter().cloned().collect()
    }

    fn lists(&self) -> MutexGuard<'_, Lists> {
        self.lists.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The name of a host that somebody has written: alone, with a port, or as a URL. The port of https is the usual one.
fn host_of(written: &str) -> String {
    let written = written.trim().to_ascii_lowercase();
    let url = if written.contains("://") { written.clone() } else { format!("https://{written}") };
    url.parse().ok().and_then(|uri| name(&uri)).unwrap_or(written)
}

/// The name of a URL's host, as lists have it.
fn name(uri: &Uri) -> Option<String> {
    let host = uri.host()?.to_ascii_lowercase();
    let own = match uri.scheme_str()? {
        "https" => 443,
        "http" => 80,
        _ => return None,
    };
    Some(match uri.port_u16() {
        Some(port) if port != own => format!("{host}:{port}"),
        _ => host,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn uri(text: &str) -> Uri {
        text.parse().unwrap()
    }

    #[test]
    fn only_named_hosts_are_allowed_and_the_port_counts() {
        let hosts = Hosts::new(["API.example.org", "127.0.0.1:8765", "[::1]:8765"], "https://api.example.org/v7/");
        for url in [
            "https://api.example.org/x",
            "https://api.example.org:443/x",
            "http://127.0.0.1:8765/",
            "http://[::1]:8765/",
        ] {
            assert!(hosts.allows(&uri(url)), "{url}");
        }
        for url in [
            "https://api.example.org:8443/x",
            "http://127.0.0.1:8766/",
            "http://127.0.0.1/",
            "https://example.org/",
            "https://api.example.org.example.net/",
            "https://api.example.org@example.net/",
            "/x",
        ] {
            assert!(!hosts.allows(&uri(url)), "{url}");
        }
    }

    #[test]
    fn a_host_may_be_written_as_people_write_it() {
        let hosts = Hosts::new(["https://Login.example.org/oauth", "data.example.org:443", "http://a.example.org"], "");
        for url in ["https://login.example.org/x", "https://data.example.org/x", "http://a.example.org/"] {
            assert!(hosts.allows(&uri(url)), "{url}");
        }
    }

    #[test]
    fn the_discovery_document_names_further_hosts_and_nothing_else_does() {
        let hosts = Hosts::new(["api.example.org"], "https://api.example.org/v7");
        let document = r#"{"urls": {"oauth": "https://login.example.org:8443/oauth/token", "dataManagementApi":
            "https://data.example.org/{tenantIdentifier}/data/v3/", "openApiMetadata": "metadata/", "n": 1},
            "other": {"x": "https://example.net/"}}"#;
        hosts.learn(format!("\u{feff}{document}").as_bytes());
        assert!(hosts.allows(&uri("https://login.example.org:8443/oauth/token")));
        assert!(hosts.allows(&uri("https://data.example.org/t/data/v3/ed-fi/students")));
        assert!(!hosts.allows(&uri("https://example.net/")));
        hosts.learn(b"[]");
        hosts.learn(b"no JSON");
    }

    #[test]
    fn the_root_is_the_configured_one_and_nothing_beside_or_below_it() {
        let hosts = Hosts::new([], "https://api.example.org");
        assert!(hosts.is_root(&uri("https://api.example.org/")));
        assert!(!hosts.is_root(&uri("https://api.example.org/metadata/data/v3/resources/swagger.json")));
        let hosts = Hosts::new([], "https://api.example.org/{tenant}/v7");
        assert!(hosts.is_root(&uri("https://api.example.org/t1/v7/")));
        assert!(!hosts.is_root(&uri("https://api.example.org/t1/v7/data")));
        let hosts = Hosts::new([], "https://api.example.org/v7/");
        assert!(hosts.is_root(&uri("https://api.example.org/v7")));
        assert!(hosts.is_root(&uri("https://api.example.org/v7/")));
        for url in [
            "https://api.example.org/v7/data/v3/x",
            "https://api.example.org/v70",
            "http://api.example.org/v7",
            "https://example.com/v7",
        ] {
            assert!(!hosts.is_root(&uri(url)), "{url}");
        }
    }
}

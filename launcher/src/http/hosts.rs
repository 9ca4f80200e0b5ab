use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use http::Uri;
use serde_json::Value;

/// The hosts that may be called: those of the configuration and of the command line, and those that the answer of the
/// API's root names.
#[derive(Debug)]
pub struct Hosts {
    /// The API's root, without a last `/`: scheme, authority and path.
    root: Option<Uri>,
    lists: Mutex<Lists>,
}

#[derive(Debug, Default)]
struct Lists {
    /// Lower case, with the port where it is not the scheme's own.
    allowed: BTreeSet<String>,
    refused: BTreeSet<String>,
}

impl Hosts {
    /// These hosts, and those that the root's answer will name.
    pub fn new<'a>(allowed: impl IntoIterator<Item = &'a str>, root: &str) -> Self {
        let allowed = allowed.into_iter().map(str::to_ascii_lowercase).collect();
        let root = root.trim_end_matches('/').parse().ok();
        Self { root, lists: Mutex::new(Lists { allowed, refused: BTreeSet::new() }) }
    }

    /// Whether a request may go there.
    pub fn allows(&self, uri: &Uri) -> bool {
        name(uri).is_some_and(|name| self.lists().allowed.contains(&name))
    }

    /// Whether a request goes to the API's root. Where the root holds a placeholder, only what comes before it is known.
    pub fn is_root(&self, uri: &Uri) -> bool {
        let Some(root) = &self.root else { return false };
        root.scheme() == uri.scheme() && name(root) == name(uri) && {
            let begin = root.path().trim_end_matches('/');
            uri.path().trim_end_matches('/').strip_prefix(begin).is_some_and(|rest| rest.is_empty() || begin.is_empty())
        }
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
        let hosts = Hosts::new([], "https://api.example.org/v7");
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

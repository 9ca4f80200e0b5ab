use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use http::Uri;
use lightbeam_core::api::NamedHosts;
use lightbeam_core::host::Response;

/// The hosts that may be called: those of the configuration and of the command line, and those that the answer of the
/// API's root names.
#[derive(Debug)]
pub struct Hosts(Mutex<Lists>);

#[derive(Debug)]
struct Lists {
    /// Lower case, with the port where it is not the scheme's own.
    allowed: BTreeSet<String>,
    refused: BTreeSet<String>,
    named: Option<NamedHosts>,
}

impl Hosts {
    /// These hosts, those of the configuration, and those that the answer of the API's root will name. A host may be written as a URL, too.
    pub fn new<'a>(allowed: impl IntoIterator<Item = &'a str>, named: Option<NamedHosts>) -> Self {
        let mut allowed: BTreeSet<String> = allowed.into_iter().map(host_of).collect();
        allowed.extend(named.iter().flat_map(NamedHosts::configured));
        Self(Mutex::new(Lists { allowed, refused: BTreeSet::new(), named }))
    }

    /// Whether a request may go there.
    pub fn allows(&self, uri: &Uri) -> bool {
        name(uri).is_some_and(|name| self.lists().allowed.contains(&name))
    }

    /// Whether a request goes to the API's root.
    pub fn is_root(&self, uri: &Uri) -> bool {
        let lists = self.lists();
        lists.named.as_ref().zip(uri.to_string().parse().ok()).is_some_and(|(named, url)| named.is_root(&url))
    }

    /// Allows the hosts that the root's answer names.
    pub fn learn(&self, root: &Uri, answer: &Response) {
        let mut lists = self.lists();
        if let (Some(named), Ok(root)) = (&mut lists.named, root.to_string().parse()) {
            let hosts = named.learn(root, answer);
            lists.allowed.extend(hosts);
        }
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
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
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
    use lightbeam_core::config::EdFiApi;
    use lightbeam_core::host::Timestamp;

    use super::*;

    fn uri(text: &str) -> Uri {
        text.parse().unwrap()
    }

    #[test]
    fn only_named_hosts_are_allowed_and_the_port_counts() {
        let hosts = Hosts::new(["API.example.org", "127.0.0.1:8765", "[::1]:8765"], None);
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
        let hosts =
            Hosts::new(["https://Login.example.org/oauth", "data.example.org:443", "http://a.example.org"], None);
        for url in ["https://login.example.org/x", "https://data.example.org/x", "http://a.example.org/"] {
            assert!(hosts.allows(&uri(url)), "{url}");
        }
    }

    fn named(base_url: &str) -> NamedHosts {
        NamedHosts::new(EdFiApi { base_url: base_url.into(), ..EdFiApi::default() }, Timestamp::UNIX_EPOCH)
    }

    #[test]
    fn the_discovery_document_names_further_hosts_and_nothing_else_does() {
        let hosts = Hosts::new([], Some(named("https://api.example.org/v7")));
        let root = uri("https://api.example.org/v7");
        assert!(hosts.is_root(&root) && hosts.allows(&root));
        assert!(!hosts.is_root(&uri("https://api.example.org/v7/data/v3/x")));
        let answer = |body: &'static str| Response {
            status: 200,
            headers: http::HeaderMap::new(),
            body: body.into(),
            truncated: false,
        };
        let document = r#"{"urls": {"oauth": "https://login.example.org:8443/oauth/token", "dataManagementApi":
            "https://data.example.org/data/v3/"}, "other": {"x": "https://example.net/"}}"#;
        hosts.learn(&root, &answer(document));
        assert!(hosts.allows(&uri("https://login.example.org:8443/oauth/token")));
        assert!(hosts.allows(&uri("https://data.example.org/data/v3/ed-fi/students")));
        assert!(!hosts.allows(&uri("https://example.net/")));
        hosts.learn(&root, &answer("no JSON"));
    }

    #[test]
    fn without_a_configuration_nothing_is_the_root() {
        assert!(!Hosts::new([], None).is_root(&uri("https://api.example.org/")));
    }
}

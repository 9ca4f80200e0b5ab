use std::fmt::Write as _;

use crate::event::EndpointId;
use crate::secret::Url;

/// The names of everything in storage that belongs to one data root.
///
/// State, cache and lock are kept apart for each data root, so what was sent to one API (or one school year of it)
/// says nothing about another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    prefix: String,
}

impl Target {
    /// The target of a data root. Scheme and host are compared in lower case; the scheme's own port, slashes at the
    /// end, and credentials in the URL make no difference.
    pub fn new(data_root: &Url) -> Self {
        let root = format!(
            "{}://{}{}{}",
            data_root.scheme().to_ascii_lowercase(),
            data_root.authority(),
            data_root.path().trim_end_matches('/'),
            data_root.query().map(|query| format!("?{query}")).unwrap_or_default(),
        );
        let mut host = data_root.authority().replace(|c: char| !matches!(c, 'a'..='z' | '0'..='9' | '.' | '-'), "-");
        host.truncate(100);
        let host = host.replace("..", "--");
        let host = host.strip_prefix('.').map_or(host.clone(), |rest| format!("-{rest}"));
        Self { prefix: format!("targets/{host}-{}", hex(&blake3::hash(root.as_bytes()).as_bytes()[..8])) }
    }

    /// The beginning of all names, without a slash at the end: `targets/HOST-16HEX`.
    pub fn prefix(&self) -> &str {
        &self.prefix
    }

    /// The name of the lock.
    pub fn lock(&self) -> String {
        format!("{}/lock", self.prefix)
    }

    /// The name of a cached document; `name` may be anything.
    pub fn cache(&self, name: &str) -> String {
        format!("{}/cache/{}", self.prefix, encode(name))
    }

    /// The beginning of the names of all cached documents.
    pub fn cache_prefix(&self) -> String {
        format!("{}/cache/", self.prefix)
    }

    /// The name of the log of an endpoint. Namespace and name come from the API and may be anything.
    pub fn log(&self, endpoint: &EndpointId) -> String {
        format!("{}/state/{}/{}.log", self.prefix, encode(&endpoint.namespace), encode(&endpoint.name))
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// The longest encoded name; most file systems allow 255 bytes with what is added.
const MAX_NAME: usize = 120;

/// A text as one part of a name: `[A-Za-z0-9._-]`, no dot at either end or beside another one, none of the device
/// names of Windows, and different for texts that differ in more than case; an API does not tell endpoints apart by it.
///
/// `_` begins an escape: `__` is itself, `_-hh` any other byte. What gets too long is cut and told apart by its hash
/// after `_.`, which is no escape.
fn encode(text: &str) -> String {
    let mut encoded = String::new();
    let bytes = text.as_bytes();
    let reserved = is_device(text);
    for (index, &byte) in bytes.iter().enumerate() {
        let safe = match byte {
            b'.' => index > 0 && index + 1 < bytes.len() && bytes[index - 1] != b'.',
            b'a'..=b'z' | b'A'..=b'Z' => !(reserved && index == 0),
            _ => byte.is_ascii_digit() || byte == b'-',
        };
        match byte {
            _ if safe => encoded.push(char::from(byte)),
            b'_' => encoded.push_str("__"),
            _ => {
                let _ = write!(encoded, "_-{byte:02x}");
            }
        }
        if encoded.len() > MAX_NAME {
            break;
        }
    }
    if encoded.is_empty() || encoded.len() > MAX_NAME {
        encoded.truncate(MAX_NAME - 40);
        let _ = write!(encoded, "_.{}", hex(&blake3::hash(text.as_bytes()).as_bytes()[..16]));
    }
    encoded
}

/// Names that Windows takes for devices, whatever follows a dot.
fn is_device(text: &str) -> bool {
    let name = text.split('.').next().unwrap_or_default().to_ascii_lowercase();
    let numbered =
        |prefix| name.strip_prefix(prefix).is_some_and(|n: &str| n.len() == 1 && n.as_bytes()[0].is_ascii_digit());
    matches!(&*name, "con" | "prn" | "aux" | "nul") || numbered("com") || numbered("lpt")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn target(url: &str) -> Target {
        Target::new(&url.parse().unwrap())
    }

    #[test]
    fn spellings_of_one_root_are_one_target() {
        let root = target("https://api.example.org/data/v3/2026");
        assert_eq!(root.prefix(), "targets/api.example.org-994cb3d6c4a8b4ff");
        for same in [
            "HTTPS://API.Example.org/data/v3/2026",
            "https://api.example.org:443/data/v3/2026/",
            "https://me:pw@api.example.org/data/v3/2026",
        ] {
            assert_eq!(target(same), root, "{same}");
        }
        for other in [
            "http://api.example.org/data/v3/2026",
            "https://api.example.org/Data/v3/2026",
            "https://api.example.org/data/v3/2025",
            "https://api.example.org:8443/data/v3/2026",
        ] {
            assert_ne!(target(other), root, "{other}");
        }
        assert!(target("http://localhost:8765/api").prefix().starts_with("targets/localhost-8765-"));
        assert!(target("http://[::1]/api").prefix().starts_with("targets/---1--"));
    }

    #[test]
    fn names_are_where_the_documentation_says() {
        let root = target("https://api.example.org/");
        let prefix = root.prefix().to_owned();
        assert_eq!(root.lock(), format!("{prefix}/lock"));
        assert_eq!(root.log(&EndpointId::new("ed-fi", "students")), format!("{prefix}/state/ed-fi/students.log"));
        assert_eq!(encode("studentSchoolAssociations"), "studentSchoolAssociations");
        assert_eq!(encode("../x"), "_-2e_-2e_-2fx");
        assert_eq!(encode("nul"), "_-6eul");
        assert_eq!(encode(""), "_.af1349b9f5f9a1a6a0404dea36dcc949");
    }

    proptest! {
        #[test]
        fn any_names_are_safe_and_told_apart(
            one in prop_oneof!["[a-cA-C._-]{0,6}", "\\PC{0,10}", "[aA]{100,130}"],
            other in prop_oneof!["[a-cA-C._-]{0,6}", "\\PC{0,10}", "[aA]{100,130}"],
        ) {
            let name = encode(&one);
            prop_assert!(!name.is_empty() && name.len() <= MAX_NAME);
            prop_assert!(name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte)), "{name}");
            prop_assert!(!name.starts_with('.') && !name.ends_with('.') && !name.contains(".."), "{name}");
            if name.eq_ignore_ascii_case(&encode(&other)) {
                prop_assert!(one.eq_ignore_ascii_case(&other), "{one:?} and {other:?} share {name}");
            }
        }

        #[test]
        fn any_host_is_safe(host in "[a-zA-Z0-9._~-]{1,120}") {
            if let Ok(url) = format!("http://{host}/x").parse::<Url>() {
                let prefix = Target::new(&url).prefix().to_owned();
                let safe = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b".-".contains(&byte);
                prop_assert!(prefix["targets/".len()..].bytes().all(safe), "{prefix}");
                prop_assert!(!prefix.contains("..") && !prefix.contains("/."), "{prefix}");
            }
        }
    }
}

//! Values that must not be shown: secrets, and URLs that may carry some.

use std::borrow::Cow;
use std::fmt;

use http::Uri;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// What is encoded in a name or value of a query: all but what RFC 3986 calls unreserved.
const QUERY: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A value that no message, event, log or report shows: it has no `Display`, and its `Debug` says `[secret]`.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Secret<T>(T);

impl<T> Secret<T> {
    /// Wraps a value.
    pub fn new(value: T) -> Self {
        Self(value)
    }

    /// The value itself, for the one place that sends it.
    pub fn expose(&self) -> &T {
        &self.0
    }
}

impl<T> fmt::Debug for Secret<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret]")
    }
}

/// An absolute http or https URL. `Display` and `Debug` leave out what may be secret: the user part and the values of
/// the query.
///
/// ```
/// use lightbeam_core::secret::Url;
/// let url: Url = "https://me:pw@api.example.org/data/v3/ed-fi/students?studentUniqueId=604822".parse().unwrap();
/// assert_eq!(url.to_string(), "https://api.example.org/data/v3/ed-fi/students?studentUniqueId=…");
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Url(Uri);

/// A text that is no absolute http or https URL.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not an absolute http or https URL")]
pub struct UrlError;

impl std::str::FromStr for Url {
    type Err = UrlError;

    fn from_str(text: &str) -> Result<Self, UrlError> {
        let uri: Uri = text.trim().parse().map_err(|_| UrlError)?;
        match (uri.scheme_str(), uri.host()) {
            (Some("http" | "https"), Some(host)) if !host.is_empty() => Ok(Self(uri)),
            _ => Err(UrlError),
        }
    }
}

impl Url {
    /// The whole text, for the transport alone.
    pub fn expose(&self) -> String {
        self.0.to_string()
    }

    /// `http` or `https`.
    pub fn scheme(&self) -> &str {
        self.0.scheme_str().unwrap_or("http")
    }

    /// Whether the scheme is https.
    pub fn is_https(&self) -> bool {
        self.scheme() == "https"
    }

    /// The host name, lower case.
    pub fn host(&self) -> String {
        self.0.host().unwrap_or_default().to_ascii_lowercase()
    }

    /// The port, the scheme's own where none is written.
    pub fn port(&self) -> u16 {
        self.0.port_u16().unwrap_or(if self.is_https() { 443 } else { 80 })
    }

    /// Host, and the port where it is not the scheme's own.
    pub fn authority(&self) -> Cow<'_, str> {
        let written = self.0.authority().map_or("", http::uri::Authority::as_str);
        let own = if self.is_https() { 443 } else { 80 };
        let is_plain = |b: u8| !b.is_ascii_uppercase() && b != b'@';
        if self.0.port_u16() != Some(own) && !written.ends_with(':') && written.bytes().all(is_plain) {
            return Cow::Borrowed(written);
        }
        Cow::Owned(if self.port() == own { self.host() } else { format!("{}:{}", self.host(), self.port()) })
    }

    /// The path, at least `/`.
    pub fn path(&self) -> &str {
        self.0.path()
    }

    /// The query without its question mark.
    pub fn query(&self) -> Option<&str> {
        self.0.query()
    }

    /// The URL with these parameters added to its query, each name and value encoded. `None` if it becomes longer than
    /// a URL can be (64 KiB): to ask with fewer parameters would be to ask for something else.
    pub fn with_query<'p>(&self, parameters: impl IntoIterator<Item = (&'p str, &'p str)>) -> Option<Self> {
        let mut text = self.expose();
        for (name, value) in parameters {
            text.push(if text.contains('?') { '&' } else { '?' });
            text.extend(utf8_percent_encode(name, QUERY));
            text.push('=');
            text.extend(utf8_percent_encode(value, QUERY));
        }
        text.parse().ok()
    }

    /// Whether the host is this very machine.
    pub fn is_loopback(&self) -> bool {
        let host = self.host();
        host == "localhost"
            || host.ends_with(".localhost")
            || host.trim_matches(['[', ']']).parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
    }
}

impl fmt::Display for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}{}", self.scheme(), self.authority(), self.path())?;
        if let Some(query) = self.query() {
            for (index, pair) in query.split('&').enumerate() {
                let key = pair.split('=').next().unwrap_or_default();
                let value = if pair.contains('=') { "=…" } else { "" };
                write!(f, "{}{key}{value}", if index == 0 { '?' } else { '&' })?;
            }
        }
        Ok(())
    }
}

impl fmt::Debug for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Url({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_do_not_show() {
        assert_eq!(format!("{:?}", Secret::new("s3cret")), "[secret]");
        let url: Url = "https://u:p4ss@Example.org:443/a?token=abc&flag".parse().unwrap();
        assert_eq!(url.to_string(), "https://example.org/a?token=…&flag");
        assert!(!format!("{url:?}").contains("p4ss"));
    }

    #[test]
    fn parameters_are_encoded() {
        let url: Url = "https://h/a".parse().unwrap();
        let with = url.with_query([("schoolId", "7"), ("name", "a b&c=d/ü-_.~"), ("x", "")]).unwrap();
        assert_eq!(with.expose(), "https://h/a?schoolId=7&name=a%20b%26c%3Dd%2F%C3%BC-_.~&x=");
        assert_eq!(with.with_query([("y", "1")]).unwrap().query().unwrap().rsplit('&').next(), Some("y=1"));
        assert!(url.with_query([("x", "x".repeat(70_000).as_str())]).is_none());
    }

    #[test]
    fn only_absolute_http_urls() {
        for text in ["", "api", "/api", "ftp://x/y", "http://", "https:///x"] {
            assert!(text.parse::<Url>().is_err(), "{text}");
        }
        assert!("http://[::1]:8765/x".parse::<Url>().unwrap().is_loopback());
        assert!("http://127.0.0.2/x".parse::<Url>().unwrap().is_loopback());
        assert!(!"http://127.example.org/x".parse::<Url>().unwrap().is_loopback());
    }
}

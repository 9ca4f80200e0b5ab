//! The headers that a careful host sends with the page.

use http::header::{
    CONTENT_SECURITY_POLICY, HeaderMap, HeaderName, HeaderValue, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};

/// Which security headers come with each file.
#[derive(Clone, Debug, Default)]
pub enum Security {
    /// None: the page has its policy in a meta element, which is all that some hosts allow.
    #[default]
    Off,
    /// The recommended ones; the page may call every API.
    On,
    /// The recommended ones; the page may call these origins only, such as an API and its token host.
    Pinned(Vec<String>),
}

impl Security {
    /// The value of `Content-Security-Policy`, if one is sent.
    pub fn policy(&self) -> Option<String> {
        let connect = match self {
            Self::Off => return None,
            Self::On => "https: http:".to_owned(),
            Self::Pinned(origins) => origins.join(" "),
        };
        // `frame-ancestors` counts in a header only; all else stands in the page's meta element as well.
        Some(format!(
            "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data:; \
             connect-src 'self' {connect}; worker-src 'self'; manifest-src 'self'; base-uri 'self'; form-action 'none'; \
             frame-ancestors 'none'"
        ))
    }

    pub(super) fn add_to(&self, headers: &mut HeaderMap) {
        // An origin that no header can hold would be a mistake of the caller: then no policy would guard the page.
        let Some(policy) = self.policy() else {
            return;
        };
        let policy = HeaderValue::from_str(&policy).expect("origins are printable ASCII");
        headers.insert(CONTENT_SECURITY_POLICY, policy);
        headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
        headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        headers.insert(HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static("same-origin"));
        headers
            .insert(HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-origin"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The policy of the page's meta element, which is what holds where a host sends no headers.
    fn in_the_page() -> String {
        let page = include_str!("../../../../index.html");
        let (_, rest) = page.split_once("http-equiv=\"Content-Security-Policy\"").unwrap();
        let (_, rest) = rest.split_once("content=\"").unwrap();
        rest.split_once('"').unwrap().0.to_owned()
    }

    #[test]
    fn the_header_says_what_the_page_says_and_that_nobody_may_frame_it() {
        assert_eq!(Security::On.policy().unwrap(), format!("{}; frame-ancestors 'none'", in_the_page()));
    }

    #[test]
    fn the_readme_recommends_these_headers() {
        let readme = include_str!("../../../../README.md");
        let policy = Security::On.policy().unwrap();
        assert!(readme.contains(&policy), "{policy}");
        let mut headers = HeaderMap::new();
        Security::On.add_to(&mut headers);
        for (name, value) in &headers {
            let value = value.to_str().unwrap();
            assert!(readme.to_lowercase().contains(name.as_str()) && readme.contains(value), "{name}: {value}");
        }
    }

    #[test]
    fn a_pinned_policy_names_only_the_given_origins() {
        let pinned = Security::Pinned(vec!["https://api.example.org".into(), "https://login.example.org".into()]);
        let policy = pinned.policy().unwrap();
        assert!(policy.contains("connect-src 'self' https://api.example.org https://login.example.org;"), "{policy}");
    }
}

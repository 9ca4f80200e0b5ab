use super::discovery::{self, next};
use super::target::{DocumentUrls, Target, needs_discovery};
use super::urls::{self, Route};
use crate::config::EdFiApi;
use crate::host::{Response, Timestamp};
use crate::secret::Url;
use crate::time;

/// What somebody who carries out a run's requests learns from the answers of the API's root, such as a launcher that grants
/// hosts: the hosts that the engine then calls. It is read as the engine reads it.
#[derive(Debug, Clone)]
pub struct NamedHosts {
    api: EdFiApi,
    year: i16,
    /// Where the root is, and where it has sent the run.
    roots: Vec<Url>,
}

impl NamedHosts {
    /// For a run that begins `now`. An API whose root is no URL names nothing.
    pub fn new(api: EdFiApi, now: Timestamp) -> Self {
        let year = time::in_utc(now).year();
        let root = urls::configured_root("edfi_api.base_url", &api.base_url, &Route::new(&api, None, year));
        Self { api, year, roots: root.into_iter().collect() }
    }

    /// The hosts that are known before anything is asked, in whose names placeholders are filled: that of the API's root, and
    /// all others where the configuration has them all.
    pub fn configured(&self) -> Vec<String> {
        let root = self.roots.iter().map(|root| root.authority().into_owned());
        let target = if needs_discovery(&self.api) { None } else { Target::new(&self.api, None, self.year).ok() };
        root.chain(target.into_iter().flat_map(called)).collect()
    }

    /// Whether the answer of this URL is one to [learn](Self::learn) from.
    pub fn is_root(&self, url: &Url) -> bool {
        self.roots.contains(url)
    }

    /// Takes in what the root answered; returns the hosts that the run will call, with the port where it is not the
    /// scheme's own. A redirect that the engine follows makes another root.
    pub fn learn(&mut self, root: Url, answer: &Response) -> Vec<String> {
        if (300..400).contains(&answer.status) {
            self.roots.extend(next(answer, &root).ok());
            return Vec::new();
        }
        // What is wrong with it, the engine tells.
        let Ok(found) = discovery::read(answer, root) else { return Vec::new() };
        let Ok(target) = Target::new(&self.api, Some(Ok(found)), self.year) else { return Vec::new() };
        called(target)
    }
}

/// The hosts of a target's URLs.
fn called(target: Target) -> Vec<String> {
    let documents = match target.documents {
        DocumentUrls::Known { resources, descriptors } => vec![resources, descriptors],
        DocumentUrls::Listed(list) => vec![list],
        DocumentUrls::Unknown => Vec::new(),
    };
    let all = [target.data_url, target.oauth_url].into_iter().chain(target.dependencies_url).chain(documents);
    all.map(|url| url.authority().into_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(base_url: &str) -> NamedHosts {
        let api = EdFiApi { base_url: base_url.into(), tenant: Some("t1".into()), ..EdFiApi::default() };
        NamedHosts::new(api, Timestamp::UNIX_EPOCH)
    }

    fn url(text: &str) -> Url {
        text.parse().unwrap()
    }

    fn answer(status: u16, location: Option<&'static str>, body: &'static str) -> Response {
        let location = location.map(|to| (http::header::LOCATION, http::HeaderValue::from_static(to)));
        Response { status, headers: location.into_iter().collect(), body: body.into(), truncated: false }
    }

    #[test]
    fn hosts_are_named_as_the_engine_will_call_them() {
        let mut named = named("https://api.example.org/v7");
        let document = "\u{feff}{\"Urls\": {\"oauth\": \"https://login.example.org:8443/oauth/token\", \"dataManagementApi\": \
                        \"https://{tenantIdentifier}.example.org/data/v3/\", \"openApiMetadata\": \"//docs.example.org/m/\", \
                        \"dependencies\": \"/v7/dependencies\"}, \"other\": {\"x\": \"https://example.net/\"}}";
        let mut hosts = named.learn(url("https://api.example.org/v7"), &answer(200, None, document));
        hosts.sort();
        assert_eq!(hosts, ["api.example.org", "docs.example.org", "login.example.org:8443", "t1.example.org"]);
        for no_document in ["[]", "no JSON", ""] {
            assert!(named.learn(url("https://api.example.org/v7"), &answer(200, None, no_document)).is_empty());
        }
    }

    #[test]
    fn a_redirect_within_the_host_makes_another_root() {
        let mut named = named("https://api.example.org/{tenant}/v7");
        assert_eq!(named.configured(), ["api.example.org"]);
        let root = url("https://api.example.org/t1/v7");
        assert!(named.is_root(&root) && !named.is_root(&url("https://api.example.org/t1/v7/data")));
        for elsewhere in ["https://example.net/v7/", "http://api.example.org/v7/"] {
            assert!(named.learn(root.clone(), &answer(302, Some(elsewhere), "")).is_empty());
            assert!(!named.is_root(&url(elsewhere)), "the engine does not go there");
        }
        named.learn(root, &answer(302, Some("/t1/v7.3/"), ""));
        assert!(named.is_root(&url("https://api.example.org/t1/v7.3/")));
    }

    #[test]
    fn hosts_with_placeholders_are_known_where_all_is_configured() {
        let url = |name: &str| Some(format!("https://{{tenant}}.example.org/{name}"));
        let api = EdFiApi {
            base_url: "https://api.example.org".into(),
            oauth_url: url("oauth/token"),
            dependencies_url: url("dependencies"),
            open_api_metadata_url: url("metadata"),
            data_url: url("data/v3"),
            tenant: Some("t1".into()),
            ..EdFiApi::default()
        };
        let hosts = NamedHosts::new(api, Timestamp::UNIX_EPOCH).configured();
        assert_eq!(hosts, ["api.example.org", "t1.example.org", "t1.example.org", "t1.example.org", "t1.example.org"]);
    }

    #[test]
    fn a_root_that_is_no_url_names_nothing() {
        assert!(named("").configured().is_empty());
    }
}

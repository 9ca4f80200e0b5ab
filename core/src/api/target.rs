use super::ConnectError;
use super::Unreachable;
use super::discovery::{Discovered, DiscoveredUrls};
use super::urls::{self, Route};
use crate::config::{ConfigError, EdFiApi, Mode};
use crate::event::EndpointId;
use crate::notice::Notice;
use crate::secret::Url;

/// Where an API is: the URLs of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// The data root; endpoints stand below it as `namespace/name`. No slash at its end.
    pub data_url: Url,
    /// The token endpoint.
    pub oauth_url: Url,
    /// The dependency list, where the API has one.
    pub dependencies_url: Option<Url>,
    /// The API documents.
    pub documents: DocumentUrls,
    /// The API's own version, where it tells one.
    pub version: Option<String>,
    /// How its data root is built, where the configuration or the API tells it.
    pub mode: Option<Mode>,
    /// What the user should know about these URLs.
    pub notices: Vec<Notice>,
    /// What fills placeholders in URLs that are found later.
    route: Route,
}

/// Where the API documents are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DocumentUrls {
    /// Both are configured.
    Known {
        /// The resources' document.
        resources: Url,
        /// The descriptors' document.
        descriptors: Url,
    },
    /// A list names them.
    Listed(Url),
    /// Nothing tells where they are.
    Unknown,
}

impl Target {
    /// The URL of an endpoint.
    pub fn endpoint_url(&self, endpoint: &EndpointId) -> Url {
        self.below(&format!("{}/{}", urls::encoded(&endpoint.namespace), urls::encoded(&endpoint.name)))
    }

    /// The URL of one record of an endpoint, by the API's own id.
    pub fn record_url(&self, endpoint: &EndpointId, id: &str) -> Url {
        let (namespace, name) = (urls::encoded(&endpoint.namespace), urls::encoded(&endpoint.name));
        self.below(&format!("{namespace}/{name}/{}", urls::encoded(id)))
    }

    /// A URL that the document `list` names, with its placeholders filled, and raised to https as the list's own.
    pub(super) fn listed(&self, list: &Url, text: &str) -> Result<Url, ConfigError> {
        let key = format!("the list of API documents at {list}");
        let text = self.route.fill(&key, text)?;
        let url = urls::resolve(list, &text).filter(|_| !urls::has_user_part(&text));
        let url = url.ok_or_else(|| ConfigError::new(format!("{key} names something that is no URL")))?;
        Ok(urls::raised(url, list))
    }

    fn below(&self, path: &str) -> Url {
        urls::join(&self.data_url.expose(), path)
            .parse()
            .expect("an absolute URL stays one with encoded segments added")
    }

    /// The URLs of a run, from the configuration, and the discovery document where it was asked: `None` where it was
    /// not needed, an error where it could not be had.
    pub(super) fn new(
        api: &EdFiApi,
        discovery: Option<Result<Discovered, Unreachable>>,
        current_year: i16,
    ) -> Result<Self, ConnectError> {
        let mut notices = Vec::new();
        let found = match discovery {
            Some(Ok(found)) => Some(found),
            Some(Err(error)) => {
                notices.push(done_without(api, error)?);
                None
            }
            None => None,
        };
        let route = Route::new(api, found.as_ref().and_then(|found| found.mode), current_year);
        let base = urls::configured_root("edfi_api.base_url", &api.base_url, &route)?;
        let base = found.as_ref().map_or_else(|| base.clone(), |found| urls::raised(base.clone(), &found.url));
        let names = Names::new(found.as_ref(), &route, base);

        let data_url = match &api.data_url {
            Some(text) => urls::configured_root("edfi_api.data_url", text, &route)?,
            None => names.data_url()?,
        };
        let data_url = without_slash(&data_url);
        let oauth_url = match &api.oauth_url {
            Some(text) => urls::configured("edfi_api.oauth_url", text, &route)?,
            None => names.oauth_url()?,
        };
        let dependencies_url = match &api.dependencies_url {
            Some(text) => Some(urls::configured("edfi_api.dependencies_url", text, &route)?),
            None => names.other("edfi_api.dependencies_url", |urls| urls.dependencies.as_deref())?,
        };
        let documents = match (&api.resources_swagger_url, &api.descriptors_swagger_url, &api.open_api_metadata_url) {
            (Some(resources), Some(descriptors), _) => DocumentUrls::Known {
                resources: urls::configured("edfi_api.resources_swagger_url", resources, &route)?,
                descriptors: urls::configured("edfi_api.descriptors_swagger_url", descriptors, &route)?,
            },
            (_, _, Some(list)) => {
                DocumentUrls::Listed(urls::configured("edfi_api.open_api_metadata_url", list, &route)?)
            }
            (_, _, None) => names
                .other("edfi_api.open_api_metadata_url", |urls| urls.metadata.as_deref())?
                .map_or(DocumentUrls::Unknown, DocumentUrls::Listed),
        };
        notices.extend(names.notice());
        notices.extend(clear_text(&data_url, &oauth_url));
        let version = found.and_then(|found| found.version);
        let mode = route.mode;
        Ok(Self { data_url, oauth_url, dependencies_url, documents, version, mode, notices, route })
    }
}

/// Whether the discovery document is asked: only for what the configuration does not give.
pub(super) fn needs_discovery(api: &EdFiApi) -> bool {
    let has_documents = api.open_api_metadata_url.is_some()
        || (api.resources_swagger_url.is_some() && api.descriptors_swagger_url.is_some());
    api.data_url.is_none() || api.oauth_url.is_none() || api.dependencies_url.is_none() || !has_documents
}

/// The discovery document could not be had: a notice where the configuration is enough, else the error.
fn done_without(api: &EdFiApi, error: Unreachable) -> Result<Notice, ConnectError> {
    let has_root = api.data_url.is_some() || api.mode.is_some();
    if has_root && api.oauth_url.is_some() && api.dependencies_url.is_some() {
        let root = if api.data_url.is_some() { "" } else { "; the data root is taken to be base_url + /data/v3" };
        let notice = Notice::info(format!("{}{root}", error.message));
        return Ok(if api.data_url.is_some() {
            notice
        } else {
            notice.with_hint("if it is not, set edfi_api.data_url")
        });
    }
    let hint = error.hint.unwrap_or_else(|| "check edfi_api.base_url".to_owned());
    Err(ConnectError::Unreachable(Unreachable {
        message: error.message,
        hint: Some(format!(
            "{hint}; or configure edfi_api.oauth_url, edfi_api.dependencies_url and edfi_api.data_url (or mode)"
        )),
    }))
}

/// The discovery document as far as URLs go.
#[derive(Clone, Copy)]
enum Document<'a> {
    /// It was not asked, or could not be had.
    Absent,
    /// It has no `urls` (ODS/API 3.x).
    WithoutUrls,
    /// It has.
    With(&'a DiscoveredUrls),
}

/// What a discovery document says about URLs, with the rules for using it.
struct Names<'a> {
    document: Document<'a>,
    came_safely: bool,
    route: &'a Route,
    base: Url,
}

impl<'a> Names<'a> {
    fn new(found: Option<&'a Discovered>, route: &'a Route, base: Url) -> Self {
        Self {
            document: match found.map(|found| found.urls.as_ref()) {
                None => Document::Absent,
                Some(None) => Document::WithoutUrls,
                Some(Some(urls)) => Document::With(urls),
            },
            came_safely: found.is_some_and(|found| found.url.is_https() || found.url.is_loopback()),
            route,
            base,
        }
    }

    fn known(&self) -> Option<&'a DiscoveredUrls> {
        match self.document {
            Document::With(urls) => Some(urls),
            Document::Absent | Document::WithoutUrls => None,
        }
    }

    fn below_base(&self, path: &str) -> String {
        urls::join(&self.base.expose(), path)
    }

    fn data_url(&self) -> Result<Url, ConfigError> {
        let key = "the discovered dataManagementApi";
        let Some(root) = self.known().and_then(|urls| urls.data.as_deref()) else {
            let root = self.route.data_root("edfi_api.base_url", &self.below_base(urls::DATA_PATH))?;
            return crate::config::parse_url("edfi_api.base_url", &root);
        };
        let url = self.usable(key, &self.route.data_root(key, root)?)?;
        if urls::is_lower(&url, &self.base) {
            return Err(must_be_configured("edfi_api.data_url", &url, "is http on another host than base_url"));
        }
        Ok(url)
    }

    fn oauth_url(&self) -> Result<Url, ConfigError> {
        let Some(known) = self.known() else {
            return crate::config::parse_url("edfi_api.base_url", &self.below_base("oauth/token"));
        };
        let key = "the discovered oauth URL";
        let Some(text) = known.oauth.as_deref() else {
            let mut error = ConfigError::new("the discovery document names no token URL (urls.oauth)");
            error.hint = Some("set edfi_api.oauth_url".to_owned());
            return Err(error);
        };
        let url = self.usable(key, &self.filled(key, text)?)?;
        let is_safe = url.is_https() && self.came_safely;
        if !is_safe && !urls::is_same_host(&url, &self.base) {
            let why = "is on another host than base_url, and is not protected by https all the way";
            return Err(must_be_configured("edfi_api.oauth_url", &url, why));
        }
        Ok(url)
    }

    /// The dependency list or the list of documents.
    fn other(&self, key: &str, pick: impl Fn(&DiscoveredUrls) -> Option<&str>) -> Result<Option<Url>, ConfigError> {
        let text = match self.document {
            Document::Absent => return Ok(None),
            Document::With(known) => match pick(known) {
                None => return Ok(None),
                Some(text) => self.filled(&format!("the discovered URL for {key}"), text)?,
            },
            // ODS/API 3.x has no `urls`; these are its routes.
            Document::WithoutUrls if key.contains("dependencies") => {
                self.below_base(&format!("metadata/{}{}/dependencies", urls::DATA_PATH, self.route.suffix()))
            }
            Document::WithoutUrls => self.below_base(&format!("metadata{}/", self.route.suffix())),
        };
        self.usable(&format!("the discovered URL for {key}"), &text).map(Some)
    }

    /// A discovered URL with the right year in it, and its placeholders filled.
    fn filled(&self, key: &str, text: &str) -> Result<String, ConfigError> {
        let server_year = self.known().and_then(|urls| urls.data.as_deref()).and_then(urls::trailing_year);
        self.route.fill(key, &self.route.with_own_year(text, server_year, &self.base))
    }

    fn usable(&self, key: &str, text: &str) -> Result<Url, ConfigError> {
        if urls::has_user_part(text) {
            return Err(ConfigError::new(format!("{key} holds a user name or password, and is not used")));
        }
        // Some servers tell paths only.
        let url = urls::resolve(&self.base, text).ok_or_else(|| ConfigError::new(format!("{key} is no URL")))?;
        Ok(urls::raised(url, &self.base))
    }

    fn notice(&self) -> Option<Notice> {
        matches!(self.document, Document::WithoutUrls).then(|| {
            Notice::info("The discovery document names no URLs (ODS/API 3.x); the usual ones below base_url are used")
        })
    }
}

fn must_be_configured(key: &str, url: &Url, why: &str) -> ConfigError {
    let mut error = ConfigError::new(format!("The discovery document names {url}, which {why}"));
    error.hint = Some(format!("if it is right, set {key} to it"));
    error
}

fn without_slash(url: &Url) -> Url {
    url.expose().trim_end_matches('/').parse().unwrap_or_else(|_| url.clone())
}

/// One warning where credentials travel unprotected.
fn clear_text(data_url: &Url, oauth_url: &Url) -> Option<Notice> {
    let bare: Vec<String> = [oauth_url, data_url]
        .into_iter()
        .filter(|url| !url.is_https() && !url.is_loopback())
        .map(ToString::to_string)
        .collect();
    (!bare.is_empty()).then(|| {
        Notice::warning(format!("Credentials travel in the clear to {}", bare.join(" and ")))
            .with_hint("use https where the API offers it")
    })
}

#[cfg(test)]
mod tests;

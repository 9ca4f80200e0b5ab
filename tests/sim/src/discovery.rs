//! The discovery document.

use serde_json::{Value, json};

use crate::data::item::timestamp;
use crate::settings::{Mode, Settings, Shape};

/// The addresses of an API's areas, as its documents tell them.
#[derive(Debug)]
pub(crate) struct Addresses {
    pub(crate) dependencies: String,
    pub(crate) open_api: String,
    pub(crate) oauth: String,
    pub(crate) data: String,
    pub(crate) change_queries: String,
    pub(crate) xsd: String,
    pub(crate) token_info: String,
}

/// What stands for a part of the path that the client has to fill in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fill {
    /// The API's own values, so that the addresses work.
    Own,
    /// What discovery shows: placeholders, and the current year.
    Told {
        /// How many of tenant and context are filled in.
        filled: usize,
        /// Milliseconds since 1970.
        now: u64,
    },
}

impl Addresses {
    pub(crate) fn new(root: &str, settings: &Settings, fill: Fill) -> Self {
        match settings.shape {
            Shape::V3 | Shape::V5 => Self::suite3(root, settings, fill),
            Shape::V7 | Shape::V8 => Self::later(root, settings, fill),
        }
    }

    fn suite3(root: &str, settings: &Settings, fill: Fill) -> Self {
        let (year, instance) = match fill {
            Fill::Own => (settings.year.to_string(), settings.instance.clone()),
            // The server tells its own calendar year, which need not be one that it serves.
            Fill::Told { now, .. } => (timestamp(now)[..4].to_owned(), "{instance}".to_owned()),
        };
        let (place, before) = match settings.mode {
            Mode::Sandbox | Mode::SharedInstance | Mode::DistrictSpecific => (String::new(), String::new()),
            Mode::YearSpecific => (format!("{year}/"), String::new()),
            Mode::InstanceYearSpecific => (format!("{instance}/{year}/"), format!("{instance}/")),
        };
        Self {
            dependencies: format!("{root}/metadata/data/v3/{place}dependencies"),
            open_api: format!("{root}/metadata/{place}"),
            oauth: own_token_url(settings, || format!("{root}/{before}oauth/token")),
            data: format!("{root}/data/v3/{place}"),
            change_queries: format!("{root}/changeQueries/v1/{place}"),
            xsd: format!("{root}/metadata/{place}xsd"),
            token_info: format!("{root}/{before}oauth/token_info"),
        }
    }

    fn later(root: &str, settings: &Settings, fill: Fill) -> Self {
        let names = [(&settings.tenant, "{tenantIdentifier}"), (&settings.context, "{schoolYearFromRoute}")];
        let mut root = root.to_owned();
        for (i, (own, placeholder)) in names.into_iter().filter(|(own, _)| own.is_some()).enumerate() {
            root.push('/');
            let is_told = match fill {
                Fill::Own => true,
                Fill::Told { filled, .. } => i < filled,
            };
            root.push_str(if is_told { own.as_deref().unwrap_or_default() } else { placeholder });
        }
        let is_8 = settings.shape == Shape::V8;
        Self {
            dependencies: format!("{root}/metadata/{}dependencies", if is_8 { "" } else { "data/v3/" }),
            open_api: format!("{root}/metadata/{}", if is_8 { "specifications" } else { "" }),
            oauth: own_token_url(settings, || format!("{root}/{}/token", if is_8 { "connect" } else { "oauth" })),
            data: format!("{root}/data{}", if is_8 { "" } else { "/v3/" }),
            change_queries: format!("{root}/changeQueries/v1{}", if is_8 { "" } else { "/" }),
            xsd: format!("{root}/metadata/xsd"),
            token_info: format!("{root}/oauth/token_info"),
        }
    }
}

fn own_token_url(settings: &Settings, own: impl FnOnce() -> String) -> String {
    settings.token_url.clone().unwrap_or_else(own)
}

/// The discovery document of the root.
pub(crate) fn document(root: &str, settings: &Settings, filled: usize, now: u64, has_tpdm: bool) -> Vec<u8> {
    let told = Addresses::new(root, settings, Fill::Told { filled, now });
    let mut models = vec![json!({
        "name": "Ed-Fi", "version": "5.0.0", "informationalVersion": "The Ed-Fi Data Model 5.0"
    })];
    if has_tpdm {
        models.push(json!({ "name": "TPDM", "version": "1.1.0", "informationalVersion": "TPDM-Core" }));
    }
    let mut document = match settings.shape {
        Shape::V3 => json!({
            "version": "3.4.0", "informationalVersion": "3.4.0", "build": "0.0.0.0", "apiMode": mode(settings.mode)
        }),
        Shape::V5 => json!({
            "version": "5.3", "informationalVersion": "5.3", "suite": "3", "build": "0.0.0.0", "apiMode": mode(settings.mode),
            "urls": {
                "dependencies": told.dependencies, "openApiMetadata": told.open_api, "oauth": told.oauth,
                "dataManagementApi": told.data, "xsdMetadata": told.xsd,
            }
        }),
        Shape::V7 => json!({
            "version": "7.3", "informationalVersion": "7.3", "build": "0.0.0.0", "applicationName": "Simulated Ed-Fi API",
            "urls": {
                "dependencies": told.dependencies, "openApiMetadata": told.open_api, "oauth": told.oauth,
                "oauthTokenIntrospection": told.token_info, "dataManagementApi": told.data,
                "changeQueries": told.change_queries, "xsdMetadata": told.xsd,
            }
        }),
        Shape::V8 => json!({
            "version": "8.0", "applicationName": "Simulated Ed-Fi API", "informationalVersion": "8.0",
            "urls": {
                "dependencies": told.dependencies, "openApiMetadata": told.open_api, "oauth": told.oauth,
                "tokenInfo": told.token_info, "dataManagementApi": told.data,
                "changeQueries": told.change_queries, "xsdMetadata": told.xsd,
            }
        }),
    };
    document["dataModels"] = Value::Array(models);
    let mut bytes = if settings.shape == Shape::V3 { b"\xef\xbb\xbf".to_vec() } else { Vec::new() };
    bytes.extend_from_slice(document.to_string().as_bytes());
    bytes
}

const fn mode(mode: Mode) -> &'static str {
    match mode {
        Mode::Sandbox => "Sandbox",
        Mode::SharedInstance => "Shared Instance",
        Mode::YearSpecific => "Year Specific",
        Mode::DistrictSpecific => "District Specific",
        Mode::InstanceYearSpecific => "Instance Year Specific",
    }
}

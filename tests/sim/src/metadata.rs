//! The metadata documents, told from the API's own address.

use std::collections::HashMap;

use bytes::Bytes;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::discovery::{Addresses, Fill};
use crate::documents::Documents;
use crate::log::hexadecimal;
use crate::route::Metadata;
use crate::settings::{Settings, Shape};

/// A document as it is sent.
#[derive(Debug, Clone)]
pub(crate) struct Sent {
    pub(crate) body: Bytes,
    /// The entity tag with its quotes.
    pub(crate) etag: String,
}

/// The documents, kept as bytes once they were asked for.
#[derive(Debug)]
pub(crate) struct Library {
    documents: Documents,
    sent: HashMap<Metadata, Sent>,
}

impl Library {
    pub(crate) fn new(documents: Documents) -> Self {
        Self { documents, sent: HashMap::new() }
    }

    /// Forgets the kept bytes: needed when the address changes.
    pub(crate) fn forget(&mut self) {
        self.sent.clear();
    }

    pub(crate) fn get(&mut self, which: Metadata, root: &str, settings: &Settings) -> Sent {
        if let Some(sent) = self.sent.get(&which) {
            return sent.clone();
        }
        let own = Addresses::new(root, settings, Fill::Own);
        let value = match which {
            Metadata::Dependencies => self.documents.dependencies.clone(),
            Metadata::Resources => addressed(&self.documents.resources, root, &own),
            Metadata::Descriptors => addressed(&self.documents.descriptors, root, &own),
            Metadata::List => list(&own, root, settings),
            Metadata::Index => json!({
                "dependencies": own.dependencies, "specifications": own.open_api, "xsdMetadata": own.xsd,
            }),
        };
        let body = Bytes::from(value.to_string());
        let etag = format!("\"{}\"", &hexadecimal(&Sha256::digest(&body))[..32]);
        let sent = Sent { body, etag };
        self.sent.insert(which, sent.clone());
        sent
    }
}

fn list(own: &Addresses, root: &str, settings: &Settings) -> Value {
    let address = |name: &str| {
        if settings.shape == Shape::V8 {
            format!("{}/{name}-spec.json", own.open_api)
        } else {
            let place = own.dependencies.trim_end_matches("dependencies");
            format!("{place}{name}/swagger.json")
        }
    };
    json!([
        { "name": "Enrollment", "endpointUri": format!("{root}/metadata/composites/v1/ed-fi/enrollment/swagger.json"), "prefix": "Composites" },
        { "name": "Change-Queries", "endpointUri": format!("{root}/metadata/changequeries/v1/swagger.json"), "prefix": "Other" },
        { "name": "Descriptors", "endpointUri": address("descriptors"), "prefix": "" },
        { "name": "Resources", "endpointUri": address("resources"), "prefix": "" },
    ])
}

/// The document with this API's own addresses in it.
fn addressed(document: &Value, root: &str, own: &Addresses) -> Value {
    let mut document = document.clone();
    let Some(top) = document.as_object_mut() else {
        return document;
    };
    let schemes = if top.contains_key("swagger") {
        if let Ok(address) = own.data.parse::<http::Uri>() {
            let host = address.authority().map(ToString::to_string).unwrap_or_default();
            let scheme = address.scheme_str().unwrap_or("http");
            top.insert("host".to_owned(), host.into());
            top.insert("basePath".to_owned(), address.path().into());
            top.insert("schemes".to_owned(), json!([scheme]));
        }
        top.get_mut("securityDefinitions")
    } else {
        let data = own.data.trim_end_matches('/');
        top.insert("servers".to_owned(), json!([{ "url": data }]));
        top.get_mut("components").and_then(|components| components.get_mut("securitySchemes"))
    };
    debug_assert!(own.data.starts_with(root), "the API serves data at its own address");
    let schemes = schemes.and_then(Value::as_object_mut);
    for scheme in schemes.into_iter().flat_map(|schemes| schemes.values_mut()) {
        let flow =
            if scheme.get("flows").is_some() { scheme.pointer_mut("/flows/clientCredentials") } else { Some(scheme) };
        if let Some(url) = flow.and_then(|flow| flow.get_mut("tokenUrl")) {
            *url = own.oauth.clone().into();
        }
    }
    document
}

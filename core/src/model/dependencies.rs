use serde::Deserialize;

use crate::event::EndpointId;
use crate::sort;

/// The dependency list of an API: in which order endpoints are filled.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Dependencies {
    /// The endpoints, each once, in the list's order of creation.
    pub entries: Vec<Dependency>,
}

/// One endpoint of the dependency list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dependency {
    /// The endpoint.
    pub endpoint: EndpointId,
    /// The order in which its records are created.
    pub order: u32,
    /// The order from which its records can be updated, where that comes later: students, staffs and contacts stand
    /// twice in the lists of ODS/API 5.4 and later.
    pub update_order: Option<u32>,
}

/// A dependency list that cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("is not a dependency list ({0})")]
pub struct DependenciesError(#[from] serde_json::Error);

#[derive(Deserialize)]
struct Raw {
    resource: String,
    order: u32,
    #[serde(default)]
    operations: Vec<String>,
}

impl Dependencies {
    /// Reads the list; a byte order mark before it is dropped, as published lists have one.
    pub fn parse(bytes: &[u8]) -> Result<Self, DependenciesError> {
        let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
        let mut raw: Vec<Raw> = serde_json::from_slice(bytes)?;
        sort::by_key(&mut raw, |entry| entry.order);
        let mut entries: Vec<Dependency> = Vec::new();
        for entry in raw {
            let mut parts = entry.resource.trim_matches('/').split('/');
            let (Some(namespace), Some(name), None) = (parts.next(), parts.next(), parts.next()) else { continue };
            let has = |operation: &str| entry.operations.iter().any(|known| known.eq_ignore_ascii_case(operation));
            let known = entries.iter_mut().find(|known| {
                known.endpoint.namespace.eq_ignore_ascii_case(namespace)
                    && known.endpoint.name.eq_ignore_ascii_case(name)
            });
            match known {
                Some(known) if entry.order > known.order && has("Update") => known.update_order = Some(entry.order),
                Some(_) => {}
                None => entries.push(Dependency {
                    endpoint: EndpointId::new(namespace, name),
                    order: entry.order,
                    update_order: None,
                }),
            }
        }
        Ok(Self { entries })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn double_entries_and_a_byte_order_mark() {
        let list = "\u{feff}[\
            {\"resource\":\"/ed-fi/students\",\"order\":9,\"operations\":[\"Update\"]},\
            {\"resource\":\"/ed-fi/students\",\"order\":3,\"operations\":[\"Create\"]},\
            {\"resource\":\"/tpdm/candidates\",\"order\":4,\"operations\":[\"Create\",\"Update\"]},\
            {\"resource\":\"nonsense\",\"order\":1}]";
        let dependencies = Dependencies::parse(list.as_bytes()).unwrap();
        let told: Vec<_> = dependencies
            .entries
            .iter()
            .map(|entry| (entry.endpoint.to_string(), entry.order, entry.update_order))
            .collect();
        assert_eq!(told, [("ed-fi/students".to_owned(), 3, Some(9)), ("tpdm/candidates".to_owned(), 4, None)]);
        assert!(Dependencies::parse(b"<html>").is_err());
    }
}

//! How files are named after endpoints, and what is said about names that lead nowhere.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::event::EndpointId;

const EXTENSIONS: [&str; 3] = ["json", "jsonl", "ndjson"];

/// Whether a file of this name is packed.
pub(super) fn is_gzip(path: &str) -> bool {
    strip_extension(path, "gz").is_some()
}

/// The name of a data file without its extension (json, jsonl or ndjson, each also with `.gz`, in any case); `None` if
/// it has none of these, or nothing before it.
pub fn data_stem(name: &str) -> Option<&str> {
    let name = strip_extension(name, "gz").unwrap_or(name);
    EXTENSIONS.iter().find_map(|extension| strip_extension(name, extension)).filter(|stem| !stem.is_empty())
}

fn strip_extension<'a>(name: &'a str, extension: &str) -> Option<&'a str> {
    name.rsplit_once('.').filter(|(_, last)| last.eq_ignore_ascii_case(extension)).map(|(stem, _)| stem)
}

/// The endpoints of an API by their names, without regard to case.
#[derive(Debug)]
pub(super) struct Names<'a> {
    endpoints: &'a [EndpointId],
    by_name: BTreeMap<String, Vec<usize>>,
    namespaces: BTreeSet<String>,
    main_namespace: &'a str,
}

/// What a bare name means.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    One(usize),
    Several(Vec<usize>),
    Nothing,
}

impl<'a> Names<'a> {
    pub(super) fn new(endpoints: &'a [EndpointId], main_namespace: &'a str) -> Self {
        let mut by_name = BTreeMap::<_, Vec<_>>::new();
        for (index, endpoint) in endpoints.iter().enumerate() {
            by_name.entry(endpoint.name.to_ascii_lowercase()).or_default().push(index);
        }
        let mut namespaces = BTreeSet::new();
        namespaces.extend(endpoints.iter().map(|endpoint| endpoint.namespace.to_ascii_lowercase()));
        Self { endpoints, by_name, namespaces, main_namespace }
    }

    fn named(&self, name: &str) -> &[usize] {
        self.by_name.get(&name.to_ascii_lowercase()).map_or(&[], Vec::as_slice)
    }

    /// A name without a namespace: of the main one if that has it, else of the only one that has it.
    pub(super) fn bare(&self, name: &str) -> Meaning {
        if let Some(index) = self.within(self.main_namespace, name) {
            return Meaning::One(index);
        }
        match self.named(name) {
            [] => Meaning::Nothing,
            [index] => Meaning::One(*index),
            several => Meaning::Several(several.to_vec()),
        }
    }

    /// A name in a namespace.
    pub(super) fn within(&self, namespace: &str, name: &str) -> Option<usize> {
        let mut candidates = self.named(name).iter().copied();
        candidates.find(|&index| self.endpoints[index].namespace.eq_ignore_ascii_case(namespace))
    }

    pub(super) fn is_namespace(&self, name: &str) -> bool {
        self.namespaces.contains(&name.to_ascii_lowercase())
    }

    pub(super) fn endpoint(&self, index: usize) -> EndpointId {
        self.endpoints[index].clone()
    }

    /// The endpoint whose name is most like `name`, if any is like it at all; those of `namespace`, then those of the
    /// main one first among equals.
    pub(super) fn nearest(&self, namespace: Option<&str>, name: &str) -> Option<EndpointId> {
        let words = name.split(|c: char| !c.is_ascii_alphanumeric()).find(|word| !word.is_empty())?;
        let wanted = words.to_ascii_lowercase();
        let distance = |known: &str| {
            // Two names are alike when at most a third of the longer one differs.
            let allowed = wanted.len().max(known.len()) / 3;
            let distance =
                (wanted.len().abs_diff(known.len()) <= allowed).then(|| strsim::osa_distance(&wanted, known));
            distance.filter(|&distance| distance <= allowed)
        };
        let home = namespace.unwrap_or(self.main_namespace);
        let alike = self.by_name.iter().filter_map(|(known, indexes)| Some((distance(known)?, indexes)));
        let each = alike.flat_map(|(distance, indexes)| indexes.iter().map(move |&index| (distance, index)));
        let nearest = each.min_by_key(|&(distance, index)| {
            let own = &*self.endpoints[index].namespace;
            (distance, !own.eq_ignore_ascii_case(home), !own.eq_ignore_ascii_case(self.main_namespace), index)
        });
        nearest.map(|(_, index)| self.endpoint(index))
    }
}

/// A file or folder of the data folder that no record is read from, and that was probably meant to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unused {
    /// Its path, as the user knows it; a folder's ends in `/`.
    pub path: String,
    /// Why.
    pub reason: UnusedReason,
}

/// Why nothing is read from a file or folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UnusedReason {
    /// No endpoint has this name.
    NoEndpoint {
        /// The endpoint with the most similar name, if one is similar.
        nearest: Option<EndpointId>,
    },
    /// It is named after an endpoint, but its extension is none that is read.
    Extension {
        /// The endpoint.
        endpoint: EndpointId,
    },
    /// Several namespaces other than the main one have an endpoint of this name.
    Ambiguous {
        /// The endpoints.
        endpoints: Vec<EndpointId>,
    },
    /// It is a folder inside the folder of an endpoint.
    TooDeep {
        /// The endpoint.
        endpoint: EndpointId,
    },
    /// It is named as a data file, but can be neither read nor listed.
    NotAFile {
        /// The endpoint.
        endpoint: EndpointId,
    },
}

impl fmt::Display for Unused {
    /// One plain sentence, with what to do.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.path)?;
        match &self.reason {
            UnusedReason::NoEndpoint { nearest: None } => f.write_str("no endpoint has this name"),
            UnusedReason::NoEndpoint { nearest: Some(endpoint) } => {
                write!(f, "no endpoint has this name; the nearest is {endpoint}")
            }
            UnusedReason::Extension { endpoint } => {
                write!(f, "the records of {endpoint} are read from .json, .jsonl and .ndjson files, also with .gz")
            }
            UnusedReason::Ambiguous { endpoints } => {
                f.write_str("several namespaces have this endpoint; put it into a folder named after one of them: ")?;
                for (index, endpoint) in endpoints.iter().enumerate() {
                    write!(f, "{}{}/", if index == 0 { "" } else { ", " }, endpoint.namespace)?;
                }
                Ok(())
            }
            UnusedReason::TooDeep { endpoint } => {
                write!(f, "folders inside the folder of {endpoint} are not read; move the files up")
            }
            UnusedReason::NotAFile { endpoint } => {
                write!(f, "this is named as a file of {endpoint}, but it is neither a file nor a folder")
            }
        }
    }
}

//! Descriptor values that exist, to put one where another type is wanted.

use std::collections::BTreeMap;

use crate::builtin;
use crate::model::{Model, capitalised};

use super::random::Random;
use super::sink::endpoint_index;

/// One value of each descriptor endpoint.
#[derive(Debug, Default)]
pub(super) struct KnownDescriptors(BTreeMap<usize, String>);

impl KnownDescriptors {
    /// The values that the built-in model is delivered with.
    pub(super) fn of_builtin(model: &Model) -> Self {
        let mut known = Self::default();
        for (name, codes) in builtin::descriptors() {
            let namespace = format!("uri://ed-fi.org/{}Descriptor", capitalised(&name));
            if let (Some(endpoint), Some(code)) = (endpoint_index(model, &format!("{name}Descriptors")), codes.first())
            {
                known.add(endpoint, &format!("{namespace}#{code}"));
            }
        }
        known
    }

    /// Keeps a value, if it is the first of its endpoint.
    pub(super) fn add(&mut self, endpoint: usize, value: &str) {
        self.0.entry(endpoint).or_insert_with(|| value.to_owned());
    }

    /// A value of none of these endpoints.
    pub(super) fn beside(&self, endpoints: &[usize], random: &mut Random) -> Option<&str> {
        let others: Vec<&String> =
            self.0.iter().filter(|(endpoint, _)| !endpoints.contains(endpoint)).map(|(_, value)| value).collect();
        (!others.is_empty()).then(|| others[random.index(others.len())].as_str())
    }
}

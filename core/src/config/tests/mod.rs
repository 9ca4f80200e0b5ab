//! Whole configurations, through the in-memory host.

mod documented;
mod messages;
mod needs;
mod secrecy;
mod text;

use super::{ConfigError, Loaded, load};
use crate::host::memory::MemoryHost;
use crate::invocation::Invocation;

/// A host with a configuration file and a home folder.
fn host(yaml: &str) -> MemoryHost {
    let host = MemoryHost::new().with_variable("HOME", "/home/ana");
    crate::host::Host::files(&host).put("lightbeam.yaml", yaml.as_bytes().to_vec());
    host
}

fn load_on(host: &MemoryHost, invocation: &Invocation) -> Result<Loaded, ConfigError> {
    host.block_on(load(invocation, host)).expect("loading waits for nothing")
}

fn invocation() -> Invocation {
    Invocation { config_file: Some("lightbeam.yaml".to_owned()), ..Invocation::default() }
}

fn loaded(yaml: &str) -> Result<Loaded, ConfigError> {
    load_on(&host(yaml), &invocation())
}

/// The error of a configuration, as message and hint.
fn refused(yaml: &str) -> (String, String) {
    let error = loaded(yaml).expect_err(yaml);
    (error.message, error.hint.unwrap_or_default())
}

/// The notices of a configuration, as text and hint.
fn told(loaded: &Loaded) -> Vec<(&str, &str)> {
    loaded.notices.iter().map(|notice| (notice.text.as_str(), notice.hint.as_deref().unwrap_or_default())).collect()
}

fn set(pairs: &[(&str, &str)]) -> Invocation {
    let set = pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
    Invocation { set, ..invocation() }
}

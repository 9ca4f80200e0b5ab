//! Runs scenarios on every host, and compares what the hosts did.
//!
//! A [`scenario::Scenario`] is data; a [`host::Host`] is something that lightbeam runs on: its own in-memory host, or
//! the component under wasmtime. The folder `tests/fixtures/scenarios` holds the scenarios.

pub mod browser;
pub mod check_server;
pub mod component;
pub mod far;
pub mod host;
pub mod scenario;
pub mod secure;

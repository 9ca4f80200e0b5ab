//! The launcher as people start it: a process that grants what the configuration names, and the sandbox inside of it.
//!
//! | module | holds |
//! |---|---|
//! | `place` | a folder with a configuration and records, beside a simulated API |
//! | `scenarios` | the launcher does what every host does |
//! | `sandbox` | what was not granted cannot be reached |
//! | `hosts` | which hosts are called |
//! | `connections` | connections are kept, proxies are followed, gzip is unpacked |
//! | `interrupt` | Ctrl-C |
//! | `tls` | secure connections |
#![allow(clippy::unwrap_used, reason = "a test")]

mod connections;
mod hosts;
#[cfg(unix)]
mod interrupt;
mod place;
mod sandbox;
mod scenarios;
mod tls;

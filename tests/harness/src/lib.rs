//! Runs scenarios on every host.

pub mod component;

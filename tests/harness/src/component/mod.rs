//! Runs the component as `wasmtime run` does, inside this process, so that its end can be observed and provoked.

mod compiled;
mod run;

pub(crate) use compiled::target;
pub use compiled::{Component, ComponentError};
pub use run::{Grants, Kill, Outcome, Stdio, run};

//! Records: checking, storing and reading them.

pub(crate) mod check;
pub(crate) mod item;
pub(crate) mod key;
pub(crate) mod page;
pub(crate) mod query;
pub(crate) mod serve;
pub(crate) mod store;
mod text;
pub(crate) mod write;

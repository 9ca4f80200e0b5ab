//! The simulated Ed-Fi API.

pub mod builtin;
mod documents;

pub use documents::{Documents, DocumentsError};

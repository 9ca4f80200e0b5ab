//! The simulated Ed-Fi API.

pub mod builtin;
pub mod district;
mod documents;
mod model;

pub use documents::{Documents, DocumentsError};
pub use model::ModelError;

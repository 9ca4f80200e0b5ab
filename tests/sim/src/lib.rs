//! The simulated Ed-Fi API.

mod documents;
mod model;

pub use documents::{Documents, DocumentsError};
pub use model::ModelError;

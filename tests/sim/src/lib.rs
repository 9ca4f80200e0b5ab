//! The simulated Ed-Fi API.

mod documents;

pub use documents::{Documents, DocumentsError};

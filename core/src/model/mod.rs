//! The data model of an API: its endpoints, their order and their natural keys, read from its own documents.
//!
//! An API document is read once, into a compact [`Document`]; only that is kept and cached. Nothing is derived from
//! spelling rules: schema names come from the POST body's `$ref`, natural keys from the query parameters and
//! properties marked `x-Ed-Fi-isIdentity`.

mod compact;
mod dependencies;
mod descriptor;
mod document;
mod endpoints;
mod identity;
mod naming;
mod natural_key;
mod raw;
mod reference;
mod schema;

pub use dependencies::{Dependencies, DependenciesError, Dependency};
pub(crate) use descriptor::DescriptorTypes;
pub use document::{Document, DocumentError, Reading, Resource};
pub use endpoints::{Described, Endpoint, Endpoints};
pub(crate) use naming::{capitalised, entity, plain_namespace};
pub use natural_key::{KeyHash, KeyPart, NaturalKey};
pub use reference::ReferenceTarget;
pub use schema::{
    ArrayRule, Bounds, IntegerRule, IntegerWidth, Property, Schema, SchemaId, Schemas, Shape, TextFormat, TextRule,
};

//! The data model of an API: its endpoints, their order and their natural keys, read from its own documents.

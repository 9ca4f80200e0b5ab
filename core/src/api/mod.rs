//! The server: discovery, token, endpoints, requests with repeats, and what its error bodies say.

pub mod problem;

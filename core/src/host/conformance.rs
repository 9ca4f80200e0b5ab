//! Checks of the promises that the documentation of the host traits makes, for whoever implements them.
//!
//! Each check takes an implementation, does to it what the engine would do, and says in a plain sentence which promise
//! is broken, if one is. They are meant for an implementer's own tests: they write, replace and remove things in the
//! place they are given.
//!
//! ```
//! use lightbeam_core::host::{Host, conformance, memory::MemoryHost};
//! let host = MemoryHost::new();
//! host.block_on(async {
//!     conformance::check_clock(host.clock()).await.unwrap();
//!     conformance::check_files(host.files(), "scratch").await.unwrap();
//!     conformance::check_storage(host.storage(), "scratch/").await.unwrap();
//!     conformance::check_lock(host.storage(), host.clock(), "scratch/lock").await.unwrap();
//! }).unwrap();
//! ```

mod clock;
mod files;
mod http;
mod lock;
mod storage;

pub use clock::check_clock;
pub use files::check_files;
pub use http::check_http;
pub use lock::check_lock;
pub use storage::check_storage;

/// A promise that an implementation does not keep.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{promise}; seen: {seen}")]
pub struct Violation {
    /// The promise, as a sentence.
    pub promise: String,
    /// What the implementation did instead.
    pub seen: String,
}

/// Something that holds, or is a violation of `promise`.
fn promised(holds: bool, promise: &str, seen: impl FnOnce() -> String) -> Result<(), Violation> {
    if holds { Ok(()) } else { Err(Violation { promise: promise.to_owned(), seen: seen() }) }
}

/// Something that must succeed.
fn works<T, E: std::fmt::Display>(result: Result<T, E>, promise: &str) -> Result<T, Violation> {
    result.map_err(|error| Violation { promise: promise.to_owned(), seen: error.to_string() })
}

/// Something that must be exactly so.
fn is<T: PartialEq + std::fmt::Debug>(seen: &T, expected: &T, promise: &str) -> Result<(), Violation> {
    promised(seen == expected, promise, || {
        // Some of what is compared is a megabyte.
        let mut text = format!("{seen:?} instead of {expected:?}");
        text.truncate(text.floor_char_boundary(300));
        text
    })
}

#[cfg(test)]
mod tests;

//! What the worker does for the page beside carrying commands out: work on files that needs no API, and the test of the
//! connection. On the host traits alone, so that all of it is tested natively.

pub mod connection;
pub mod lines;
pub mod record;
pub mod survey;

mod spans;
mod stored;

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests;

use lightbeam_core::host::FileError;

/// An error of a file as one sentence, with what to do.
fn told(error: &FileError) -> String {
    match &error.hint {
        Some(hint) => format!("{error}; {hint}"),
        None => error.to_string(),
    }
}

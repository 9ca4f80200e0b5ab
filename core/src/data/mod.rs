//! Local records: finding the files of each endpoint, cutting them into lines, and digests.
//!
//! Files are streamed: nothing here holds more of a file than a block and the line at hand, so memory does not grow
//! with the size of a file. What is kept of a record beyond that is its place ([`Span`]), by which [`Reread`] finds
//! its bytes again.

mod blocks;
mod digest;
mod discover;
mod gzip;
mod lines;
mod naming;
mod reread;

pub use blocks::BLOCK_SIZE;
pub use digest::Digest;
pub use discover::{Discovered, EndpointFiles, discover};
pub use lines::{Line, LineProblem, Lines, MAX_LINE};
pub use naming::{Unused, UnusedReason, data_stem};
pub use reread::{Piece, Reread, Span};

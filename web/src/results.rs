//! The results file of a run, as the page shows it.
//!
//! | module | holds |
//! |---|---|
//! | `document` | reads the file |
//! | `group` | which failures belong to a cause, and who can mend it |
//! | `filter` | the failures that somebody looks for |
//! | `words` | plain sentences: how a run ended, what became of its records |
//! | `record` | a record as readable text, and the line of it that a message is about |
//! | `table` | the failures as comma-separated values |
//! | `request` | a record as a command line that sends it |

mod document;
mod filter;
mod group;
mod record;
mod request;
mod table;
#[cfg(test)]
mod tests;
mod words;

pub use document::{Cause, Failure, Resource, RunResults};
pub use filter::{Filter, lines_of};
pub use group::{Owner, owner};
pub use record::{RecordLine, named_path, readable};
pub use request::curl;
pub use table::{HEADER, rows};
pub use words::{exit_sentence, progress_sentence, totals};

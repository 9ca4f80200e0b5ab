//! Folds over events: the results file with its causes, the summary and the exit code.
//!
//! | fold | makes |
//! |---|---|
//! | [`Results`] | counts and failures of every endpoint; [`Results::to_json`] is the results file |
//! | [`exit()`] | the exit code, from the results and how the run ended |
//! | [`summary()`] | what people read at the end |
//! | [`Progress`] | the status line while it runs |
//!
//! None of them reads a clock or writes anything; what they make does not depend on the order of the answers.

mod causes;
mod exit;
mod failures;
mod json;
mod progress;
mod results;
mod summary;
mod words;

#[cfg(test)]
mod tests;

pub use causes::{CauseCount, cause_name};
pub use exit::{Ended, exit};
pub use progress::{Figures, Progress};
pub use results::{Counts, EndpointResults, Results};
pub use summary::{Closing, summary};
pub(crate) use words::counted;

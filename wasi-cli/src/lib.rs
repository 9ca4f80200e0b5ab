//! The command line of lightbeam without any host: what the words mean, which granted folder a path belongs to, and
//! what is told on standard error. The component is built from it; the launcher and the tests read the command line
//! with it, so that there is one reading of it.

pub mod args;
pub mod grants;
pub mod runtime;
pub mod terminal;

// The table of error codes belongs to the component's host, and is tested natively as well.
#[cfg(all(test, not(target_os = "wasi")))]
#[path = "host/http_failure.rs"]
mod http_failure;

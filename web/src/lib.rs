//! lightbeam as a page: the engine of [`lightbeam_core`] in a worker of the browser, and a page that drives it.
//!
//! | module | holds | runs |
//! |---|---|---|
//! | [`chosen_paths`] | the paths that chosen files get below the data folder | everywhere |
//! | [`amount`] | numbers, sizes and times as people read them | everywhere |
//! | [`protocol`] | what page and worker say to each other | everywhere |
//! | [`counts`] | the table that `count` prints, read back | everywhere |
//! | [`emptying`] | how the endpoints are named that are to be emptied | everywhere |
//! | [`history`] | runs that are kept, as JSON | everywhere |
//! | [`zip`] | the bytes between the files of an archive | everywhere |
//! | [`results`] | the results file of a run, as the page shows it | everywhere |
//! | [`story`] | how far a run is, as the page shows it: a fold over events | everywhere |
//! | [`tasks`] | work on files for the page, and the test of the connection | everywhere |
//! | [`advice`] | what stands between a page and an API, in sentences | everywhere |
//! | [`configuration`] | the configuration as a page has to take it | everywhere |
//! | [`diagnostics`] | what people hand on when something does not work | everywhere |
//! | `host` | the host traits on fetch, IndexedDB, chosen files | in the browser |
//! | `message` | messages of the browser | in the browser |
//! | `worker` | carries orders of the page out | in the worker |
//!
//! What needs no browser compiles, and is tested, natively.
//!
//! What people see is the program `lightbeam-web`, the page's module; `lightbeam-engine` is the module of the worker. So
//! neither holds what only the other needs.

pub mod advice;
pub mod amount;
pub mod chosen_paths;
pub mod configuration;
pub mod counts;
pub mod diagnostics;
pub mod emptying;
pub mod history;
pub mod protocol;
pub mod results;
pub mod story;
pub mod tasks;
pub mod zip;

#[cfg_attr(not(target_arch = "wasm32"), allow(dead_code, reason = "only browsers use it; tested everywhere"))]
mod extent;

#[cfg(target_arch = "wasm32")]
pub mod host;
#[cfg(target_arch = "wasm32")]
pub mod message;
#[cfg(target_arch = "wasm32")]
pub mod worker;

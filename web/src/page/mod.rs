//! What people see: a page with four areas over one connection.
//!
//! | module | holds |
//! |---|---|
//! | `app` | the frame: areas, connection line, theme, notes on updates and interrupted runs |
//! | `store` | all state of the page, as signals; what changes it |
//! | `engine` | the worker, as the page sees it |
//! | `parts` | what several panels are made of |
//! | `options` | the flags and settings of a command |
//! | `results` | what a run came to: causes, failures, records, reports |
//! | `load`, `read`, `remove`, `history`, `connect` | the areas, one file a panel |
//!
//! Components never do I/O themselves: they read signals of the store and call its methods.
#![allow(unreachable_pub, reason = "the macro of components writes public types")]
#![allow(clippy::needless_pass_by_value, reason = "components own their properties")]
#![allow(clippy::large_types_passed_by_value, reason = "the store is a handful of handles to signals")]

mod app;
mod connect;
mod engine;
mod history;
mod load;
mod options;
mod parts;
mod read;
mod remove;
mod results;
mod store;

use leptos::mount::mount_to_body;

/// Shows the page.
pub fn start() {
    mount_to_body(app::App);
}

//! The page as people use it: in a real browser, by the names of its buttons and fields, with files of theirs, on a
//! simulated API.
//!
//! Every journey has a browser, a page and an API of its own. The page is that of `dist`, or of the folder that
//! `LIGHTBEAM_PAGE` names; `LIGHTBEAM_AXE` names the file of axe-core, without which the checks of accessibility fail.
//!
//! | module | holds |
//! |---|---|
//! | `person` | somebody at the page: what they do and what they see |
//! | `records` | the files that they have |
//! | all others | a journey each |
#![allow(clippy::unwrap_used, reason = "a test")]

mod accessibility;
mod archive;
mod axe;
mod control;
mod cors;
mod engine;
mod erase;
mod files;
mod keyboard;
mod load;
mod offline;
mod person;
mod read;
mod records;
mod reload;
mod remove;
mod repair;
mod secrets;
mod sub_path;
mod token;

//! The engine of lightbeam: loads JSONL files into an Ed-Fi API, and reads, checks, counts and removes what is there.
//!
//! The engine can do nothing by itself: it has no sockets, no files, no clock, no randomness and no globals.
//! Whatever it needs from the world, a host hands to it through the traits in [`host`], so the same code runs in a
//! browser worker, in a WASI sandbox and in a native test, with the same requests and the same results.
//!
//! The way in is [`run::run`]: an [`invocation::Invocation`] (what the user typed), a [`host::Host`] and a listener for
//! [`event::Event`]s go in; a [`run::Report`] comes out. The engine never prints and never prompts. Beside it stands
//! [`probe`], which tells what an API is and whether it can be used, and changes nothing.
//!
//! A module uses only what stands below it:
//!
//! | module | holds |
//! |---|---|
//! | [`run`] | the one entry |
//! | [`command`] | what each command does |
//! | [`report`] | results file, causes, summary, exit code: folds over events |
//! | [`state`] | what was sent before |
//! | [`api`] | the server: discovery, token, endpoints, requests with repeats, errors |
//! | [`model`] | the data model: OpenAPI documents, dependencies, natural keys |
//! | [`data`] | local records: finding files, reading lines, digests |
//! | [`config`] | what the user wants: YAML, parameters, overrides, selectors |
//! | [`host`] | what a host must provide |
//! | [`crc32`] | the check sum |
//! | [`sort`] | sorting with little code |
#![forbid(unsafe_code)]

pub mod api;
pub mod command;
pub mod config;
pub mod crc32;
pub mod data;
mod decimal;
pub mod event;
pub mod exit;
pub mod host;
pub mod invocation;
pub mod model;
pub mod notice;
pub mod report;
pub mod run;
pub mod secret;
mod side_by_side;
pub mod sort;
pub mod state;
mod time;

pub use command::probe;

//! What a host must provide: HTTP, storage, files, a clock and an operator.
//!
//! All traits are single-threaded: futures need not be `Send`, and dropping a future abandons what it does.
//! [`conformance`] holds public checks of exactly the promises made in the traits' documentation; [`memory`] is the
//! reference implementation.
#![allow(async_fn_in_trait, reason = "the engine is generic over one single-threaded host; no Send bound is wanted")]

mod clock;
pub mod conformance;
mod files;
pub mod heartbeat;
mod http;
pub mod memory;
mod operator;
pub mod rooted;
mod storage;

pub use clock::{Clock, Timestamp};
pub use files::{EntryKind, FileEntry, FileError, FileErrorKind, Files, Sink, Source};
pub use http::{
    Http, HttpError, HttpErrorKind, MAX_BODY, Method, NEXT_PAGE_TOKEN, READ_HEADERS, Request, Response, TOTAL_COUNT,
};
pub use operator::{Operator, Question, Wanted};
pub use storage::{Acquired, Lock, LockRefused, Storage, StorageError, StorageErrorKind, Takeover};

use crate::config::Written;

/// Everything the engine needs from the world, as one value.
///
/// The engine is generic over its host; each binary has one. Policy (repeats, deadlines, concurrency) is not the
/// host's concern: the engine wraps [`Http`] in decorators of its own.
pub trait Host {
    /// One exchange with a server.
    type Http: Http;
    /// Named blobs that survive the run.
    type Storage: Storage;
    /// The user's files.
    type Files: Files;
    /// Time.
    type Clock: Clock;
    /// The person (or launcher) at the controls.
    type Operator: Operator;

    /// The transport.
    fn http(&self) -> &Self::Http;
    /// The user's files.
    fn files(&self) -> &Self::Files;
    /// The clock.
    fn clock(&self) -> &Self::Clock;
    /// The person at the controls.
    fn operator(&self) -> &Self::Operator;

    /// Opens the storage that holds state and cache.
    ///
    /// `state_dir` is the configured folder, `~` expanded where a home is known; hosts without folders (a browser) ignore it.
    /// A host that cannot use that folder may fall back to another one and says so in [`Opened::notice`].
    async fn open_storage(&self, state_dir: &str) -> Result<Opened<Self::Storage>, StorageError>;

    /// The value of an environment variable, if the host has variables and this one was granted.
    fn variable(&self, name: &str) -> Option<String>;

    /// What the text of a configuration says. A host whose configurations were read by somebody else, as a page's are,
    /// takes what that made of them with [`Written::from_json`], and has no need of YAML.
    fn configuration(&self, text: &str) -> Written {
        Written::from_yaml(text)
    }

    /// The longest configuration that is read, in bytes. A host that overrides [`Host::configuration`] may take more: what
    /// somebody else made of a text is longer than the text, which was held to [`config::LONGEST`](crate::config::LONGEST).
    fn longest_configuration(&self) -> u64 {
        crate::config::LONGEST
    }

    /// A seed for jitter and run ids; differs from run to run.
    fn seed(&self) -> u64;

    /// The working directory as the user knows it, for the results file; empty where there is none.
    fn working_dir(&self) -> String;

    /// What kind of program the host is; what a page does differently from a process hangs on it.
    fn kind(&self) -> HostKind {
        HostKind::Process
    }

    /// How certificates are checked by the transport when the user says `verify_ssl: false`.
    fn tls(&self) -> TlsSupport;
}

/// A storage that was opened, with what the user should know about it.
#[derive(Debug)]
pub struct Opened<S> {
    /// The storage.
    pub storage: S,
    /// A sentence for the user, such as that another folder is used.
    pub notice: Option<String>,
}

/// What kind of program a host is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HostKind {
    /// A process of its own.
    Process,
    /// A page in a browser: a request with an `Authorization` header costs it a second one, and it has 6 connections
    /// to a server.
    Page,
}

/// Whether a host's transport can do without verified certificates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TlsSupport {
    /// Certificates are always verified; `verify_ssl: false` earns a warning.
    AlwaysVerifies,
    /// The host honours `verify_ssl: false` by itself.
    Honours,
}

//! The host traits in a browser: fetch, IndexedDB, files that the user chose. Works in the worker and in the page.

mod clock;
mod fetch;
mod files;
mod indexed_db;
mod operator;
mod web_lock;

use std::collections::BTreeMap;
use std::rc::Rc;

use lightbeam_core::config::Written;
use lightbeam_core::host::{Host, HostKind, Opened, StorageError, TlsSupport};
use lightbeam_core::invocation::Command;

pub use clock::BrowserClock;
pub use fetch::Fetch;
pub use files::{ChosenFile, ChosenFiles, Output, OutputSink, archive};
pub use indexed_db::{IndexedDb, Stored, ask_persistence, erase, is_persistent, stored};
pub use operator::PageOperator;
pub use web_lock::{BrowserLock, WebLock};

use crate::protocol::Secretive;

/// What the engine needs, from the browser.
#[derive(Debug)]
pub struct BrowserHost {
    http: Fetch,
    files: ChosenFiles,
    clock: BrowserClock,
    operator: Rc<PageOperator>,
    variables: BTreeMap<String, Secretive>,
}

impl BrowserHost {
    /// A host with these files, values of `${NAME}`, and somebody at the controls.
    pub fn new(files: ChosenFiles, variables: BTreeMap<String, Secretive>, operator: Rc<PageOperator>) -> Self {
        Self { http: Fetch::new(None), files, clock: BrowserClock, operator, variables }
    }

    /// The same host for one command, which hints then name.
    #[must_use]
    pub fn for_command(mut self, command: Command) -> Self {
        self.http = Fetch::new(Some(command));
        self
    }
}

impl Host for BrowserHost {
    type Http = Fetch;
    type Storage = IndexedDb;
    type Files = ChosenFiles;
    type Clock = BrowserClock;
    type Operator = PageOperator;

    fn http(&self) -> &Fetch {
        &self.http
    }

    fn files(&self) -> &ChosenFiles {
        &self.files
    }

    fn clock(&self) -> &BrowserClock {
        &self.clock
    }

    fn operator(&self) -> &PageOperator {
        &self.operator
    }

    /// All state of an origin is in one database, whatever `state_dir` says.
    async fn open_storage(&self, _state_dir: &str) -> Result<Opened<IndexedDb>, StorageError> {
        Ok(Opened { storage: IndexedDb::open().await?, notice: None })
    }

    fn variable(&self, name: &str) -> Option<String> {
        self.variables.get(name).map(|value| value.0.clone())
    }

    /// The page has read it, in [`crate::protocol::Job::texts`].
    fn configuration(&self, text: &str) -> Written {
        Written::from_json(text)
    }

    fn longest_configuration(&self) -> u64 {
        u64::MAX
    }

    fn seed(&self) -> u64 {
        clock::seed()
    }

    fn working_dir(&self) -> String {
        String::new()
    }

    fn kind(&self) -> HostKind {
        HostKind::Page
    }

    fn tls(&self) -> TlsSupport {
        TlsSupport::AlwaysVerifies
    }
}

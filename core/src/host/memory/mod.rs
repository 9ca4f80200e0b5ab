//! The in-memory host: the reference implementation of the host traits, and the stage for golden tests.
//!
//! Time is virtual: [`MemoryHost::block_on`] moves the clock to the next timer whenever nothing else can go on, so a
//! test of a minute of waiting takes no time. A run can be killed at any request or storage operation.
//!
//! ```
//! use std::time::Duration;
//! use lightbeam_core::host::{Clock, Host, memory::MemoryHost};
//! let host = MemoryHost::new();
//! host.block_on(async {
//!     host.clock().sleep(Duration::from_secs(3600)).await;
//!     assert_eq!(host.clock().monotonic(), Duration::from_secs(3600));
//! }).unwrap();
//! ```

mod clock;
mod files;
mod http;
mod kill;
mod operator;
mod storage;

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::future::Future;
use std::pin::pin;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};

pub use clock::MemoryClock;
pub use files::{MemoryFiles, MemorySink, MemorySource};
pub use http::{MemoryHttp, Reply};
pub use kill::KillPoint;
pub use operator::MemoryOperator;
pub use storage::{MemoryLock, MemoryStorage};

use super::{Host, Opened, StorageError, TlsSupport};

/// The in-memory host. Cloning shares everything; [`MemoryHost::restarted`] is a new process on the same machine.
#[derive(Debug, Clone)]
pub struct MemoryHost {
    http: MemoryHttp,
    storage: MemoryStorage,
    files: MemoryFiles,
    clock: MemoryClock,
    operator: MemoryOperator,
    variables: Rc<RefCell<BTreeMap<String, String>>>,
    seed: Rc<Cell<u64>>,
    kill: Rc<kill::Kill>,
}

/// A run on the in-memory host did not come to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Ended {
    /// It was killed at the point that was set.
    #[error("the run was killed")]
    Killed,
    /// Nothing was left that could make it go on.
    #[error("the run waits for something that can never happen")]
    Stuck,
}

impl Default for MemoryHost {
    fn default() -> Self {
        Self::new()
    }
}

impl MemoryHost {
    /// An empty host: no files, no storage, a server that cannot be reached, the clock at 2026-01-01T00:00:00Z.
    pub fn new() -> Self {
        let kill = Rc::new(kill::Kill::default());
        let clock = MemoryClock::new();
        Self {
            http: MemoryHttp::new(clock.clone(), kill.clone()),
            storage: MemoryStorage::new(kill.clone()),
            files: MemoryFiles::default(),
            clock,
            operator: MemoryOperator::default(),
            variables: Rc::default(),
            seed: Rc::new(Cell::new(1)),
            kill,
        }
    }

    /// A new process on the same machine: storage, files, variables, clock and server stay, the kill point is gone.
    #[must_use]
    pub fn restarted(&self) -> Self {
        let kill = Rc::new(kill::Kill::default());
        Self {
            http: self.http.restarted(kill.clone()),
            storage: self.storage.restarted(kill.clone()),
            files: self.files.clone(),
            clock: self.clock.clone(),
            operator: MemoryOperator::default(),
            variables: self.variables.clone(),
            seed: Rc::new(Cell::new(self.seed.get() + 1)),
            kill,
        }
    }

    /// Sets an environment variable.
    #[must_use]
    pub fn with_variable(self, name: &str, value: &str) -> Self {
        self.variables.borrow_mut().insert(name.to_owned(), value.to_owned());
        self
    }

    /// Sets the seed.
    #[must_use]
    pub fn with_seed(self, seed: u64) -> Self {
        self.seed.set(seed);
        self
    }

    /// The storage, for looking into it and preparing it.
    pub fn storage(&self) -> &MemoryStorage {
        &self.storage
    }

    /// Sets where the run is killed.
    pub fn kill_at(&self, point: KillPoint) {
        self.kill.set(point);
    }

    /// Runs `future` to its end in virtual time.
    pub fn block_on<F: Future>(&self, future: F) -> Result<F::Output, Ended> {
        struct Flag(AtomicBool);
        impl Wake for Flag {
            fn wake(self: Arc<Self>) {
                self.0.store(true, Ordering::Relaxed);
            }
        }
        let woken = Arc::new(Flag(AtomicBool::new(true)));
        let waker = Waker::from(woken.clone());
        let mut context = Context::from_waker(&waker);
        let mut future = pin!(future);
        loop {
            if woken.0.swap(false, Ordering::Relaxed) {
                if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
                    return Ok(output);
                }
                if self.kill.is_killed() {
                    return Err(Ended::Killed);
                }
            } else if !self.clock.advance_to_next_timer() {
                return Err(Ended::Stuck);
            }
        }
    }
}

impl Host for MemoryHost {
    type Http = MemoryHttp;
    type Storage = MemoryStorage;
    type Files = MemoryFiles;
    type Clock = MemoryClock;
    type Operator = MemoryOperator;

    fn http(&self) -> &MemoryHttp {
        &self.http
    }

    fn files(&self) -> &MemoryFiles {
        &self.files
    }

    fn clock(&self) -> &MemoryClock {
        &self.clock
    }

    fn operator(&self) -> &MemoryOperator {
        &self.operator
    }

    async fn open_storage(&self, _state_dir: &str) -> Result<Opened<MemoryStorage>, StorageError> {
        Ok(Opened { storage: self.storage.clone(), notice: None })
    }

    fn variable(&self, name: &str) -> Option<String> {
        self.variables.borrow().get(name).cloned()
    }

    fn seed(&self) -> u64 {
        self.seed.get()
    }

    fn working_dir(&self) -> String {
        "/".to_owned()
    }

    fn tls(&self) -> TlsSupport {
        TlsSupport::AlwaysVerifies
    }
}

#[cfg(test)]
mod tests;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::future::pending;
use std::ops::Range;
use std::rc::Rc;

use super::kill::Kill;
use crate::host::{Acquired, Lock, LockRefused, Storage, StorageError, StorageErrorKind, Takeover};

/// Blobs in memory. Cloning shares them. A lock ends with the run that holds it, as a browser's do.
#[derive(Debug, Clone)]
pub struct MemoryStorage {
    blobs: Rc<RefCell<BTreeMap<String, Vec<u8>>>>,
    locks: Rc<RefCell<BTreeMap<String, String>>>,
    failure: Rc<RefCell<Option<StorageError>>>,
    kill: Rc<Kill>,
}

impl MemoryStorage {
    pub(super) fn new(kill: Rc<Kill>) -> Self {
        Self { blobs: Rc::default(), locks: Rc::default(), failure: Rc::default(), kill }
    }

    pub(super) fn restarted(&self, kill: Rc<Kill>) -> Self {
        Self { blobs: self.blobs.clone(), locks: Rc::default(), failure: Rc::default(), kill }
    }

    /// A copy of a blob.
    pub fn blob(&self, name: &str) -> Option<Vec<u8>> {
        self.blobs.borrow().get(name).cloned()
    }

    /// Puts a blob there.
    pub fn put(&self, name: &str, bytes: impl Into<Vec<u8>>) {
        self.blobs.borrow_mut().insert(name.to_owned(), bytes.into());
    }

    /// The names of all blobs.
    pub fn names(&self) -> Vec<String> {
        self.blobs.borrow().keys().cloned().collect()
    }

    /// From now on everything that changes a blob fails like this; `None`: works again.
    pub fn fail_with(&self, failure: Option<StorageError>) {
        *self.failure.borrow_mut() = failure;
    }

    fn changed(&self) -> Result<Option<usize>, StorageError> {
        if let Some(failure) = self.failure.borrow().clone() {
            return Err(failure);
        }
        Ok(self.kill.operation())
    }

    fn not_found(name: &str) -> StorageError {
        StorageError::new(StorageErrorKind::NotFound, format!("{name} is not there"))
    }
}

impl Storage for MemoryStorage {
    type Lock = MemoryLock;

    async fn len(&self, name: &str) -> Result<Option<u64>, StorageError> {
        Ok(self.blobs.borrow().get(name).map(|blob| blob.len() as u64))
    }

    async fn read(&self, name: &str, range: Range<u64>) -> Result<Vec<u8>, StorageError> {
        let blobs = self.blobs.borrow();
        let blob = blobs.get(name).ok_or_else(|| Self::not_found(name))?;
        let clamp = |at: u64| usize::try_from(at).unwrap_or(usize::MAX).min(blob.len());
        Ok(blob[clamp(range.start)..clamp(range.end).max(clamp(range.start))].to_vec())
    }

    async fn write(&self, name: &str, bytes: &[u8]) -> Result<(), StorageError> {
        if self.changed()?.is_some() {
            return pending().await;
        }
        self.put(name, bytes);
        Ok(())
    }

    async fn create(&self, name: &str, bytes: &[u8]) -> Result<Option<bool>, StorageError> {
        if self.changed()?.is_some() {
            return pending().await;
        }
        let is_absent = !self.blobs.borrow().contains_key(name);
        if is_absent {
            self.put(name, bytes);
        }
        Ok(Some(is_absent))
    }

    async fn append(&self, name: &str, bytes: &[u8]) -> Result<(), StorageError> {
        let torn = self.changed()?;
        let kept = torn.map_or(bytes.len(), |torn| torn.min(bytes.len()));
        self.blobs.borrow_mut().entry(name.to_owned()).or_default().extend_from_slice(&bytes[..kept]);
        if torn.is_some() {
            return pending().await;
        }
        Ok(())
    }

    async fn truncate(&self, name: &str, len: u64) -> Result<(), StorageError> {
        if self.changed()?.is_some() {
            return pending().await;
        }
        let mut blobs = self.blobs.borrow_mut();
        let blob = blobs.get_mut(name).ok_or_else(|| Self::not_found(name))?;
        blob.truncate(usize::try_from(len).unwrap_or(usize::MAX));
        Ok(())
    }

    async fn list(&self, prefix: &str) -> Result<Vec<String>, StorageError> {
        Ok(self.blobs.borrow().keys().filter(|name| name.starts_with(prefix)).cloned().collect())
    }

    async fn remove(&self, name: &str) -> Result<(), StorageError> {
        if self.changed()?.is_some() {
            return pending().await;
        }
        self.blobs.borrow_mut().remove(name);
        Ok(())
    }

    async fn lock(&self, name: &str, run_id: &str, takeover: Takeover) -> Result<Acquired<MemoryLock>, LockRefused> {
        let mut locks = self.locks.borrow_mut();
        let holder = locks.get(name).cloned();
        if let (Some(run_id), Takeover::WhenDead) = (&holder, takeover) {
            return Err(LockRefused::Held { run_id: run_id.clone() });
        }
        locks.insert(name.to_owned(), run_id.to_owned());
        let lock = MemoryLock { locks: self.locks.clone(), name: name.to_owned(), run_id: run_id.to_owned() };
        Ok(Acquired { lock, taken_over_from: holder })
    }
}

/// A lock of [`MemoryStorage`].
#[derive(Debug)]
pub struct MemoryLock {
    locks: Rc<RefCell<BTreeMap<String, String>>>,
    name: String,
    run_id: String,
}

impl MemoryLock {
    fn is_mine(&self) -> bool {
        self.locks.borrow().get(&self.name) == Some(&self.run_id)
    }
}

impl Lock for MemoryLock {
    async fn keep(&self) -> StorageError {
        pending().await
    }

    async fn check(&self) -> Result<(), StorageError> {
        if self.is_mine() {
            Ok(())
        } else {
            Err(StorageError::new(StorageErrorKind::LockLost, "another run has taken over this target"))
        }
    }

    async fn release(&self) -> Result<(), StorageError> {
        if self.is_mine() {
            self.locks.borrow_mut().remove(&self.name);
        }
        Ok(())
    }
}

impl Drop for MemoryLock {
    fn drop(&mut self) {
        if self.is_mine() {
            self.locks.borrow_mut().remove(&self.name);
        }
    }
}

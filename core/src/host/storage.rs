use std::ops::Range;

/// Named blobs that survive the run: state logs, caches and the lock are built on it.
///
/// Names are relative paths of ASCII letters, digits, `.`, `-`, `_` and `/`, without `..`, not case-sensitive unique.
/// Everything is durable when its future completes. After a crash only the tail of an [`append`](Storage::append)
/// that had not completed may be missing or torn; bytes before it are as they were.
pub trait Storage {
    /// A lock that is held.
    type Lock: Lock;

    /// The length of the blob, `None` if there is none.
    async fn len(&self, name: &str) -> Result<Option<u64>, StorageError>;
    /// The bytes in `range`, cut at the end of the blob; an absent blob is [`StorageErrorKind::NotFound`].
    async fn read(&self, name: &str, range: Range<u64>) -> Result<Vec<u8>, StorageError>;
    /// Replaces the blob: afterwards, also after a crash, it is the old one or the new one, whole.
    async fn write(&self, name: &str, bytes: &[u8]) -> Result<(), StorageError>;
    /// Makes the blob if there is none of that name; tells whether it did. Of several that try at the same time, one does.
    /// `None`: this storage has no such operation, and nothing was done.
    async fn create(&self, _name: &str, _bytes: &[u8]) -> Result<Option<bool>, StorageError> {
        Ok(None)
    }
    /// Adds to the end of the blob, which is made if absent.
    async fn append(&self, name: &str, bytes: &[u8]) -> Result<(), StorageError>;
    /// Cuts the blob to `len` bytes; longer than it is: nothing changes.
    async fn truncate(&self, name: &str, len: u64) -> Result<(), StorageError>;
    /// The names of all blobs that begin with `prefix`, sorted.
    async fn list(&self, prefix: &str) -> Result<Vec<String>, StorageError>;
    /// Removes the blob; an absent one is no error.
    async fn remove(&self, name: &str) -> Result<(), StorageError>;
    /// Takes the lock `name` for the run `run_id`.
    ///
    /// At most one run holds a lock. A holder that died must not block for ever: see [`Takeover`].
    async fn lock(&self, name: &str, run_id: &str, takeover: Takeover) -> Result<Acquired<Self::Lock>, LockRefused>;
}

/// When a lock that somebody holds may be taken over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Takeover {
    /// When its holder gave no sign of life for 15 seconds.
    WhenDead,
    /// At once (`--force-unlock`).
    AtOnce,
}

/// A lock that was taken.
#[derive(Debug)]
pub struct Acquired<L> {
    /// The lock.
    pub lock: L,
    /// The run it was taken over from, if there was one.
    pub taken_over_from: Option<String>,
}

/// A lock that could not be taken.
#[derive(Debug, thiserror::Error)]
pub enum LockRefused {
    /// Another run is at work.
    #[error("another run ({run_id}) is at work on this target")]
    Held {
        /// The run that holds it.
        run_id: String,
    },
    /// The storage failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// A lock that is held.
pub trait Lock {
    /// Gives signs of life for as long as it is polled; completes only when the lock was lost, and says how.
    async fn keep(&self) -> StorageError;
    /// Fails with [`StorageErrorKind::LockLost`] if the lock is no longer this run's. Asked before each append.
    async fn check(&self) -> Result<(), StorageError>;
    /// Gives the lock back.
    async fn release(&self) -> Result<(), StorageError>;
}

/// Storage failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{detail}")]
pub struct StorageError {
    /// What went wrong.
    pub kind: StorageErrorKind,
    /// One plain sentence that names the file or store.
    pub detail: String,
    /// What the user can do, such as the exact flag to add.
    pub hint: Option<String>,
}

impl StorageError {
    /// An error without a hint.
    pub fn new(kind: StorageErrorKind, detail: impl Into<String>) -> Self {
        Self { kind, detail: detail.into(), hint: None }
    }
}

/// Why storage failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum StorageErrorKind {
    /// There is no such blob.
    NotFound,
    /// The host may not use this place.
    Denied,
    /// There is no room.
    Full,
    /// The lock belongs to another run now.
    LockLost,
    /// Anything else.
    Failed,
}

use lightbeam_core::host::StorageError;
use lightbeam_core::host::memory::{MemoryHost, MemoryStorage};

/// Blobs in memory, until they are kept in the browser's database.
pub type IndexedDb = MemoryStorage;

pub(super) async fn open() -> Result<IndexedDb, StorageError> {
    Ok(MemoryHost::new().storage().clone())
}

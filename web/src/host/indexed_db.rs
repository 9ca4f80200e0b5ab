//! Blobs in the browser's database.
//!
//! Two stores: of each blob its length and how it lies in chunks ([`Extent`]), and the chunks, by name and offset. Each
//! operation is one transaction, in which nothing else is awaited: a transaction ends by itself when control goes back
//! to the browser and no request is open. What is dropped half-way is rolled back.

mod connection;
mod failure;
mod site;

use std::ops::Range;
use std::rc::Rc;

use indexed_db_futures::KeyRange;
use indexed_db_futures::cursor::CursorDirection;
use indexed_db_futures::error::Error;
use indexed_db_futures::object_store::ObjectStore;
use indexed_db_futures::prelude::*;
use indexed_db_futures::transaction::{Transaction, TransactionDurability, TransactionMode};
use js_sys::{Array, Uint8Array};
use lightbeam_core::host::{Acquired, LockRefused, Storage, StorageError, StorageErrorKind, Takeover};
use wasm_bindgen::{JsCast, JsValue};

pub use site::{Stored, ask_persistence, erase, is_persistent, stored};

use super::web_lock::{self, BrowserLock};
use crate::extent::{Extent, pieces};
use connection::{BLOBS, CHUNKS, Connection};

/// How many chunks are read with one request; each is at most a megabyte.
const READ: u32 = 16;

/// Blobs in the browser's database. Cloning shares the connection; the last clone closes it.
///
/// The connection closes itself when the database is erased or changed elsewhere; what is asked of it then fails with
/// a sentence that says so.
#[derive(Debug, Clone)]
pub struct IndexedDb(Rc<Connection>);

impl IndexedDb {
    /// Opens the database of this origin, and makes it if there is none.
    ///
    /// Fails where the browser keeps nothing for pages, as some do in private windows.
    pub async fn open() -> Result<Self, StorageError> {
        Ok(Self(Rc::new(Connection::open().await?)))
    }

    fn failed(&self, name: &str) -> impl Fn(Error) -> StorageError {
        let gone = self.0.gone();
        move |error| failure::storage_error(name, &error, gone)
    }

    /// Begins to change something. What is committed is on the disk, as [`Storage`] promises, also of what is appended:
    /// a tombstone that a machine without power lost, after its DELETE had left, would make the state tell of a record
    /// that the API has no more.
    fn change(&self) -> Result<Transaction<'_>, Error> {
        self.0.begin(TransactionMode::Readwrite, TransactionDurability::Strict)
    }

    fn look(&self) -> Result<Transaction<'_>, Error> {
        self.0.begin(TransactionMode::Readonly, TransactionDurability::Default)
    }

    async fn extent(&self, name: &str) -> Result<Option<Extent>, Error> {
        let transaction = self.look()?;
        let blobs = transaction.object_store(BLOBS)?;
        read_extent(&blobs, name).await
    }

    async fn read_range(&self, name: &str, range: Range<u64>) -> Result<Option<Vec<u8>>, Error> {
        let transaction = self.look()?;
        let blobs = transaction.object_store(BLOBS)?;
        let Some(extent) = read_extent(&blobs, name).await? else { return Ok(None) };
        let end = range.end.min(extent.len());
        let start = range.start.min(end);
        if start == end {
            return Ok(Some(Vec::new()));
        }
        let chunks = transaction.object_store(CHUNKS)?;
        let mut at = chunk_at(&chunks, name, start).await?;
        let mut bytes = Vec::new();
        bytes.try_reserve_exact(to_usize(end - start)).map_err(|_| js_sys::Error::new("there is not enough memory"))?;
        while at < end {
            let found = read_chunks(&chunks, name, at..end, READ).await?;
            if found.is_empty() {
                return Err(js_sys::Error::new("a part is missing").into());
            }
            for chunk in found {
                let from = start.saturating_sub(at).min(chunk.length().into());
                let to = (end - at).min(chunk.length().into());
                let wanted = chunk.subarray(narrow(from), narrow(to));
                let filled = bytes.len();
                bytes.resize(filled + wanted.length() as usize, 0);
                wanted.copy_to(&mut bytes[filled..]);
                at += u64::from(chunk.length());
            }
        }
        Ok(Some(bytes))
    }

    async fn replace(&self, name: &str, bytes: &[u8]) -> Result<(), Error> {
        let transaction = self.change()?;
        {
            let chunks = transaction.object_store(CHUNKS)?;
            remove_chunks(&chunks, name, 0)?;
            put_bytes(&chunks, name, 0, bytes)?;
            put_extent(&transaction.object_store(BLOBS)?, name, &Extent::whole(bytes.len() as u64))?;
        }
        connection::commit(transaction).await
    }

    async fn add(&self, name: &str, bytes: &[u8]) -> Result<(), Error> {
        let transaction = self.change()?;
        {
            let blobs = transaction.object_store(BLOBS)?;
            let chunks = transaction.object_store(CHUNKS)?;
            let mut extent = read_extent(&blobs, name).await?.unwrap_or_default();
            let start = extent.len();
            if let Some(from) = extent.append(bytes.len() as u64) {
                let joined = Uint8Array::new_with_length(narrow(extent.len() - from));
                let mut filled = 0;
                for chunk in read_chunks(&chunks, name, from..start, u32::MAX).await? {
                    joined.set(&chunk, filled);
                    filled += chunk.length();
                }
                joined.subarray(filled, joined.length()).copy_from(bytes);
                remove_chunks(&chunks, name, from)?;
                for (offset, len) in pieces(from, joined.length().into()) {
                    let begin = narrow(offset - from);
                    // A copy: of a part of an array, the browser would keep the whole.
                    put_chunk(&chunks, name, offset, joined.slice(begin, begin + narrow(len)))?;
                }
            } else {
                put_bytes(&chunks, name, start, bytes)?;
            }
            put_extent(&blobs, name, &extent)?;
        }
        connection::commit(transaction).await
    }

    async fn cut(&self, name: &str, len: u64) -> Result<bool, Error> {
        let transaction = self.change()?;
        {
            let blobs = transaction.object_store(BLOBS)?;
            let Some(mut extent) = read_extent(&blobs, name).await? else { return Ok(false) };
            if extent.cut(len) {
                let chunks = transaction.object_store(CHUNKS)?;
                if len > 0 {
                    let at = chunk_at(&chunks, name, len - 1).await?;
                    for chunk in read_chunks(&chunks, name, at..len, 1).await? {
                        put_chunk(&chunks, name, at, chunk.slice(0, narrow(len - at)))?;
                    }
                }
                remove_chunks(&chunks, name, len)?;
                put_extent(&blobs, name, &extent)?;
            }
        }
        connection::commit(transaction).await.map(|()| true)
    }

    async fn names(&self, prefix: &str) -> Result<Vec<String>, Error> {
        let transaction = self.look()?;
        let blobs = transaction.object_store(BLOBS)?;
        // Names are ASCII, so this is behind all that begin with the prefix.
        let range =
            KeyRange::Bound(JsValue::from_str(prefix), false, JsValue::from_str(&format!("{prefix}\u{7f}")), true);
        let keys = blobs.get_all_keys::<String>().with_query::<JsValue, _>(range).primitive()?.await?;
        keys.collect()
    }

    /// Removes the blob if it is this small one; what others wrote meanwhile stays.
    pub(super) async fn remove_if(&self, name: &str, bytes: &[u8]) -> Result<(), StorageError> {
        self.forget_if(name, bytes).await.map_err(self.failed(name))
    }

    async fn forget_if(&self, name: &str, bytes: &[u8]) -> Result<(), Error> {
        let transaction = self.change()?;
        {
            let chunks = transaction.object_store(CHUNKS)?;
            let found = read_chunks(&chunks, name, 0..u64::from(u32::MAX), 2).await?;
            if found.len() == 1 && found[0].to_vec() == bytes {
                remove_chunks(&chunks, name, 0)?;
                transaction.object_store(BLOBS)?.delete(JsValue::from_str(name)).primitive().map(drop)?;
            }
        }
        connection::commit(transaction).await
    }

    async fn forget(&self, name: &str) -> Result<(), Error> {
        let transaction = self.change()?;
        {
            remove_chunks(&transaction.object_store(CHUNKS)?, name, 0)?;
            let blobs = transaction.object_store(BLOBS)?;
            blobs.delete(JsValue::from_str(name)).primitive().map(drop)?;
        }
        connection::commit(transaction).await
    }
}

impl Storage for IndexedDb {
    type Lock = BrowserLock;

    async fn len(&self, name: &str) -> Result<Option<u64>, StorageError> {
        Ok(self.extent(name).await.map_err(self.failed(name))?.map(|extent| extent.len()))
    }

    async fn read(&self, name: &str, range: Range<u64>) -> Result<Vec<u8>, StorageError> {
        let bytes = self.read_range(name, range).await.map_err(self.failed(name))?;
        bytes.ok_or_else(|| not_found(name))
    }

    async fn write(&self, name: &str, bytes: &[u8]) -> Result<(), StorageError> {
        self.replace(name, bytes).await.map_err(self.failed(name))
    }

    async fn append(&self, name: &str, bytes: &[u8]) -> Result<(), StorageError> {
        self.add(name, bytes).await.map_err(self.failed(name))
    }

    async fn truncate(&self, name: &str, len: u64) -> Result<(), StorageError> {
        let found = self.cut(name, len).await.map_err(self.failed(name))?;
        if found { Ok(()) } else { Err(not_found(name)) }
    }

    async fn list(&self, prefix: &str) -> Result<Vec<String>, StorageError> {
        self.names(prefix).await.map_err(self.failed(prefix))
    }

    async fn remove(&self, name: &str) -> Result<(), StorageError> {
        self.forget(name).await.map_err(self.failed(name))
    }

    async fn lock(&self, name: &str, run_id: &str, takeover: Takeover) -> Result<Acquired<BrowserLock>, LockRefused> {
        web_lock::acquire(self, name, run_id, takeover).await
    }
}

fn not_found(name: &str) -> StorageError {
    StorageError::new(StorageErrorKind::NotFound, format!("{name} is not there"))
}

async fn read_extent(blobs: &ObjectStore<'_>, name: &str) -> Result<Option<Extent>, Error> {
    let Some(value) = blobs.get::<JsValue, _, _>(JsValue::from_str(name)).primitive()?.await? else { return Ok(None) };
    let numbers = value.dyn_into::<Array>().unwrap_or_default();
    let numbers: Vec<f64> = numbers.iter().map(|number| number.as_f64().unwrap_or(f64::NAN)).collect();
    match Extent::from_numbers(&numbers) {
        Some(extent) => Ok(Some(extent)),
        None => Err(js_sys::Error::new("it was not written by this page").into()),
    }
}

fn put_extent(blobs: &ObjectStore<'_>, name: &str, extent: &Extent) -> Result<(), Error> {
    let numbers: Array = extent.to_numbers().into_iter().map(JsValue::from_f64).collect();
    blobs.put(JsValue::from(numbers)).with_key(JsValue::from_str(name)).primitive().map(drop)
}

#[allow(clippy::cast_precision_loss, reason = "offsets are below 2^53")]
fn key(name: &str, offset: u64) -> JsValue {
    Array::of2(&JsValue::from_str(name), &JsValue::from_f64(offset as f64)).into()
}

/// Chunks whose offset is in `offsets`.
fn keys(name: &str, offsets: Range<u64>) -> KeyRange<JsValue> {
    KeyRange::Bound(key(name, offsets.start), false, key(name, offsets.end), true)
}

/// The offset of the chunk that holds the byte at `position`.
async fn chunk_at(chunks: &ObjectStore<'_>, name: &str, position: u64) -> Result<u64, Error> {
    let range = keys(name, 0..position + 1);
    let cursor = chunks
        .open_key_cursor()
        .with_query::<JsValue, _>(range)
        .with_direction(CursorDirection::Prev)
        .primitive()?
        .await?;
    let missing = || js_sys::Error::new("a part is missing");
    let key: Option<Array> = match cursor {
        Some(cursor) => cursor.primary_key::<JsValue>()?.and_then(|key| key.dyn_into().ok()),
        None => None,
    };
    let offset = key.and_then(|key| key.get(1).as_f64()).ok_or_else(missing)?;
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "offsets are whole and not negative")]
    Ok(offset as u64)
}

/// At most `limit` of the chunks whose offset is in `offsets`.
async fn read_chunks(
    chunks: &ObjectStore<'_>,
    name: &str,
    offsets: Range<u64>,
    limit: u32,
) -> Result<Vec<Uint8Array>, Error> {
    // To ask for the keys between a key and itself is an error.
    if offsets.is_empty() {
        return Ok(Vec::new());
    }
    let found = chunks
        .get_all::<JsValue>()
        .with_query::<JsValue, _>(keys(name, offsets))
        .with_limit(limit)
        .primitive()?
        .await?;
    found.map(|chunk| chunk.map(|chunk| Uint8Array::new(&chunk))).collect()
}

fn put_bytes(chunks: &ObjectStore<'_>, name: &str, start: u64, bytes: &[u8]) -> Result<(), Error> {
    for (offset, len) in pieces(start, bytes.len() as u64) {
        let begin = to_usize(offset - start);
        put_chunk(chunks, name, offset, Uint8Array::from(&bytes[begin..begin + to_usize(len)]))?;
    }
    Ok(())
}

fn put_chunk(chunks: &ObjectStore<'_>, name: &str, offset: u64, bytes: Uint8Array) -> Result<(), Error> {
    chunks.put(JsValue::from(bytes)).with_key(key(name, offset)).primitive().map(drop)
}

/// Removes the chunks from an offset on.
fn remove_chunks(chunks: &ObjectStore<'_>, name: &str, from: u64) -> Result<(), Error> {
    let to = Array::of2(&JsValue::from_str(name), &JsValue::from_f64(f64::INFINITY)).into();
    chunks.delete::<JsValue, _>(KeyRange::Bound(key(name, from), false, to, false)).primitive().map(drop)
}

/// Memory here has 32 bits, and what does not fit is refused by those who ask for memory.
fn to_usize(n: u64) -> usize {
    usize::try_from(n).unwrap_or(usize::MAX)
}

/// A length or place within a few chunks.
fn narrow(n: u64) -> u32 {
    u32::try_from(n).expect("a few chunks are far below 4 GiB")
}

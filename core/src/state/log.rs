use std::cell::RefCell;

use futures_util::lock::Mutex;

use super::entry::{Answer, ENTRY, Entry, Header};
use super::memory::{Memory, Standing};
use crate::data::Digest;
use crate::host::{Lock, Storage, StorageError, StorageErrorKind};

/// The answers to the records of one endpoint: in memory, and in a blob that is only appended to.
///
/// What is told to it is known at once, but durable only after [`Log::flush`]. All methods take `&self`, so answers may
/// be put while a flush is under way.
///
/// The last answer of a record is what counts. A success outdates every older answer of the same natural key; a
/// request that may have been carried out (no answer, or 500 and above) outdates its older successes; any other
/// failure outdates nothing.
#[derive(Debug)]
pub struct Log {
    name: String,
    state: RefCell<State>,
    /// Held by whoever writes to the blob.
    writing: Mutex<()>,
    damage: Damage,
}

/// What was wrong with a log when it was loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Damage {
    /// Entries in the middle that could not be read; their records are sent again.
    pub skipped: u64,
    /// Bytes at the end that a broken-off run left half written; they are cut off with the next write.
    pub torn: u64,
}

/// An entry that was removed by [`Log::remove`], for writing it back.
#[derive(Debug, Clone, Copy)]
pub struct Removed(Answer);

#[derive(Debug, Default)]
struct State {
    memory: Memory,
    /// Entries that are not yet in the blob.
    pending: Vec<u8>,
    /// The length of what is whole in the blob; 0 when it must be written anew.
    length: u64,
    /// What it was when the blob was loaded.
    loaded: u64,
    /// Whether something may stand behind that.
    tail: bool,
    /// Whether the next [`Log::finish`] writes the blob anew in any case.
    renew: bool,
    /// Whether an emptying is under way.
    emptying: bool,
}

/// How much of a blob is read at a time; a multiple of [`ENTRY`].
const BLOCK: u64 = 1 << 20;

impl Log {
    /// Reads the log `name`; one that is not there is empty. Nothing is changed.
    ///
    /// Fails if it was written by another version of the format.
    pub async fn load<S: Storage>(storage: &S, name: impl Into<String>) -> Result<Self, StorageError> {
        let name = name.into();
        let mut state = State::default();
        let mut damage = Damage::default();
        let blob_length = storage.len(&name).await?.unwrap_or(0);
        let most = usize::try_from(blob_length / ENTRY as u64).unwrap_or(usize::MAX);
        if most >= u32::MAX as usize / 2 {
            return Err(unusable(&name, "is too large to be read"));
        }
        state.memory = Memory::with_room(most);
        let mut position = 0;
        // Unreadable entries are skipped if a readable one follows, else they are the torn tail.
        let mut unreadable = 0;
        while position < blob_length {
            let block = storage.read(&name, position..blob_length.min(position + BLOCK)).await?;
            let (entries, _torn) = block.as_chunks::<ENTRY>();
            if entries.is_empty() {
                break;
            }
            for bytes in entries {
                let is_whole = if position == 0 {
                    match Header::decode(bytes) {
                        Header::Known => true,
                        Header::Version(version) => {
                            let version = format!("was written by another version of lightbeam (format {version})");
                            return Err(unusable(&name, &version));
                        }
                        Header::Damaged => {
                            state.renew = true;
                            false
                        }
                    }
                } else {
                    let entry = Entry::decode(bytes);
                    if let Some(entry) = &entry {
                        state.memory.apply(entry);
                    }
                    entry.is_some()
                };
                position += ENTRY as u64;
                if is_whole {
                    damage.skipped += std::mem::take(&mut unreadable);
                    state.length = position;
                } else {
                    unreadable += 1;
                }
            }
        }
        damage.torn = blob_length - state.length;
        state.tail = damage.torn > 0;
        state.loaded = state.length;
        Ok(Self { name, state: RefCell::new(state), writing: Mutex::new(()), damage })
    }

    /// An empty log for a run that keeps no state: it is never flushed.
    pub fn unkept() -> Self {
        Self { name: String::new(), state: RefCell::default(), writing: Mutex::new(()), damage: Damage::default() }
    }

    /// The name of the blob.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What was wrong with the blob when it was loaded.
    pub fn damage(&self) -> Damage {
        self.damage
    }

    /// What is known of a record.
    pub fn standing(&self, digest: &Digest) -> Standing {
        self.state.borrow().memory.standing(digest)
    }

    /// The record of this natural key that was answered last; a record that is not known and whose key is, was changed.
    /// `None` too if that record was removed.
    pub fn latest_of_key(&self, key: u64) -> Option<Digest> {
        self.state.borrow().memory.latest_of_key(key)
    }

    /// Remembers that a record stands in this run's data (which is not part of the blob), and tells whether it did before,
    /// and what is known of it.
    pub fn mark_seen(&self, digest: &Digest) -> (bool, Standing) {
        self.state.borrow_mut().memory.mark_seen(digest)
    }

    /// Puts an answer: the record's digest, the hash of its natural key ([`super::NO_KEY`] if that is not known), the
    /// time in unix seconds, and the status (0 for no answer).
    pub fn put(&self, digest: Digest, key: u64, time: u32, status: u16) {
        self.add(Entry::Answer(Answer { digest, key, time, status, outdated: false, rewritten: false }));
    }

    /// Removes a record before it is deleted from the API. To be flushed before the request is sent. `None` if nothing
    /// is known of the record, so that there is nothing to flush for it.
    pub fn remove(&self, digest: &Digest) -> Option<Removed> {
        let answer = self.state.borrow().memory.answer(digest)?;
        self.add(Entry::Removed(*digest));
        Some(Removed(answer))
    }

    /// Writes an entry back whose record the API refused to delete.
    pub fn restore(&self, removed: Removed) {
        self.add(Entry::Answer(removed.0));
    }

    /// Marks that all records are about to be deleted: whatever is known now is as if it were not, also if the run is
    /// killed after the next flush. Ends with [`Log::take_back`] or [`Log::clear`].
    pub fn mark_emptying(&self) {
        if !std::mem::replace(&mut self.state.borrow_mut().emptying, true) {
            self.add(Entry::Emptying);
        }
    }

    /// Takes the mark back, no record having been deleted: everything is as before.
    pub fn take_back(&self) {
        if std::mem::take(&mut self.state.borrow_mut().emptying) {
            self.add(Entry::TakenBack);
        }
    }

    fn add(&self, entry: Entry) {
        let mut state = self.state.borrow_mut();
        state.memory.apply(&entry);
        state.pending.extend_from_slice(&entry.encode());
    }

    /// How many entries are not yet durable.
    pub fn pending(&self) -> usize {
        self.state.borrow().pending.len() / ENTRY
    }

    /// Drops what is pending, in a run that keeps no state: memory must not grow for nothing.
    pub fn forget_pending(&self) {
        self.state.borrow_mut().pending.clear();
    }

    /// Makes what is pending durable, after asking the lock. When it fails, or is dropped on the way, everything is
    /// still pending. Several may be under way; each completes when what was pending at its beginning is durable.
    pub async fn flush<S: Storage, L: Lock>(&self, storage: &S, lock: &L) -> Result<(), StorageError> {
        let _writing = self.writing.lock().await;
        self.write_pending(storage, lock).await
    }

    async fn write_pending<S: Storage, L: Lock>(&self, storage: &S, lock: &L) -> Result<(), StorageError> {
        let (bytes, length, tail) = {
            let state = self.state.borrow();
            (state.pending.clone(), state.length, state.tail)
        };
        if bytes.is_empty() {
            return Ok(());
        }
        lock.check().await?;
        let mut written = bytes.len() as u64;
        if length == 0 {
            storage.write(&self.name, &[&Header::encode()[..], &bytes].concat()).await?;
            written += ENTRY as u64;
        } else {
            if tail {
                storage.truncate(&self.name, length).await?;
            }
            // Until the append has ended well, it is not known how much of it stands there.
            self.state.borrow_mut().tail = true;
            storage.append(&self.name, &bytes).await?;
        }
        let mut state = self.state.borrow_mut();
        state.pending.drain(..bytes.len());
        state.length = length + written;
        state.tail = false;
        Ok(())
    }

    /// Ends the work on this endpoint: flushes, and if something was added and more than half of the blob says nothing any
    /// more, writes it anew. Outdated answers are kept only of records that stood in this run.
    pub async fn finish<S: Storage, L: Lock>(&self, storage: &S, lock: &L) -> Result<(), StorageError> {
        let _writing = self.writing.lock().await;
        self.write_pending(storage, lock).await?;
        let replacement = {
            let state = self.state.borrow();
            if state.emptying || state.length == 0 || (state.length == state.loaded && !state.renew) {
                return Ok(());
            }
            let entries = state.length / ENTRY as u64 - 1;
            let kept = state.memory.worth_keeping();
            if !state.renew && kept.len() as u64 * 2 >= entries {
                return Ok(());
            }
            Replacement::of(&state, kept)
        };
        self.replace(storage, lock, &replacement).await
    }

    /// Forgets every record, at least one having been deleted from the API.
    pub async fn clear<S: Storage, L: Lock>(&self, storage: &S, lock: &L) -> Result<(), StorageError> {
        let _writing = self.writing.lock().await;
        let replacement = Replacement::of(&self.state.borrow(), Vec::new());
        self.replace(storage, lock, &replacement).await
    }

    async fn replace<S: Storage, L: Lock>(
        &self,
        storage: &S,
        lock: &L,
        replacement: &Replacement,
    ) -> Result<(), StorageError> {
        lock.check().await?;
        storage.write(&self.name, &replacement.blob).await?;
        let mut state = self.state.borrow_mut();
        state.memory.keep_only(&replacement.kept, replacement.up_to);
        state.pending.drain(..replacement.pending);
        state.length = replacement.blob.len() as u64;
        (state.tail, state.renew, state.emptying) = (false, false, false);
        Ok(())
    }
}

/// A blob that takes the place of the one that is there.
struct Replacement {
    blob: Vec<u8>,
    /// The records it holds.
    kept: Vec<u32>,
    /// The last answer it takes in; what is put while it is written stays.
    up_to: u32,
    /// How many of the pending bytes it takes in.
    pending: usize,
}

impl Replacement {
    fn of(state: &State, kept: Vec<u32>) -> Self {
        let mut blob = Vec::with_capacity((kept.len() + 1) * ENTRY);
        blob.extend_from_slice(&Header::encode());
        for &index in &kept {
            blob.extend_from_slice(&state.memory.rewritten(index).encode());
        }
        Self { blob, kept, up_to: state.memory.last_number(), pending: state.pending.len() }
    }
}

fn unusable(name: &str, why: &str) -> StorageError {
    StorageError {
        kind: StorageErrorKind::Failed,
        detail: format!("the state in {name} {why}"),
        hint: Some(
            "use that version, set another state_dir, or remove this file to have its records sent again".into(),
        ),
    }
}

#[cfg(test)]
mod tests;

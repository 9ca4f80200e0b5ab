//! What a log says, in memory: 36 bytes a record, 12 a natural key, and two index tables of 4 bytes a place.
//!
//! Whether an answer is outdated is not written into the records it outdates (there may be many of one key) but told
//! by comparing numbers: each answer has one, and each key knows those of its last success and its last uncertain
//! answer.

use hashbrown::HashTable;

use super::chunks::Chunks;
use super::entry::{Answer, Entry, NO_KEY, kept_status};
use crate::data::Digest;

/// What the state knows of a record. Times are unix seconds, a status of 0 is no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Standing {
    /// Nothing.
    Unknown,
    /// The last answer was a success, and nothing came after it for its natural key.
    Accepted {
        /// Any 2xx.
        status: u16,
        /// When.
        time: u32,
    },
    /// The last answer was a failure.
    Failed {
        /// Any other.
        status: u16,
        /// When.
        time: u32,
    },
    /// Another record of the same natural key was accepted after it, or may have been: a request without an answer,
    /// or with one of 500 and above, may have been carried out.
    Outdated {
        /// Of its own last answer.
        status: u16,
        /// When.
        time: u32,
    },
}

const ANSWERED: u8 = 1;
const OUTDATED: u8 = 2;
const SEEN: u8 = 4;
/// Another record has the same key, or had it.
const SHARED: u8 = 8;

/// One record. Bytes instead of an integer for the key spare the padding.
#[derive(Debug, Clone, Copy)]
struct Record {
    digest: Digest,
    key: [u8; 8],
    time: u32,
    /// The number of its last answer.
    number: u32,
    status: u16,
    flags: u8,
}

/// One natural key; the key itself stands in its last record.
#[derive(Debug, Clone, Copy)]
struct Key {
    last: u32,
    /// The number of its last success, 0 if there was none.
    success: u32,
    /// The number of its last answer that may or may not have been carried out, 0 if there was none.
    uncertain: u32,
}

/// The records of one endpoint.
#[derive(Debug, Default)]
pub(super) struct Memory {
    records: Chunks<Record>,
    keys: Chunks<Key>,
    by_digest: HashTable<u32>,
    by_key: HashTable<u32>,
    /// The number of the last answer; the first is 1.
    last_number: u32,
    /// Answers up to this number are gone, all records having been removed.
    emptied: u32,
    /// The same before the last [`Entry::Emptying`].
    emptied_before: u32,
}

fn is_success(status: u16) -> bool {
    (200..300).contains(&status)
}

fn is_uncertain(status: u16) -> bool {
    status == 0 || status >= 500
}

fn digest_hash(digest: &Digest) -> u64 {
    let mut first = [0; 8];
    first.copy_from_slice(&digest.0[..8]);
    u64::from_le_bytes(first)
}

/// Keys are hashes already, but not ours: one multiplication spreads what is not spread.
fn key_hash(key: u64) -> u64 {
    key.wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29)
}

impl Memory {
    /// With room for so many records, each with a key of its own.
    pub(super) fn with_room(records: usize) -> Self {
        Self {
            by_digest: HashTable::with_capacity(records),
            by_key: HashTable::with_capacity(records),
            ..Self::default()
        }
    }

    /// Takes in one entry, as if it had just happened.
    pub(super) fn apply(&mut self, entry: &Entry) {
        match entry {
            Entry::Answer(answer) => self.put(answer),
            Entry::Removed(digest) => {
                if let Some(index) = self.find(digest) {
                    self.records.at_mut(index).flags &= !ANSWERED;
                }
            }
            Entry::Emptying => {
                self.emptied_before = self.emptied;
                self.emptied = self.last_number;
            }
            Entry::TakenBack => self.emptied = self.emptied_before,
        }
    }

    fn put(&mut self, answer: &Answer) {
        self.last_number = self.last_number.checked_add(1).expect("a log has fewer than 2^32 answers");
        let number = self.last_number;
        let index = self.record_for(&answer.digest, answer.key);
        let status = kept_status(answer.status);
        let record = self.records.at_mut(index);
        record.time = answer.time;
        record.number = number;
        record.status = status;
        record.flags = record.flags & (SEEN | SHARED) | ANSWERED | if answer.outdated { OUTDATED } else { 0 };
        let key = u64::from_le_bytes(record.key);
        if key == NO_KEY {
            return;
        }
        let Some(place) = self.find_key(key) else {
            let first = if answer.rewritten { 0 } else { number };
            let success = if is_success(status) { first } else { 0 };
            let uncertain = if is_uncertain(status) { first } else { 0 };
            self.add_key(key, Key { last: index, success, uncertain });
            return;
        };
        let last = self.keys.at(place).last;
        if last != index {
            for index in [last, index] {
                self.records.at_mut(index).flags |= SHARED;
            }
        }
        if !answer.outdated || !self.is_live(self.records.at(last)) {
            self.keys.at_mut(place).last = index;
        }
        if !answer.rewritten && is_success(status) {
            self.keys.at_mut(place).success = number;
        } else if !answer.rewritten && is_uncertain(status) {
            self.keys.at_mut(place).uncertain = number;
        }
    }

    /// The record of this digest with this key, made if need be.
    fn record_for(&mut self, digest: &Digest, key: u64) -> u32 {
        let Some(index) = self.find(digest) else { return self.add(digest, key, 0) };
        let known = self.records.at(index).key;
        if key == NO_KEY || known == key.to_le_bytes() {
            return index;
        }
        if known == NO_KEY.to_le_bytes() {
            self.records.at_mut(index).key = key.to_le_bytes();
            return index;
        }
        // Keys are made in another way than before. The old record stays, unreachable, for its key leans on it.
        let flags = self.records.at(index).flags & SEEN;
        self.records.at_mut(index).flags = 0;
        if let Ok(found) = self.by_digest.find_entry(digest_hash(digest), |&other| other == index) {
            found.remove();
        }
        self.add(digest, key, flags)
    }

    fn add(&mut self, digest: &Digest, key: u64, flags: u8) -> u32 {
        let record = Record { digest: *digest, key: key.to_le_bytes(), time: 0, number: 0, status: 0, flags };
        let index = self.records.push(record);
        let records = &self.records;
        self.by_digest.insert_unique(digest_hash(digest), index, |&index| digest_hash(&records.at(index).digest));
        index
    }

    fn add_key(&mut self, key: u64, value: Key) {
        let place = self.keys.push(value);
        let (keys, records) = (&self.keys, &self.records);
        let hash_of = |place: u32| key_hash(u64::from_le_bytes(records.at(keys.at(place).last).key));
        self.by_key.insert_unique(key_hash(key), place, |&place| hash_of(place));
    }

    fn find(&self, digest: &Digest) -> Option<u32> {
        self.by_digest.find(digest_hash(digest), |&index| self.records.at(index).digest == *digest).copied()
    }

    fn find_key(&self, key: u64) -> Option<u32> {
        let key_bytes = key.to_le_bytes();
        let is_it = |&place: &u32| self.records.at(self.keys.at(place).last).key == key_bytes;
        self.by_key.find(key_hash(key), is_it).copied()
    }

    fn is_live(&self, record: &Record) -> bool {
        record.flags & ANSWERED != 0 && record.number > self.emptied
    }

    fn is_outdated(&self, record: &Record) -> bool {
        if record.flags & OUTDATED != 0 {
            return true;
        }
        // Its own answers never outdate it, and looking for a key takes as long as all the rest.
        if record.flags & SHARED == 0 {
            return false;
        }
        let key = u64::from_le_bytes(record.key);
        let Some(place) = (key != NO_KEY).then(|| self.find_key(key)).flatten() else { return false };
        let Key { success, uncertain, .. } = *self.keys.at(place);
        record.number < success || (is_success(record.status) && record.number < uncertain)
    }

    pub(super) fn standing(&self, digest: &Digest) -> Standing {
        self.find(digest).map_or(Standing::Unknown, |index| self.standing_of(self.records.at(index)))
    }

    fn standing_of(&self, record: &Record) -> Standing {
        if !self.is_live(record) {
            return Standing::Unknown;
        }
        let Answer { status, time, outdated, .. } = self.written_back(record);
        match () {
            () if outdated => Standing::Outdated { status, time },
            () if is_success(status) => Standing::Accepted { status, time },
            () => Standing::Failed { status, time },
        }
    }

    /// The last answer of a record, as it is written back.
    pub(super) fn answer(&self, digest: &Digest) -> Option<Answer> {
        let record = self.records.at(self.find(digest)?);
        self.is_live(record).then(|| self.written_back(record))
    }

    fn written_back(&self, record: &Record) -> Answer {
        Answer {
            digest: record.digest,
            key: u64::from_le_bytes(record.key),
            time: record.time,
            status: record.status,
            outdated: self.is_outdated(record),
            rewritten: true,
        }
    }

    pub(super) fn latest_of_key(&self, key: u64) -> Option<Digest> {
        let place = (key != NO_KEY).then(|| self.find_key(key)).flatten()?;
        let record = self.records.at(self.keys.at(place).last);
        self.is_live(record).then_some(record.digest)
    }

    pub(super) fn mark_seen(&mut self, digest: &Digest) -> (bool, Standing) {
        let index = self.find(digest).unwrap_or_else(|| self.add(digest, NO_KEY, 0));
        let record = self.records.at_mut(index);
        let seen = record.flags & SEEN != 0;
        record.flags |= SEEN;
        (seen, self.standing_of(self.records.at(index)))
    }

    /// The records that are worth keeping, in the order of their answers: all but the outdated ones that did not stand
    /// in this run.
    pub(super) fn worth_keeping(&self) -> Vec<u32> {
        let is_worth = |record: &Record| record.flags & SEEN != 0 || !self.is_outdated(record);
        let live = (0..self.records.len()).filter(|&index| self.is_live(self.records.at(index)));
        let worth = live.filter(|&index| is_worth(self.records.at(index)));
        // Number and index as one number: there are millions, and such numbers are sorted fastest.
        let mut kept: Vec<u64> =
            worth.map(|index| u64::from(self.records.at(index).number) << 32 | u64::from(index)).collect();
        kept.sort_unstable();
        #[expect(clippy::cast_possible_truncation, reason = "the lower half is the index")]
        kept.into_iter().map(|kept| kept as u32).collect()
    }

    /// The entry of a record of [`Memory::worth_keeping`].
    pub(super) fn rewritten(&self, index: u32) -> Entry {
        Entry::Answer(self.written_back(self.records.at(index)))
    }

    /// The number of the last answer.
    pub(super) fn last_number(&self) -> u32 {
        self.last_number
    }

    /// Forgets the answers up to this number of all records but these; which records stood in this run is remembered.
    pub(super) fn keep_only(&mut self, kept: &[u32], up_to: u32) {
        let mut is_kept = vec![false; self.records.len() as usize];
        for &index in kept {
            is_kept[index as usize] = true;
        }
        for (index, is_kept) in (0..).zip(is_kept) {
            let record = self.records.at_mut(index);
            if !is_kept && record.number <= up_to {
                record.flags &= !ANSWERED;
            }
        }
        (self.emptied, self.emptied_before) = (0, 0);
    }

    /// How many bytes the records take.
    #[cfg(test)]
    pub(super) fn bytes(&self) -> usize {
        self.records.bytes() + self.keys.bytes() + self.by_digest.allocation_size() + self.by_key.allocation_size()
    }
}

#[cfg(test)]
mod tests;

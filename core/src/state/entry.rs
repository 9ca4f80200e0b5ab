//! The format of a log: entries of 32 bytes, the first of which is a header.
//!
//! | bytes | entry | header |
//! |---|---|---|
//! | 0..16 | digest of the record | `lightbeam state\n` |
//! | 16..24 | hash of its natural key, 0 if it is not known | version (2 bytes), then 0 |
//! | 24..28 | time of the answer, unix seconds | 0 |
//! | 28..30 | status and flags | 0 |
//! | 30..32 | checksum of bytes 0..30 | the same |
//!
//! Numbers are little endian. In the status, bits 0..10 are the HTTP status (0: no answer), bit 15 says that the answer
//! is outdated, bit 14 that the entry is written again and so says nothing about others. `0x3fff`, `0x3ffe` and `0x3ffd`
//! are no statuses but marks: removed, emptying, and emptying taken back.

use crate::crc32;
use crate::data::Digest;

/// The length of an entry in bytes.
pub(super) const ENTRY: usize = 32;

/// The key of a record whose natural key is not known; such records never outdate each other.
pub const NO_KEY: u64 = 0;

const MAGIC: &[u8; 16] = b"lightbeam state\n";
const VERSION: u16 = 2;

const OUTDATED: u16 = 1 << 15;
const REWRITTEN: u16 = 1 << 14;
const REMOVED: u16 = 0x3fff;
const EMPTYING: u16 = 0x3ffe;
const TAKEN_BACK: u16 = 0x3ffd;
const MAX_STATUS: u16 = 999;

/// One entry of a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Entry {
    Answer(Answer),
    /// The record is about to be deleted: nothing is known of it any more.
    Removed(Digest),
    /// All records are about to be deleted: nothing is known of any that was written before.
    Emptying,
    /// That did not happen: the last [`Entry::Emptying`] is as if it were not there.
    TakenBack,
}

/// The last answer to a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Answer {
    pub(super) digest: Digest,
    pub(super) key: u64,
    pub(super) time: u32,
    /// 0 for none, else at most [`MAX_STATUS`].
    pub(super) status: u16,
    /// It says nothing about what the API holds now.
    pub(super) outdated: bool,
    /// What it meant for other records was drawn when it was written first.
    pub(super) rewritten: bool,
}

/// A status as it is kept: one that HTTP does not know is no answer, so that the record is sent again.
pub(super) fn kept_status(status: u16) -> u16 {
    if status > MAX_STATUS { 0 } else { status }
}

impl Entry {
    pub(super) fn encode(&self) -> [u8; ENTRY] {
        let (digest, key, time, status) = match *self {
            Self::Answer(Answer { digest, key, time, status, outdated, rewritten }) => {
                let outdated = if outdated { OUTDATED } else { 0 };
                let rewritten = if rewritten { REWRITTEN } else { 0 };
                (digest.0, key, time, kept_status(status) | outdated | rewritten)
            }
            Self::Removed(digest) => (digest.0, 0, 0, REMOVED),
            Self::Emptying => ([0; 16], 0, 0, EMPTYING),
            Self::TakenBack => ([0; 16], 0, 0, TAKEN_BACK),
        };
        let mut bytes = [0; ENTRY];
        bytes[..16].copy_from_slice(&digest);
        bytes[16..24].copy_from_slice(&key.to_le_bytes());
        bytes[24..28].copy_from_slice(&time.to_le_bytes());
        bytes[28..30].copy_from_slice(&status.to_le_bytes());
        sealed(bytes)
    }

    /// `None` if the entry is damaged.
    pub(super) fn decode(bytes: &[u8; ENTRY]) -> Option<Self> {
        if !is_whole(bytes) {
            return None;
        }
        let digest = Digest(array(bytes, 0));
        let status = u16::from_le_bytes(array(bytes, 28));
        Some(match status {
            REMOVED => Self::Removed(digest),
            EMPTYING => Self::Emptying,
            TAKEN_BACK => Self::TakenBack,
            _ => {
                let (outdated, rewritten) = (status & OUTDATED != 0, status & REWRITTEN != 0);
                let status = status & !(OUTDATED | REWRITTEN);
                if status > MAX_STATUS {
                    return None;
                }
                let (key, time) = (u64::from_le_bytes(array(bytes, 16)), u32::from_le_bytes(array(bytes, 24)));
                Self::Answer(Answer { digest, key, time, status, outdated, rewritten })
            }
        })
    }
}

/// What the first entry of a log is.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Header {
    /// Ours.
    Known,
    /// Of another version of the format.
    Version(u16),
    /// None at all, or damaged.
    Damaged,
}

impl Header {
    pub(super) fn encode() -> [u8; ENTRY] {
        Self::with_version(VERSION)
    }

    pub(super) fn with_version(version: u16) -> [u8; ENTRY] {
        let mut bytes = [0; ENTRY];
        bytes[..16].copy_from_slice(MAGIC);
        bytes[16..18].copy_from_slice(&version.to_le_bytes());
        sealed(bytes)
    }

    pub(super) fn decode(bytes: &[u8; ENTRY]) -> Self {
        match u16::from_le_bytes(array(bytes, 16)) {
            _ if !is_whole(bytes) || !bytes.starts_with(MAGIC) => Self::Damaged,
            VERSION => Self::Known,
            version => Self::Version(version),
        }
    }
}

fn array<const N: usize>(bytes: &[u8; ENTRY], at: usize) -> [u8; N] {
    let mut part = [0; N];
    part.copy_from_slice(&bytes[at..at + N]);
    part
}

fn sealed(mut bytes: [u8; ENTRY]) -> [u8; ENTRY] {
    let checksum = checksum(&bytes);
    bytes[30..].copy_from_slice(&checksum);
    bytes
}

fn is_whole(bytes: &[u8; ENTRY]) -> bool {
    bytes[30..] == checksum(bytes)
}

/// CRC-32, its halves joined: an entry of zeros, as a file system leaves them after a crash, is not whole.
fn checksum(bytes: &[u8; ENTRY]) -> [u8; 2] {
    let [a, b, c, d] = crc32::of(&bytes[..30]).to_le_bytes();
    [a ^ c, b ^ d]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn entry() -> impl Strategy<Value = Entry> {
        let answer = (any::<[u8; 16]>(), any::<u64>(), any::<u32>(), 0..=MAX_STATUS, any::<(bool, bool)>()).prop_map(
            |(digest, key, time, status, (outdated, rewritten))| {
                Entry::Answer(Answer { digest: Digest(digest), key, time, status, outdated, rewritten })
            },
        );
        let removed = any::<[u8; 16]>().prop_map(|digest| Entry::Removed(Digest(digest)));
        prop_oneof![4 => answer, 1 => removed, 1 => Just(Entry::Emptying), 1 => Just(Entry::TakenBack)]
    }

    proptest! {
        #[test]
        fn entries_come_back_and_damage_shows(entry in entry(), bit in 0_usize..256) {
            let mut bytes = entry.encode();
            prop_assert_eq!(Entry::decode(&bytes), Some(entry));
            prop_assert_eq!(Header::decode(&bytes), Header::Damaged);
            bytes[bit / 8] ^= 1 << (bit % 8);
            prop_assert_eq!(Entry::decode(&bytes), None);
        }
    }

    #[test]
    fn headers_and_zeros_are_no_entries() {
        assert_eq!(Header::decode(&Header::encode()), Header::Known);
        assert_eq!(Header::decode(&Header::with_version(3)), Header::Version(3));
        assert_eq!(Header::decode(&[0; ENTRY]), Header::Damaged);
        assert_eq!(Entry::decode(&[0; ENTRY]), None);
        assert_eq!(Entry::decode(&[0xff; ENTRY]), None);
    }

    #[test]
    fn the_format_stays() {
        let answer = Answer {
            digest: Digest::of(b"{}"),
            key: 7,
            time: 1_767_225_600,
            status: 201,
            outdated: false,
            rewritten: false,
        };
        let bytes = Entry::Answer(answer).encode();
        let [first, last] = [&bytes[..16], &bytes[16..]].map(|half| u128::from_be_bytes(half.try_into().unwrap()));
        assert_eq!(
            format!("{first:032x}{last:032x}"),
            "6e46dd10defc9b56c29a6ec56b508c21070000000000000000b95569c9008a53"
        );
        assert_eq!(kept_status(1000), 0);
    }
}

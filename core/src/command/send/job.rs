use bytes::Bytes;

use crate::command::failure::Refusal;
use crate::data::{Digest, Span};
use crate::model::KeyHash;
use crate::state::NO_KEY;

/// Where a record stands, and what it is known by.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    /// Its file: an index into the endpoint's files.
    pub(super) file: usize,
    /// Its line, from 1.
    pub(super) line: u64,
    /// Its bytes in the unpacked file.
    pub(super) span: Span,
    /// Its digest.
    pub(super) digest: Digest,
    /// Its natural key, hashed, where it is known.
    pub(super) natural_key: Option<KeyHash>,
}

impl Place {
    /// What records must share to be sent one after the other. A record without a natural key stands alone, but for
    /// lines that are the same.
    pub(super) fn turn_key(&self) -> u64 {
        self.natural_key.map_or(self.digest_key(), |key| key.folded)
    }

    /// What records must share for one to stand in the other's place.
    pub(super) fn place_key(&self) -> u64 {
        self.natural_key.and_then(|key| key.exact).unwrap_or(self.digest_key())
    }

    /// The natural key as the state remembers it.
    pub(super) fn logged_key(&self) -> u64 {
        self.natural_key.and_then(|key| key.exact).unwrap_or(NO_KEY)
    }

    fn digest_key(&self) -> u64 {
        let Digest([a, b, c, d, e, f, g, h, ..]) = self.digest;
        u64::from_be_bytes([a, b, c, d, e, f, g, h])
    }
}

/// A record that is on its way to the API.
#[derive(Debug, Clone)]
pub(super) struct Job {
    /// Where it stands.
    pub(super) place: Place,
    /// Its bytes, exactly as sent.
    pub(super) bytes: Bytes,
    /// Why it is on its way.
    pub(super) turn: Turn,
}

/// Why a record is on its way.
#[derive(Debug, Clone)]
pub(super) enum Turn {
    /// It was read, and what becomes of it is decided when no record of its key is in flight.
    Read {
        /// Whether the same line stood earlier in this run.
        seen: bool,
    },
    /// It was parked, and its time has come.
    Parked {
        /// How often its exchange was repeated before.
        repeats: u32,
        /// Why it was refused; `None` if it was not sent yet.
        refused: Option<Refusal>,
    },
}

/// A record that waits to be sent (again) later in the run. Its bytes are read again then.
#[derive(Debug, Clone)]
pub(super) struct Parked {
    /// Where it stands.
    pub(super) place: Place,
    /// How often its exchange was repeated.
    pub(super) repeats: u32,
    /// Why it was refused; `None` if it was not sent yet.
    pub(super) refused: Option<Refusal>,
}

//! Whether files are still the same: FNV-1a, which tells changes, not forgeries.

use std::fmt;
use std::path::Path;

use crate::failure::{Failure, Result};

/// A fingerprint of what was added, in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Fingerprint(u64);

impl Fingerprint {
    pub(crate) fn new() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }

    /// Adds a piece; where one ends and the next begins counts.
    pub(crate) fn add(&mut self, piece: &[u8]) {
        let length = (piece.len() as u64).to_le_bytes();
        for byte in length.iter().chain(piece) {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }

    /// Adds files with their names.
    pub(crate) fn add_files(&mut self, folder: &Path, names: &[String]) -> Result<()> {
        for name in names {
            let file = folder.join(name);
            let bytes = std::fs::read(&file).map_err(|error| Failure::file("read", &file, &error))?;
            self.add(name.as_bytes());
            self.add(&bytes);
        }
        Ok(())
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{:016x}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_and_their_order_count() {
        let of = |pieces: &[&str]| {
            let mut fingerprint = Fingerprint::new();
            for piece in pieces {
                fingerprint.add(piece.as_bytes());
            }
            fingerprint.to_string()
        };
        assert_eq!(of(&["ab", "c"]), of(&["ab", "c"]));
        assert_ne!(of(&["ab", "c"]), of(&["a", "bc"]));
        assert_ne!(of(&["ab", "c"]), of(&["c", "ab"]));
        assert_eq!(of(&[]).len(), 16);
    }
}

//! CRC-32, the check sum of gzip, .zip and our own state: it tells damage, not forgery.
//!
//! Its tables are made when they are first needed: a page would have to download them otherwise, and they do not pack.

use std::sync::LazyLock;

/// How many bytes are taken at a time.
const STEP: usize = 8;

/// What each byte, with so many bytes behind it in a step, does to the sum.
static TABLES: LazyLock<[[u32; 256]; STEP]> = LazyLock::new(tables);

fn tables() -> [[u32; 256]; STEP] {
    let mut tables = [[0; 256]; STEP];
    for (byte, sum) in (0..).zip(&mut tables[0]) {
        *sum = (0..8).fold(byte, |sum: u32, _| if sum & 1 == 1 { sum >> 1 ^ 0xEDB8_8320 } else { sum >> 1 });
    }
    for behind in 1..STEP {
        for byte in 0..256 {
            let sum = tables[behind - 1][byte];
            tables[behind][byte] = sum >> 8 ^ tables[0][low(sum)];
        }
    }
    tables
}

/// The sum of what was added so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Crc32(u32);

impl Crc32 {
    /// Adds bytes behind those before.
    pub fn add(&mut self, bytes: &[u8]) {
        let tables = &*TABLES;
        let mut sum = !self.0;
        let mut steps = bytes.chunks_exact(STEP);
        for step in &mut steps {
            let (first, last) = step.split_at(4);
            let first = sum ^ first.iter().rev().fold(0, |word, byte| word << 8 | u32::from(*byte));
            sum = tables[7][low(first)]
                ^ tables[6][low(first >> 8)]
                ^ tables[5][low(first >> 16)]
                ^ tables[4][low(first >> 24)]
                ^ tables[3][usize::from(last[0])]
                ^ tables[2][usize::from(last[1])]
                ^ tables[1][usize::from(last[2])]
                ^ tables[0][usize::from(last[3])];
        }
        for byte in steps.remainder() {
            sum = sum >> 8 ^ tables[0][low(sum ^ u32::from(*byte))];
        }
        self.0 = !sum;
    }

    /// The sum.
    pub fn sum(self) -> u32 {
        self.0
    }
}

/// The sum of these bytes.
pub fn of(bytes: &[u8]) -> u32 {
    let mut crc = Crc32::default();
    crc.add(bytes);
    crc.sum()
}

fn low(word: u32) -> usize {
    (word & 0xFF) as usize
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn known_sums() {
        assert_eq!(of(b""), 0);
        assert_eq!(of(b"123456789"), 0xCBF4_3926);
    }

    proptest! {
        #[test]
        fn it_is_the_sum_of_others_however_the_bytes_are_cut(bytes: Vec<u8>, cut in 0..100_usize) {
            let (first, second) = bytes.split_at(cut.min(bytes.len()));
            let mut crc = Crc32::default();
            crc.add(first);
            crc.add(second);
            prop_assert_eq!(crc.sum(), crc32fast::hash(&bytes));
            prop_assert_eq!(of(&bytes), crc.sum());
        }
    }
}

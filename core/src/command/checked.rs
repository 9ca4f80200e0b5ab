//! What is known of an endpoint's records that were checked before they are sent.

use std::rc::Rc;

use super::failed_records::FailedRecords;
use crate::crc32::Crc32;
use crate::data::Line;

/// What the checks of an endpoint's records leave behind.
#[derive(Debug)]
pub(super) struct Checked {
    /// The invalid records, for `--failed-dir`.
    pub(super) failed: FailedRecords,
    /// File and line of the invalid records, in that order.
    pub(super) invalid: Vec<(usize, u64)>,
    /// How many records of each file are valid.
    pub(super) valid: Vec<u64>,
    /// What the files held.
    pub(super) contents: Contents,
}

impl Checked {
    /// Nothing was checked yet.
    pub(super) fn nothing(files: &[Rc<str>], failed: FailedRecords) -> Self {
        Self { failed, invalid: Vec::new(), valid: vec![0; files.len()], contents: Contents::default() }
    }

    /// Whether the record at a line is invalid.
    pub(super) fn is_invalid(&self, file: usize, line: u64) -> bool {
        self.invalid.binary_search(&(file, line)).is_ok()
    }
}

/// A checksum of each file's lines, by which it is found out that a file was changed between two readings.
#[derive(Debug, Default)]
pub(super) struct Contents(Vec<Crc32>);

impl Contents {
    /// Takes the next line in.
    pub(super) fn add(&mut self, file: usize, line: &Line) {
        if self.0.len() <= file {
            self.0.resize_with(file + 1, Crc32::default);
        }
        let crc = &mut self.0[file];
        crc.add(&line.number.to_le_bytes());
        crc.add(&line.length.to_le_bytes());
        if let Ok(bytes) = &line.bytes {
            crc.add(bytes);
        }
    }

    /// The first file that held something else at the other reading.
    pub(super) fn differs_in(&self, other: &Self) -> Option<usize> {
        // Nothing has the sum 0, as if it had been added up.
        let sum = |contents: &Self, file: usize| contents.0.get(file).map_or(0, |crc| crc.sum());
        (0..self.0.len().max(other.0.len())).find(|file| sum(self, *file) != sum(other, *file))
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    #[test]
    fn a_changed_file_is_found_out() {
        let line = |number: u64, text: &'static str| Line {
            number,
            offset: 0,
            length: text.len() as u64,
            bytes: Ok(Bytes::from_static(text.as_bytes())),
        };
        let contents = |lines: &[(usize, Line)]| {
            let mut contents = Contents::default();
            for (file, line) in lines {
                contents.add(*file, line);
            }
            contents
        };
        let before = contents(&[(0, line(1, "{}")), (2, line(1, "{\"a\":1}"))]);
        assert_eq!(before.differs_in(&contents(&[(0, line(1, "{}")), (2, line(1, "{\"a\":1}"))])), None);
        assert_eq!(before.differs_in(&contents(&[(0, line(1, "{}")), (2, line(1, "{\"a\":2}"))])), Some(2));
        assert_eq!(before.differs_in(&contents(&[(0, line(2, "{}")), (2, line(1, "{\"a\":1}"))])), Some(0));
        assert_eq!(before.differs_in(&contents(&[(0, line(1, "{}"))])), Some(2));
        assert_eq!(contents(&[]).differs_in(&before), Some(0));
    }
}

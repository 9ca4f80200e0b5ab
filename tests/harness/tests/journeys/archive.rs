//! Reading the .zip archives that the page makes.

use std::collections::BTreeMap;

/// What a central directory's entries begin with.
const ENTRY: [u8; 4] = *b"PK\x01\x02";
/// What the end of a central directory begins with.
const END: [u8; 4] = *b"PK\x05\x06";

/// The files of an archive, by their names: read from its directory, as other programs do, of stored files only.
pub(crate) fn members(archive: &[u8]) -> BTreeMap<String, Vec<u8>> {
    let number = |at: usize, length: usize| {
        archive[at..at + length].iter().rev().fold(0, |number, byte| number << 8 | usize::from(*byte))
    };
    let end = archive.windows(4).rposition(|bytes| bytes == END).expect("an archive has an end");
    let mut at = number(end + 16, 4);
    let mut files = BTreeMap::new();
    for _ in 0..number(end + 10, 2) {
        assert_eq!(archive[at..at + 4], ENTRY);
        assert_eq!(number(at + 10, 2), 0, "the files are stored");
        let (crc, size, header) = (number(at + 16, 4), number(at + 24, 4), number(at + 42, 4));
        let (name, extra, comment) = (number(at + 28, 2), number(at + 30, 2), number(at + 32, 2));
        let text = String::from_utf8(archive[at + 46..at + 46 + name].to_vec()).unwrap();
        let begin = header + 30 + number(header + 26, 2) + number(header + 28, 2);
        let content = archive[begin..begin + size].to_vec();
        let mut found = flate2::Crc::new();
        found.update(&content);
        assert_eq!(found.sum() as usize, crc, "{text}");
        files.insert(text, content);
        at += 46 + name + extra + comment;
    }
    files
}

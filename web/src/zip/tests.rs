#![allow(clippy::unwrap_used, reason = "these are tests")]

use super::*;

const NOON: Modified = Modified { year: 2024, month: 8, day: 31, hour: 12, minute: 34, second: 57 };

fn member(path: &str, size: u64) -> Member {
    Member { path: path.to_owned(), size, crc32: 0x1234_5678 }
}

/// Reads numbers of little-endian bytes one after the other.
struct Cursor<'a>(&'a [u8]);

impl<'a> Cursor<'a> {
    fn take(&mut self, len: usize) -> &'a [u8] {
        let (taken, rest) = self.0.split_at(len);
        self.0 = rest;
        taken
    }

    fn number(&mut self, len: usize) -> u64 {
        let mut bytes = [0; 8];
        bytes[..len].copy_from_slice(self.take(len));
        u64::from_le_bytes(bytes)
    }
}

#[derive(Debug, PartialEq, Eq)]
struct Found {
    name: String,
    size: u64,
    offset: u64,
    crc32: u64,
    time: u64,
}

/// Reads an archive's directory as a program that unpacks does, from the end. `begins` is where `end` stands in it.
fn read_directory(end: &[u8], begins: u64) -> Vec<Found> {
    let at = |offset: u64| &end[usize::try_from(offset - begins).unwrap()..];
    let mut tail = Cursor(&end[end.len() - 22..]);
    assert_eq!(tail.take(4), b"PK\x05\x06");
    assert_eq!(tail.number(4), 0, "one disk");
    let count_here = tail.number(2);
    let mut count = tail.number(2);
    assert_eq!(count, count_here);
    let mut size = tail.number(4);
    let mut offset = tail.number(4);
    assert_eq!(tail.number(2), 0, "no comment");
    if count == 0xffff || size == 0xffff_ffff || offset == 0xffff_ffff {
        let mut locator = Cursor(&end[end.len() - 42..]);
        assert_eq!(locator.take(4), b"PK\x06\x07");
        assert_eq!(locator.number(4), 0);
        let mut record = Cursor(at(locator.number(8)));
        assert_eq!(locator.number(4), 1);
        assert_eq!(record.take(4), b"PK\x06\x06");
        assert_eq!(record.number(8), 44);
        assert_eq!((record.number(2) & 0xff, record.number(2), record.number(8)), (45, 45, 0));
        count = record.number(8);
        assert_eq!(record.number(8), count);
        size = record.number(8);
        offset = record.number(8);
    }
    let mut directory = Cursor(&at(offset)[..usize::try_from(size).unwrap()]);
    let found = (0..count).map(|_| read_entry(&mut directory)).collect();
    assert!(directory.0.is_empty(), "the directory is as long as it says");
    found
}

fn read_entry(directory: &mut Cursor<'_>) -> Found {
    assert_eq!(directory.take(4), b"PK\x01\x02");
    assert_eq!(directory.number(2) >> 8, 3, "made on Unix");
    let version = directory.number(2);
    assert_eq!(directory.number(2), 1 << 11, "names are UTF-8");
    assert_eq!(directory.number(2), 0, "stored");
    let time = directory.number(4);
    let crc32 = directory.number(4);
    let mut packed = directory.number(4);
    let mut size = directory.number(4);
    let name_len = directory.number(2);
    let extra_len = directory.number(2);
    assert_eq!(directory.number(6), 0, "no comment, first disk");
    assert_eq!(directory.number(4), 0o100_644 << 16);
    let mut offset = directory.number(4);
    let name = String::from_utf8(directory.take(usize::try_from(name_len).unwrap()).to_vec()).unwrap();
    let mut extra = Cursor(directory.take(usize::try_from(extra_len).unwrap()));
    assert_eq!(version, if extra_len == 0 { 20 } else { 45 });
    if extra_len > 0 {
        assert_eq!((extra.number(2), extra.number(2)), (1, extra_len - 4));
        for number in [&mut size, &mut packed, &mut offset] {
            if *number == 0xffff_ffff {
                *number = extra.number(8);
            }
        }
        assert!(extra.0.is_empty());
    }
    assert_eq!(size, packed);
    Found { name, size, offset, crc32, time }
}

/// Reads the directory and checks that the headers before the files say the same.
fn check(members: &[Member]) -> Vec<Found> {
    let layout = layout(members, NOON);
    assert_eq!(layout.headers.len(), members.len());
    let mut offset = 0;
    let offsets: Vec<u64> = std::iter::zip(members, &layout.headers)
        .map(|(member, header)| {
            let begin = offset;
            offset += header.len() as u64 + member.size;
            begin
        })
        .collect();
    let found = read_directory(&layout.end, offset);
    assert_eq!(found.len(), members.len());
    for (((found, member), header), offset) in found.iter().zip(members).zip(&layout.headers).zip(offsets) {
        assert_eq!((found.size, found.crc32, found.offset), (member.size, u64::from(member.crc32), offset));
        let mut header = Cursor(header);
        assert_eq!(header.take(4), b"PK\x03\x04");
        let version = header.number(2);
        assert_eq!((header.number(2), header.number(2)), (1 << 11, 0));
        assert_eq!((header.number(4), header.number(4)), (found.time, found.crc32));
        let sizes = (header.number(4), header.number(4));
        let (name_len, extra_len) = (header.number(2), header.number(2));
        assert_eq!(header.take(usize::try_from(name_len).unwrap()), found.name.as_bytes());
        if extra_len == 0 {
            assert_eq!((version, sizes), (20, (found.size, found.size)));
        } else {
            assert_eq!((version, sizes), (45, (0xffff_ffff, 0xffff_ffff)));
            assert_eq!((header.number(2), header.number(2)), (1, 16));
            assert_eq!((header.number(8), header.number(8)), (found.size, found.size));
        }
        assert!(header.0.is_empty());
    }
    found
}

#[test]
fn an_archive_tells_what_is_in_it() {
    let found = check(&[member("results/failed.jsonl", 10), member("../é.json", 0), member("C:\\x", 7)]);
    let names: Vec<&str> = found.iter().map(|found| found.name.as_str()).collect();
    assert_eq!(names, ["results/failed.jsonl", "é.json", "C_/x"]);
    assert!(check(&[]).is_empty());
}

#[test]
fn time_is_packed() {
    let time = dos_time(NOON);
    assert_eq!((time >> 25, time >> 21 & 15, time >> 16 & 31), (44, 8, 31));
    assert_eq!((time >> 11 & 31, time >> 5 & 63, time & 31), (12, 34, 28));
    assert_eq!(dos_time(Modified { year: 1970, ..NOON }), 1 << 21 | 1 << 16, "the first day there is");
}

#[test]
fn a_known_archive_byte_for_byte() {
    // As Python's zipfile writes it, made on Unix, stored, but for the version it says it was made with, and the flag
    // of the name's encoding.
    let content = b"hello\n";
    let crc32 = crc32fast::hash(content);
    let layout = layout(&[Member { path: "a.txt".to_owned(), size: 6, crc32 }], NOON);
    let archive = [layout.headers[0].as_slice(), content, &layout.end].concat();
    let expected = "504b03041400000800005c641f5920303a360600000006000000050000\
        00612e74787468656c6c6f0a\
        504b01022d031400000800005c641f5920303a360600000006000000050000000000000000000000a48100000000612e747874\
        504b0506000000000100010033000000290000000000";
    let hex: String = archive.iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(hex, expected);
}

#[test]
fn large_files_and_many() {
    const GIB: u64 = 1 << 30;
    // At the limit, beyond it, and behind what is beyond it.
    let sizes = [4 * GIB - 2, 4 * GIB - 1, 4 * GIB, 1, 100 * GIB, 5];
    let members: Vec<Member> = sizes.into_iter().enumerate().map(|(n, size)| member(&format!("{n}"), size)).collect();
    check(&members);
    let members: Vec<Member> = (0..65_535).map(|n| member(&format!("{n}"), 3)).collect();
    check(&members[..65_534]);
    check(&members);
}

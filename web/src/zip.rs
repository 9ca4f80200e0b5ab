//! The bytes of a .zip archive that stand between its files.
//!
//! Files are stored, not packed: so an archive can be put together of files as they are. Sizes and check sums are known
//! beforehand, so everything stands in the headers, as the simplest of programs read it. After PKWARE's APPNOTE.TXT
//! 6.3.10; section numbers are of that.

mod name;

use name::Names;

/// A file that goes into an archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Its path; made harmless in the archive, and unique.
    pub path: String,
    /// Its length in bytes.
    pub size: u64,
    /// The CRC-32 of its bytes.
    pub crc32: u32,
}

/// The time of day, where the user is, that all files are said to be of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Modified {
    /// The year; archives know 1980 to 2107.
    pub year: u32,
    /// The month, from 1.
    pub month: u32,
    /// The day of the month, from 1.
    pub day: u32,
    /// The hour, from 0.
    pub hour: u32,
    /// The minute.
    pub minute: u32,
    /// The second.
    pub second: u32,
}

/// What makes files an archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    /// For each file, what stands before it.
    pub headers: Vec<Vec<u8>>,
    /// What stands behind the last file.
    pub end: Vec<u8>,
}

/// Stands for a number that is in the zip64 part instead.
const LARGE_32: u32 = u32::MAX;
const LARGE_16: u16 = u16::MAX;
/// The version of the format that readers must know: 2.0, and 4.5 for zip64 (4.4.3).
const VERSION: u16 = 20;
const VERSION_64: u16 = 45;
/// The archive was made on Unix, whose permissions are in the upper half of the external attributes (4.4.2, 4.4.15).
const MADE_BY: u16 = 3 << 8 | VERSION_64;
const REGULAR_FILE: u32 = 0o100_644 << 16;
/// Names are UTF-8 (4.4.4, bit 11).
const UTF_8: u16 = 1 << 11;
const STORED: u16 = 0;
/// The zip64 part of a header (4.5.3).
const ZIP64: u16 = 1;

/// Where and how a member stands in the archive.
struct Placed<'a> {
    member: &'a Member,
    name: String,
    offset: u64,
}

/// Lays an archive out.
pub fn layout(members: &[Member], modified: Modified) -> Layout {
    let time = dos_time(modified);
    let mut names = Names::default();
    let mut headers = Vec::new();
    let mut directory = Vec::new();
    let mut offset = 0;
    for member in members {
        let placed = Placed { member, name: names.unique(&member.path), offset };
        let header = local_header(&placed, time);
        offset += header.len() as u64 + member.size;
        headers.push(header);
        directory.extend(central_header(&placed, time));
    }
    let directory_size = directory.len() as u64;
    directory.extend(end(members.len() as u64, offset, directory_size));
    Layout { headers, end: directory }
}

/// Date in the upper half, time in the lower (4.4.6).
fn dos_time(modified: Modified) -> u32 {
    let Modified { year, month, day, hour, minute, second } = modified;
    if year < 1980 {
        return 1 << 21 | 1 << 16;
    }
    (year.min(2107) - 1980) << 25 | month << 21 | day << 16 | hour << 11 | minute << 5 | second >> 1
}

/// What a number of 64 bits is in a field of 32.
fn narrow(n: u64) -> u32 {
    u32::try_from(n).unwrap_or(LARGE_32)
}

fn is_large(n: u64) -> bool {
    narrow(n) == LARGE_32
}

/// The zip64 part with these numbers, if there are any.
fn zip64(numbers: &[u64]) -> Vec<u8> {
    if numbers.is_empty() {
        return Vec::new();
    }
    let len = u16::try_from(numbers.len() * 8).expect("there are at most three");
    let mut extra = [ZIP64.to_le_bytes(), len.to_le_bytes()].concat();
    extra.extend(numbers.iter().flat_map(|number| number.to_le_bytes()));
    extra
}

/// What local and central header have in common, from the version that is needed on (4.3.7).
fn shared(placed: &Placed<'_>, time: u32, extra: &[u8]) -> Vec<u8> {
    let size = narrow(placed.member.size);
    let version = if extra.is_empty() { VERSION } else { VERSION_64 };
    let mut bytes = Vec::new();
    for number in [version, UTF_8, STORED] {
        bytes.extend(number.to_le_bytes());
    }
    for number in [time, placed.member.crc32, size, size] {
        bytes.extend(number.to_le_bytes());
    }
    for len in [placed.name.len(), extra.len()] {
        bytes.extend(u16::try_from(len).expect("names are cut").to_le_bytes());
    }
    bytes
}

fn local_header(placed: &Placed<'_>, time: u32) -> Vec<u8> {
    let size = placed.member.size;
    // Here always both sizes (4.5.3).
    let extra = if is_large(size) { zip64(&[size, size]) } else { Vec::new() };
    [b"PK\x03\x04", shared(placed, time, &extra).as_slice(), placed.name.as_bytes(), &extra].concat()
}

fn central_header(placed: &Placed<'_>, time: u32) -> Vec<u8> {
    let Placed { member, name, offset } = placed;
    // Here only the numbers that do not fit, in this order (4.5.3).
    let large: Vec<u64> = [member.size, member.size, *offset].into_iter().filter(|n| is_large(*n)).collect();
    let extra = zip64(&large);
    let mut bytes = [b"PK\x01\x02", MADE_BY.to_le_bytes().as_slice(), &shared(placed, time, &extra)].concat();
    // No comment, on the first disk, nothing about its content.
    bytes.extend([0_u8; 6]);
    bytes.extend(REGULAR_FILE.to_le_bytes());
    bytes.extend(narrow(*offset).to_le_bytes());
    bytes.extend(name.as_bytes());
    bytes.extend(extra);
    bytes
}

/// What stands behind the directory (4.3.14 to 4.3.16).
fn end(count: u64, directory: u64, directory_size: u64) -> Vec<u8> {
    let count_16 = u16::try_from(count).unwrap_or(LARGE_16);
    let mut bytes = Vec::new();
    if count_16 == LARGE_16 || is_large(directory) || is_large(directory_size) {
        bytes.extend(b"PK\x06\x06");
        // The length of what follows of this record.
        bytes.extend(44_u64.to_le_bytes());
        bytes.extend(MADE_BY.to_le_bytes());
        bytes.extend(VERSION_64.to_le_bytes());
        bytes.extend([0_u8; 8]);
        for number in [count, count, directory_size, directory] {
            bytes.extend(number.to_le_bytes());
        }
        bytes.extend(b"PK\x06\x07");
        bytes.extend(0_u32.to_le_bytes());
        bytes.extend((directory + directory_size).to_le_bytes());
        bytes.extend(1_u32.to_le_bytes());
    }
    bytes.extend(b"PK\x05\x06");
    bytes.extend([0_u8; 4]);
    bytes.extend(count_16.to_le_bytes());
    bytes.extend(count_16.to_le_bytes());
    bytes.extend(narrow(directory_size).to_le_bytes());
    bytes.extend(narrow(directory).to_le_bytes());
    bytes.extend([0_u8; 2]);
    bytes
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests;

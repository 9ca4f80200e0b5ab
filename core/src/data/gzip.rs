//! Gzip (RFC 1952) as a machine that is fed: the source is read asynchronously, so the machine stops whenever what it was
//! fed is used up.

use bytes::{Buf, Bytes};
use flate2::{Decompress, FlushDecompress, Status};

use crate::crc32::{self, Crc32};

/// Unpacks gzip data of one or several members in steps of bounded size.
#[derive(Debug)]
pub(super) struct Unpacker {
    packed: Bytes,
    ended: bool,
    part: Part,
    /// The beginning of a header or trailer whose rest is not there yet.
    gathered: Vec<u8>,
    inflate: Decompress,
    /// Of the member's content.
    crc: Crc32,
    /// Of the member's content, modulo 2^32.
    length: u32,
}

/// Where in a member the next packed byte stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    /// Behind a member that ended, there may be none.
    Header {
        first: bool,
    },
    Content,
    /// The check sum and the length of the content.
    Trailer,
}

/// Flags of a header: parts that it has beside the first ten bytes.
const HEADER_SUM: u8 = 2;
const EXTRA: u8 = 4;
const NAME: u8 = 8;
const COMMENT: u8 = 16;
const RESERVED: u8 = 0b1110_0000;

/// No header is longer: one of those has a file's name of its own length, and is another kind of file by mistake.
const LONGEST_HEADER: usize = 1 << 20;

/// The outcome of one step.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// So many bytes were unpacked, at least one.
    Unpacked(usize),
    /// Packed bytes must be fed, or the end be told.
    Hungry,
    /// The last member ended, and so did the packed data.
    End,
}

/// What is wrong with packed data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Damage {
    /// It ends too early.
    Cut,
    /// It is no gzip data, or its checksum does not match.
    Corrupt,
}

impl Unpacker {
    pub(super) fn new() -> Self {
        Self {
            packed: Bytes::new(),
            ended: false,
            part: Part::Header { first: true },
            gathered: Vec::new(),
            inflate: Decompress::new(false),
            crc: Crc32::default(),
            length: 0,
        }
    }

    /// Hands over the next packed bytes. Called only when [`Step::Hungry`]; no bytes mean the end.
    pub(super) fn feed(&mut self, bytes: Bytes) {
        self.ended = bytes.is_empty();
        self.packed = bytes;
    }

    /// Unpacks into `into`, which must not be empty. An error says that the packed data is damaged or ends too early.
    pub(super) fn step(&mut self, into: &mut [u8]) -> Result<Step, Damage> {
        loop {
            let used_up = self.packed.is_empty();
            if used_up && !self.ended {
                return Ok(Step::Hungry);
            }
            match self.part {
                // Some of what was unpacked may still wait for room.
                Part::Content => match self.inflate(into)? {
                    0 if used_up => return Err(Damage::Cut),
                    0 => {}
                    count => return Ok(Step::Unpacked(count)),
                },
                Part::Header { first: false } if used_up && self.gathered.is_empty() => return Ok(Step::End),
                _ if used_up => return Err(Damage::Cut),
                Part::Header { .. } => self.header()?,
                Part::Trailer => self.trailer()?,
            }
        }
    }

    /// Takes a header in, as far as it is there.
    fn header(&mut self) -> Result<(), Damage> {
        let before = self.gathered.len();
        self.gathered.extend_from_slice(&self.packed);
        let Some(length) = header_length(&self.gathered)? else {
            self.packed.clear();
            return if self.gathered.len() > LONGEST_HEADER { Err(Damage::Corrupt) } else { Ok(()) };
        };
        self.packed.advance(length - before);
        self.gathered.clear();
        self.inflate.reset(false);
        self.crc = Crc32::default();
        self.length = 0;
        self.part = Part::Content;
        Ok(())
    }

    /// Takes a trailer in, as far as it is there.
    fn trailer(&mut self) -> Result<(), Damage> {
        let missing = (8 - self.gathered.len()).min(self.packed.len());
        self.gathered.extend_from_slice(&self.packed.split_to(missing));
        if self.gathered.len() < 8 {
            return Ok(());
        }
        let (crc, length) = self.gathered.split_at(4);
        if crc != self.crc.sum().to_le_bytes() || length != self.length.to_le_bytes() {
            return Err(Damage::Corrupt);
        }
        self.gathered.clear();
        self.part = Part::Header { first: false };
        Ok(())
    }

    /// Unpacks content; none where nothing came of what was fed, or the content ended.
    fn inflate(&mut self, into: &mut [u8]) -> Result<usize, Damage> {
        let (taken, given) = (self.inflate.total_in(), self.inflate.total_out());
        let outcome = self.inflate.decompress(&self.packed, into, FlushDecompress::None);
        let status = outcome.map_err(|_| Damage::Corrupt)?;
        let had = self.packed.len();
        // No more than what was handed over, so both are lengths in memory.
        let taken = usize::try_from(self.inflate.total_in() - taken).map_err(|_| Damage::Corrupt)?;
        let given = usize::try_from(self.inflate.total_out() - given).map_err(|_| Damage::Corrupt)?;
        self.packed.advance(taken);
        self.crc.add(&into[..given]);
        #[allow(clippy::cast_possible_truncation, reason = "it is told modulo 2^32")]
        let length = given as u32;
        self.length = self.length.wrapping_add(length);
        match status {
            Status::StreamEnd => self.part = Part::Trailer,
            // Nothing goes on: what was fed cannot be the rest.
            _ if taken == 0 && given == 0 && had > 0 => return Err(Damage::Corrupt),
            _ => {}
        }
        Ok(given)
    }
}

/// How long the header is that these bytes begin with; `None` while it is not all there.
fn header_length(bytes: &[u8]) -> Result<Option<usize>, Damage> {
    let Some(start) = bytes.get(..10) else { return Ok(None) };
    let flags = start[3];
    // The magic number, and the only method that there is.
    if start[..3] != [0x1F, 0x8B, 8] || flags & RESERVED != 0 {
        return Err(Damage::Corrupt);
    }
    let mut length = 10;
    if flags & EXTRA != 0 {
        let Some(&[low, high]) = bytes.get(length..length + 2) else { return Ok(None) };
        length += 2 + usize::from(u16::from_le_bytes([low, high]));
    }
    for flag in [NAME, COMMENT] {
        if flags & flag != 0 {
            let Some(end) = bytes.get(length..).and_then(|rest| memchr::memchr(0, rest)) else { return Ok(None) };
            length += end + 1;
        }
    }
    if flags & HEADER_SUM != 0 {
        let Some(told) = bytes.get(length..length + 2) else { return Ok(None) };
        if crc32::of(&bytes[..length]).to_le_bytes()[..2] != *told {
            return Err(Damage::Corrupt);
        }
        length += 2;
    }
    Ok((length <= bytes.len()).then_some(length))
}

#[cfg(test)]
mod tests {
    use flate2::{Compression, GzBuilder};

    use super::*;
    use std::io::Write as _;

    fn unpacked(packed: &[u8], block: usize) -> Result<Vec<u8>, Damage> {
        let mut unpacker = Unpacker::new();
        let mut blocks = packed.chunks(block);
        let (mut into, mut all) = ([0; 7], Vec::new());
        loop {
            match unpacker.step(&mut into)? {
                Step::Unpacked(count) => all.extend_from_slice(&into[..count]),
                Step::Hungry => unpacker.feed(blocks.next().map(Bytes::copy_from_slice).unwrap_or_default()),
                Step::End => return Ok(all),
            }
        }
    }

    #[test]
    fn every_part_of_a_header_is_stepped_over() {
        let content = b"{\"studentUniqueId\":\"1\"}\n".repeat(20);
        let header = GzBuilder::new().filename("students.jsonl").comment("of 2026").extra(vec![0, 31, 139, 8, 0]);
        let mut encoder = header.write(Vec::new(), Compression::fast());
        encoder.write_all(&content).unwrap();
        let mut packed = encoder.finish().unwrap();
        for block in [1, 2, 9, 4000] {
            assert_eq!(unpacked(&packed, block).as_ref(), Ok(&content), "{block}");
        }
        // With a check sum of the header.
        let end = header_length(&packed).unwrap().unwrap();
        packed[3] |= HEADER_SUM;
        let sum = crc32::of(&packed[..end]).to_le_bytes();
        packed.splice(end..end, [sum[0], sum[1]]);
        assert_eq!(unpacked(&packed, 3), Ok(content));
        packed[end] ^= 1;
        assert_eq!(unpacked(&packed, 3), Err(Damage::Corrupt));
    }

    #[test]
    fn what_ends_too_early_is_told_from_what_is_wrong() {
        let mut encoder = GzBuilder::new().filename("a").write(Vec::new(), Compression::fast());
        encoder.write_all(&[b'x'; 100]).unwrap();
        let packed = encoder.finish().unwrap();
        for cut in 0..packed.len() {
            assert_eq!(unpacked(&packed[..cut], 5), Err(Damage::Cut), "{cut}");
        }
        assert_eq!(unpacked(&[&packed[..], b"no gzip at all"].concat(), 5), Err(Damage::Corrupt));
        assert_eq!(unpacked(b"{\"studentUniqueId\":\"1\"}", 5), Err(Damage::Corrupt));
    }
}

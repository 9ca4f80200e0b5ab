//! Gzip (RFC 1952) as a machine that is fed: the source is read asynchronously, so the machine stops whenever what it was
//! fed is used up.

use bytes::{Buf, Bytes};
use flate2::{Decompress, FlushDecompress, Status};

use crate::crc32::Crc32;

/// Unpacks gzip data of one or several members in steps of bounded size.
#[derive(Debug)]
pub(super) struct Unpacker {
    packed: Bytes,
    ended: bool,
    part: Part,
    /// What was gathered of a part of fixed length.
    gathered: Vec<u8>,
    inflate: Decompress,
    /// Of the member's header, then of its content.
    crc: Crc32,
    /// Of the member's content, modulo 2^32.
    length: u32,
}

/// Where in a member the next packed byte stands. A header has parts that its flags announce.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    /// What every member begins with. Behind a member that ended, there may be none.
    Start {
        first: bool,
    },
    ExtraLength(Flags),
    Extra(Flags, usize),
    /// Up to a zero byte, as the comment.
    Name(Flags),
    Comment(Flags),
    HeaderSum(Flags),
    Content,
    /// The check sum and the length of the content.
    Trailer,
}

/// What is still to come of a header.
type Flags = u8;

const HEADER_SUM: Flags = 2;
const EXTRA: Flags = 4;
const NAME: Flags = 8;
const COMMENT: Flags = 16;
const RESERVED: Flags = 0b1110_0000;

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
            part: Part::Start { first: true },
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
                Part::Start { first: false } if used_up && self.gathered.is_empty() => return Ok(Step::End),
                _ if used_up => return Err(Damage::Cut),
                _ => self.part = self.frame()?,
            }
        }
    }

    /// Takes in what stands around the content, as far as it is there; returns the part that comes then.
    fn frame(&mut self) -> Result<Part, Damage> {
        Ok(match self.part {
            Part::Start { .. } => {
                let Some(start) = self.gather(10) else { return Ok(self.part) };
                let flags = start[3];
                // The magic number, and the only method that there is.
                if start[..3] != [0x1F, 0x8B, 8] || flags & RESERVED != 0 {
                    return Err(Damage::Corrupt);
                }
                self.crc.add(&start);
                self.header(flags)
            }
            Part::ExtraLength(flags) => {
                let Some(length) = self.gather(2) else { return Ok(self.part) };
                self.crc.add(&length);
                Part::Extra(flags, usize::from(length[0]) | usize::from(length[1]) << 8)
            }
            Part::Extra(flags, left) => {
                let count = left.min(self.packed.len());
                let bytes = self.packed.split_to(count);
                self.crc.add(&bytes);
                if count < left { Part::Extra(flags, left - count) } else { self.header(flags) }
            }
            Part::Name(flags) | Part::Comment(flags) => {
                let end = memchr::memchr(0, &self.packed);
                let bytes = self.packed.split_to(end.map_or(self.packed.len(), |end| end + 1));
                self.crc.add(&bytes);
                if end.is_some() { self.header(flags) } else { self.part }
            }
            Part::HeaderSum(flags) => {
                let Some(told) = self.gather(2) else { return Ok(self.part) };
                if self.crc.sum().to_le_bytes()[..2] != told[..] {
                    return Err(Damage::Corrupt);
                }
                self.header(flags)
            }
            Part::Content => Part::Content,
            Part::Trailer => {
                let Some(told) = self.gather(8) else { return Ok(self.part) };
                let found = [self.crc.sum().to_le_bytes(), self.length.to_le_bytes()].concat();
                if found != told {
                    return Err(Damage::Corrupt);
                }
                self.crc = Crc32::default();
                Part::Start { first: false }
            }
        })
    }

    /// The next part that a header has, by the flags that are left.
    fn header(&mut self, flags: Flags) -> Part {
        let parts = [
            (EXTRA, Part::ExtraLength as fn(Flags) -> Part),
            (NAME, Part::Name),
            (COMMENT, Part::Comment),
            (HEADER_SUM, Part::HeaderSum),
        ];
        if let Some((flag, part)) = parts.into_iter().find(|(flag, _)| flags & flag != 0) {
            return part(flags & !flag);
        }
        self.inflate.reset(false);
        self.crc = Crc32::default();
        self.length = 0;
        Part::Content
    }

    /// So many bytes, once they are all there.
    fn gather(&mut self, count: usize) -> Option<Vec<u8>> {
        let missing = (count - self.gathered.len()).min(self.packed.len());
        self.gathered.extend_from_slice(&self.packed.split_to(missing));
        (self.gathered.len() == count).then(|| std::mem::take(&mut self.gathered))
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

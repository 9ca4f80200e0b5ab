use std::rc::Rc;

use bytes::{Buf, Bytes};

use super::blocks::{BLOCK_SIZE, Blocks};
use crate::host::{FileError, Source};

/// The longest line that is a record, in bytes without its line end: 16 MiB.
pub const MAX_LINE: usize = 16 << 20;

/// One line that is not blank.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Its number, from 1; blank lines are counted.
    pub number: u64,
    /// Where its bytes begin in the unpacked text.
    pub offset: u64,
    /// How many bytes they are; of a line that is too long, all of them without the line end.
    pub length: u64,
    /// The record: the line without white space around it. Usually a slice of the block it was read in, so whoever
    /// keeps it keeps that block.
    pub bytes: Result<Bytes, LineProblem>,
}

/// Why a line cannot be a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum LineProblem {
    /// It is longer than [`MAX_LINE`].
    #[error("the line is longer than 16 MiB")]
    TooLong,
    /// It is not UTF-8.
    #[error("the line is not UTF-8 text")]
    NotUtf8,
}

/// The lines of one file, read block by block; what its name says is gzip is unpacked on the way.
///
/// A byte order mark at the beginning is dropped, lines end in LF or CR LF, the last one may lack its end, white space
/// around a line is no part of it (space, tab, CR, vertical tab, form feed), and blank lines are passed over.
#[derive(Debug)]
pub struct Lines<S> {
    blocks: Blocks<S>,
    /// What was read and not yet looked at.
    block: Bytes,
    /// The beginning of the line at hand, from earlier blocks; empty once the line is too long.
    carry: Vec<u8>,
    /// How many bytes of the line at hand stood in earlier blocks.
    carried: u64,
    /// The number of the last line that ended.
    number: u64,
    /// Where the line at hand begins.
    offset: u64,
    limit: usize,
    ended: bool,
}

impl<S: Source> Lines<S> {
    /// The lines of the file at `path`.
    pub fn new(source: S, path: impl Into<Rc<str>>) -> Self {
        Self::with(source, path.into(), BLOCK_SIZE, MAX_LINE)
    }

    fn with(source: S, path: Rc<str>, block_size: usize, limit: usize) -> Self {
        Self {
            blocks: Blocks::new(source, path, block_size),
            block: Bytes::new(),
            carry: Vec::new(),
            carried: 0,
            number: 0,
            offset: 0,
            limit,
            ended: false,
        }
    }

    /// Bytes of the file that were read so far, packed where packed: for progress.
    pub fn bytes_read(&self) -> u64 {
        self.blocks.bytes_read()
    }

    /// The next line that is not blank; `None` at the end.
    ///
    /// A line that cannot be a record is no error. An error, which names the file and the last line that was whole,
    /// ends the file: what stands of the line at hand is never given out.
    pub async fn next(&mut self) -> Result<Option<Line>, FileError> {
        while !self.ended {
            if let Some(end) = memchr::memchr(b'\n', &self.block) {
                let rest = self.block.split_to(end);
                self.block.advance(1);
                if let Some(line) = self.complete(rest) {
                    return Ok(Some(line));
                }
                continue;
            }
            self.carry_over();
            match self.blocks.next().await {
                Ok(Some(block)) => self.block = block,
                Ok(None) => {
                    self.ended = true;
                    if self.carried > 0 {
                        return Ok(self.complete(Bytes::new()));
                    }
                }
                Err(mut error) => {
                    self.ended = true;
                    error.detail = match self.number {
                        0 => format!("cannot be read: {}", error.detail),
                        line => format!("cannot be read beyond line {line}: {}", error.detail),
                    };
                    return Err(error);
                }
            }
        }
        Ok(None)
    }

    /// Keeps the rest of a block as the beginning of a line, unless that is too long already.
    fn carry_over(&mut self) {
        let rest = std::mem::take(&mut self.block);
        self.carried += rest.len() as u64;
        if self.carried > self.limit as u64 {
            self.carry = Vec::new();
        } else {
            self.carry.extend_from_slice(&rest);
        }
    }

    /// Ends the line at hand with `rest`; `None` if it is blank.
    fn complete(&mut self, rest: Bytes) -> Option<Line> {
        let begin = self.offset;
        let length = self.carried + rest.len() as u64;
        self.number += 1;
        self.offset += length + 1;
        self.carried = 0;
        if length > self.limit as u64 {
            self.carry = Vec::new();
            return Some(Line { number: self.number, offset: begin, length, bytes: Err(LineProblem::TooLong) });
        }
        let whole = if self.carry.is_empty() {
            rest
        } else {
            self.carry.extend_from_slice(&rest);
            Bytes::from(std::mem::take(&mut self.carry))
        };
        let text = if begin == 0 { whole.strip_prefix(BYTE_ORDER_MARK).unwrap_or(&whole) } else { &whole };
        let trimmed = trim(text);
        if trimmed.is_empty() {
            return None;
        }
        let bytes = whole.slice_ref(trimmed);
        let offset = begin + (trimmed.as_ptr().addr() - whole.as_ptr().addr()) as u64;
        let length = bytes.len() as u64;
        let bytes = if std::str::from_utf8(&bytes).is_ok() { Ok(bytes) } else { Err(LineProblem::NotUtf8) };
        Some(Line { number: self.number, offset, length, bytes })
    }

    /// The path of the file.
    pub fn path(&self) -> &Rc<str> {
        self.blocks.path()
    }
}

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// White space as JSON has it, and the two that Python's `strip` takes besides.
fn trim(mut text: &[u8]) -> &[u8] {
    const fn is_space(byte: u8) -> bool {
        matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | 0x0b | 0x0c)
    }
    while let [first, rest @ ..] = text
        && is_space(*first)
    {
        text = rest;
    }
    while let [rest @ .., last] = text
        && is_space(*last)
    {
        text = rest;
    }
    text
}

#[cfg(test)]
mod tests;

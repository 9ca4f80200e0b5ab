use std::rc::Rc;

use bytes::Bytes;

use super::blocks::Blocks;
use crate::host::{FileError, FileErrorKind, Source};
use crate::sort;

/// The place of a record in the unpacked text of its file, as [`super::Line`] tells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// Where it begins.
    pub offset: u64,
    /// How many bytes it has.
    pub length: u64,
}

/// Part of a record that is read again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// The record.
    pub span: Span,
    /// Its next bytes.
    pub bytes: Bytes,
    /// Whether these were the last ones.
    pub last: bool,
}

/// Blocks are small: the records wanted are usually few and far apart.
const BLOCK_SIZE: usize = 64 << 10;

/// Reads given records of a file again, in the order they stand there, without holding more of it than one block.
///
/// A plain file is read only where the records are; a packed one once, from its beginning to the last record.
/// Records come in pieces, so that one that is too long to be held can be copied too.
#[derive(Debug)]
pub struct Reread<S> {
    blocks: Blocks<S>,
    block: Bytes,
    /// What is wanted, last first.
    wanted: Vec<Span>,
    /// How much of the record at hand was given out.
    given: u64,
}

impl<S: Source> Reread<S> {
    /// Reads the records at `spans`, which come in any order and are distinct lines of the file at `path`.
    pub fn new(source: S, path: impl Into<Rc<str>>, spans: Vec<Span>) -> Self {
        Self::with(source, path.into(), spans, BLOCK_SIZE)
    }

    fn with(source: S, path: Rc<str>, mut spans: Vec<Span>, block_size: usize) -> Self {
        sort::by(&mut spans, |one, other| other.cmp(one));
        spans.dedup();
        Self { blocks: Blocks::new(source, path, block_size), block: Bytes::new(), wanted: spans, given: 0 }
    }

    /// The next piece; `None` after the last one.
    pub async fn next(&mut self) -> Result<Option<Piece>, FileError> {
        let Some(&span) = self.wanted.last() else { return Ok(None) };
        let from = span.offset + self.given;
        let left = span.length - self.given;
        if left > 0 {
            self.reach(from).await?;
        }
        // A record of no bytes is no line, but costs nothing to get right.
        let begin = self.blocks.offset() - self.block.len() as u64;
        let skip = if left > 0 { usize::try_from(from - begin).unwrap_or(self.block.len()) } else { self.block.len() };
        let end = usize::try_from(left).unwrap_or(usize::MAX).min(self.block.len() - skip) + skip;
        let bytes = self.block.slice(skip..end);
        self.given += bytes.len() as u64;
        let last = self.given == span.length;
        if last {
            self.wanted.pop();
            self.given = 0;
        }
        Ok(Some(Piece { span, bytes, last }))
    }

    /// Reads on until the byte at `offset` stands in the block.
    async fn reach(&mut self, offset: u64) -> Result<(), FileError> {
        if offset < self.blocks.offset() - self.block.len() as u64 {
            return Err(self.failed("its records overlap"));
        }
        while offset >= self.blocks.offset() {
            self.blocks.skip_to(offset);
            match self.blocks.next().await? {
                Some(block) => self.block = block,
                None => return Err(self.failed("it has become shorter since it was first read")),
            }
        }
        Ok(())
    }

    fn failed(&self, detail: &str) -> FileError {
        FileError::new(FileErrorKind::Failed, &**self.blocks.path(), detail)
    }
}

#[cfg(test)]
mod tests;

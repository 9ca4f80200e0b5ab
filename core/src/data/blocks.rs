use std::ops::Range;
use std::rc::Rc;

use bytes::Bytes;

use super::gzip::{Damage, Step, Unpacker};
use super::naming::is_gzip;
use crate::host::{FileError, FileErrorKind, Source};

/// How much of a file is read at a time, in bytes: 1 MiB.
pub const BLOCK_SIZE: usize = 1 << 20;

/// The unpacked bytes of a file, block after block.
#[derive(Debug)]
pub(super) struct Blocks<S> {
    source: S,
    path: Rc<str>,
    size: usize,
    /// Of the file as it is, packed where packed: how far it is read.
    position: u64,
    /// Of the unpacked text: where the next block begins.
    offset: u64,
    unpacker: Option<Unpacker>,
    /// Found while a block was filled; told after that block.
    damage: Option<Damage>,
    ended: bool,
}

impl<S: Source> Blocks<S> {
    /// Blocks of at most `size` bytes, at least one; the file is unpacked if its name says that it is packed.
    pub(super) fn new(source: S, path: Rc<str>, size: usize) -> Self {
        let unpacker = is_gzip(&path).then(Unpacker::new);
        Self { source, path, size: size.max(1), position: 0, offset: 0, unpacker, damage: None, ended: false }
    }

    pub(super) fn path(&self) -> &Rc<str> {
        &self.path
    }

    /// Bytes of the file that were read so far, packed where packed.
    pub(super) fn bytes_read(&self) -> u64 {
        self.position
    }

    /// Where the next block begins, in the unpacked text.
    pub(super) fn offset(&self) -> u64 {
        self.offset
    }

    /// Goes on at `offset` if the file allows it: a packed one is read through.
    pub(super) fn skip_to(&mut self, offset: u64) {
        if self.unpacker.is_none() && offset > self.offset {
            self.position = offset.min(self.source.len());
            self.offset = self.position;
        }
    }

    /// The next block, never empty; `None` at the end. After an error there is none.
    pub(super) async fn next(&mut self) -> Result<Option<Bytes>, FileError> {
        if self.ended {
            return Ok(None);
        }
        let block = match self.unpacker.take() {
            None => self.read().await,
            Some(mut unpacker) => {
                let block = self.unpack(&mut unpacker).await;
                self.unpacker = Some(unpacker);
                block
            }
        };
        match block {
            Ok(block) if !block.is_empty() => {
                self.offset += block.len() as u64;
                Ok(Some(block))
            }
            other => {
                self.ended = true;
                other.map(|_| None)
            }
        }
    }

    /// The next bytes as they stand in the file; none at its end.
    async fn read(&mut self) -> Result<Bytes, FileError> {
        let range = self.position..self.source.len().min(self.position.saturating_add(self.size as u64));
        if range.is_empty() {
            return Ok(Bytes::new());
        }
        let bytes = self.source.read(range.clone()).await?;
        if bytes.len() as u64 != range.end - range.start {
            return Err(self.shrunk(&range, bytes.len()));
        }
        self.position = range.end;
        Ok(bytes.into())
    }

    async fn unpack(&mut self, unpacker: &mut Unpacker) -> Result<Bytes, FileError> {
        let mut block = vec![0; self.size];
        let mut filled = 0;
        while filled < block.len() && self.damage.is_none() {
            match unpacker.step(&mut block[filled..]) {
                Ok(Step::Unpacked(count)) => filled += count,
                Ok(Step::Hungry) => unpacker.feed(self.read().await?),
                Ok(Step::End) => break,
                Err(damage) => self.damage = Some(damage),
            }
        }
        if let (0, Some(damage)) = (filled, self.damage) {
            return Err(self.damaged(damage));
        }
        block.truncate(filled);
        Ok(block.into())
    }

    fn shrunk(&self, range: &Range<u64>, got: usize) -> FileError {
        let detail = format!(
            "it has become shorter while it was read ({} bytes were expected at {}, {got} came)",
            range.end - range.start,
            range.start
        );
        let hint = "another program is writing to this file: run again when that has ended";
        FileError { hint: Some(hint.into()), ..FileError::new(FileErrorKind::Failed, &*self.path, detail) }
    }

    fn damaged(&self, damage: Damage) -> FileError {
        let (detail, hint) = match damage {
            Damage::Cut => ("the gzip data ends too early", "the file is not whole: copy it again"),
            Damage::Corrupt => (
                "this is no gzip data, or it is damaged",
                "copy or pack the file again; if it is not packed, take .gz off its name",
            ),
        };
        FileError { hint: Some(hint.into()), ..FileError::new(FileErrorKind::Failed, &*self.path, detail) }
    }
}

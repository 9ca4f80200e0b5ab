//! Gzip as a machine that is fed: the source is read asynchronously, the decoder reads synchronously, so it is told to
//! wait whenever what it was fed is used up.

use std::io::{self, BufRead, Read};

use bytes::{Buf, Bytes};
use flate2::bufread::MultiGzDecoder;

/// Unpacks gzip data of one or several members in steps of bounded size.
#[derive(Debug)]
pub(super) struct Unpacker {
    decoder: MultiGzDecoder<Packed>,
}

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

impl Unpacker {
    pub(super) fn new() -> Self {
        Self { decoder: MultiGzDecoder::new(Packed { bytes: Bytes::new(), ended: false }) }
    }

    /// Hands over the next packed bytes. Called only when [`Step::Hungry`]; no bytes mean the end.
    pub(super) fn feed(&mut self, bytes: Bytes) {
        let packed = self.decoder.get_mut();
        packed.ended = bytes.is_empty();
        packed.bytes = bytes;
    }

    /// Unpacks into `into`, which must not be empty. An error says that the packed data is damaged or ends too early.
    pub(super) fn step(&mut self, into: &mut [u8]) -> Result<Step, Damage> {
        match self.decoder.read(into) {
            Ok(0) => Ok(Step::End),
            Ok(count) => Ok(Step::Unpacked(count)),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(Step::Hungry),
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Err(Damage::Cut),
            Err(_) => Err(Damage::Corrupt),
        }
    }
}

/// What is wrong with packed data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Damage {
    /// It ends too early.
    Cut,
    /// It is no gzip data, or its checksum does not match.
    Corrupt,
}

#[derive(Debug)]
struct Packed {
    bytes: Bytes,
    ended: bool,
}

impl Read for Packed {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.fill_buf()?.len().min(into.len());
        self.bytes.copy_to_slice(&mut into[..count]);
        Ok(count)
    }
}

impl BufRead for Packed {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.bytes.is_empty() && !self.ended {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        Ok(&self.bytes)
    }

    fn consume(&mut self, count: usize) {
        self.bytes.advance(count);
    }
}

//! Files that are copied under their own names, packed ones too.

use lightbeam_core::crc32::Crc32;
use lightbeam_core::host::{FileError, Sink};

/// The longest block of bytes that are not packed (RFC 1951, 3.2.4).
const BLOCK: usize = 0xffff;
/// The beginning of a gzip file (RFC 1952, 2.3): no name, no time, an unknown system.
const HEADER: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];

/// A file that is written as it is, or in gzip's form without being made smaller, so that its name stays true.
pub(super) struct Stored<S> {
    sink: S,
    gzip: Option<Gzip>,
}

#[derive(Default)]
struct Gzip {
    crc32: Crc32,
    /// Modulo 2^32.
    length: u32,
}

impl<S: Sink> Stored<S> {
    /// Begins the file.
    pub(super) async fn begin(mut sink: S, gzip: bool) -> Result<Self, FileError> {
        if gzip {
            sink.write(&HEADER).await?;
        }
        Ok(Self { sink, gzip: gzip.then(Gzip::default) })
    }

    /// Adds bytes.
    pub(super) async fn write(&mut self, bytes: &[u8]) -> Result<(), FileError> {
        let Some(gzip) = &mut self.gzip else { return self.sink.write(bytes).await };
        gzip.crc32.add(bytes);
        for block in bytes.chunks(BLOCK) {
            #[allow(clippy::cast_possible_truncation, reason = "a block is that short")]
            let length = block.len() as u16;
            gzip.length = gzip.length.wrapping_add(u32::from(length));
            self.sink.write(&head(false, length)).await?;
            self.sink.write(block).await?;
        }
        Ok(())
    }

    /// Puts the whole file in its place.
    pub(super) async fn commit(mut self) -> Result<(), FileError> {
        if let Some(Gzip { crc32, length }) = self.gzip {
            self.sink.write(&head(true, 0)).await?;
            self.sink.write(&crc32.sum().to_le_bytes()).await?;
            self.sink.write(&length.to_le_bytes()).await?;
        }
        self.sink.commit().await
    }
}

/// What stands before a block that is not packed.
fn head(last: bool, length: u16) -> [u8; 5] {
    let ([low, high], [not_low, not_high]) = (length.to_le_bytes(), (!length).to_le_bytes());
    [u8::from(last), low, high, not_low, not_high]
}

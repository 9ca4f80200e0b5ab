//! One record as it stands in its file.

use lightbeam_core::data::{Line, Reread, Span};
use lightbeam_core::host::{Clock, FileError, Files};

use super::spans::Walk;
use super::told;
use crate::protocol::RecordText;

/// So much of a record is shown, in bytes: 1 MiB.
const MOST: usize = 1 << 20;

/// The record on a line of a file, or why it cannot be shown. One that is too long is cut, and ends in `…` then.
pub async fn record<F: Files, C: Clock>(files: &F, clock: &C, file: &str, line: u64) -> Result<RecordText, String> {
    let found = find(files, clock, file, line).await.map_err(|error| told(&error))?;
    let Some(found) = found else {
        return Err(format!("{file}: there is no record on line {line}; the file may have changed since it was read"));
    };
    let (bytes, is_whole) = match found.bytes {
        Ok(bytes) => (bytes.to_vec(), true),
        Err(_) => read_again(files, file, found.offset, found.length).await.map_err(|error| told(&error))?,
    };
    Ok(RecordText { file: file.to_owned(), line, text: shown(&bytes, is_whole) })
}

async fn find<F: Files, C: Clock>(files: &F, clock: &C, file: &str, line: u64) -> Result<Option<Line>, FileError> {
    let mut walk = Walk::new(files.open(file).await?, file, clock);
    while let Some(found) = walk.next().await? {
        if found.number >= line {
            return Ok(Some(found).filter(|found| found.number == line));
        }
    }
    Ok(None)
}

/// The beginning of a line that cannot be a record, and whether that is all of it.
async fn read_again<F: Files>(files: &F, file: &str, offset: u64, length: u64) -> Result<(Vec<u8>, bool), FileError> {
    let mut reread = Reread::new(files.open(file).await?, file, vec![Span { offset, length }]);
    let mut bytes = Vec::new();
    while let Some(piece) = reread.next().await? {
        bytes.extend_from_slice(&piece.bytes);
        if piece.last || bytes.len() > MOST {
            return Ok((bytes, piece.last));
        }
    }
    Ok((bytes, true))
}

fn shown(bytes: &[u8], is_whole: bool) -> String {
    let kept = &bytes[..bytes.len().min(MOST)];
    let mut text = String::from_utf8_lossy(kept).into_owned();
    if kept.len() < bytes.len() || !is_whole {
        // The last character may have been cut in two.
        if text.ends_with(char::REPLACEMENT_CHARACTER) {
            text.pop();
        }
        text.push('…');
    }
    text
}

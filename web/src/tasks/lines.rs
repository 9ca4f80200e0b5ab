//! Lines of files, as files of their own: to try them again, or to mend them.

use lightbeam_core::data::{Reread, Span};
use lightbeam_core::host::{Clock, FileError, Files, Sink};

use super::spans::Walk;
use super::stored::Stored;
use super::told;

/// A path and lines of that file.
pub type Wanted = (String, Vec<u64>);

/// So many line ends are written at once.
const BLANK: [u8; 1 << 12] = [b'\n'; 1 << 12];

/// Copies lines, each with its original bytes, to new files of the same paths. A copy has blank lines, which are no
/// records, where the file has others: so each line keeps the number that the person knows it by.
///
/// The error says which line is not there any more.
pub async fn copy<F: Files, C: Clock>(files: &F, clock: &C, wanted: &[Wanted]) -> Result<(), String> {
    let failed = |error: FileError| told(&error);
    for (path, numbers) in wanted {
        let mut numbers = numbers.clone();
        numbers.sort_unstable();
        numbers.dedup();
        let spans = spans(files, clock, path, &numbers).await?;
        let mut reread = Reread::new(files.open(path).await.map_err(failed)?, &**path, spans);
        // The name says that it is packed, and stays as the person knows it.
        let is_packed = path.rsplit_once('.').is_some_and(|(_, ending)| ending.eq_ignore_ascii_case("gz"));
        let mut sink = Stored::begin(files.create(path).await.map_err(failed)?, is_packed).await.map_err(failed)?;
        let mut written = 0;
        for number in numbers {
            blank(&mut sink, number - written - 1).await.map_err(failed)?;
            while let Some(piece) = reread.next().await.map_err(failed)? {
                sink.write(&piece.bytes).await.map_err(failed)?;
                if piece.last {
                    break;
                }
            }
            sink.write(b"\n").await.map_err(failed)?;
            written = number;
        }
        sink.commit().await.map_err(failed)?;
    }
    Ok(())
}

/// Writes so many blank lines.
async fn blank<S: Sink>(sink: &mut Stored<S>, mut count: u64) -> Result<(), FileError> {
    while count > 0 {
        let now = count.min(BLANK.len() as u64);
        #[allow(clippy::cast_possible_truncation, reason = "at most the length of an array")]
        sink.write(&BLANK[..now as usize]).await?;
        count -= now;
    }
    Ok(())
}

/// Where the lines stand; their numbers rise.
async fn spans<F: Files, C: Clock>(files: &F, clock: &C, path: &str, numbers: &[u64]) -> Result<Vec<Span>, String> {
    let failed = |error: FileError| told(&error);
    let mut walk = Walk::new(files.open(path).await.map_err(failed)?, path, clock);
    let mut spans = Vec::with_capacity(numbers.len());
    for &number in numbers {
        let found = loop {
            match walk.next().await.map_err(failed)? {
                Some(line) if line.number < number => {}
                other => break other.filter(|line| line.number == number),
            }
        };
        let Some(line) = found else {
            return Err(format!(
                "{path}: there is no record on line {number}; the file may have changed since it was read"
            ));
        };
        spans.push(Span { offset: line.offset, length: line.length });
    }
    Ok(spans)
}

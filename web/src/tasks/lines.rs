//! Lines of files, as files of their own: to try them again, or to mend them.

use lightbeam_core::data::{Reread, Span};
use lightbeam_core::host::{Clock, FileError, Files, Sink};
use lightbeam_core::sort;

use super::spans::Walk;
use super::{normal, told};

/// A path and lines of that file.
pub type Wanted = (String, Vec<u64>);

/// Copies lines, each with its original bytes, to new files of the same paths, which are never packed. Two files that
/// differ in being packed alone become one.
///
/// The error says which line is not there any more.
pub async fn copy<F: Files, C: Clock>(files: &F, clock: &C, wanted: &[Wanted]) -> Result<(), String> {
    let mut targets: Vec<(&str, Vec<&Wanted>)> = Vec::new();
    for file in wanted {
        let target = unpacked(normal(&file.0));
        match targets.iter_mut().find(|(known, _)| *known == target) {
            Some((_, sources)) => sources.push(file),
            None => targets.push((target, vec![file])),
        }
    }
    for (target, sources) in targets {
        let failed = |error: FileError| told(&error);
        let mut sink = files.create(target).await.map_err(failed)?;
        for (path, numbers) in sources {
            let spans = spans(files, clock, path, numbers).await?;
            let mut reread = Reread::new(files.open(path).await.map_err(failed)?, &**path, spans);
            while let Some(piece) = reread.next().await.map_err(failed)? {
                sink.write(&piece.bytes).await.map_err(failed)?;
                if piece.last {
                    sink.write(b"\n").await.map_err(failed)?;
                }
            }
        }
        sink.commit().await.map_err(failed)?;
    }
    Ok(())
}

/// A path without the ending of packed files.
fn unpacked(path: &str) -> &str {
    match path.rsplit_once('.') {
        Some((rest, ending)) if ending.eq_ignore_ascii_case("gz") => rest,
        _ => path,
    }
}

/// Where the lines stand.
async fn spans<F: Files, C: Clock>(files: &F, clock: &C, path: &str, numbers: &[u64]) -> Result<Vec<Span>, String> {
    let mut wanted = numbers.to_vec();
    sort::by(&mut wanted, Ord::cmp);
    wanted.dedup();
    let failed = |error: FileError| told(&error);
    let mut walk = Walk::new(files.open(path).await.map_err(failed)?, path, clock);
    let mut spans = Vec::with_capacity(wanted.len());
    for number in wanted {
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

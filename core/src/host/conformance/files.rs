use super::{Violation, is, promised, works};
use crate::host::{EntryKind, FileEntry, FileErrorKind, Files, Sink as _, Source as _};

/// Checks [`Files`] in the folder `dir`, which the user may write to and which is missing or empty; it is not cleaned
/// up, files being nothing that the engine removes.
pub async fn check_files<F: Files>(files: &F, dir: &str) -> Result<(), Violation> {
    works(files.list(".").await, "`.` is the working directory and can be listed")?;
    check_creation(files, &format!("{dir}/new/a.jsonl")).await?;
    check_reading(files, &format!("{dir}/new")).await?;
    check_listing(files, dir).await
}

async fn content<F: Files>(files: &F, path: &str) -> Result<Vec<u8>, Violation> {
    let source = works(files.open(path).await, "a file that was committed can be opened")?;
    works(source.read(0..source.len()).await, "a file that was opened can be read")
}

async fn check_creation<F: Files>(files: &F, path: &str) -> Result<(), Violation> {
    let mut sink = works(files.create(path).await, "create makes a missing folder")?;
    works(sink.write(b"one ").await, "a file that is being written takes bytes")?;
    works(sink.write(b"two").await, "a file that is being written takes bytes")?;
    let kind = files.open(path).await.err().map(|error| error.kind);
    is(&kind, &Some(FileErrorKind::NotFound), "nothing appears under the path until commit")?;
    works(sink.commit().await, "commit puts the file in its place")?;
    is(&content(files, path).await?, &b"one two".to_vec(), "commit puts the whole file in its place")?;

    let mut sink = works(files.create(path).await, "a file that is there can be created anew")?;
    works(sink.write(b"three").await, "a file that is being written takes bytes")?;
    is(&content(files, path).await?, &b"one two".to_vec(), "an older file stays until commit")?;
    drop(sink);
    is(&content(files, path).await?, &b"one two".to_vec(), "dropped without commit, an older file stays")?;

    let mut sink = works(files.create(path).await, "a file that is there can be created anew")?;
    works(sink.write(b"4").await, "a file that is being written takes bytes")?;
    works(sink.commit().await, "commit replaces an older file")?;
    is(&content(files, path).await?, &b"4".to_vec(), "commit replaces an older file, however long it was")?;

    let sink = works(files.create(path).await, "a file that is there can be created anew")?;
    works(sink.commit().await, "a file without bytes can be committed")?;
    is(&content(files, path).await?, &Vec::new(), "a file without bytes is empty")
}

async fn check_reading<F: Files>(files: &F, folder: &str) -> Result<(), Violation> {
    let path = format!("{folder}/b with blanks é.jsonl");
    let bytes: Vec<u8> = (0..3_000_000_u32).map(|n| n.to_le_bytes()[usize::from(n % 3 == 0)]).collect();
    let mut sink = works(files.create(&path).await, "paths may hold blanks and any letters")?;
    for part in bytes.chunks(700_001) {
        works(sink.write(part).await, "a file that is being written takes any number of bytes")?;
    }
    works(sink.commit().await, "a file of some megabytes can be committed")?;
    let source = works(files.open(&path).await, "a file that was committed can be opened")?;
    is(&source.len(), &(bytes.len() as u64), "len is the length of the file in bytes")?;
    promised(!source.is_empty(), "a file with bytes is not empty", || "is_empty".to_owned())?;
    for range in [0..10, 1_048_570..2_097_160, 2_999_990..3_000_000, 5..5] {
        let read = works(source.read(range.clone()).await, "any range can be read, in any order")?;
        let expected = bytes.iter().skip(to_usize(range.start)).take(to_usize(range.end - range.start));
        is(&read, &expected.copied().collect(), "read gives the bytes of the range, all of them")?;
    }
    for (range, length) in [(2_999_990..u64::MAX, 10), (3_000_000..3_000_010, 0), (4_000_000..4_000_001, 0)] {
        let read = works(source.read(range).await, "a range beyond the end can be read")?;
        is(&read.len(), &length, "a range is cut at the end of the file")?;
    }
    let kind = files.open(folder).await.err().map(|error| error.kind);
    is(&kind, &Some(FileErrorKind::WrongKind), "a folder that is opened as a file is of the wrong kind")?;
    let missing = format!("{folder}/missing.jsonl");
    let error = files.open(&missing).await.err();
    let seen = error.as_ref().map(|error| error.kind);
    is(&seen, &Some(FileErrorKind::NotFound), "a file that is not there is not found")?;
    let path = error.map(|error| error.path).unwrap_or_default();
    is(&path, &missing, "an error names the path as the user knows it")
}

fn to_usize(n: u64) -> usize {
    usize::try_from(n).unwrap_or(usize::MAX)
}

async fn check_listing<F: Files>(files: &F, dir: &str) -> Result<(), Violation> {
    let entry = |name: &str, kind| FileEntry { name: name.to_owned(), kind };
    for folder in [format!("{dir}/new"), format!("{dir}/new/")] {
        let mut entries =
            works(files.list(&folder).await, "a folder can be listed, with or without a slash at its end")?;
        entries.sort();
        let expected = vec![entry("a.jsonl", EntryKind::File), entry("b with blanks é.jsonl", EntryKind::File)];
        is(&entries, &expected, "list gives what stands directly in the folder, and nothing of what was dropped")?;
    }
    let entries = works(files.list(dir).await, "a folder can be listed")?;
    is(&entries, &vec![entry("new", EntryKind::Folder)], "list tells folders from files, and does not look into them")?;
    let kind = files.list(&format!("{dir}/new/a.jsonl")).await.err().map(|error| error.kind);
    is(&kind, &Some(FileErrorKind::WrongKind), "a file that is listed is of the wrong kind")?;
    let kind = files.list(&format!("{dir}/missing")).await.err().map(|error| error.kind);
    is(&kind, &Some(FileErrorKind::NotFound), "a folder that is not there is not found")
}

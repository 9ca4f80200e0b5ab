use std::mem;

use js_sys::{Array, Uint8Array};
use lightbeam_core::crc32::Crc32;
use lightbeam_core::host::rooted::normal;
use lightbeam_core::host::{FileError, FileErrorKind, Sink};
use web_sys::Blob;

use super::ChosenFiles;
use super::folder::{self, FolderFile};

/// How much is handed over to the browser at a time, in bytes.
const PART: usize = 1 << 20;

/// A file that is being written.
///
/// Into a folder it is written as it comes, beside the file that is there until commit. Otherwise the browser holds
/// what was written, on disk where it is much.
#[derive(Debug)]
pub struct OutputSink {
    files: ChosenFiles,
    path: String,
    /// What was not handed over yet.
    rest: Vec<u8>,
    crc32: Crc32,
    /// Blobs, where there is no folder.
    parts: Array,
    /// The file in the folder, from the first part on.
    file: Option<FolderFile>,
}

impl OutputSink {
    pub(super) fn new(files: &ChosenFiles, path: &str) -> Self {
        Self {
            files: files.clone(),
            path: path.to_owned(),
            rest: Vec::new(),
            crc32: Crc32::default(),
            parts: Array::new(),
            file: None,
        }
    }

    async fn hand_over(&mut self) -> Result<(), FileError> {
        if self.rest.is_empty() {
            return Ok(());
        }
        let part = Uint8Array::from(mem::take(&mut self.rest).as_slice());
        if self.files.folder.is_some() {
            let path = self.path.clone();
            let file = self.file().await?;
            return file.write(&part).await.map_err(|error| folder::unwritable(&path, &error));
        }
        let part = blob(&Array::of1(&part), &self.path)?;
        self.parts.push(&part);
        Ok(())
    }

    /// The file in the folder, which begins to be written if it did not yet.
    async fn file(&mut self) -> Result<&mut FolderFile, FileError> {
        let begun = match (self.file.take(), &self.files.folder) {
            (Some(file), _) => file,
            (None, Some(folder)) => FolderFile::begin(folder, &normal(&self.path))
                .await
                .map_err(|error| folder::unwritable(&self.path, &error))?,
            (None, None) => unreachable!("only asked for where there is a folder"),
        };
        Ok(self.file.insert(begun))
    }
}

fn blob(parts: &Array, path: &str) -> Result<Blob, FileError> {
    Blob::new_with_u8_array_sequence(parts)
        .map_err(|_| FileError::new(FileErrorKind::Full, path, "the browser has no room for the file"))
}

impl Sink for OutputSink {
    async fn write(&mut self, bytes: &[u8]) -> Result<(), FileError> {
        self.crc32.add(bytes);
        self.rest.extend_from_slice(bytes);
        if self.rest.len() >= PART { self.hand_over().await } else { Ok(()) }
    }

    async fn commit(mut self) -> Result<(), FileError> {
        self.hand_over().await?;
        let content = if self.files.folder.is_some() {
            // Also of a file without bytes.
            self.file().await?;
            let file = self.file.take().expect("begun just before");
            file.commit().await.map_err(|error| folder::unwritable(&self.path, &error))?
        } else {
            blob(&self.parts, &self.path)?
        };
        self.files.record(&self.path, content, self.crc32.sum());
        Ok(())
    }
}

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::rc::Rc;

use bytes::Bytes;

use crate::host::rooted::normal;
use crate::host::{EntryKind, FileEntry, FileError, FileErrorKind, Files, Sink, Source};

/// Files in memory. Cloning shares them. The working directory is `/`; a folder is there when a file is in it.
#[derive(Debug, Clone, Default)]
pub struct MemoryFiles {
    files: Rc<RefCell<BTreeMap<String, Bytes>>>,
    is_full: Rc<Cell<bool>>,
}

impl MemoryFiles {
    /// Puts a file there.
    pub fn put(&self, path: &str, bytes: impl Into<Bytes>) {
        self.files.borrow_mut().insert(normal(path), bytes.into());
    }

    /// From now on there is no room for what files are to hold.
    pub fn fill(&self) {
        self.is_full.set(true);
    }

    fn is_folder(&self, normal_path: &str) -> bool {
        let prefix = format!("{normal_path}/");
        normal_path.is_empty() || self.files.borrow().keys().any(|other| other.starts_with(&prefix))
    }

    /// The content of a file.
    pub fn get(&self, path: &str) -> Option<Bytes> {
        self.files.borrow().get(&normal(path)).cloned()
    }

    /// Removes a file.
    pub fn remove(&self, path: &str) {
        self.files.borrow_mut().remove(&normal(path));
    }

    /// The paths of all files.
    pub fn paths(&self) -> Vec<String> {
        self.files.borrow().keys().cloned().collect()
    }
}

impl Files for MemoryFiles {
    type Source = MemorySource;
    type Sink = MemorySink;

    async fn list(&self, dir: &str) -> Result<Vec<FileEntry>, FileError> {
        let normal_dir = normal(dir);
        let prefix = if normal_dir.is_empty() { String::new() } else { format!("{normal_dir}/") };
        let files = self.files.borrow();
        if files.contains_key(&normal_dir) {
            return Err(FileError::new(FileErrorKind::WrongKind, dir, "is a file, not a folder"));
        }
        let mut entries = BTreeSet::new();
        for path in files.keys() {
            let Some(rest) = path.strip_prefix(&prefix) else { continue };
            let entry = match rest.split_once('/') {
                Some((folder, _)) => FileEntry { name: folder.to_owned(), kind: EntryKind::Folder },
                None => FileEntry { name: rest.to_owned(), kind: EntryKind::File },
            };
            entries.insert(entry);
        }
        if entries.is_empty() && !normal_dir.is_empty() {
            return Err(FileError::new(FileErrorKind::NotFound, dir, "there is no such folder"));
        }
        Ok(entries.into_iter().collect())
    }

    async fn open(&self, path: &str) -> Result<MemorySource, FileError> {
        let normal_path = normal(path);
        let files = self.files.borrow();
        if let Some(bytes) = files.get(&normal_path) {
            return Ok(MemorySource(bytes.clone()));
        }
        Err(if self.is_folder(&normal_path) {
            FileError::new(FileErrorKind::WrongKind, path, "is a folder, not a file")
        } else {
            FileError::new(FileErrorKind::NotFound, path, "there is no such file")
        })
    }

    async fn create(&self, path: &str) -> Result<MemorySink, FileError> {
        if self.is_folder(&normal(path)) {
            return Err(FileError::new(FileErrorKind::WrongKind, path, "is a folder, not a file"));
        }
        Ok(MemorySink { files: self.clone(), path: path.to_owned(), bytes: Vec::new() })
    }
}

/// An open file of [`MemoryFiles`].
#[derive(Debug, Clone)]
pub struct MemorySource(Bytes);

impl Source for MemorySource {
    fn len(&self) -> u64 {
        self.0.len() as u64
    }

    async fn read(&self, range: Range<u64>) -> Result<Vec<u8>, FileError> {
        let clamp = |at: u64| usize::try_from(at).unwrap_or(usize::MAX).min(self.0.len());
        Ok(self.0[clamp(range.start)..clamp(range.end).max(clamp(range.start))].to_vec())
    }
}

/// A file of [`MemoryFiles`] that is being written.
#[derive(Debug)]
pub struct MemorySink {
    files: MemoryFiles,
    path: String,
    bytes: Vec<u8>,
}

impl Sink for MemorySink {
    async fn write(&mut self, bytes: &[u8]) -> Result<(), FileError> {
        if self.files.is_full.get() {
            return Err(FileError::new(FileErrorKind::Full, &self.path, "there is no room left"));
        }
        self.bytes.extend_from_slice(bytes);
        Ok(())
    }

    async fn commit(self) -> Result<(), FileError> {
        self.files.put(&self.path, self.bytes);
        Ok(())
    }
}

use std::ops::Range;

/// The user's files.
///
/// Paths are as the user wrote them, `/` or the platform's separator, relative ones to the working directory.
pub trait Files {
    /// A file that is open for reading.
    type Source: Source;
    /// A file that is being written.
    type Sink: Sink;

    /// What stands directly in a folder, in any order. `.` is the working directory.
    async fn list(&self, dir: &str) -> Result<Vec<FileEntry>, FileError>;
    /// Opens a file for reading.
    async fn open(&self, path: &str) -> Result<Self::Source, FileError>;
    /// Starts to write a file. Its folder is made if it is missing. Nothing appears under `path`, and an older file
    /// stays, until [`Sink::commit`].
    async fn create(&self, path: &str) -> Result<Self::Sink, FileError>;
}

/// A file that is open for reading.
pub trait Source {
    /// Its length in bytes when it was opened.
    fn len(&self) -> u64;
    /// Whether it has no bytes.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// The bytes in `range`, cut at the end of the file.
    async fn read(&self, range: Range<u64>) -> Result<Vec<u8>, FileError>;
}

/// A file that is being written. Dropped without commit, nothing appears.
pub trait Sink {
    /// Adds bytes.
    async fn write(&mut self, bytes: &[u8]) -> Result<(), FileError>;
    /// Puts the whole file in its place at once, durably.
    async fn commit(self) -> Result<(), FileError>;
}

/// One entry of a folder.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct FileEntry {
    /// Its name, without the folder.
    pub name: String,
    /// What it is.
    pub kind: EntryKind,
}

/// What an entry of a folder is; links count as what they point to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum EntryKind {
    /// A file.
    File,
    /// A folder.
    Folder,
    /// Something that can be neither read nor listed.
    Other,
}

/// A file could not be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{path}: {detail}")]
pub struct FileError {
    /// What went wrong.
    pub kind: FileErrorKind,
    /// The path as the user knows it.
    pub path: String,
    /// One plain phrase.
    pub detail: String,
    /// What the user can do, such as the exact flag to add.
    pub hint: Option<String>,
}

impl FileError {
    /// An error without a hint.
    pub fn new(kind: FileErrorKind, path: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { kind, path: path.into(), detail: detail.into(), hint: None }
    }
}

/// Why a file could not be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FileErrorKind {
    /// There is none.
    NotFound,
    /// It is a folder where a file is wanted, or the other way round.
    WrongKind,
    /// The host may not use it.
    Denied,
    /// There is no room.
    Full,
    /// Anything else.
    Failed,
}

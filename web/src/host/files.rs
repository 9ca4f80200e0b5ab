//! Files that the user chose, and those that a run writes.

mod archive;
mod folder;
mod sink;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::rc::Rc;

use js_sys::{Array, Uint8Array};
use lightbeam_core::host::rooted::normal;
use lightbeam_core::host::{EntryKind, FileEntry, FileError, FileErrorKind, Files, Source};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, DomException, FileSystemDirectoryHandle};

pub use archive::archive;
pub use sink::OutputSink;

/// Files that the user chose, and those that runs wrote. Cloning shares them; the working directory is the root.
#[derive(Debug, Clone, Default)]
pub struct ChosenFiles {
    files: Rc<RefCell<BTreeMap<String, Blob>>>,
    /// Of what runs wrote, the check sum.
    written: Rc<RefCell<BTreeMap<String, u32>>>,
    folder: Option<FileSystemDirectoryHandle>,
}

/// A file that a run wrote.
#[derive(Debug, Clone)]
pub struct Output {
    /// Its path.
    pub path: String,
    /// What is in it.
    pub content: Blob,
    /// The CRC-32 of that, where it is known.
    pub crc32: Option<u32>,
}

impl ChosenFiles {
    /// The same files; what runs write goes into this folder, to which the user let the page write.
    #[must_use]
    pub fn with_folder(self, folder: FileSystemDirectoryHandle) -> Self {
        Self { folder: Some(folder), ..self }
    }

    /// Puts a file there.
    pub fn put(&self, path: &str, content: Blob) {
        self.files.borrow_mut().insert(normal(path), content);
    }

    /// Puts a text there, as a file.
    pub fn put_text(&self, path: &str, text: &str) {
        let content = Blob::new_with_str_sequence(&Array::of1(&JsValue::from_str(text)));
        self.put(path, content.expect("a text can be a blob"));
    }

    /// The paths of all files.
    pub fn paths(&self) -> Vec<String> {
        self.files.borrow().keys().cloned().collect()
    }

    /// What runs wrote, wherever it went.
    pub fn written(&self) -> Vec<Output> {
        let files = self.files.borrow();
        let written = self.written.borrow();
        let output = |(path, crc32): (&String, &u32)| {
            Some(Output { path: path.clone(), content: files.get(path)?.clone(), crc32: Some(*crc32) })
        };
        written.iter().filter_map(output).collect()
    }

    fn is_folder(&self, normal_path: &str) -> bool {
        let prefix = format!("{normal_path}/");
        normal_path.is_empty() || self.files.borrow().keys().any(|other| other.starts_with(&prefix))
    }

    /// The file that stands where the path needs a folder.
    fn file_on_the_way(&self, normal_path: &str) -> Option<String> {
        let files = self.files.borrow();
        let mut folders = normal_path.match_indices('/').map(|(end, _)| &normal_path[..end]);
        folders.find(|folder| files.contains_key(*folder)).map(str::to_owned)
    }

    fn record(&self, path: &str, content: Blob, crc32: u32) {
        self.put(path, content);
        self.written.borrow_mut().insert(normal(path), crc32);
    }
}

impl Files for ChosenFiles {
    type Source = ChosenFile;
    type Sink = OutputSink;

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
            entries.insert(match rest.split_once('/') {
                Some((folder, _)) => FileEntry { name: folder.to_owned(), kind: EntryKind::Folder },
                None => FileEntry { name: rest.to_owned(), kind: EntryKind::File },
            });
        }
        if entries.is_empty() && !normal_dir.is_empty() {
            return Err(FileError::new(FileErrorKind::NotFound, dir, "there is no such folder"));
        }
        Ok(entries.into_iter().collect())
    }

    async fn open(&self, path: &str) -> Result<ChosenFile, FileError> {
        let normal_path = normal(path);
        let found = self.files.borrow().get(&normal_path).cloned();
        if let Some(content) = found {
            return Ok(ChosenFile { path: path.to_owned(), content });
        }
        Err(if self.is_folder(&normal_path) {
            FileError::new(FileErrorKind::WrongKind, path, "is a folder, not a file")
        } else {
            FileError::new(FileErrorKind::NotFound, path, "there is no such file")
        })
    }

    async fn create(&self, path: &str) -> Result<OutputSink, FileError> {
        let normal_path = normal(path);
        if self.is_folder(&normal_path) {
            return Err(FileError::new(FileErrorKind::WrongKind, path, "is a folder, not a file"));
        }
        if let Some(file) = self.file_on_the_way(&normal_path) {
            return Err(FileError::new(FileErrorKind::WrongKind, path, format!("{file} is a file, not a folder")));
        }
        Ok(OutputSink::new(self, path))
    }
}

/// A file that is open for reading.
#[derive(Debug)]
pub struct ChosenFile {
    path: String,
    content: Blob,
}

impl Source for ChosenFile {
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a size is a whole number below 2^53")]
    fn len(&self) -> u64 {
        self.content.size() as u64
    }

    async fn read(&self, range: Range<u64>) -> Result<Vec<u8>, FileError> {
        read(&self.content, range).await.map_err(|error| unreadable(&self.path, &error))
    }
}

/// The bytes of a blob in the range, cut at its end.
async fn read(content: &Blob, range: Range<u64>) -> Result<Vec<u8>, JsValue> {
    let slice = content.slice_with_f64_and_f64(range.start as f64, range.end.max(range.start) as f64)?;
    let buffer = JsFuture::from(slice.array_buffer()).await?;
    Ok(Uint8Array::new(&buffer).to_vec())
}

fn exception(error: &JsValue) -> (String, String) {
    let exception = error.dyn_ref::<DomException>();
    exception.map_or_else(
        || (String::new(), error.as_string().unwrap_or_default()),
        |exception| (exception.name(), exception.message()),
    )
}

fn unreadable(path: &str, error: &JsValue) -> FileError {
    let (name, message) = exception(error);
    let (kind, detail) = match name.as_str() {
        // A chosen file is what it was when it was chosen; of one that was changed since, browsers refuse to read.
        "NotReadableError" => (FileErrorKind::Failed, "was changed since it was chosen, or cannot be read".to_owned()),
        "NotFoundError" => (FileErrorKind::Failed, "was changed, moved or removed since it was chosen".to_owned()),
        "NotAllowedError" | "SecurityError" => (FileErrorKind::Denied, "may not be read by this page".to_owned()),
        _ => (FileErrorKind::Failed, format!("cannot be read ({name}: {message})")),
    };
    FileError { hint: Some("choose it again".to_owned()), ..FileError::new(kind, path, detail) }
}

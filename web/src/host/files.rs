use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::rc::Rc;

use js_sys::{Array, Uint8Array};
use lightbeam_core::host::{EntryKind, FileEntry, FileError, FileErrorKind, Files, Sink, Source};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;
use web_sys::Blob;

/// Files that the user chose, and those that runs wrote. Cloning shares them; the working directory is the root.
#[derive(Debug, Clone, Default)]
pub struct ChosenFiles {
    files: Rc<RefCell<BTreeMap<String, Blob>>>,
    written: Rc<RefCell<BTreeSet<String>>>,
}

/// A file that a run wrote.
#[derive(Debug, Clone)]
pub struct Output {
    /// Its path.
    pub path: String,
    /// What is in it.
    pub content: Blob,
}

/// How much is handed over to the browser at a time, in bytes.
const PART: usize = 1 << 20;

/// The path without `.`, `..` and needless separators, relative to the root.
fn normal(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split(['/', '\\']) {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

impl ChosenFiles {
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

    /// What runs wrote.
    pub fn written(&self) -> Vec<Output> {
        let files = self.files.borrow();
        let written = self.written.borrow();
        let output = |path: &String| Some(Output { path: path.clone(), content: files.get(path)?.clone() });
        written.iter().filter_map(output).collect()
    }

    fn is_folder(&self, normal_path: &str) -> bool {
        let prefix = format!("{normal_path}/");
        normal_path.is_empty() || self.files.borrow().keys().any(|other| other.starts_with(&prefix))
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
        if self.is_folder(&normal(path)) {
            return Err(FileError::new(FileErrorKind::WrongKind, path, "is a folder, not a file"));
        }
        Ok(OutputSink { files: self.clone(), path: path.to_owned(), parts: Array::new(), rest: Vec::new() })
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
        let failed = |_| {
            let mut error = FileError::new(FileErrorKind::Failed, &self.path, "the file cannot be read any more");
            error.hint = Some("it has changed or gone since it was chosen: choose it again".to_owned());
            error
        };
        let end = range.end.min(self.len());
        let start = range.start.min(end);
        let slice = self.content.slice_with_f64_and_f64(start as f64, end as f64).map_err(failed)?;
        let buffer = JsFuture::from(slice.array_buffer()).await.map_err(failed)?;
        Ok(Uint8Array::new(&buffer).to_vec())
    }
}

/// A file that is being written. The browser holds what was written, on disk where it is much.
#[derive(Debug)]
pub struct OutputSink {
    files: ChosenFiles,
    path: String,
    parts: Array,
    rest: Vec<u8>,
}

impl OutputSink {
    fn hand_over(&mut self) -> Result<(), FileError> {
        if self.rest.is_empty() {
            return Ok(());
        }
        let part = Array::of1(&Uint8Array::from(self.rest.as_slice()));
        self.rest.clear();
        let part = blob(&part, &self.path)?;
        self.parts.push(&part);
        Ok(())
    }
}

fn blob(parts: &Array, path: &str) -> Result<Blob, FileError> {
    Blob::new_with_u8_array_sequence(parts)
        .map_err(|_| FileError::new(FileErrorKind::Full, path, "the browser has no room for the file"))
}

impl Sink for OutputSink {
    async fn write(&mut self, bytes: &[u8]) -> Result<(), FileError> {
        self.rest.extend_from_slice(bytes);
        if self.rest.len() >= PART { self.hand_over() } else { Ok(()) }
    }

    async fn commit(mut self) -> Result<(), FileError> {
        self.hand_over()?;
        let content = blob(&self.parts, &self.path)?;
        self.files.put(&self.path, content);
        self.files.written.borrow_mut().insert(normal(&self.path));
        Ok(())
    }
}

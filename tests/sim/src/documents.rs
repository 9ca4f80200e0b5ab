//! One set of metadata documents: what an Ed-Fi API publishes about itself.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde_json::Value;

/// The documents that describe one data model, as an API publishes them.
///
/// Both generations are allowed: Swagger 2.0 and OpenAPI 3.0.
#[derive(Debug, Clone, PartialEq)]
pub struct Documents {
    /// The document of the resources (students, schools, …).
    pub resources: Value,
    /// The document of the descriptors (`gradeLevelDescriptors`, …).
    pub descriptors: Value,
    /// The dependency list: `[{"resource": "/ed-fi/students", "order": 3, "operations": ["Create"]}, …]`.
    pub dependencies: Value,
}

impl Documents {
    /// Reads the documents of a folder.
    ///
    /// Exactly one `resources*.json`, one `descriptors*.json` and one `dependencies*.json` are expected, for
    /// example `resources.openapi3.json`; a UTF-8 byte order mark at the start of a file is allowed.
    ///
    /// # Errors
    /// When the folder or a file cannot be read, when a file is missing or there are two of a kind, or when one is not JSON.
    pub fn from_folder(folder: &Path) -> Result<Self, DocumentsError> {
        Ok(Self {
            resources: read(&find(folder, "resources")?)?,
            descriptors: read(&find(folder, "descriptors")?)?,
            dependencies: read(&find(folder, "dependencies")?)?,
        })
    }

    /// Whether the documents are OpenAPI 3 (false: Swagger 2.0).
    pub fn is_openapi3(&self) -> bool {
        self.resources.get("openapi").is_some()
    }
}

/// Why a folder of documents could not be read.
#[derive(Debug, thiserror::Error)]
pub enum DocumentsError {
    /// The folder or a file could not be read.
    #[error("cannot read {path}: {source}")]
    Read {
        /// The folder or file.
        path: PathBuf,
        /// The reason of the system.
        source: io::Error,
    },
    /// A file is not JSON.
    #[error("{path} is not JSON: {source}")]
    Json {
        /// The file.
        path: PathBuf,
        /// What the parser says.
        source: serde_json::Error,
    },
    /// None, or more than one, of the files that make a set.
    #[error("{folder} must hold exactly one file whose name starts with '{kind}' and ends with '.json'; found {found}")]
    Count {
        /// The folder.
        folder: PathBuf,
        /// The start of the file name.
        kind: &'static str,
        /// How many there are.
        found: usize,
    },
}

fn find(folder: &Path, kind: &'static str) -> Result<PathBuf, DocumentsError> {
    let unreadable = |source| DocumentsError::Read { path: folder.to_owned(), source };
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        let is_json = Path::new(name.as_ref()).extension().is_some_and(|extension| extension == "json");
        if is_json && name.starts_with(kind) {
            found.push(entry.path());
        }
    }
    match <[PathBuf; 1]>::try_from(found) {
        Ok([path]) => Ok(path),
        Err(found) => Err(DocumentsError::Count { folder: folder.to_owned(), kind, found: found.len() }),
    }
}

fn read(path: &Path) -> Result<Value, DocumentsError> {
    let bytes = fs::read(path).map_err(|source| DocumentsError::Read { path: path.to_owned(), source })?;
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
    serde_json::from_slice(text).map_err(|source| DocumentsError::Json { path: path.to_owned(), source })
}

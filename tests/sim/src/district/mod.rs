//! A synthetic district: records for the built-in data model, of any size and always the same for the same seed.
//!
//! The records of an undisturbed district are all accepted by an API with the built-in model: every reference
//! resolves, natural keys are unique, descriptors exist. On request a share of the records is broken in named ways,
//! so that exactly these are refused, and a share gets a later record with the same natural key. A folder of other
//! data can be treated in the same ways.

mod fault;
mod folder;
mod known;
mod line;
mod manifest;
mod names;
mod parents;
mod plan;
mod random;
mod records;
mod repeat;
mod share;
mod sink;
mod sites;

#[cfg(test)]
mod acceptance;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::PathBuf;

use serde_json::Value;

use crate::builtin::{self, Style};
use crate::documents::Documents;
use crate::model::Model;

pub use fault::FaultKind;
pub use manifest::BrokenRecord;

use known::KnownDescriptors;
use parents::with_parents;
use sink::Sink;

/// Where the records come from.
#[derive(Debug, Clone)]
pub enum Source {
    /// A district for the built-in data model.
    District {
        /// How many students it has. One brings about 26 records.
        students: u64,
        /// Only these endpoints and everything that their records refer to; all when empty.
        only: Vec<String>,
    },
    /// The data folders of somebody else, put together into one.
    Folders {
        /// The folders. Files of the same name are joined in this order.
        from: Vec<PathBuf>,
        /// The folder of the API's documents; needed when records are to be changed.
        metadata: Option<PathBuf>,
    },
}

/// What to write.
#[derive(Debug, Clone)]
pub struct Options {
    /// Where the records come from.
    pub source: Source,
    /// The data folder to write to. It is made when it is not there, and its files are replaced.
    pub out: PathBuf,
    /// How many percent of the records are broken. Only records are broken that no other refers to.
    pub broken: f64,
    /// The ways in which they are broken.
    pub faults: Vec<FaultKind>,
    /// To how many percent of the records a later one with the same natural key is added.
    ///
    /// They are listed with the broken records, as `duplicate-key`: an API takes them, `validate` does not.
    /// Not in resources whose update is listed apart (students, staff, contacts): a real API refuses to
    /// update those before their associations are there.
    pub same_key: f64,
    /// What chance starts from.
    pub seed: u64,
    /// The list of broken records; `{out}.broken.jsonl` when not given.
    pub manifest: Option<PathBuf>,
}

impl Options {
    /// An undisturbed district.
    pub fn district(students: u64, out: impl Into<PathBuf>) -> Self {
        Self {
            source: Source::District { students, only: Vec::new() },
            out: out.into(),
            broken: 0.0,
            faults: FaultKind::ALL.to_vec(),
            same_key: 0.0,
            seed: 1,
            manifest: None,
        }
    }
}

/// What was written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Summary {
    /// All records, the broken and the repeated ones included.
    pub records: u64,
    /// Records by endpoint.
    pub endpoints: BTreeMap<String, u64>,
    /// Lines by file; names are relative to the data folder.
    pub files: BTreeMap<String, u64>,
    /// Broken records by kind. They are listed in the manifest.
    pub broken: BTreeMap<FaultKind, u64>,
    /// Records added with the natural key of an earlier one.
    pub same_key: u64,
    /// Where the list of broken records is.
    pub manifest: PathBuf,
}

/// Writes a data folder and the list of its broken records.
///
/// # Errors
/// When a file cannot be read or written, when a share is not between 0 and 100, when an endpoint that is asked for is
/// not in the model, when the list of broken records
/// would stand in the data folder, and when records are to be changed whose documents are not given or not readable.
pub fn generate(options: &Options) -> io::Result<Summary> {
    for share in [options.broken, options.same_key] {
        if !(0.0..=100.0).contains(&share) {
            return Err(invalid(format!("a share must be between 0 and 100 percent, not {share}")));
        }
    }
    let manifest = options.manifest_path();
    if manifest.starts_with(&options.out) {
        return Err(invalid(format!(
            "the list of broken records, {}, must not stand in the data folder: it would be taken as data",
            manifest.display()
        )));
    }
    match &options.source {
        Source::District { students, only } => {
            let documents = builtin::documents(Style::OpenApi3);
            let model = Model::read(&documents).map_err(|error| invalid(error.to_string()))?;
            let wanted = if only.is_empty() { None } else { Some(with_parents(&model, only)?) };
            let descriptors = KnownDescriptors::of_builtin(&model);
            let mut sink = Sink::new(options, Some(&model), descriptors)?;
            let updated_apart = updated_apart(&documents.dependencies);
            records::write(*students, options.seed, wanted.as_ref(), &updated_apart, &mut sink)?;
            sink.finish()
        }
        Source::Folders { from, metadata } => folder::write(from, metadata.as_deref(), options),
    }
}

/// The endpoints that are listed once to create and once more to update.
fn updated_apart(dependencies: &Value) -> BTreeSet<String> {
    let mut seen = BTreeSet::new();
    let mut twice = BTreeSet::new();
    let entries = dependencies.as_array().into_iter().flatten();
    for path in entries.filter_map(|entry| entry.get("resource")?.as_str()) {
        if !seen.insert(path) {
            twice.insert(path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase());
        }
    }
    twice
}

fn documents_of(folder: &std::path::Path) -> io::Result<Documents> {
    Documents::from_folder(folder).map_err(|error| invalid(error.to_string()))
}

fn invalid(message: String) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, message)
}

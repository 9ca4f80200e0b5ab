//! The list of broken records, for whoever checks that exactly these were refused, or found by `validate`.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::fault::FaultKind;
use super::sink::at;

/// One broken record; one line of the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BrokenRecord {
    /// The file, relative to the data folder, with `/` between folder and file.
    pub file: String,
    /// The line, counted from 1.
    pub line: u64,
    /// The endpoint, for example `students`.
    pub endpoint: String,
    /// What is wrong with the record.
    pub kind: FaultKind,
    /// The property that was changed, as a JSON pointer; none when the whole line was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub property: Option<String>,
    /// The status that an Ed-Fi API answers with; 200 for what it takes.
    pub status: u16,
    /// The method of `lightbeam validate` that finds it.
    pub method: String,
}

impl BrokenRecord {
    /// Reads a list.
    ///
    /// # Errors
    /// When the file cannot be read or is not such a list.
    pub fn read_all(path: &Path) -> io::Result<Vec<Self>> {
        let text = fs::read_to_string(path).map_err(|error| at(path, &error))?;
        let records: Result<_, _> = text.lines().map(serde_json::from_str).collect();
        Ok(records?)
    }
}

pub(super) struct Manifest(BufWriter<File>);

impl Manifest {
    pub(super) fn create(path: &Path) -> io::Result<Self> {
        let file = File::create(path).map_err(|error| at(path, &error))?;
        Ok(Self(BufWriter::new(file)))
    }

    pub(super) fn add(&mut self, record: &BrokenRecord) -> io::Result<()> {
        serde_json::to_writer(&mut self.0, record)?;
        self.0.write_all(b"\n")
    }

    pub(super) fn finish(mut self) -> io::Result<()> {
        self.0.flush()
    }
}

//! Files of records.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use lightbeam_sim::district::{Options, Source, generate};
use serde_json::{Map, Value};
use tempfile::TempDir;

/// A record.
pub(crate) type Record = Map<String, Value>;

/// A folder with files of records, and what is in them.
pub(crate) struct Records {
    folder: TempDir,
    by_endpoint: BTreeMap<String, Vec<Record>>,
}

impl Records {
    /// The records of a small district that these endpoints have, with all that they refer to: an API takes every one.
    pub(crate) fn district(students: u64, only: &[&str]) -> Self {
        let folder = TempDir::new().unwrap();
        let data = folder.path().join("data");
        let only = only.iter().map(|name| (*name).to_owned()).collect();
        generate(&Options { source: Source::District { students, only }, ..Options::district(students, &data) })
            .unwrap();
        let mut records = Self { folder, by_endpoint: BTreeMap::new() };
        for file in records.files() {
            let inner = file.strip_prefix(&data).unwrap();
            let endpoint = match inner.parent().unwrap().to_str().unwrap() {
                "" => inner.file_stem().unwrap().to_str().unwrap(),
                folder => folder,
            };
            let text = std::fs::read_to_string(&file).unwrap();
            let found =
                text.lines().filter(|line| !line.trim().is_empty()).map(|line| serde_json::from_str(line).unwrap());
            records.by_endpoint.entry(endpoint.to_owned()).or_default().extend(found);
        }
        records.by_endpoint.retain(|_, records| !records.is_empty());
        records
    }

    /// Files of these names with these lines.
    pub(crate) fn of(files: &[(&str, &str)]) -> Self {
        let folder = TempDir::new().unwrap();
        for (name, text) in files {
            let file = folder.path().join("data").join(name);
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::write(file, text).unwrap();
        }
        Self { folder, by_endpoint: BTreeMap::new() }
    }

    /// Students with these numbers, in one file.
    pub(crate) fn students(numbers: std::ops::RangeInclusive<u32>) -> Self {
        let text: String = numbers.clone().map(|number| format!("{}\n", Value::Object(student(number)))).collect();
        let mut records = Self::of(&[("students.jsonl", &text)]);
        records.by_endpoint.insert("students".to_owned(), numbers.map(student).collect());
        records
    }

    /// The folder with the files.
    pub(crate) fn folder(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// All files, sorted.
    pub(crate) fn files(&self) -> Vec<PathBuf> {
        let mut found = Vec::new();
        let mut left = vec![self.folder()];
        while let Some(folder) = left.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() { left.push(path) } else { found.push(path) }
            }
        }
        found.sort();
        found
    }

    /// One file.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.folder().join(name)
    }

    /// How many records there are.
    pub(crate) fn count(&self) -> usize {
        self.by_endpoint.values().map(Vec::len).sum()
    }

    /// The records by endpoint.
    pub(crate) fn by_endpoint(&self) -> &BTreeMap<String, Vec<Record>> {
        &self.by_endpoint
    }
}

/// A student with all that an API asks for.
pub(crate) fn student(number: u32) -> Record {
    let text = format!(
        r#"{{"studentUniqueId": "{number}", "firstName": "First{number}", "lastSurname": "Last{number}", "birthDate": "2010-01-01"}}"#
    );
    serde_json::from_str(&text).unwrap()
}

/// Records in an order in which equal sets are equal.
pub(crate) fn sorted(records: impl IntoIterator<Item = Record>) -> Vec<String> {
    let mut texts: Vec<String> = records.into_iter().map(|record| Value::Object(record).to_string()).collect();
    texts.sort_unstable();
    texts
}

/// The records of a file of lines.
pub(crate) fn lines_of(bytes: &[u8]) -> Vec<Record> {
    let text = std::str::from_utf8(bytes).unwrap();
    text.lines().filter(|line| !line.trim().is_empty()).map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The names of paths.
pub(crate) fn refs(paths: &[PathBuf]) -> Vec<&Path> {
    paths.iter().map(PathBuf::as_path).collect()
}

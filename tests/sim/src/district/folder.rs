//! Data folders of somebody else: put together, and broken on request.

use std::collections::hash_map::DefaultHasher;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::ffi::OsStr;
use std::fs::{self, File};
use std::hash::{Hash, Hasher};
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::model::{Endpoint, Kind, Model, Schema};

use super::known::KnownDescriptors;
use super::sink::{Referred, Sink, at, endpoint_index};
use super::{Options, Summary, documents_of, invalid, updated_apart};

/// Writes the records of the folders.
pub(super) fn write(from: &[PathBuf], metadata: Option<&Path>, options: &Options) -> io::Result<Summary> {
    let files = files_of(from)?;
    let is_changed = options.broken > 0.0 || options.same_key > 0.0;
    let documents = match metadata {
        Some(folder) if is_changed => Some(documents_of(folder)?),
        None if is_changed => {
            return Err(invalid(
                "to break or repeat records of a folder, the API's documents are needed: give their folder".to_owned(),
            ));
        }
        _ => None,
    };
    let mut apart = BTreeSet::new();
    let mut model = None;
    if let Some(documents) = &documents {
        apart = updated_apart(&documents.dependencies);
        model = Some(Model::read(documents).map_err(|error| invalid(error.to_string()))?);
    }
    let mut references = References::default();
    let mut descriptors = KnownDescriptors::default();
    if let Some(model) = &model {
        for (name, paths) in &files {
            let Some(index) = endpoint_index(model, &endpoint_of(name)) else {
                continue;
            };
            for path in paths {
                each_line(path, |line| {
                    if let Ok(record) = serde_json::from_slice(line) {
                        references.collect(model, &model.schemas[model.endpoints[index].schema], &record);
                        if let (true, Some(value)) = (model.endpoints[index].is_descriptor, descriptor_value(&record)) {
                            descriptors.add(index, &value);
                        }
                    }
                    Ok(())
                })?;
            }
        }
    }
    let mut sink = Sink::new(options, model.as_ref(), descriptors)?;
    for (name, paths) in &files {
        let endpoint = endpoint_of(name);
        let index = model.as_ref().and_then(|model| endpoint_index(model, &endpoint));
        let is_repeatable = !apart.contains(&endpoint.to_ascii_lowercase());
        for path in paths {
            sink.start(name, Some(&endpoint), is_repeatable)?;
            each_line(path, |line| {
                if line.iter().all(u8::is_ascii_whitespace) {
                    return sink.blank();
                }
                let referred = match (&model, index) {
                    (Some(model), Some(index)) if !references.names(model, index, line) => Referred::No,
                    _ => Referred::Yes,
                };
                sink.record(line, referred)
            })?;
        }
    }
    sink.finish()
}

/// The data files by their name within the folder, each with the paths that are joined into it.
fn files_of(from: &[PathBuf]) -> io::Result<BTreeMap<String, Vec<PathBuf>>> {
    let mut files: BTreeMap<String, Vec<PathBuf>> = BTreeMap::new();
    for folder in from {
        for entry in sorted(folder)? {
            if entry.is_dir() {
                for inner in sorted(&entry)? {
                    let name = format!("{}/{}", file_name(&entry), file_name(&inner));
                    add(&mut files, name, inner)?;
                }
            } else {
                add(&mut files, file_name(&entry), entry)?;
            }
        }
    }
    if files.is_empty() {
        return Err(invalid("there is no .jsonl, .ndjson or .json file in the folders".to_owned()));
    }
    Ok(files)
}

fn add(files: &mut BTreeMap<String, Vec<PathBuf>>, name: String, path: PathBuf) -> io::Result<()> {
    let extension = path.extension().map(OsStr::to_ascii_lowercase);
    match extension.as_deref().and_then(|extension| extension.to_str()) {
        Some("jsonl" | "ndjson" | "json") => files.entry(name).or_default().push(path),
        Some("gz") => {
            return Err(invalid(format!("{}: unpack this file first", path.display())));
        }
        _ => {}
    }
    Ok(())
}

fn sorted(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder).map_err(|error| at(folder, &error))?;
    let mut paths = entries.map(|entry| entry.map(|entry| entry.path())).collect::<io::Result<Vec<_>>>()?;
    paths.sort();
    Ok(paths)
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// `students.jsonl` and `students/1.jsonl` belong to `students`.
fn endpoint_of(name: &str) -> String {
    match name.split_once('/') {
        Some((folder, _)) => folder.to_owned(),
        None => name.split('.').next().unwrap_or(name).to_owned(),
    }
}

/// Calls with every line, without its end and without a byte order mark.
fn each_line(path: &Path, mut use_line: impl FnMut(&[u8]) -> io::Result<()>) -> io::Result<()> {
    let file = File::open(path).map_err(|error| at(path, &error))?;
    let mut reader = BufReader::with_capacity(1 << 18, file);
    let mut line = Vec::new();
    let mut is_first = true;
    while reader.read_until(b'\n', &mut line).map_err(|error| at(path, &error))? > 0 {
        let mut text = line.strip_suffix(b"\n").unwrap_or(&line);
        text = text.strip_suffix(b"\r").unwrap_or(text);
        if is_first {
            text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
            is_first = false;
        }
        use_line(text)?;
        line.clear();
    }
    Ok(())
}

/// All that the records of a folder refer to, as fingerprints of endpoint and natural key.
///
/// Two that look alike by chance make a record count as referred to, which is the harmless mistake.
#[derive(Debug, Default)]
struct References(HashSet<u64>);

impl References {
    fn collect(&mut self, model: &Model, schema: &Schema, record: &Value) {
        let Some(members) = record.as_object() else {
            return;
        };
        for (name, value) in members {
            if let Some(property) = schema.properties.get(name) {
                self.collect_value(model, &property.kind, value);
            }
        }
    }

    fn collect_value(&mut self, model: &Model, kind: &Kind, value: &Value) {
        match kind {
            Kind::Reference(at) => {
                let reference = &model.schemas[*at];
                for target in &reference.targets {
                    let key = target.leaves.iter().map(|leaf| value.get(leaf));
                    self.0.extend(fingerprint(target.endpoint, key));
                }
                self.collect(model, reference, value);
            }
            Kind::Object(at) => self.collect(model, &model.schemas[*at], value),
            Kind::Array(item) => {
                for value in value.as_array().into_iter().flatten() {
                    self.collect_value(model, item, value);
                }
            }
            Kind::Descriptor { endpoints, .. } => {
                for endpoint in endpoints {
                    self.0.extend(fingerprint(*endpoint, [Some(value)].into_iter()));
                }
            }
            _ => {}
        }
    }

    /// Whether the record is referred to; also true when that cannot be told.
    fn names(&self, model: &Model, index: usize, line: &[u8]) -> bool {
        let Ok(record) = serde_json::from_slice::<Value>(line) else {
            return true;
        };
        own_fingerprint(&model.endpoints[index], index, &record).is_none_or(|own| self.0.contains(&own))
    }
}

fn own_fingerprint(endpoint: &Endpoint, index: usize, record: &Value) -> Option<u64> {
    if endpoint.is_descriptor {
        let value = Value::String(descriptor_value(record)?);
        return fingerprint(index, [Some(&value)].into_iter());
    }
    let key = endpoint.key.iter().map(|part| record.pointer(&format!("/{}", part.path.join("/"))));
    fingerprint(index, key)
}

/// The value that records name a descriptor by: `uri://ed-fi.org/TermDescriptor#Fall Semester`.
fn descriptor_value(record: &Value) -> Option<String> {
    let part = |name: &str| record.get(name).and_then(Value::as_str);
    Some(format!("{}#{}", part("namespace")?, part("codeValue")?))
}

fn fingerprint<'v>(endpoint: usize, mut key: impl Iterator<Item = Option<&'v Value>>) -> Option<u64> {
    let mut hasher = DefaultHasher::new();
    endpoint.hash(&mut hasher);
    key.try_for_each(|value| {
        let text = match value? {
            Value::String(text) => text.to_lowercase(),
            other => other.to_string(),
        };
        text.hash(&mut hasher);
        Some(())
    })?;
    Some(hasher.finish())
}

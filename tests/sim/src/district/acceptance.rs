//! Generated data against the simulated API, without sockets: what is whole is accepted, what is broken is refused,
//! record by record as listed.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use http::{Request, header};
use serde_json::Value;
use tempfile::TempDir;

use super::{BrokenRecord, Options, Source, Summary, generate};
use crate::builtin::{self, Style};
use crate::{Documents, Settings, State, answer};

const NOW: u64 = 1_767_225_600_000;

/// The simulated API and a client's way into it.
struct Api {
    state: State,
    documents: Documents,
    data: String,
    authorization: String,
}

impl Api {
    fn new(documents: Documents) -> Self {
        let settings = Settings::default();
        let secrets = format!(
            "grant_type=client_credentials&client_id={}&client_secret={}",
            settings.client_id, settings.client_secret
        );
        let address = "http://127.0.0.1:8765".to_owned();
        let state = State::new(settings, documents.clone(), address.clone(), NOW).unwrap();
        let mut api = Self { state, documents, data: String::new(), authorization: String::new() };
        let discovery = api.call(&Request::get(&address).body(Bytes::new()).unwrap()).1;
        let discovery: Value = serde_json::from_str(&discovery).unwrap();
        let url = |name: &str| discovery["urls"][name].as_str().unwrap().trim_end_matches('/').to_owned();
        api.data = url("dataManagementApi");
        let request = Request::post(url("oauth"))
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Bytes::from(secrets))
            .unwrap();
        let token: Value = serde_json::from_str(&api.call(&request).1).unwrap();
        api.authorization = format!("Bearer {}", token["access_token"].as_str().unwrap());
        api
    }

    fn call(&mut self, request: &Request<Bytes>) -> (u16, String) {
        let response = answer(&mut self.state, request, NOW).response;
        let body = String::from_utf8(response.body().to_vec()).unwrap();
        (response.status().as_u16(), body)
    }

    /// The paths of the endpoints in the order in which records are sent; unlisted ones come first.
    fn paths(&self) -> Vec<String> {
        let mut listed = Vec::new();
        for entry in self.documents.dependencies.as_array().unwrap() {
            let path = entry["resource"].as_str().unwrap().to_owned();
            if !listed.contains(&path) {
                listed.push(path);
            }
        }
        let mut paths: Vec<String> = [&self.documents.resources, &self.documents.descriptors]
            .iter()
            .flat_map(|document| document["paths"].as_object().unwrap().keys())
            .filter(|path| path.matches('/').count() == 2 && !listed.contains(path))
            .cloned()
            .collect();
        paths.append(&mut listed);
        paths
    }

    /// Sends a data folder; the refused records by file and line, with status and body.
    fn load(&mut self, folder: &Path) -> BTreeMap<(String, u64), (u16, String)> {
        let mut refused = BTreeMap::new();
        let mut seen = BTreeSet::new();
        for path in self.paths() {
            for file in files_of(folder, path.rsplit('/').next().unwrap()) {
                seen.insert(file.clone());
                let text = fs::read(folder.join(&file)).unwrap();
                for (line, number) in text.split(|byte| *byte == b'\n').zip(1..) {
                    if line.is_empty() {
                        continue;
                    }
                    let request = Request::post(format!("{}{path}", self.data))
                        .header(header::AUTHORIZATION, &self.authorization)
                        .header(header::CONTENT_TYPE, "application/json")
                        .body(Bytes::copy_from_slice(line))
                        .unwrap();
                    let (status, body) = self.call(&request);
                    if !(200..300).contains(&status) {
                        refused.insert((file.clone(), number), (status, body));
                    }
                }
            }
        }
        let count = fs::read_dir(folder).unwrap().count();
        let tops: BTreeSet<&str> = seen.iter().map(|file| file.split('/').next().unwrap()).collect();
        assert_eq!(tops.len(), count, "every file belongs to an endpoint");
        refused
    }
}

/// `students.jsonl`, or the files in `students/`.
fn files_of(folder: &Path, endpoint: &str) -> Vec<String> {
    let mut files = Vec::new();
    if folder.join(format!("{endpoint}.jsonl")).is_file() {
        files.push(format!("{endpoint}.jsonl"));
    }
    if let Ok(entries) = fs::read_dir(folder.join(endpoint)) {
        let name = |entry: fs::DirEntry| entry.file_name().into_string().unwrap();
        files.extend(entries.map(|entry| format!("{endpoint}/{}", name(entry.unwrap()))));
    }
    files.sort();
    files
}

/// Generates and loads a folder and checks that exactly the listed records are refused, with the listed status.
fn assert_refused_as_listed(documents: Documents, options: &Options) -> Summary {
    let summary = generate(options).unwrap();
    let refused = Api::new(documents).load(&options.out);
    let listed: BTreeMap<(String, u64), BrokenRecord> = BrokenRecord::read_all(&summary.manifest)
        .unwrap()
        .into_iter()
        .filter(|record| record.status != 200)
        .map(|record| ((record.file.clone(), record.line), record))
        .collect();
    let mut differences = Vec::new();
    for (place, (status, body)) in &refused {
        match listed.get(place) {
            None => differences.push(format!("{place:?} is whole, but refused: {status} {body}")),
            Some(record) if record.status != *status => {
                differences.push(format!("{record:?}: {status} {body}"));
            }
            Some(_) => {}
        }
    }
    for (place, record) in &listed {
        if !refused.contains_key(place) {
            differences.push(format!("{record:?} is broken, but accepted"));
        }
    }
    assert!(differences.is_empty(), "{} differences:\n{}", differences.len(), differences.join("\n"));
    summary
}

fn district(folder: &TempDir) -> Options {
    Options::district(50, folder.path().join("data"))
}

#[test]
fn a_district_is_accepted_whole() {
    for style in [Style::Swagger2, Style::OpenApi3] {
        let folder = TempDir::new().unwrap();
        let options = district(&folder);
        let documents = builtin::documents(style);
        let summary = assert_refused_as_listed(documents, &options);
        assert!(summary.records > 1900, "{summary:?}");
        assert!(summary.broken.is_empty());
    }
}

#[test]
fn exactly_the_broken_records_of_a_district_are_refused() {
    for (seed, style) in (1..).zip([Style::Swagger2, Style::OpenApi3, Style::OpenApi3]) {
        let folder = TempDir::new().unwrap();
        let options = Options { broken: 5.0, same_key: 5.0, seed, ..district(&folder) };
        let documents = builtin::documents(style);
        let summary = assert_refused_as_listed(documents, &options);
        assert!(summary.broken.values().sum::<u64>() > 80, "{summary:?}");
        assert!(summary.same_key > 80, "{summary:?}");
    }
}

/// The folder of real data, when it is there.
fn real() -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/edfi");
    if path.is_dir() {
        return Some(path);
    }
    eprintln!("skipped: {} is not there", path.display());
    None
}

#[test]
fn exactly_the_broken_records_of_real_data_are_refused() {
    let Some(real) = real() else { return };
    let metadata = real.join("metadata/ds-5.0");
    let documents = || Documents::from_folder(&metadata).unwrap();
    let options = |folder: &TempDir, broken| Options {
        source: Source::Folders {
            from: vec![real.join("samples/descriptors-ds5.0.0"), real.join("samples/grandbend-ds5.0.0")],
            metadata: Some(metadata.clone()),
        },
        broken,
        ..district(folder)
    };

    for (broken, expected) in [(0.0, 0..=0), (5.0, 940..=973)] {
        let folder = TempDir::new().unwrap();
        let summary = assert_refused_as_listed(documents(), &options(&folder, broken));
        assert_eq!(summary.records, 19_449);
        let count = summary.broken.values().sum::<u64>();
        assert!(expected.contains(&count), "{summary:?}");
    }
}

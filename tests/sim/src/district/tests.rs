use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs;
use std::path::Path;

use serde_json::Value;
use tempfile::TempDir;

use super::*;
use crate::model::Kind;

/// The lines of every file of a data folder.
fn lines(folder: &Path) -> BTreeMap<String, Vec<Vec<u8>>> {
    fn read(folder: &Path, prefix: &str, found: &mut BTreeMap<String, Vec<Vec<u8>>>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = format!("{prefix}{}", path.file_name().unwrap().to_str().unwrap());
            if path.is_dir() {
                read(&path, &format!("{name}/"), found);
            } else {
                let text = fs::read(&path).unwrap();
                let text = text.strip_suffix(b"\n").unwrap();
                found.insert(name, text.split(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect());
            }
        }
    }
    let mut found = BTreeMap::new();
    read(folder, "", &mut found);
    found
}

fn endpoint_of(file: &str) -> &str {
    file.split(['/', '.']).next().unwrap()
}

fn district(folder: &TempDir, name: &str, change: impl FnOnce(&mut Options)) -> (Summary, Options) {
    let mut options = Options::district(50, folder.path().join(name));
    change(&mut options);
    (generate(&options).unwrap(), options)
}

fn builtin_model() -> Model {
    Model::read(&builtin::documents(Style::OpenApi3)).unwrap()
}

fn natural_key(endpoint: &crate::model::Endpoint, record: &Value) -> Vec<Value> {
    endpoint.key.iter().map(|part| record.pointer(&format!("/{}", part.path.join("/"))).unwrap().clone()).collect()
}

/// Checks that natural keys are unique and that all references and descriptors are there, among the records that
/// are not left out. Returns the numbers of records and of references.
fn check(files: &BTreeMap<String, Vec<Vec<u8>>>, is_left_out: impl Fn(&str, u64) -> bool) -> (u64, u64) {
    let model = builtin_model();
    let mut keys: HashSet<(usize, Vec<Value>)> = HashSet::new();
    let mut descriptors: HashSet<String> = HashSet::new();
    let mut records = Vec::new();
    for (file, lines) in files {
        let index = sink::endpoint_index(&model, endpoint_of(file)).unwrap();
        let endpoint = &model.endpoints[index];
        for (line, _) in lines.iter().zip(1..).filter(|(_, number)| !is_left_out(file, *number)) {
            let record: Value = serde_json::from_slice(line).unwrap();
            if endpoint.is_descriptor {
                let part = |name: &str| record[name].as_str().unwrap();
                descriptors.insert(format!("{}#{}", part("namespace"), part("codeValue")));
            }
            let key = natural_key(endpoint, &record);
            assert!(keys.insert((index, key)), "{file}: twice {record}");
            records.push((index, record));
        }
    }
    let mut references = 0;
    for (index, record) in &records {
        for site in sites::sites(&model, &model.endpoints[*index], record) {
            let value = record.pointer(&site.pointer).unwrap();
            match site.kind {
                Kind::Descriptor { .. } => {
                    assert!(descriptors.contains(value.as_str().unwrap()), "{record}");
                }
                Kind::Reference(at) => {
                    // An API holds the school years from the start.
                    let is_year = value.as_object().unwrap().keys().eq(["schoolYear"]);
                    let exists = model.schemas[*at].targets.iter().any(|target| {
                        let key = target.leaves.iter().map(|leaf| value[leaf].clone()).collect();
                        keys.contains(&(target.endpoint, key))
                    });
                    assert!(exists || is_year, "{}: {record}", site.pointer);
                    references += 1;
                }
                _ => {}
            }
        }
    }
    (records.len() as u64, references)
}

#[test]
fn keys_are_unique_and_references_resolve() {
    let folder = TempDir::new().unwrap();
    let (summary, options) = district(&folder, "plain", |_| {});
    let (records, references) = check(&lines(&options.out), |_, _| false);
    assert_eq!(records, summary.records);
    assert_eq!(summary.endpoints.values().sum::<u64>(), summary.records);
    assert_eq!(summary.endpoints.len(), builtin_model().endpoints.len(), "every endpoint has records");
    assert!(references > 4000, "{references}");
}

#[test]
fn some_endpoints_come_with_all_that_they_refer_to() {
    let folder = TempDir::new().unwrap();
    let only =
        |names: &[&str]| Source::District { students: 50, only: names.iter().map(|&name| name.into()).collect() };
    let (all, plain) = district(&folder, "plain", |_| {});
    let (some, options) = district(&folder, "some", |options| options.source = only(&["StudentSchoolAssociations"]));
    let resources: Vec<&str> =
        some.endpoints.keys().map(String::as_str).filter(|name| !name.ends_with("Descriptors")).collect();
    assert_eq!(
        resources,
        [
            "calendars",
            "educationServiceCenters",
            "localEducationAgencies",
            "schoolYearTypes",
            "schools",
            "stateEducationAgencies",
            "studentSchoolAssociations",
            "students"
        ]
    );
    assert!(some.records < all.records);
    check(&lines(&options.out), |_, _| false);
    let (whole, part) = (lines(&plain.out), lines(&options.out));
    assert!(part.iter().all(|(file, text)| whole[file] == *text), "the same records as in the whole district");

    let error = generate(&Options { source: only(&["student"]), ..options }).unwrap_err().to_string();
    assert!(error.contains("no endpoint student") && error.contains("students"), "{error}");
}

#[test]
fn the_same_seed_gives_the_same_bytes() {
    let folder = TempDir::new().unwrap();
    let run = |name: &str, seed| {
        let (_, options) = district(&folder, name, |options| {
            options.seed = seed;
            options.broken = 3.0;
            options.same_key = 3.0;
        });
        (lines(&options.out), fs::read(options.manifest_path()).unwrap())
    };
    let first = run("one", 7);
    assert!(first == run("two", 7), "the same seed, other bytes");
    assert!(first.0 != run("three", 8).0, "another seed, the same bytes");
}

#[test]
fn sizes_are_those_of_real_records() {
    let folder = TempDir::new().unwrap();
    let (_, options) = district(&folder, "plain", |_| {});
    let files = lines(&options.out);
    for line in &files["students.jsonl"] {
        assert!((300..=700).contains(&line.len()), "{}", line.len());
    }
    assert!(files.contains_key("studentSchoolAttendanceEvents/4.jsonl"));
}

#[test]
fn exactly_the_listed_records_are_broken_each_in_its_way() {
    let folder = TempDir::new().unwrap();
    let (_, plain) = district(&folder, "plain", |_| {});
    let (summary, options) = district(&folder, "broken", |options| options.broken = 5.0);
    let listed = BrokenRecord::read_all(&summary.manifest).unwrap();
    assert_eq!(listed.len() as u64, summary.broken.values().sum::<u64>());
    assert_eq!(summary.broken.len(), FaultKind::ALL.len(), "{:?}", summary.broken);
    let share = listed.len() as f64 / summary.records as f64;
    assert!((0.045..=0.051).contains(&share), "{share}");
    let most = summary.broken.values().max().unwrap();
    let least = summary.broken.values().min().unwrap();
    assert!(most - least <= 4, "evenly over the kinds: {:?}", summary.broken);

    let mut by_place: HashMap<(String, u64), BrokenRecord> = HashMap::new();
    for record in listed {
        assert_eq!(record.endpoint, endpoint_of(&record.file));
        assert_eq!(record.status, record.kind.status());
        by_place.insert((record.file.clone(), record.line), record);
    }
    let broken = lines(&options.out);
    // Nothing that is whole needs a broken record.
    check(&broken, |file, line| by_place.contains_key(&(file.to_owned(), line)));
    for (file, whole) in lines(&plain.out) {
        assert_eq!(broken[&file].len(), whole.len());
        for (i, (is, was)) in broken[&file].iter().zip(&whole).enumerate() {
            let Some(record) = by_place.remove(&(file.clone(), i as u64 + 1)) else {
                assert_eq!(is, was, "{file}:{}", i + 1);
                continue;
            };
            let was: Value = serde_json::from_slice(was).unwrap();
            match serde_json::from_slice::<Value>(is) {
                Err(_) => assert_eq!(record.method, "json"),
                Ok(is) => {
                    assert_ne!(record.method, "json");
                    let pointer = record.property.unwrap();
                    assert_ne!(is.pointer(&pointer), was.pointer(&pointer), "{is}");
                }
            }
        }
    }
    assert!(by_place.is_empty(), "{by_place:?}");
}

#[test]
fn a_repeated_key_comes_later_with_another_content() {
    let folder = TempDir::new().unwrap();
    let (plain, _) = district(&folder, "plain", |_| {});
    let (summary, options) = district(&folder, "same", |options| options.same_key = 5.0);
    assert_eq!(summary.records, plain.records + summary.same_key);
    let share = summary.same_key as f64 / plain.records as f64;
    assert!((0.045..=0.051).contains(&share), "{share}");
    let model = builtin_model();
    let mut listed = Vec::new();
    for record in BrokenRecord::read_all(&summary.manifest).unwrap() {
        assert_eq!((record.kind, record.method.as_str()), (FaultKind::DuplicateKey, "uniqueness"));
        listed.push((record.file, record.line));
    }
    listed.sort();
    let mut repeated = Vec::new();
    for (file, lines) in lines(&options.out) {
        let index = sink::endpoint_index(&model, endpoint_of(&file)).unwrap();
        let mut first: HashMap<Vec<Value>, Value> = HashMap::new();
        for (line, number) in lines.iter().zip(1_u64..) {
            let record: Value = serde_json::from_slice(line).unwrap();
            let key = natural_key(&model.endpoints[index], &record);
            if let Some(before) = first.insert(key, record.clone()) {
                assert_ne!(before, record);
                assert!(!["students", "staffs", "contacts"].contains(&endpoint_of(&file)));
                repeated.push((file.clone(), number));
            }
        }
    }
    assert_eq!(repeated.len() as u64, summary.same_key);
    assert_eq!(repeated, listed, "each is listed with its place");
}

#[test]
fn folders_are_put_together_byte_for_byte() {
    let folder = TempDir::new().unwrap();
    let make = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    make("a/students.jsonl", "\u{feff}{\"a\": 1.50}\r\n\n{\"b\": 2}");
    make("a/readme.txt", "not data");
    make("b/students.jsonl", "{\"c\":3}\n");
    make("b/schools/2.ndjson", "{\"d\":4}\n");
    let mut options = Options::district(0, folder.path().join("out"));
    options.source = Source::Folders { from: vec![folder.path().join("a"), folder.path().join("b")], metadata: None };
    let summary = generate(&options).unwrap();
    assert_eq!(summary.records, 4);
    assert_eq!(
        fs::read_to_string(options.out.join("students.jsonl")).unwrap(),
        "{\"a\": 1.50}\n\n{\"b\": 2}\n{\"c\":3}\n"
    );
    assert_eq!(fs::read_to_string(options.out.join("schools/2.ndjson")).unwrap(), "{\"d\":4}\n");
    assert!(!options.out.join("readme.txt").exists());

    options.broken = 1.0;
    let error = generate(&options).unwrap_err().to_string();
    assert!(error.contains("documents"), "{error}");
}

#[test]
fn faults_of_the_caller_are_told() {
    let folder = TempDir::new().unwrap();
    let mut options = Options::district(1, folder.path().join("out"));
    options.broken = 101.0;
    assert!(generate(&options).unwrap_err().to_string().contains("between 0 and 100"));
    options.broken = 0.0;
    options.manifest = Some(options.out.join("broken.jsonl"));
    assert!(generate(&options).unwrap_err().to_string().contains("data folder"));
    options.source = Source::Folders { from: vec![folder.path().join("nowhere")], metadata: None };
    options.manifest = None;
    assert!(generate(&options).unwrap_err().to_string().contains("nowhere"));
}

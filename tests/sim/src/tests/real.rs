use std::path::{Path, PathBuf};

use super::NOW;
use crate::data::write::{Checks, prepare};
use crate::{Documents, Settings, State};

fn shared(part: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/edfi").join(part);
    if path.is_dir() {
        return Some(path);
    }
    eprintln!("skipped: {} is not there", path.display());
    None
}

#[test]
fn all_real_records_are_accepted_in_dependency_order() {
    let (Some(metadata), Some(samples)) = (shared("metadata/ds-5.0"), shared("samples")) else {
        return;
    };
    let documents = Documents::from_folder(&metadata).unwrap();
    let listed = documents.dependencies.clone();
    let mut state = State::new(Settings::default(), documents, String::new(), NOW).unwrap();
    let model = state.model.clone();
    let checks = Checks::new(&state.settings);
    let mut seen = std::collections::HashSet::new();
    let (mut accepted, mut refused) = (0, Vec::new());
    for entry in listed.as_array().unwrap() {
        let path = entry["resource"].as_str().unwrap();
        let (namespace, name) = path.trim_start_matches('/').split_once('/').unwrap();
        if !seen.insert(path) {
            continue;
        }
        for folder in ["descriptors-ds5.0.0", "grandbend-ds5.0.0"] {
            let Ok(text) = std::fs::read_to_string(samples.join(folder).join(format!("{name}.jsonl"))) else {
                continue;
            };
            let endpoint = model.find(namespace, name).unwrap();
            for (i, line) in text.lines().enumerate() {
                match prepare(&model, &state.store, endpoint, line.as_bytes(), None, checks) {
                    Ok(ready) => {
                        assert!(state.store.number(endpoint, &ready.key).is_none(), "{name}:{} repeats a key", i + 1);
                        state.store.insert(endpoint, ready, NOW);
                        accepted += 1;
                    }
                    Err(refusal) => refused.push(format!("{name}.jsonl:{}: {refusal:?}", i + 1)),
                }
            }
        }
    }
    assert!(refused.is_empty(), "{} refused, such as {:#?}", refused.len(), &refused[..refused.len().min(5)]);
    assert_eq!(accepted, 19_449);
}

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// By what a file is known again; nothing of what is in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileMark {
    /// Its path below the chosen folder, or its name.
    pub path: String,
    /// Its size in bytes, packed where packed.
    pub bytes: u64,
    /// When it was last changed, in milliseconds since 1970.
    pub modified: i64,
}

/// How a file of an earlier run and those that are chosen now differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Difference {
    /// It is not chosen.
    Missing(String),
    /// It has another size: it was, it is.
    Size(String, u64, u64),
    /// It was changed meanwhile, its size not.
    Changed(String),
    /// It was not part of that run.
    Added(String),
}

impl Difference {
    /// In a sentence.
    pub fn in_words(&self) -> String {
        match self {
            Self::Missing(path) => format!("{path} is not chosen"),
            Self::Size(path, was, is) => format!("{path} has {is} bytes; then it had {was}"),
            Self::Changed(path) => format!("{path} has the same size, but was changed since"),
            Self::Added(path) => format!("{path} was not part of that run"),
        }
    }
}

/// How the files that are chosen differ from those of an earlier run, by path.
pub fn differences(then: &[FileMark], now: &[FileMark]) -> Vec<Difference> {
    let by_path = |files: &[FileMark]| {
        let mut by_path = BTreeMap::new();
        by_path.extend(files.iter().map(|file| (file.path.clone(), file.clone())));
        by_path
    };
    let (then, now) = (by_path(then), by_path(now));
    let mut found = Vec::new();
    for (path, was) in &then {
        match now.get(path) {
            None => found.push(Difference::Missing(path.clone())),
            Some(is) if is.bytes != was.bytes => found.push(Difference::Size(path.clone(), was.bytes, is.bytes)),
            Some(is) if is.modified != was.modified => found.push(Difference::Changed(path.clone())),
            Some(_) => {}
        }
    }
    found.extend(now.keys().filter(|path| !then.contains_key(*path)).cloned().map(Difference::Added));
    found
}

//! What chosen files are: which endpoint their records go to, how many they are, and what is wrong with them.

use std::collections::BTreeMap;

use lightbeam_core::data::{self, LineProblem, Unused, data_stem};
use lightbeam_core::event::EndpointId;
use lightbeam_core::host::rooted::normal;
use lightbeam_core::host::{Clock, FileError, Files, Source};

use super::spans::Walk;
use super::told;
use crate::protocol::{EndpointName, SurveyedFile};

/// What is known of the API, and where its files are.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// The API's endpoints; empty where they are not known.
    pub endpoints: &'a [EndpointName],
    /// The namespace of endpoints that are named without one.
    pub namespace: &'a str,
    /// The folder that the files are in.
    pub data_dir: &'a str,
}

/// Looks at each of `paths`, in that order.
pub async fn survey<F: Files, C: Clock>(files: &F, clock: &C, paths: &[String], place: Place<'_>) -> Vec<SurveyedFile> {
    let meaning = Meaning::find(files, place).await;
    let mut surveyed = Vec::with_capacity(paths.len());
    for path in paths {
        let mut file = SurveyedFile {
            path: path.clone(),
            bytes: 0,
            endpoint: meaning.endpoints.get(&normal(path)).cloned(),
            records: None,
            problems: Vec::new(),
        };
        if file.endpoint.is_none() {
            file.problems.extend(meaning.why_not(path, place));
        }
        if let Err(error) = look(files, clock, &mut file).await {
            file.problems.push(told(&error));
        }
        surveyed.push(file);
    }
    surveyed
}

/// What the names of files say.
struct Meaning {
    endpoints: BTreeMap<String, EndpointName>,
    unused: Vec<Unused>,
    /// Why nothing is known.
    failed: Option<String>,
}

impl Meaning {
    async fn find<F: Files>(files: &F, place: Place<'_>) -> Self {
        let mut meaning = Self { endpoints: BTreeMap::new(), unused: Vec::new(), failed: None };
        if place.endpoints.is_empty() {
            return meaning;
        }
        let ids: Vec<EndpointId> =
            place.endpoints.iter().map(|of| EndpointId::new(&*of.namespace, &*of.name)).collect();
        match data::discover(files, place.data_dir, &ids, place.namespace).await {
            Ok(found) => {
                for of in found.endpoints {
                    let (namespace, name) = (of.endpoint.namespace.to_string(), of.endpoint.name.to_string());
                    for path in of.files {
                        let endpoint = EndpointName { namespace: namespace.clone(), name: name.clone() };
                        meaning.endpoints.insert(normal(&path), endpoint);
                    }
                }
                meaning.unused = found.unused;
            }
            Err(error) => meaning.failed = Some(told(&error)),
        }
        meaning
    }

    /// Why the records of a file go nowhere; `None` where the endpoints are not known.
    fn why_not(&self, path: &str, place: Place<'_>) -> Option<String> {
        if place.endpoints.is_empty() {
            return None;
        }
        if let Some(failed) = &self.failed {
            return Some(failed.clone());
        }
        let is_about = |unused: &&Unused| {
            let (named, path) = (normal(&unused.path), normal(path));
            // A folder is named with a slash behind it.
            named == path
                || (unused.path.ends_with('/') && path.strip_prefix(&named).is_some_and(|rest| rest.starts_with('/')))
        };
        if let Some(unused) = self.unused.iter().find(is_about) {
            let sentence = unused.to_string();
            let reason = sentence.strip_prefix(&unused.path).and_then(|rest| rest.strip_prefix(": "));
            return Some(reason.unwrap_or(&sentence).to_owned());
        }
        Some(
            "its records are not read: data files end in .json, .jsonl or .ndjson, also with .gz, and are named after \
             an endpoint, or lie in a folder named so"
                .to_owned(),
        )
    }
}

/// Lines of one kind.
#[derive(Default)]
struct Tally {
    count: u64,
    first: u64,
}

impl Tally {
    fn add(&mut self, line: u64) {
        if self.count == 0 {
            self.first = line;
        }
        self.count += 1;
    }

    /// A sentence about them, if there are any.
    fn problem(&self, is: &str, are: &str) -> Option<String> {
        match self.count {
            0 => None,
            1 => Some(format!("line {} {is}", self.first)),
            count => Some(format!("{count} lines {are}; the first is line {}", self.first)),
        }
    }
}

/// Reads a file that can be a data file, and notes what is in it.
async fn look<F: Files, C: Clock>(files: &F, clock: &C, file: &mut SurveyedFile) -> Result<(), FileError> {
    let source = files.open(&file.path).await?;
    file.bytes = source.len();
    let name = file.path.rsplit('/').next().unwrap_or_default();
    if data_stem(name).is_none() {
        return Ok(());
    }
    let mut walk = Walk::new(source, &file.path, clock);
    let (mut records, mut not_utf8, mut too_long, mut no_object) =
        (0, Tally::default(), Tally::default(), Tally::default());
    let mut begins_list = false;
    let outcome = loop {
        let line = match walk.next().await {
            Ok(Some(line)) => line,
            Ok(None) => break Ok(()),
            Err(error) => break Err(error),
        };
        records += 1;
        match line.bytes {
            Ok(bytes) if bytes.first() == Some(&b'{') => {}
            Ok(bytes) => {
                begins_list |= records == 1 && bytes.first() == Some(&b'[');
                no_object.add(line.number);
            }
            Err(LineProblem::NotUtf8) => not_utf8.add(line.number),
            Err(LineProblem::TooLong) => too_long.add(line.number),
        }
    };
    if begins_list {
        file.problems.push(
            "it begins with [, as a JSON list does: records stand one on a line, without brackets and commas around \
             them"
                .to_owned(),
        );
    } else {
        file.problems.extend(no_object.problem("is no JSON object", "are no JSON objects"));
    }
    file.problems.extend(not_utf8.problem("is not UTF-8 text", "are not UTF-8 text"));
    file.problems.extend(too_long.problem("is longer than 16 MiB", "are longer than 16 MiB"));
    outcome?;
    if records == 0 {
        file.problems.push("it holds no record".to_owned());
    }
    file.records = Some(records);
    Ok(())
}

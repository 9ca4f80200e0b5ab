use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::GzEncoder;
use serde::Deserialize;
use serde_json::Value;

/// A story that every host must tell alike: an API, files, and runs with what is expected of each.
///
/// In configuration files the API's address is `${API}`; every run has it as an environment variable.
/// Nobody listens on port 2 of the machine, on any host.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// The name, that of its file; set when it is read.
    #[serde(skip)]
    pub name: String,
    /// What must hold, one sentence.
    pub about: String,
    /// Settings of the simulated API that differ from its defaults.
    #[serde(default)]
    pub api: BTreeMap<String, Value>,
    /// Which generation of documents the API serves; by default OpenAPI 3.
    #[serde(default)]
    pub swagger2: bool,
    /// How far it holds in the page.
    #[serde(default)]
    pub page: InPage,
    /// The user's files before the first run, by path relative to the working directory.
    pub files: BTreeMap<String, Content>,
    /// What is run, one after the other.
    pub runs: Vec<Run>,
}

/// How far a scenario holds in the page. Each exception has its reason.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InPage {
    /// The page does the same as every host.
    #[default]
    Same,
    /// The page does the same, but browsers do not tell what is wrong with a connection: the messages of failures
    /// without an answer are its own.
    OwnWords(String),
    /// The page comes to the same end in its own way: browsers hide something that other hosts go by. What the API
    /// holds, the state, and the counts of the results are the same; requests and texts are not compared.
    SameOutcome(String),
    /// Browsers keep the page from what other hosts do: it is held to what is expected of it there, and not compared.
    OwnEnd(String),
    /// There is no such thing in a page.
    Never(String),
}

/// What is in a file.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub enum Content {
    /// This text.
    Text(String),
    /// Lines, and how they are packed.
    Lines(Lines),
    /// Bytes that need not be text.
    Bytes {
        /// Two hexadecimal digits a byte; blanks and line ends between them are ignored.
        hex: String,
    },
}

/// Lines of a file.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lines {
    /// An object is written as compact JSON, a text as it stands.
    pub lines: Vec<Value>,
    /// How many times the lines are written; `{n}` in them is the number of the time, from 1.
    #[serde(default = "one")]
    pub times: u64,
    /// Whether the file is packed with gzip.
    #[serde(default)]
    pub gz: bool,
}

const fn one() -> u64 {
    1
}

/// One call of the program.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Run {
    /// The words of the command line.
    pub args: Vec<String>,
    /// Environment variables beside `API`.
    #[serde(default)]
    pub env: BTreeMap<String, String>,
    /// What is typed at a terminal when the run asks whether to remove records; left out: nobody is there to ask.
    #[serde(default)]
    pub answer: Option<String>,
    /// Whether the launcher says `stop` before the first record.
    #[serde(default)]
    pub stop: bool,
    /// The run is killed when the API has received so many requests.
    #[serde(default)]
    pub kill_after_requests: Option<u64>,
    /// What changes before it.
    #[serde(default)]
    pub before: Changes,
    /// What is expected of it.
    pub expect: Expect,
    /// What is expected of it in the page: `expect` with what its key `in_page` has instead.
    #[serde(default)]
    pub in_page: Option<Expect>,
}

/// What changes between two runs.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Changes {
    /// Files that are written.
    #[serde(default)]
    pub files: BTreeMap<String, Content>,
    /// Files that are removed.
    #[serde(default)]
    pub remove: Vec<String>,
    /// Settings of the simulated API that change.
    #[serde(default)]
    pub api: BTreeMap<String, Value>,
    /// Whether the API forgets all records.
    #[serde(default)]
    pub reset: bool,
    /// Whether an API that a rule has killed comes back, with everything that it knew.
    #[serde(default)]
    pub revive: bool,
}

/// What is expected of a run. What is left out is not looked at.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expect {
    /// The exit code; none for a run that is killed.
    #[serde(default)]
    pub exit: Option<i32>,
    /// `completed` of the results file.
    #[serde(default)]
    pub completed: Option<bool>,
    /// Endpoints by their names in the results file; the others must have processed nothing.
    #[serde(default)]
    pub endpoints: Option<BTreeMap<String, Endpoint>>,
    /// The causes of failures that the results file names, in its order.
    #[serde(default)]
    pub causes: Option<Vec<String>>,
    /// Texts on standard error.
    #[serde(default)]
    pub stderr: Texts,
    /// Texts on standard output.
    #[serde(default)]
    pub stdout: Texts,
    /// What files hold afterwards; `null`: there is no such file.
    #[serde(default)]
    pub files: BTreeMap<String, Option<Texts>>,
    /// The names of all files below a folder afterwards, in alphabetical order, with `/` between folders.
    #[serde(default)]
    pub folders: BTreeMap<String, Vec<String>>,
    /// How many records the API holds afterwards, by path such as `/ed-fi/students`.
    #[serde(default)]
    pub records: BTreeMap<String, u64>,
    /// Parts of records that the API holds afterwards, by path: each is part of one of them.
    #[serde(default)]
    pub holds: BTreeMap<String, Vec<serde_json::Map<String, Value>>>,
    /// How many requests were made, by method and a part of the path, such as `POST /ed-fi/students`. A part with a
    /// `?` or a `=` is looked for in path and query; one that ends in `$` must be their end.
    #[serde(default)]
    pub requests: BTreeMap<String, u64>,
    /// Parts of paths: all POST and DELETE of each come before those of the next.
    #[serde(default)]
    pub order: Vec<String>,
}

/// What is expected of an endpoint's results.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Endpoint {
    /// `records_processed`.
    #[serde(default)]
    pub processed: Option<u64>,
    /// `records_skipped`; none if left out, any number if null.
    #[serde(default = "none_skipped")]
    pub skipped: Option<u64>,
    /// `records_failed`.
    #[serde(default)]
    pub failed: u64,
    /// `successes` by status.
    #[serde(default)]
    pub successes: Option<BTreeMap<String, u64>>,
    /// `failures`, each of which must be there; and no others.
    #[serde(default)]
    pub failures: Option<Vec<FailureGroup>>,
}

/// Nothing is skipped unless the scenario says so.
#[expect(clippy::unnecessary_wraps, reason = "the form of the field: null says that any number will do")]
const fn none_skipped() -> Option<u64> {
    Some(0)
}

/// What is expected of an entry of `failures`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FailureGroup {
    /// `method`, of findings of validate.
    #[serde(default)]
    pub method: Option<String>,
    /// `status_code`; left out: null.
    #[serde(default)]
    pub status: Option<u16>,
    /// A part of `message`.
    pub message: String,
    /// `line_numbers`.
    pub lines: Vec<u64>,
    /// The end of `file`.
    #[serde(default)]
    pub file: Option<String>,
}

/// Texts that stand somewhere, or must not.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Texts {
    /// Each of these stands there.
    #[serde(default)]
    pub contains: Vec<String>,
    /// None of these does.
    #[serde(default)]
    pub lacks: Vec<String>,
    /// The number of lines.
    #[serde(default)]
    pub lines: Option<usize>,
    /// This and nothing else.
    #[serde(default)]
    pub exactly: Option<String>,
    /// Each line is JSON, and the lines are these values, in whatever order.
    #[serde(default)]
    pub records: Option<Vec<Value>>,
}

/// A scenario that cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("{path}: {reason}")]
pub struct ScenarioError {
    path: PathBuf,
    reason: String,
}

impl Scenario {
    /// Reads a scenario.
    pub fn read(path: &Path) -> Result<Self, ScenarioError> {
        let wrong = |reason: String| ScenarioError { path: path.to_owned(), reason };
        let text = std::fs::read_to_string(path).map_err(|error| wrong(error.to_string()))?;
        // By way of JSON, because the settings of the API are enums in the form that JSON gives them.
        let mut value: Value = serde_yaml::from_str(&text).map_err(|error| wrong(error.to_string()))?;
        for run in value["runs"].as_array_mut().into_iter().flatten() {
            expect_in_page(run);
        }
        let mut scenario: Self = serde_json::from_value(value).map_err(|error| wrong(error.to_string()))?;
        scenario.name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        Ok(scenario)
    }

    /// Reads all scenarios of a folder, by name.
    pub fn read_all(folder: &Path) -> Result<Vec<Self>, ScenarioError> {
        let wrong = |error: std::io::Error| ScenarioError { path: folder.to_owned(), reason: error.to_string() };
        let mut paths = Vec::new();
        for entry in std::fs::read_dir(folder).map_err(wrong)? {
            let path = entry.map_err(wrong)?.path();
            if path.extension().is_some_and(|ending| ending == "yaml") {
                paths.push(path);
            }
        }
        paths.sort();
        paths.iter().map(|path| Self::read(path)).collect()
    }
}

/// Takes the key `in_page` out of what is expected, and adds what that makes of it.
pub(super) fn expect_in_page(run: &mut Value) {
    let Some(expect) = run["expect"].as_object_mut() else { return };
    if let Some(Value::Object(others)) = expect.remove("in_page") {
        let mut expect = expect.clone();
        expect.extend(others);
        run["in_page"] = expect.into();
    }
}

impl Content {
    /// The bytes of the file.
    pub fn bytes(&self) -> Vec<u8> {
        match self {
            Self::Text(text) => text.clone().into_bytes(),
            Self::Lines(lines) => lines.bytes(),
            Self::Bytes { hex } => {
                let digits: Vec<u32> = hex.chars().filter_map(|c| c.to_digit(16)).collect();
                digits.chunks_exact(2).map(|pair| u8::try_from(pair[0] * 16 + pair[1]).unwrap_or_default()).collect()
            }
        }
    }
}

impl Lines {
    fn bytes(&self) -> Vec<u8> {
        let mut text = String::new();
        for time in 1..=self.times {
            for line in &self.lines {
                let line = match line {
                    Value::String(line) => line.clone(),
                    record => record.to_string(),
                };
                text.push_str(&line.replace("{n}", &time.to_string()));
                text.push('\n');
            }
        }
        if !self.gz {
            return text.into_bytes();
        }
        let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
        packed.write_all(text.as_bytes()).and_then(|()| packed.finish()).expect("a Vec takes everything")
    }
}

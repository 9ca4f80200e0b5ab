use std::fmt;

use serde::de::{Deserializer, MapAccess, Visitor};
use serde::{Deserialize, de::DeserializeOwned};

/// What a results file tells, of this program or of the Python tool.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RunResults {
    /// When the run began, as written.
    pub started_at: String,
    /// When it ended, as written.
    pub completed_at: String,
    /// How long it took, in seconds.
    pub seconds: f64,
    /// The command.
    pub command: String,
    /// The address of the API as configured.
    pub api_url: String,
    /// The namespace of endpoints that are named without one.
    pub namespace: String,
    /// Whether everything that was to be done was tried.
    pub completed: bool,
    /// Records that had their final word.
    pub processed: u64,
    /// Records that were not tried.
    pub skipped: u64,
    /// Records that were refused, unanswered or invalid.
    pub failed: u64,
    /// Failures by what would fix them, most records first.
    pub causes: Vec<Cause>,
    /// The endpoints, in the order of the run.
    pub resources: Vec<Resource>,
    /// The failures of all endpoints.
    pub failures: Vec<Failure>,
}

/// Failures with one cause.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Cause {
    /// The cause, such as `missing parent`.
    pub cause: String,
    /// What is missing, where the API names it.
    #[serde(default)]
    pub missing: Option<String>,
    /// The missing value, where the API names it.
    #[serde(default)]
    pub value: Option<String>,
    /// Records that have it.
    pub records: u64,
    /// What the API said of one of them.
    #[serde(default)]
    pub message: String,
    /// What to do, and who can.
    #[serde(default)]
    pub hint: String,
}

/// What became of the records of an endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resource {
    /// Its name.
    pub name: String,
    /// Accepted records: those of which the API, or the file system, said so.
    pub succeeded: u64,
    /// Records that had their final word.
    pub processed: u64,
    /// Records that were not tried.
    pub skipped: u64,
    /// Records that were refused, unanswered or invalid.
    pub failed: u64,
    /// Requests that were repeated.
    pub retries: u64,
}

/// Records of one file that failed alike.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The position of its endpoint among the resources.
    pub resource: usize,
    /// The status that the API answered; `None` for none, and for findings of a check.
    pub status: Option<u16>,
    /// The check that found it.
    pub method: Option<String>,
    /// What was said.
    pub message: String,
    /// The file.
    pub file: String,
    /// The lines, sorted, from 1.
    pub lines: Vec<u64>,
    /// How many records; more than the lines where records stand on none.
    pub count: u64,
    /// The API's name for the problem.
    pub problem_type: Option<String>,
    /// By which the API's administrator finds the answers in the server's log; a few.
    pub correlation_ids: Vec<String>,
}

impl RunResults {
    /// Reads a results file.
    ///
    /// # Errors
    /// If it is none: one sentence, without what stands in it.
    pub fn read(text: &str) -> Result<Self, String> {
        let file: File = serde_json::from_str(text)
            .map_err(|error| format!("this is no results file (line {}, column {})", error.line(), error.column()))?;
        let mut resources = Vec::new();
        let mut failures = Vec::new();
        for (name, entry) in file.resources.0 {
            failures.extend(entry.failures.into_iter().map(|failure| failure.of(resources.len())));
            resources.push(Resource {
                name,
                succeeded: entry.successes.iter().map(|success| success.count).sum(),
                processed: entry.records_processed,
                skipped: entry.records_skipped,
                failed: entry.records_failed,
                retries: entry.retries,
            });
        }
        Ok(Self {
            started_at: file.started_at.unwrap_or_default(),
            completed_at: file.completed_at.unwrap_or_default(),
            seconds: file.runtime_sec.unwrap_or_default(),
            command: file.command.unwrap_or_default(),
            api_url: file.api_url.unwrap_or_default(),
            namespace: file.namespace.unwrap_or_default(),
            completed: file.completed,
            processed: file.total_records_processed,
            skipped: file.total_records_skipped,
            failed: file.total_records_failed,
            causes: file.causes,
            resources,
            failures,
        })
    }

    /// Accepted records of all endpoints.
    pub fn succeeded(&self) -> u64 {
        self.resources.iter().map(|resource| resource.succeeded).sum()
    }

    /// The name of the endpoint that a failure is of.
    pub fn resource_of(&self, failure: &Failure) -> &str {
        &self.resources[failure.resource].name
    }
}

/// The file itself. What the Python tool does not write has a default.
#[derive(Deserialize)]
struct File {
    started_at: Option<String>,
    completed_at: Option<String>,
    runtime_sec: Option<f64>,
    command: Option<String>,
    api_url: Option<String>,
    namespace: Option<String>,
    resources: Entries<Entry>,
    #[serde(default)]
    total_records_processed: u64,
    #[serde(default)]
    total_records_skipped: u64,
    #[serde(default)]
    total_records_failed: u64,
    #[serde(default = "yes")]
    completed: bool,
    #[serde(default)]
    causes: Vec<Cause>,
}

fn yes() -> bool {
    true
}

#[derive(Deserialize)]
struct Entry {
    #[serde(default)]
    failures: Vec<FailureEntry>,
    #[serde(default)]
    successes: Vec<Success>,
    #[serde(default)]
    records_processed: u64,
    #[serde(default)]
    records_skipped: u64,
    #[serde(default)]
    records_failed: u64,
    #[serde(default)]
    retries: u64,
}

#[derive(Deserialize)]
struct Success {
    count: u64,
}

#[derive(Deserialize)]
struct FailureEntry {
    status_code: Option<u16>,
    method: Option<String>,
    #[serde(default)]
    message: String,
    file: Option<String>,
    #[serde(default)]
    line_numbers: Vec<u64>,
    #[serde(default)]
    count: u64,
    #[serde(rename = "type")]
    problem_type: Option<String>,
    #[serde(default)]
    correlation_ids: Vec<String>,
}

impl FailureEntry {
    fn of(self, resource: usize) -> Failure {
        Failure {
            resource,
            status: self.status_code,
            method: self.method,
            message: self.message,
            file: self.file.unwrap_or_default(),
            lines: self.line_numbers,
            count: self.count,
            problem_type: self.problem_type,
            correlation_ids: self.correlation_ids,
        }
    }
}

/// The members of an object in the order written: that of the run.
struct Entries<T>(Vec<(String, T)>);

impl<'de, T: DeserializeOwned> Deserialize<'de> for Entries<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members<T>(std::marker::PhantomData<T>);

        impl<'de, T: DeserializeOwned> Visitor<'de> for Members<T> {
            type Value = Entries<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("endpoints with what became of their records")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Entries<T>, A::Error> {
                let mut all = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    all.push(entry);
                }
                Ok(Entries(all))
            }
        }

        deserializer.deserialize_map(Members(std::marker::PhantomData))
    }
}

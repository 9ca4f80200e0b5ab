//! The engine's only output: one typed stream that progress, logs, results file and page are folds over.

use std::rc::Rc;
use std::time::Duration;

use crate::config::LogLevel;
use crate::host::Timestamp;
use crate::invocation::Command;
use crate::notice::Notice;

/// Hears the events of a run. Must not block; called in order, from one thread.
pub trait Listener {
    /// One event.
    fn hear(&self, event: &Event);
}

impl<F: Fn(&Event)> Listener for F {
    fn hear(&self, event: &Event) {
        self(event);
    }
}

/// Something that happened. Holds no payload and no secret; API messages are the API's own words.
#[derive(Debug, Clone)]
pub enum Event {
    /// The run began: the configuration is read.
    Started(Started),
    /// A sentence for the user.
    Notice(Notice),
    /// The API was found: its data root without credentials, and its version as it tells it.
    Connected {
        /// The data root.
        data_url: String,
        /// The API's own version, where it tells one.
        version: Option<String>,
    },
    /// Work of one endpoint is known; sent for all endpoints of the run before the first of them starts.
    Planned {
        /// The endpoint.
        endpoint: EndpointId,
        /// Its files, in reading order.
        files: Vec<Rc<str>>,
        /// Their length in bytes, packed where packed.
        bytes: u64,
    },
    /// Work on an endpoint began.
    EndpointStarted {
        /// The endpoint.
        endpoint: EndpointId,
        /// Its URL.
        url: String,
    },
    /// Bytes of an endpoint's files that have been read so far, for progress.
    Read {
        /// The endpoint.
        endpoint: EndpointId,
        /// Of [`Event::Planned`]'s bytes.
        bytes: u64,
    },
    /// The number of records that an endpoint's work is about, where it is known before they are had: `fetch` and
    /// `truncate`, which read no files.
    Expected {
        /// The endpoint.
        endpoint: EndpointId,
        /// As the API counts them.
        records: u64,
    },
    /// Further records of an endpoint were had, for progress; the final word on them follows when their file is whole
    /// (`fetch`).
    Received {
        /// The endpoint.
        endpoint: EndpointId,
        /// How many more.
        records: u64,
    },
    /// The final word on one record.
    Record(RecordEvent),
    /// The final word on several records at once that are no lines of a file, such as a page of `fetch`.
    Records(RecordsEvent),
    /// An endpoint could not be worked on at all, or not to its end, and of how many records is not known.
    EndpointFailed {
        /// The endpoint.
        endpoint: EndpointId,
        /// Why.
        failure: Failure,
    },
    /// An exchange is repeated.
    Repeated {
        /// The endpoint, `None` for token, discovery and documents.
        endpoint: Option<EndpointId>,
        /// The status that asked for it, `None` where there was no answer.
        status: Option<u16>,
        /// How long it waits.
        wait: Duration,
    },
    /// The server asked for slowness: all requests wait.
    GateClosed {
        /// The status that asked for it.
        status: u16,
        /// How long.
        wait: Duration,
    },
    /// Requests in flight and the number allowed at the moment, for progress; sent when either changes markedly.
    InFlight {
        /// In flight now.
        now: usize,
        /// Allowed at the moment.
        allowed: usize,
    },
    /// Work on an endpoint ended.
    EndpointFinished {
        /// The endpoint.
        endpoint: EndpointId,
    },
    /// The plan of a dry run for one endpoint.
    DryRun {
        /// The endpoint.
        endpoint: EndpointId,
        /// What would happen.
        plan: DryRun,
    },
    /// The run ended; the last event.
    Finished {
        /// When.
        at: Timestamp,
        /// Whether everything that was to be done was tried.
        completed: bool,
    },
}

/// The beginning of a run, as the results file tells it.
#[derive(Debug, Clone)]
pub struct Started {
    /// The command.
    pub command: Command,
    /// A name for this run, unique enough to be told in a lock.
    pub run_id: Rc<str>,
    /// When.
    pub at: Timestamp,
    /// The working directory.
    pub working_dir: String,
    /// The configuration file.
    pub config_file: String,
    /// The data folder as configured.
    pub data_dir: String,
    /// `edfi_api.base_url`, without credentials.
    pub api_url: String,
    /// `namespace`.
    pub namespace: String,
    /// `namespace_overrides`: namespace and endpoints, in file order.
    pub namespace_overrides: Option<Vec<(String, Vec<String>)>>,
    /// Which notices the user wants to be told.
    pub log_level: LogLevel,
}

/// An endpoint of the API: its namespace and its name, as in `ed-fi` and `students`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EndpointId {
    /// The namespace, a path segment such as `ed-fi`.
    pub namespace: Rc<str>,
    /// The name, a path segment such as `students`.
    pub name: Rc<str>,
}

impl EndpointId {
    /// An endpoint id.
    pub fn new(namespace: impl Into<Rc<str>>, name: impl Into<Rc<str>>) -> Self {
        Self { namespace: namespace.into(), name: name.into() }
    }

    /// Whether it is a descriptor endpoint: its name ends in `Descriptors`.
    pub fn is_descriptor(&self) -> bool {
        self.name.ends_with("Descriptors")
    }
}

impl std::fmt::Display for EndpointId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.namespace, self.name)
    }
}

/// The final word on one record.
#[derive(Debug, Clone)]
pub struct RecordEvent {
    /// Its endpoint.
    pub endpoint: EndpointId,
    /// Its file, as the user knows it.
    pub file: Rc<str>,
    /// Its line, from 1, blank lines counted. `None` for records that are no line of a file.
    pub line: Option<u64>,
    /// What became of it.
    pub outcome: Outcome,
    /// How many times the exchange was repeated.
    pub repeats: u32,
}

/// The final word on several records at once.
#[derive(Debug, Clone)]
pub struct RecordsEvent {
    /// Their endpoint.
    pub endpoint: EndpointId,
    /// The file that they were written to, or were to be; empty where there is none.
    pub file: Rc<str>,
    /// What became of each of them.
    pub outcome: Outcome,
    /// How many they are.
    pub count: u64,
}

/// What became of a record.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// The API accepted it, with this status.
    Succeeded {
        /// Any 2xx.
        status: u16,
    },
    /// It was not tried.
    Skipped(Skip),
    /// It was refused, had no answer, or could not be tried.
    Failed(Failure),
    /// Nothing is wrong with it, and nothing was to be done with it (validate).
    Valid,
    /// Something is wrong with it, so it was not sent (validate, validate+send); never empty.
    Invalid(Vec<Finding>),
}

/// Something that is wrong with a record. Names paths and rules, and of the record's values only descriptors.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Finding {
    /// The validation method that found it: `json`, `schema`, `descriptors`, `uniqueness` or `references`.
    pub method: &'static str,
    /// What is wrong.
    pub message: String,
    /// What would fix it.
    pub cause: Cause,
}

/// Why a record was not tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Skip {
    /// The state knows it as accepted, and no flag asks for it again.
    AlreadySent,
    /// The same line stood earlier in this run.
    Repeated,
    /// A later line of the same natural key is known as accepted, so sending this one would undo it.
    Outdated,
    /// The API holds no such record (delete).
    NotFound,
    /// The API holds several such records (delete).
    SeveralFound,
    /// The credentials may not read the endpoint (fetch).
    NotPermitted,
    /// The endpoint has no parameter that the query asks for (fetch).
    NotAsked,
    /// A file of this name was there, and is left as it is (create).
    Kept,
}

/// Why a record failed.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Failure {
    /// The status of the last answer; `None` when there was none.
    pub status: Option<u16>,
    /// The API's own words, one entry a message; never empty.
    pub messages: Vec<String>,
    /// The problem type the API named (`urn:ed-fi:api:…`).
    pub problem_type: Option<String>,
    /// The API's correlation id.
    pub correlation_id: Option<String>,
    /// What would fix it.
    pub cause: Cause,
}

/// What would fix a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Cause {
    /// A record that it refers to is not there.
    MissingParent,
    /// A descriptor value is not known to the API.
    UnknownDescriptor,
    /// The credentials may not do this.
    NotAuthorized,
    /// A value or the form of the record is wrong.
    InvalidValue,
    /// It contradicts another record.
    Duplicate,
    /// The server had a fault, or asked for slowness too often.
    ServerFault,
    /// No answer was had.
    NoConnection,
    /// Other records depend on it (delete).
    StillReferenced,
    /// Anything else.
    Other,
}

/// What a dry run found for one endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct DryRun {
    /// Records never seen before.
    pub new: u64,
    /// Records whose natural key was sent before with other content.
    pub changed: u64,
    /// Records already sent.
    pub already_sent: u64,
    /// Records that failed before.
    pub failed_before: u64,
    /// Lines that stand twice, or that a later line outdates.
    pub repeated: u64,
    /// Lines that cannot be sent: not UTF-8, or too long.
    pub unreadable: u64,
    /// Requests that would be made.
    pub requests: u64,
    /// What would be removed (delete, truncate).
    pub removal: Option<RemovalPlan>,
}

/// What a dry run of delete or truncate found for one endpoint. The API was asked, so the numbers are true.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RemovalPlan {
    /// Records that the API holds and that would be deleted.
    pub found: u64,
    /// Records that the API does not hold.
    pub not_found: u64,
    /// Records of which the API holds several.
    pub several_found: u64,
    /// Records that could not be looked up, or whose look-up was answered with other records.
    pub failed: u64,
}

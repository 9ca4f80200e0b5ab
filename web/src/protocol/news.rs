//! What the worker tells the page.

use serde::{Deserialize, Serialize};

use super::Snapshot;

/// A message of the worker.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum News {
    /// The worker listens; what was said before is lost.
    Ready,
    /// How far a run is; at most ten times a second.
    Progress {
        /// The run's number.
        id: u32,
        /// All of it, but notices: those since the last message.
        snapshot: Box<Snapshot>,
    },
    /// The run waits for [`super::Order::Answer`].
    Question {
        /// The run's number.
        id: u32,
        /// What will happen, in plain sentences.
        text: String,
    },
    /// A job ended; files that it wrote come beside it.
    Done {
        /// The job's number.
        id: u32,
        /// How.
        done: Box<Done>,
    },
}

/// How a job ended.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[allow(clippy::large_enum_variant, reason = "there is one of it at a time, boxed")]
pub enum Done {
    /// A command.
    Run(RunEnd),
    /// A test of the connection, step by step.
    Connection(Vec<Check>),
    /// The API's endpoints in dependency order, or why they could not be had.
    Endpoints(Result<Vec<EndpointName>, String>),
    /// What the files are.
    Survey(Vec<SurveyedFile>),
    /// One record, or why it could not be read.
    Record(Result<RecordText, String>),
    /// The lines were copied, or why not.
    Lines(Result<(), String>),
}

/// How a command ended.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct RunEnd {
    /// The exit code that the command line would give.
    pub exit: u8,
    /// Whether everything that was to be done was tried; `None` if the work never began, and the notices say why.
    pub completed: Option<bool>,
    /// What the command line would print: data only.
    pub stdout: Option<String>,
    /// The results file, in the shape of the command line's; `None` if the work never began.
    pub results: Option<String>,
    /// What the command line would tell at the end.
    pub summary: String,
    /// The last state of things; its notices are those since the last message.
    pub snapshot: Snapshot,
}

/// One step of a test of the connection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    /// What was looked at, such as `The API answers`.
    pub what: String,
    /// How it is.
    pub mark: Mark,
    /// What was seen, one sentence.
    pub seen: String,
    /// What to do about it.
    pub fix: Option<String>,
}

/// How a step of a test went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Mark {
    /// As it should be.
    Good,
    /// It works, but not as well as it could.
    Fair,
    /// It does not work.
    Bad,
    /// Not tried, because a step before it failed.
    Untried,
}

/// An endpoint of the API.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EndpointName {
    /// The namespace, as in `ed-fi`.
    pub namespace: String,
    /// The name, as in `students`.
    pub name: String,
}

/// What a chosen file is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SurveyedFile {
    /// Its path.
    pub path: String,
    /// Its size in bytes, packed where packed.
    pub bytes: u64,
    /// The endpoint that its records go to; `None` if it belongs to none, or the endpoints are not known.
    pub endpoint: Option<EndpointName>,
    /// Lines that are not blank; `None` if it could not be read to its end.
    pub records: Option<u64>,
    /// What is wrong with it, one sentence each.
    pub problems: Vec<String>,
}

/// A record as it stands in its file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordText {
    /// The file.
    pub file: String,
    /// The line, from 1.
    pub line: u64,
    /// The line's text, as it stands; what is not UTF-8 in it is replaced.
    pub text: String,
}

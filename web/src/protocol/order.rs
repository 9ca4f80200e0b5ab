//! What the page asks of the worker.

use std::collections::BTreeMap;
use std::fmt;

use lightbeam_core::invocation::Invocation;
use serde::Serialize;

/// A message of the page.
#[derive(Debug, Clone, Serialize)]
pub enum Order {
    /// Do this, and tell the outcome under this number. The files of the job come beside it.
    Begin {
        /// A number that no other job of this worker has.
        id: u32,
        /// What is to be done.
        job: Box<Job>,
    },
    /// The answer to the question of a run.
    Answer {
        /// The run's number.
        id: u32,
        /// Whether it may go on.
        yes: bool,
    },
    /// What the person wants of the run now.
    Want {
        /// The run's number.
        id: u32,
        /// What.
        want: Want,
    },
}

/// What the person wants of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Want {
    /// Go on.
    Run,
    /// Take no further record until told otherwise.
    Pause,
    /// Take no further record, finish what is in flight, and end.
    Stop,
}

/// A task with everything it needs beside the user's files.
#[derive(Debug, Clone, Serialize)]
pub struct Job {
    /// What is to be done.
    pub task: Task,
    /// Values for `${NAME}` in the configuration; secrets are among them.
    pub variables: BTreeMap<String, Secretive>,
    /// Files that the page itself wrote: path and content. The configuration is among them, as
    /// [`lightbeam_core::config::Written::to_json`] writes it.
    pub texts: Vec<(String, String)>,
}

/// What is to be done.
#[derive(Debug, Clone, Serialize)]
pub enum Task {
    /// Carry a command out; ends in [`super::Done::Run`].
    Run(Box<Invocation>),
    /// Find out step by step whether the API can be used; ends in [`super::Done::Connection`]. Of the invocation,
    /// only what configures counts.
    CheckConnection(Box<Invocation>),
    /// The endpoints of the API; ends in [`super::Done::Endpoints`].
    Endpoints(Box<Invocation>),
    /// What the files of the job are, among these endpoints; ends in [`super::Done::Survey`].
    Survey {
        /// The API's endpoints; empty where they are not known.
        endpoints: Vec<super::EndpointName>,
        /// The namespace of endpoints that are named without one.
        namespace: String,
        /// The folder that the files are in.
        data_dir: String,
    },
    /// One record as it stands in a file of the job; ends in [`super::Done::Record`].
    Record {
        /// The file.
        file: String,
        /// The line, from 1.
        line: u64,
    },
    /// Lines of the job's files, original bytes; ends in [`super::Done::Lines`], and the new files, of the same paths
    /// but never packed, come beside it.
    Lines {
        /// Files, each with its lines, sorted.
        files: Vec<(String, Vec<u64>)>,
    },
}

/// A text that no debug output shows.
#[derive(Clone, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Secretive(pub String);

impl fmt::Debug for Secretive {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

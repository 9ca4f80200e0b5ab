//! How far a run is, as the page shows it.

use serde::{Deserialize, Serialize};

/// How far a run is.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Snapshot {
    /// The status line of the command line, such as `send: 22%, 1,234 of about 5,600 records, 134/s`.
    pub line: String,
    /// Per cent of the work; `None` before it is known.
    pub percent: Option<u8>,
    /// Records that had their final word.
    pub processed: u64,
    /// Records that there will have been; an estimate where files are read.
    pub expected: Option<u64>,
    /// Accepted records.
    pub succeeded: u64,
    /// Records that were not tried.
    pub skipped: u64,
    /// Records that were refused, unanswered or invalid.
    pub failed: u64,
    /// Exchanges that were repeated.
    pub repeats: u64,
    /// Records a minute, as fast as the last seconds were.
    pub per_minute: u64,
    /// Seconds left, if the rate stays; `None` while it says too little.
    pub seconds_left: Option<u64>,
    /// Requests in flight.
    pub in_flight: usize,
    /// The data root, once the API was found.
    pub data_url: Option<String>,
    /// The endpoints of the run, in its order.
    pub endpoints: Vec<EndpointRow>,
    /// Failures by what would fix them, most records first; at most twenty.
    pub causes: Vec<CauseRow>,
    /// What a dry run found.
    pub dry_run: Vec<DryRunRow>,
    /// What the user should know, since the last snapshot.
    pub notices: Vec<NoticeRow>,
}

/// What became of an endpoint's records so far.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EndpointRow {
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// Where its work stands.
    pub state: RowState,
    /// Records that had their final word.
    pub processed: u64,
    /// Accepted records.
    pub succeeded: u64,
    /// Records that were not tried.
    pub skipped: u64,
    /// Records that were refused, unanswered or invalid.
    pub failed: u64,
    /// Bytes of its files; 0 where none are read.
    pub bytes: u64,
    /// Bytes of them that were read.
    pub read: u64,
}

/// Where the work on an endpoint stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum RowState {
    /// Not begun.
    Queued,
    /// Under way.
    Working,
    /// Ended.
    Done,
    /// Ended before its end, or not possible at all.
    Broken,
}

/// Failures with one cause.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CauseRow {
    /// The cause, in the words of the results file.
    pub cause: String,
    /// What is missing, where the API names it.
    pub thing: Option<String>,
    /// The missing value, where the API names it.
    pub value: Option<String>,
    /// Records that have it.
    pub records: u64,
    /// What to do, and who can.
    pub hint: String,
}

/// What a dry run found for an endpoint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DryRunRow {
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
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
    /// What a removal would find: found, not found, several found, failed.
    pub removal: Option<[u64; 4]>,
}

/// Something that the user should know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoticeRow {
    /// How much it matters.
    pub severity: Severity,
    /// What happened and where.
    pub text: String,
    /// What to do.
    pub hint: Option<String>,
}

/// How much a notice matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Severity {
    /// Of use to whoever looks for a fault.
    Debug,
    /// Good to know.
    Info,
    /// Something is probably not as the user wants it.
    Warning,
    /// Something could not be done.
    Error,
}

use std::collections::BTreeMap;

use serde_json::{Map, Value};

/// What an API holds, by path, in the order of the texts.
pub type Records = BTreeMap<String, Vec<Map<String, Value>>>;

/// What a host shows of one run.
#[derive(Debug, Clone, Default)]
pub struct Observed {
    /// The exit code; `None` when it was killed.
    pub exit: Option<i32>,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
    /// The results file, if the run wrote one.
    pub results: Option<Value>,
    /// The requests that the API received in this run, in order.
    pub requests: Vec<Request>,
    /// The records that the API holds afterwards, by path, in the order of their texts.
    pub records: Records,
    /// The user's files afterwards, by path; the results file and the state stand apart.
    pub files: BTreeMap<String, Vec<u8>>,
    /// The state afterwards: for each log its records and what is known of them.
    pub state: BTreeMap<String, Vec<String>>,
}

/// A request as the API received it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Request {
    /// The method.
    pub method: String,
    /// The path.
    pub path: String,
    /// The query.
    pub query: String,
    /// The SHA-256 of the body.
    pub body: String,
    /// Whether it was answered.
    pub answered: bool,
}

impl Request {
    /// Whether it counts when hosts are compared: pages need preflights and tokens as they please.
    pub(crate) fn counts(&self) -> bool {
        self.method != "OPTIONS" && !self.path.ends_with("/token")
    }
}

/// The results that a file or a stream holds, if it holds such.
pub(crate) fn results_of(bytes: &[u8]) -> Option<Value> {
    let value: Value = serde_json::from_slice(bytes).ok()?;
    value.get("run_id").is_some().then_some(value)
}

/// The length of an entry of a state log.
const ENTRY: usize = 32;

/// What a state log says, less the times: read here anew, so that a fault of the engine's own reader shows.
///
/// Entries are a digest (16 bytes), the key's hash (8), a time (4), status and flags (2) and a checksum (2); the first
/// is a header.
pub(crate) fn decode_log(bytes: &[u8]) -> Vec<String> {
    let mut known = BTreeMap::new();
    for entry in bytes.chunks_exact(ENTRY).skip(1) {
        let digest = hexadecimal(&entry[..16]);
        let status = u16::from_le_bytes([entry[28], entry[29]]);
        match status & 0x3fff {
            0x3fff => {
                known.remove(&digest);
            }
            0x3ffe => known.clear(),
            0x3ffd => {}
            status => {
                known.insert(digest, format!("{} {status}", hexadecimal(&entry[16..24])));
            }
        }
    }
    known.into_iter().map(|(digest, rest)| format!("{digest} {rest}")).collect()
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

/// The endpoint of a log's name, `targets/HOST-HEX/state/NAMESPACE/ENDPOINT.log`, if it is one.
pub(crate) fn log_of(name: &str) -> Option<String> {
    let (_, endpoint) = name.split_once("/state/")?;
    endpoint.strip_suffix(".log").map(str::to_owned)
}

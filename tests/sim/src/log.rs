//! The log of requests that tests ask for.

use std::collections::VecDeque;
use std::fmt::Write as _;

use http::Method;
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::settings::LogBodies;

/// One request and the status of its answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LogEntry {
    /// The number of the request since the start, from 1.
    pub sequence: u64,
    /// When it came, in milliseconds since 1970.
    pub time: u64,
    /// The method.
    pub method: String,
    /// The path.
    pub path: String,
    /// The query, without the question mark; empty when there is none.
    pub query: String,
    /// The length of the body in bytes.
    pub length: usize,
    /// The SHA-256 of the body in lower-case hexadecimal, when the log keeps hashes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// The body, when the log keeps bodies (what is not UTF-8 in it is replaced).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// The status; none when the client got none, because a scripted fault came first.
    pub status: Option<u16>,
}

/// The last requests, oldest first.
#[derive(Debug, Default)]
pub(crate) struct Log {
    entries: VecDeque<LogEntry>,
    count: u64,
}

impl Log {
    pub(crate) fn begin(
        &mut self,
        method: &Method,
        uri: &http::Uri,
        body: &[u8],
        time: u64,
        bodies: LogBodies,
    ) -> LogEntry {
        self.count += 1;
        LogEntry {
            sequence: self.count,
            time,
            method: method.to_string(),
            path: uri.path().to_owned(),
            query: uri.query().unwrap_or_default().to_owned(),
            length: body.len(),
            sha256: (bodies == LogBodies::Hash).then(|| hexadecimal(&Sha256::digest(body))),
            body: (bodies == LogBodies::Full).then(|| String::from_utf8_lossy(body).into_owned()),
            status: None,
        }
    }

    pub(crate) fn push(&mut self, entry: LogEntry, limit: usize) {
        while self.entries.len() >= limit.max(1) {
            self.entries.pop_front();
        }
        if limit > 0 {
            self.entries.push_back(entry);
        }
    }

    pub(crate) fn entries(&self) -> impl Iterator<Item = &LogEntry> {
        self.entries.iter()
    }

    pub(crate) fn clear(&mut self) {
        self.entries.clear();
    }
}

pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        write!(text, "{byte:02x}").expect("a String takes everything");
    }
    text
}

//! `--failed-dir`: the failed records of an endpoint, as they stood in their files, ready to be mended and sent again.

use std::collections::HashMap;
use std::rc::Rc;

use serde::Serialize;

use super::session::Session;
use crate::data::{Digest, Reread, Span};
use crate::event::{EndpointId, Failure, Finding};
use crate::host::{FileError, FileErrorKind, Files, Host, Sink};
use crate::notice::Notice;
use crate::sort;

/// So many different reasons are kept in their own words; after that only what kind they are of, for some name a line.
const MOST_REASONS: usize = 10_000;

/// Remembers where failed records stand and why they failed; the records themselves are read again at the end.
#[derive(Debug)]
pub(crate) struct FailedRecords {
    kept: bool,
    records: Vec<FailedRecord>,
    /// Why records failed, each reason once.
    reasons: Vec<Reason>,
    known: HashMap<Reason, usize>,
}

#[derive(Debug)]
struct FailedRecord {
    file: usize,
    line: u64,
    span: Span,
    /// Of its bytes, where they could be a record.
    digest: Option<Digest>,
    reason: usize,
    correlation_id: Option<Box<str>>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Reason {
    status: Option<u16>,
    message: Rc<str>,
}

/// One line of `{endpoint}.errors.jsonl`.
#[derive(Serialize)]
struct ErrorLine<'a> {
    file: &'a str,
    line: u64,
    status: Option<u16>,
    message: &'a str,
    correlation_id: Option<&'a str>,
}

impl FailedRecords {
    /// Remembers nothing unless `kept`: without `--failed-dir` nobody asks.
    pub(crate) fn new(kept: bool) -> Self {
        Self { kept, records: Vec::new(), reasons: Vec::new(), known: HashMap::new() }
    }

    /// Remembers one failed record.
    pub(crate) fn add(&mut self, file: usize, line: u64, span: Span, digest: Option<Digest>, failure: &Failure) {
        if self.kept {
            let correlation_id = failure.correlation_id.as_deref().map(Into::into);
            let (status, message) = (failure.status, failure.messages.join("; "));
            let reason = self.reason(status, &message, || format!("{:?}", failure.cause));
            self.records.push(FailedRecord { file, line, span, digest, reason, correlation_id });
        }
    }

    /// Remembers one invalid record.
    pub(crate) fn add_invalid(
        &mut self,
        file: usize,
        line: u64,
        span: Span,
        digest: Option<Digest>,
        findings: &[Finding],
    ) {
        if self.kept {
            let messages: Vec<&str> = findings.iter().map(|found| &*found.message).collect();
            let kinds = || {
                let mut kinds: Vec<String> =
                    findings.iter().map(|found| format!("{}: {:?}", found.method, found.cause)).collect();
                kinds.dedup();
                kinds.join("; ")
            };
            let reason = self.reason(None, &messages.join("; "), kinds);
            self.records.push(FailedRecord { file, line, span, digest, reason, correlation_id: None });
        }
    }

    /// Whether records are remembered.
    pub(crate) fn are_kept(&self) -> bool {
        self.kept
    }

    /// The position of a reason, which is kept in short where there are too many.
    fn reason(&mut self, status: Option<u16>, message: &str, short: impl FnOnce() -> String) -> usize {
        let mut reason = Reason { status, message: message.into() };
        if self.reasons.len() >= MOST_REASONS && !self.known.contains_key(&reason) {
            reason.message = short().into();
        }
        let next = self.reasons.len();
        *self.known.entry(reason.clone()).or_insert_with(|| {
            self.reasons.push(reason);
            next
        })
    }

    /// Writes `{endpoint}.jsonl` and `{endpoint}.errors.jsonl` in file order. Where nothing failed, files of an
    /// earlier run become empty and no new ones are made.
    pub(crate) async fn write<H: Host>(
        mut self,
        session: &Session<'_, H>,
        dir: &str,
        endpoint: &EndpointId,
        files: &[Rc<str>],
    ) -> Result<(), FileError> {
        let base = format!("{}/{}", dir.trim_end_matches(['/', '\\']), session.file_name(endpoint));
        let records_path = format!("{base}.jsonl");
        let errors_path = format!("{base}.errors.jsonl");
        let host_files = session.host.files();
        if self.records.is_empty() {
            // Only what an earlier run wrote has both files; and what was not tried now has not ceased to fail.
            let is_there = match host_files.open(&errors_path).await {
                Ok(_) => true,
                Err(error) if error.kind == FileErrorKind::NotFound => false,
                Err(error) => return Err(error),
            };
            if is_there && !session.is_ending() {
                for path in [&records_path, &errors_path] {
                    host_files.create(path).await?.commit().await?;
                }
            }
            return Ok(());
        }
        sort::by_key(&mut self.records, |record| (record.file, record.span.offset));
        let mut records = host_files.create(&records_path).await?;
        let mut errors = host_files.create(&errors_path).await?;
        let mut left_out = 0;
        for of_file in self.records.chunk_by(|one, other| one.file == other.file) {
            let path = &files[of_file[0].file];
            let spans = of_file.iter().map(|record| record.span).collect();
            let mut reread = match host_files.open(path).await {
                Ok(source) => Reread::new(source, path.clone(), spans),
                Err(error) => {
                    session.unreadable_file(&error);
                    left_out += of_file.len();
                    continue;
                }
            };
            let is_doubtful = session.is_doubtful(path);
            for (at, record) in of_file.iter().enumerate() {
                let is_written = match copy(session, &mut reread, record, is_doubtful, &mut records).await? {
                    Copied::Yes => true,
                    Copied::Changed => {
                        session.changed_file(path);
                        left_out += 1;
                        false
                    }
                    Copied::Unreadable(error) => {
                        session.unreadable_file(&error);
                        left_out += of_file.len() - at;
                        break;
                    }
                };
                if is_written {
                    let reason = &self.reasons[record.reason];
                    let line = ErrorLine {
                        file: path,
                        line: record.line,
                        status: reason.status,
                        message: &reason.message,
                        correlation_id: record.correlation_id.as_deref(),
                    };
                    let mut text = serde_json::to_vec(&line).expect("texts and numbers can be written as JSON");
                    text.push(b'\n');
                    errors.write(&text).await?;
                }
            }
        }
        if left_out > 0 {
            session.notice(Notice::error(format!(
                "{left_out} failed records of {endpoint} are not in {records_path}: their files were changed, or can no \
                 longer be read"
            )));
        }
        records.commit().await?;
        errors.commit().await
    }
}

/// What became of a record that was to be copied.
enum Copied {
    Yes,
    /// Something else stands there now; nothing was written.
    Changed,
    Unreadable(FileError),
}

/// Copies a record as it was when it failed. One that could be no record (it may be too long to be held) is copied
/// piece by piece, without a look at what it says, and not from a file that `is_doubtful`. The error is one of writing.
async fn copy<H: Host>(
    session: &Session<'_, H>,
    reread: &mut Reread<<H::Files as Files>::Source>,
    record: &FailedRecord,
    is_doubtful: bool,
    to: &mut <H::Files as Files>::Sink,
) -> Result<Copied, FileError> {
    let mut held = Vec::new();
    loop {
        let piece = match reread.next().await {
            Ok(Some(piece)) => piece,
            Ok(None) => return Ok(Copied::Changed),
            Err(error) => {
                if record.digest.is_none() && !is_doubtful {
                    // What was written of it must not run into the next record.
                    to.write(b"\n").await?;
                }
                return Ok(Copied::Unreadable(error));
            }
        };
        session.yield_now().await;
        match record.digest {
            Some(_) => held.extend_from_slice(&piece.bytes),
            None if is_doubtful => {}
            None => to.write(&piece.bytes).await?,
        }
        if !piece.last {
            continue;
        }
        if let Some(digest) = record.digest {
            if Digest::of(&held) != digest {
                return Ok(Copied::Changed);
            }
            to.write(&held).await?;
        } else if is_doubtful {
            return Ok(Copied::Changed);
        }
        to.write(b"\n").await?;
        return Ok(Copied::Yes);
    }
}

//! `--failed-dir`: the failed records of an endpoint, as they stood in their files, ready to be mended and sent again.

use std::collections::HashMap;
use std::rc::Rc;

use serde::Serialize;

use super::session::Session;
use crate::data::{Reread, Span};
use crate::event::{EndpointId, Failure, Finding};
use crate::host::{FileError, FileErrorKind, Files, Host, Sink};

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
    pub(crate) fn add(&mut self, file: usize, line: u64, span: Span, failure: &Failure) {
        if self.kept {
            let correlation_id = failure.correlation_id.as_deref().map(Into::into);
            self.add_for(file, line, span, failure.status, &failure.messages.join("; "), correlation_id);
        }
    }

    /// Remembers one invalid record.
    pub(crate) fn add_invalid(&mut self, file: usize, line: u64, span: Span, findings: &[Finding]) {
        if self.kept {
            let messages: Vec<&str> = findings.iter().map(|found| &*found.message).collect();
            self.add_for(file, line, span, None, &messages.join("; "), None);
        }
    }

    fn add_for(
        &mut self,
        file: usize,
        line: u64,
        span: Span,
        status: Option<u16>,
        message: &str,
        correlation_id: Option<Box<str>>,
    ) {
        let reason = Reason { status, message: message.into() };
        let next = self.reasons.len();
        let reason = *self.known.entry(reason.clone()).or_insert_with(|| {
            self.reasons.push(reason);
            next
        });
        self.records.push(FailedRecord { file, line, span, reason, correlation_id });
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
        self.records.sort_by_key(|record| (record.file, record.span.offset));
        let mut records = host_files.create(&records_path).await?;
        let mut errors = host_files.create(&errors_path).await?;
        for of_file in self.records.chunk_by(|one, other| one.file == other.file) {
            let path = &files[of_file[0].file];
            let source = host_files.open(path).await?;
            let mut reread = Reread::new(source, path.clone(), of_file.iter().map(|record| record.span).collect());
            while let Some(piece) = reread.next().await? {
                session.yield_now().await;
                records.write(&piece.bytes).await?;
                if piece.last {
                    records.write(b"\n").await?;
                }
            }
            for record in of_file {
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
        records.commit().await?;
        errors.commit().await
    }
}

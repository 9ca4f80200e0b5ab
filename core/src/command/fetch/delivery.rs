use std::collections::HashSet;
use std::rc::Rc;

use futures_util::StreamExt;

use super::Counted;
use super::folder::Folder;
use super::record_text::RecordText;
use crate::api::page::{Page, record_mark};
use crate::command::Session;
use crate::command::collection::{Collection, Paging, Query, Trouble};
use crate::command::failure::failure;
use crate::data::Digest;
use crate::event::{Cause, Event, Failure, Outcome, RecordsEvent, Skip};
use crate::host::{FileError, FileErrorKind, Files, Host, Sink};
use crate::model::Endpoint;
use crate::notice::Notice;
use crate::report::Ended;

/// What the endpoints of a run share.
pub(super) struct Fetch<'a, H: Host> {
    pub(super) session: &'a Session<'a, H>,
    pub(super) paging: &'a Paging,
    pub(super) query: &'a Query,
    pub(super) folder: &'a Folder,
    pub(super) text: RecordText,
}

/// What was written of an endpoint, and not yet put in its place.
struct Written<S> {
    /// `None` if there was no record.
    sink: Option<S>,
    records: u64,
    /// Records that came a second time and were left out.
    repeated: u64,
}

/// Why an endpoint's records are not in their file.
enum Undelivered {
    /// They could not be read.
    Unread(Trouble),
    /// They could not be written.
    Unwritten(FileError),
    /// No file can be begun, or there is no room for any.
    NothingWritable(FileError),
}

impl Undelivered {
    /// A file could not be begun. That this is not allowed is meant of its folder: files are made under a name of their
    /// own first.
    fn not_begun(error: FileError) -> Self {
        if error.kind == FileErrorKind::Denied { Self::NothingWritable(error) } else { error.into() }
    }
}

impl From<FileError> for Undelivered {
    fn from(error: FileError) -> Self {
        if error.kind == FileErrorKind::Full { Self::NothingWritable(error) } else { Self::Unwritten(error) }
    }
}

impl<H: Host> Fetch<'_, H> {
    /// Writes the records of one endpoint, as a whole or not at all, and says the final word on them.
    pub(super) async fn endpoint(&self, endpoint: &Endpoint, counted: Counted) {
        if !self.session.goes_on().await {
            return;
        }
        self.session.endpoint_started(&endpoint.id);
        match counted {
            Counted::NotAsked => self.tell(endpoint, Outcome::Skipped(Skip::NotAsked), 0),
            Counted::Not(trouble) => self.undelivered(endpoint, None, trouble),
            Counted::Total(total) => self.deliver(endpoint, total).await,
        }
        self.session.listener.hear(&Event::EndpointFinished { endpoint: endpoint.id.clone() });
    }

    async fn deliver(&self, endpoint: &Endpoint, total: Option<u64>) {
        let path = self.folder.path(self.session, &endpoint.id);
        let delivered = async {
            let written = self.write(endpoint, &path, total).await?;
            self.refuse_fewer(endpoint, total, written.records + written.repeated)
                .await
                .map_err(Undelivered::Unread)?;
            self.put_in_place(endpoint, &path, written).await
        };
        match delivered.await {
            Ok((records, repeated)) => {
                self.tell(endpoint, Outcome::Succeeded { status: 200 }, records);
                self.tell_difference(endpoint, total, records, repeated);
            }
            Err(Undelivered::Unread(trouble)) => self.undelivered(endpoint, total, trouble),
            Err(Undelivered::Unwritten(error)) => {
                let failure = failure(format!("the file could not be written: {error}"), Cause::Other);
                self.failed(endpoint, total, failure);
                self.session.unwritten(&format!("the records of {} could not be written", endpoint.id), &error);
            }
            Err(Undelivered::NothingWritable(error)) => {
                // What keeps one file from being written keeps all others, so one message is enough.
                if !self.session.is_ending() {
                    let mut notice = Notice::error(format!("fetched records cannot be written: {error}"));
                    notice.hint = error.hint;
                    self.session.notice(notice);
                }
                self.session.end(Ended::Incomplete);
            }
        }
    }

    /// Reads all pages and writes their records, one a line.
    async fn write(
        &self,
        endpoint: &Endpoint,
        path: &str,
        total: Option<u64>,
    ) -> Result<Written<<H::Files as Files>::Sink>, Undelivered> {
        let collection = Collection::new(self.session, self.paging, endpoint, self.query);
        let mut pages = collection.pages(total).await.map_err(Undelivered::Unread)?;
        let mut written = Written { sink: None, records: 0, repeated: 0 };
        let mut known = HashSet::new();
        let mut lines = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(Undelivered::Unread)?;
            let before = written.records;
            lines.clear();
            self.lines(&page, &mut known, &mut lines, &mut written);
            let sink = match &mut written.sink {
                Some(sink) => sink,
                none => none.insert(self.create(path).await?),
            };
            sink.write(&lines).await?;
            let (endpoint, records) = (endpoint.id.clone(), written.records - before);
            self.session.listener.hear(&Event::Received { endpoint, records });
        }
        Ok(written)
    }

    /// Fewer records came than were counted: they were removed meanwhile, as the API then says when it counts again, or
    /// it holds more than its pages gave. A file without those would look like all there is.
    async fn refuse_fewer(&self, endpoint: &Endpoint, total: Option<u64>, came: u64) -> Result<(), Trouble> {
        let Some(total) = total.filter(|total| *total > came) else { return Ok(()) };
        let again = Collection::new(self.session, self.paging, endpoint, self.query).total().await?;
        let total = again.unwrap_or(total);
        if total <= came {
            return Ok(());
        }
        let message = format!("the API counts {total} records, but only {came} of them came on its pages");
        Err(Trouble::Failed(failure(message, Cause::ServerFault)))
    }

    /// The lines of a page. A record that was there before is left out: with offsets, whatever is added or removed
    /// meanwhile shifts all that comes after it. Pages with a token stand at fixed places.
    fn lines<S>(&self, page: &Page, known: &mut HashSet<Digest>, lines: &mut Vec<u8>, written: &mut Written<S>) {
        for record in page.records() {
            if page.may_repeat && record_mark(record).is_some_and(|mark| !known.insert(mark)) {
                written.repeated += 1;
                continue;
            }
            self.text.write(record, lines);
            lines.push(b'\n');
            written.records += 1;
        }
    }

    async fn create(&self, path: &str) -> Result<<H::Files as Files>::Sink, Undelivered> {
        self.session.host.files().create(path).await.map_err(Undelivered::not_begun)
    }

    /// Puts a whole file in its place. Gives the numbers of records in it, and of those left out.
    async fn put_in_place(
        &self,
        endpoint: &Endpoint,
        path: &str,
        written: Written<<H::Files as Files>::Sink>,
    ) -> Result<(u64, u64), Undelivered> {
        let is_in_the_way = self.folder.is_in_the_way(self.session, path).await;
        let sink = match written.sink {
            Some(sink) => Some(sink),
            // What is no longer there at the API must not stay there as if it were.
            None if is_in_the_way => Some(self.create(path).await?),
            None => None,
        };
        if let Some(sink) = sink {
            if is_in_the_way {
                self.session.notice(Notice::warning(format!("{path} was there already, and is replaced")));
            }
            sink.commit().await?;
            self.folder.tell_others(self.session, &endpoint.id, path);
        }
        Ok((written.records, written.repeated))
    }

    fn undelivered(&self, endpoint: &Endpoint, total: Option<u64>, trouble: Trouble) {
        let is_not_permitted = trouble.is_not_permitted();
        let Trouble::Failed(failure) = trouble else { return };
        if is_not_permitted {
            let text =
                format!("{} may not be read with these credentials: {}", endpoint.id, failure.messages.join("; "));
            self.session.notice(Notice::warning(text).with_hint(
                "ask the API's administrator for a claim set that may read it, or leave it out with --exclude",
            ));
            self.tell(endpoint, Outcome::Skipped(Skip::NotPermitted), total.unwrap_or(0));
        } else {
            self.failed(endpoint, total, failure);
        }
    }

    fn failed(&self, endpoint: &Endpoint, total: Option<u64>, failure: Failure) {
        match total {
            Some(records) if records > 0 => self.tell(endpoint, Outcome::Failed(failure), records),
            _ => self.session.listener.hear(&Event::EndpointFailed { endpoint: endpoint.id.clone(), failure }),
        }
    }

    fn tell(&self, endpoint: &Endpoint, outcome: Outcome, count: u64) {
        let file: Rc<str> = self.folder.path(self.session, &endpoint.id).into();
        self.session.listener.hear(&Event::Records(RecordsEvent {
            endpoint: endpoint.id.clone(),
            file,
            outcome,
            count,
        }));
    }

    /// Says so where what was written is not what was counted.
    fn tell_difference(&self, endpoint: &Endpoint, total: Option<u64>, records: u64, repeated: u64) {
        let id = &endpoint.id;
        let text = if repeated > 0 {
            format!(
                "{id}: records were added or removed while they were read: {repeated} came twice and were written once, \
                 and others may be missing"
            )
        } else if let Some(total) = total.filter(|total| *total != records) {
            format!("{id}: the API counted {total} records but gave {records}: some were added or removed meanwhile")
        } else {
            return;
        };
        self.session.notice(Notice::warning(text).with_hint("fetch it again when nothing writes to the API"));
    }
}

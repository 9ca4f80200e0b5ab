//! The lines of an endpoint's files, one after the other, and the same records again.

use std::rc::Rc;

use bytes::{Bytes, BytesMut};

use super::session::Session;
use crate::data::{Line, Lines, Reread, Span};
use crate::event::{EndpointId, Event};
use crate::host::{Files, Host};

/// The lines of all files of an endpoint, in order.
pub(crate) struct Reader<'a, H: Host> {
    session: &'a Session<'a, H>,
    endpoint: &'a EndpointId,
    files: &'a [Rc<str>],
    /// The file at hand.
    file: usize,
    lines: Option<Lines<<H::Files as Files>::Source>>,
    /// Bytes of the files before, and of this one as it was last told.
    bytes_before: u64,
    bytes_told: u64,
    /// Whether progress is told.
    told: bool,
}

impl<'a, H: Host> Reader<'a, H> {
    pub(crate) fn new(session: &'a Session<'a, H>, endpoint: &'a EndpointId, files: &'a [Rc<str>]) -> Self {
        Self { session, endpoint, files, file: 0, lines: None, bytes_before: 0, bytes_told: 0, told: true }
    }

    /// Reads without telling how far it is: for a look at files that are read once more, or not part of the work.
    pub(crate) fn silent(session: &'a Session<'a, H>, endpoint: &'a EndpointId, files: &'a [Rc<str>]) -> Self {
        Self { told: false, ..Self::new(session, endpoint, files) }
    }

    /// The next line that is not blank, with the index of its file. A file that cannot be read (on) is told, and
    /// ends; the others are read all the same.
    pub(crate) async fn next(&mut self) -> Option<(usize, Line)> {
        while let Some(file) = self.files.get(self.file) {
            if self.lines.is_none() {
                match self.session.host.files().open(file).await {
                    Ok(source) => self.lines = Some(Lines::new(source, file.clone())),
                    Err(error) => {
                        self.session.unreadable_file(&error);
                        self.next_file();
                        continue;
                    }
                }
            }
            let Some(lines) = self.lines.as_mut() else { continue };
            let line = lines.next().await;
            let read = self.bytes_before + lines.bytes_read();
            if read != self.bytes_told {
                self.bytes_told = read;
                if self.told {
                    self.session.listener.hear(&Event::Read { endpoint: self.endpoint.clone(), bytes: read });
                }
                // A block was read: let the others go on, and a worker hear what the user wants.
                self.session.yield_now().await;
            }
            match line {
                Ok(Some(line)) => return Some((self.file, line)),
                Ok(None) => self.next_file(),
                Err(error) => {
                    self.session.unreadable_file(&error);
                    self.next_file();
                }
            }
        }
        None
    }

    fn next_file(&mut self) {
        self.bytes_before += self.lines.take().map_or(0, |lines| lines.bytes_read());
        self.file += 1;
    }
}

/// Given records of an endpoint's files again, in file order.
pub(crate) struct Rereader<'a, H: Host> {
    session: &'a Session<'a, H>,
    files: &'a [Rc<str>],
    /// File and place of the records, in file order; the next one last.
    wanted: Vec<(usize, Span)>,
    reread: Option<(usize, Reread<<H::Files as Files>::Source>)>,
}

impl<'a, H: Host> Rereader<'a, H> {
    /// `wanted` in file order.
    pub(crate) fn new(session: &'a Session<'a, H>, files: &'a [Rc<str>], mut wanted: Vec<(usize, Span)>) -> Self {
        wanted.reverse();
        Self { session, files, wanted, reread: None }
    }

    /// Leaves the next record out.
    pub(crate) fn pass_over(&mut self) {
        self.wanted.pop();
    }

    /// The bytes of the next record; `None` if its file can no longer be read, which is told.
    pub(crate) async fn next(&mut self) -> Option<Bytes> {
        let (file, span) = self.wanted.pop()?;
        if self.reread.as_ref().is_none_or(|(open, _)| *open != file) {
            let path = &self.files[file];
            let source = match self.session.host.files().open(path).await {
                Ok(source) => source,
                Err(error) => {
                    self.session.unreadable_file(&error);
                    return None;
                }
            };
            let mut spans = vec![span];
            spans.extend(self.wanted.iter().filter(|(other, _)| *other == file).map(|(_, span)| *span));
            self.reread = Some((file, Reread::new(source, path.clone(), spans)));
        }
        self.session.yield_now().await;
        let (_, reread) = self.reread.as_mut()?;
        let mut record = BytesMut::new();
        loop {
            match reread.next().await {
                Ok(Some(piece)) => {
                    if piece.span == span {
                        record.extend_from_slice(&piece.bytes);
                        if piece.last {
                            return Some(record.freeze());
                        }
                    }
                }
                Ok(None) => return None,
                Err(error) => {
                    self.session.unreadable_file(&error);
                    return None;
                }
            }
        }
    }
}

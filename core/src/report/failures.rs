//! The failures of one endpoint, grouped by status, message and file.

use std::collections::HashMap;
use std::rc::Rc;

use super::causes::cause_name;
use crate::event::{Cause, Failure, Finding};
use crate::sort;

/// The most different messages that are kept of an endpoint.
pub(super) const DIFFERENT_MESSAGES: usize = 10_000;
/// The most correlation ids that are kept of a group.
const CORRELATION_IDS: usize = 3;

/// The failures of one endpoint. A failing record costs a line number, unless its message or file is new.
#[derive(Debug, Default)]
pub(super) struct Failures {
    messages: HashMap<Rc<str>, u32>,
    files: HashMap<Rc<str>, u32>,
    index: HashMap<Key, usize>,
    groups: Vec<Group>,
    /// The groups that the record at hand was put in; kept for its capacity.
    touched: Vec<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Key {
    message: Message,
    status: Option<u16>,
    method: Option<&'static str>,
    file: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Message {
    /// One of the messages that are kept.
    Kept(u32),
    /// Any of the others that has this cause.
    Other(Cause),
}

#[derive(Debug)]
struct Group {
    key: Key,
    text: Rc<str>,
    file: Rc<str>,
    problem_type: Option<String>,
    /// With the line of each, so that the ones kept do not depend on the order of the answers.
    correlation_ids: Vec<(Option<u64>, String)>,
    lines: Vec<u64>,
    records: u64,
    /// Messages that were put here; more than the records only for [`Message::Other`].
    messages: u64,
}

/// A group as the results file shows it.
#[derive(Debug)]
pub(super) struct Entry<'a> {
    pub(super) status: Option<u16>,
    pub(super) message: Rc<str>,
    pub(super) file: &'a str,
    /// Sorted.
    pub(super) lines: Vec<u64>,
    pub(super) count: u64,
    pub(super) problem_type: Option<&'a str>,
    pub(super) correlation_ids: Vec<&'a str>,
    pub(super) method: Option<&'static str>,
}

impl Failures {
    /// Adds failed records, `count` of them if they stand on no line: each of their messages is an entry, and none
    /// counts a record twice.
    pub(super) fn add(&mut self, failure: &Failure, file: &Rc<str>, line: Option<u64>, count: u64) {
        self.touched.clear();
        for text in &failure.messages {
            if let Some(at) = self.touch(text, failure.cause, failure.status, None, file) {
                self.groups[at].add(line, count);
                self.groups[at].add_origin(failure, line);
            }
        }
    }

    /// Adds an invalid record: each finding is an entry, and none counts it twice.
    pub(super) fn add_findings(&mut self, findings: &[Finding], file: &Rc<str>, line: Option<u64>) {
        self.touched.clear();
        for Finding { method, message, cause } in findings {
            if let Some(at) = self.touch(message, *cause, None, Some(method), file) {
                self.groups[at].add(line, 1);
            }
        }
    }

    /// The group of a message, which is made if there is none; `None` if the record at hand is in it already.
    fn touch(
        &mut self,
        text: &str,
        cause: Cause,
        status: Option<u16>,
        method: Option<&'static str>,
        file: &Rc<str>,
    ) -> Option<usize> {
        let file_number = number(&mut self.files, file);
        let (message, text) = self.message(text, cause);
        let key = Key { message, status, method, file: file_number };
        let at = *self.index.entry(key).or_insert_with(|| {
            self.groups.push(Group::new(key, text, Rc::clone(file)));
            self.groups.len() - 1
        });
        self.groups[at].messages += 1;
        if self.touched.contains(&at) {
            return None;
        }
        self.touched.push(at);
        Some(at)
    }

    fn message(&mut self, text: &str, cause: Cause) -> (Message, Rc<str>) {
        if let Some((kept, number)) = self.messages.get_key_value(text) {
            return (Message::Kept(*number), Rc::clone(kept));
        }
        if self.messages.len() >= DIFFERENT_MESSAGES {
            return (Message::Other(cause), Rc::from(""));
        }
        let kept: Rc<str> = Rc::from(text);
        (Message::Kept(number(&mut self.messages, &kept)), kept)
    }

    /// The groups, by file, first line, status and message.
    pub(super) fn entries(&self) -> Vec<Entry<'_>> {
        let mut entries: Vec<Entry<'_>> = self.groups.iter().map(Group::entry).collect();
        sort::by(&mut entries, |a, b| {
            let first = |entry: &Entry<'_>| entry.lines.first().copied();
            (a.file, first(a), a.status, a.method, &a.message).cmp(&(b.file, first(b), b.status, b.method, &b.message))
        });
        entries
    }
}

impl Group {
    fn new(key: Key, text: Rc<str>, file: Rc<str>) -> Self {
        Self {
            key,
            text,
            file,
            problem_type: None,
            correlation_ids: Vec::new(),
            lines: Vec::new(),
            records: 0,
            messages: 0,
        }
    }

    fn add(&mut self, line: Option<u64>, count: u64) {
        self.records += count;
        self.lines.extend(line);
    }

    fn add_origin(&mut self, failure: &Failure, line: Option<u64>) {
        if self.problem_type.is_none() {
            self.problem_type.clone_from(&failure.problem_type);
        }
        if let Some(id) = &failure.correlation_id {
            let last = self.correlation_ids.last().map(|(line, _)| *line);
            if self.correlation_ids.len() < CORRELATION_IDS || last.is_some_and(|last| line < last) {
                self.correlation_ids.push((line, id.clone()));
                sort::by(&mut self.correlation_ids, Ord::cmp);
                self.correlation_ids.truncate(CORRELATION_IDS);
            }
        }
    }

    fn entry(&self) -> Entry<'_> {
        let mut lines = self.lines.clone();
        sort::by(&mut lines, Ord::cmp);
        let message = match self.key.message {
            Message::Kept(_) => Rc::clone(&self.text),
            Message::Other(cause) => Rc::from(format!(
                "{} other messages, cause: {} (only the first {DIFFERENT_MESSAGES} different messages are told apart)",
                self.messages,
                cause_name(cause)
            )),
        };
        Entry {
            status: self.key.status,
            message,
            file: &self.file,
            lines,
            count: self.records,
            problem_type: self.problem_type.as_deref(),
            correlation_ids: self.correlation_ids.iter().map(|(_, id)| id.as_str()).collect(),
            method: self.key.method,
        }
    }
}

/// The number of a text, a new one for a new text.
fn number(numbers: &mut HashMap<Rc<str>, u32>, text: &Rc<str>) -> u32 {
    if let Some(number) = numbers.get(text) {
        return *number;
    }
    let next = u32::try_from(numbers.len()).expect("fewer than 2^32 messages or files");
    numbers.insert(Rc::clone(text), next);
    next
}

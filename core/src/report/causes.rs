//! Failures of all endpoints, grouped by what would fix them.

use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

use crate::api::problem::{Missing, missing};
use crate::event::Cause;
use crate::invocation::Command;
use crate::sort;

/// The most missing things that are told apart for each cause; the rest counts under the cause alone.
pub(super) const MISSING_THINGS: usize = 1_000;

/// The words for a cause, in the results file and for people.
pub fn cause_name(cause: Cause) -> &'static str {
    match cause {
        Cause::MissingParent => "missing parent",
        Cause::UnknownDescriptor => "unknown descriptor",
        Cause::NotAuthorized => "not authorized",
        Cause::InvalidValue => "invalid value",
        Cause::Duplicate => "duplicate",
        Cause::ServerFault => "server fault",
        Cause::NoConnection => "no connection",
        Cause::StillReferenced => "still referenced",
        Cause::Other => "other",
    }
}

/// The causes of all failures of a run.
#[derive(Debug, Default)]
pub(super) struct Causes {
    groups: HashMap<Key, CauseGroup>,
    /// How many missing things are told apart.
    things: HashMap<Cause, usize>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct Key {
    cause: Cause,
    thing: Option<String>,
    value: Option<String>,
}

/// Failures with one cause and, where the API names it, one missing thing.
#[derive(Debug)]
pub(super) struct CauseGroup {
    /// Records that have it. A record that lacks two things is in two groups.
    pub(super) records: u64,
    /// The same by endpoint, by the endpoint's position in the results.
    pub(super) endpoints: BTreeMap<usize, u64>,
    /// The first of them in the order of endpoints, files and lines.
    pub(super) example: Example,
}

/// One failure of a group.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Example {
    endpoint: usize,
    pub(super) file: Rc<str>,
    pub(super) line: Option<u64>,
    pub(super) message: String,
}

/// Where a failed record stands.
#[derive(Debug)]
pub(super) struct Place<'a> {
    pub(super) endpoint: usize,
    pub(super) file: &'a Rc<str>,
    pub(super) line: Option<u64>,
}

/// Failures with one cause and, where the API names it, one missing thing, as people read of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CauseCount {
    /// The cause.
    pub cause: Cause,
    /// What is missing.
    pub thing: Option<String>,
    /// The value that is missing.
    pub value: Option<String>,
    /// Records that have it. A record that lacks two things counts in two groups.
    pub records: u64,
    /// What to do, and who can.
    pub hint: String,
}

/// A group with its name.
#[derive(Debug)]
pub(super) struct CauseEntry<'a> {
    pub(super) cause: Cause,
    pub(super) thing: Option<&'a str>,
    pub(super) value: Option<&'a str>,
    pub(super) group: &'a CauseGroup,
}

impl Causes {
    /// Adds failed records, `count` of them if they stand on no line, with their messages and the cause of each.
    pub(super) fn add(&mut self, reasons: &[(Cause, &str)], place: &Place<'_>, count: u64) {
        let &Place { endpoint, file, line } = place;
        let mut keys: Vec<(Key, &str)> = Vec::new();
        for &(cause, message) in reasons {
            if matches!(cause, Cause::MissingParent | Cause::UnknownDescriptor)
                && let Some(missing) = missing(message)
            {
                let key = self.key(cause, missing);
                if keys.iter().all(|(known, _)| *known != key) {
                    keys.push((key, message));
                }
            }
        }
        // What names nothing missing counts under its cause alone, unless the record stands under that already.
        for &(cause, message) in reasons {
            if keys.iter().all(|(known, _)| known.cause != cause) {
                keys.push((Key { cause, thing: None, value: None }, message));
            }
        }
        for (key, message) in keys {
            let example = || Example { endpoint, file: Rc::clone(file), line, message: message.to_owned() };
            let group = self.groups.entry(key).or_insert_with(|| CauseGroup {
                records: 0,
                endpoints: BTreeMap::new(),
                example: example(),
            });
            group.records += count;
            *group.endpoints.entry(endpoint).or_default() += count;
            let known = (group.example.endpoint, &group.example.file, group.example.line);
            if (endpoint, file, line) < known {
                group.example = example();
            }
        }
    }

    fn key(&mut self, cause: Cause, missing: Missing<'_>) -> Key {
        let key = Key { cause, thing: Some(missing.thing.to_owned()), value: missing.value.map(str::to_owned) };
        if self.groups.contains_key(&key) {
            return key;
        }
        let things = self.things.entry(cause).or_default();
        if *things >= MISSING_THINGS {
            return Key { cause, thing: None, value: None };
        }
        *things += 1;
        key
    }

    /// The groups, most records first.
    pub(super) fn entries(&self) -> Vec<CauseEntry<'_>> {
        let mut entries: Vec<(&Key, &CauseGroup)> = self.groups.iter().collect();
        sort::by(&mut entries, |(a_key, a), (b_key, b)| b.records.cmp(&a.records).then_with(|| a_key.cmp(b_key)));
        let named = entries.into_iter().map(|(key, group)| CauseEntry {
            cause: key.cause,
            thing: key.thing.as_deref(),
            value: key.value.as_deref(),
            group,
        });
        named.collect()
    }
}

impl CauseEntry<'_> {
    /// One sentence: what to do, and who can. Only a command that sends promises to send again.
    pub(super) fn hint(&self, command: Command) -> String {
        let mut hint = self.advice();
        let what = match self.cause {
            Cause::MissingParent | Cause::InvalidValue => "failed records are",
            Cause::NoConnection => "what had no answer is",
            _ => return hint,
        };
        hint.push_str(", then run the same command again");
        if matches!(command, Command::Send | Command::ValidateSend) {
            hint.push_str(": ");
            hint.push_str(what);
            hint.push_str(" sent again");
        }
        hint.push('.');
        hint
    }

    /// The sentence; its beginning, where the same command goes on after that.
    fn advice(&self) -> String {
        let advice = match (self.cause, self.thing) {
            (Cause::MissingParent, Some(thing)) => {
                return format!("Load the missing {thing} records (or have the system that owns them load them)");
            }
            (Cause::MissingParent, None) => "Load the records that these refer to",
            (Cause::UnknownDescriptor, Some(thing)) => {
                return format!(
                    "Correct the value in the data or its mapping, or load it into the API's {thing} values, which the \
                     API's administrator may have to do."
                );
            }
            (Cause::UnknownDescriptor, None) => {
                "Correct the values in the data or their mapping, or load them into the API's descriptors, which the \
                 API's administrator may have to do."
            }
            (Cause::NotAuthorized, _) => {
                "Ask the API's administrator whether these credentials have the claim set, namespace prefixes, \
                 profiles and education organizations for this, and send the associations that tie people to a school \
                 first."
            }
            (Cause::InvalidValue, _) => "Correct the records at their source",
            (Cause::Duplicate, _) => {
                "Find the other record with the same identifying values, and remove or correct one of the two at its \
                 source."
            }
            (Cause::ServerFault, _) => {
                "Run the same command again later, with a smaller connection.pool_size if the server is overloaded; if \
                 it stays, give the correlation ids to the API's administrator."
            }
            (Cause::NoConnection, _) => "Check the network and edfi_api.base_url",
            (Cause::StillReferenced, _) => {
                "Delete the records that refer to these first, by selecting their endpoints too."
            }
            (Cause::Other, _) => {
                "Read the API's message; the API's administrator can look the correlation ids up in the server's log."
            }
        };
        advice.to_owned()
    }
}

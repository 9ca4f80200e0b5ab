//! The results file: the Python tool's JSON, same keys and order, with added keys.

use std::io::{self, Write};

use jiff::Timestamp;
use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};
use serde_json::ser::{Formatter, PrettyFormatter};

use super::causes::{CauseEntry, cause_name};
use super::failures::Entry;
use super::results::{EndpointResults, Results};
use crate::invocation::Command;

/// The whole file, ending in a line feed.
pub(super) fn document(results: &Results, now: Timestamp, completed: bool) -> String {
    let mut text = Vec::new();
    let mut serializer = serde_json::Serializer::with_formatter(&mut text, PythonLike::new());
    Document { results, now, completed }.serialize(&mut serializer).expect("every key of the results is text");
    text.push(b'\n');
    String::from_utf8(text).expect("serde_json writes UTF-8")
}

/// UTC with microseconds, as in `2026-01-31T08:15:00.000000Z`.
fn time(at: Timestamp) -> String {
    format!("{at:.6}")
}

struct Document<'a> {
    results: &'a Results,
    now: Timestamp,
    completed: bool,
}

impl Serialize for Document<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let started = self.results.started.as_ref();
        let totals = self.results.totals();
        let seconds = started.map_or(0.0, |started| self.now.duration_since(started.at).as_micros() as f64 / 1e6);
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("started_at", &started.map(|started| time(started.at)))?;
        map.serialize_entry("working_dir", &started.map(|started| &started.working_dir))?;
        map.serialize_entry("config_file", &started.map(|started| &started.config_file))?;
        map.serialize_entry("data_dir", &started.map(|started| &started.data_dir))?;
        map.serialize_entry("api_url", &started.map(|started| &started.api_url))?;
        map.serialize_entry("namespace", &started.map(|started| &started.namespace))?;
        let overrides = started.and_then(|started| started.namespace_overrides.as_deref());
        map.serialize_entry("namespace_overrides", &overrides.map(Pairs))?;
        map.serialize_entry("resources", &Resources(self.results))?;
        map.serialize_entry("command", &started.map(|started| started.command.name()))?;
        map.serialize_entry("completed_at", &time(self.now))?;
        map.serialize_entry("runtime_sec", &seconds)?;
        map.serialize_entry("total_records_processed", &totals.processed)?;
        map.serialize_entry("total_records_skipped", &totals.skipped)?;
        map.serialize_entry("total_records_failed", &totals.failed)?;
        map.serialize_entry("completed", &self.completed)?;
        map.serialize_entry("tool", "lightbeam")?;
        map.serialize_entry("version", env!("CARGO_PKG_VERSION"))?;
        map.serialize_entry("run_id", &started.map(|started| &*started.run_id))?;
        let causes = self.results.causes.entries();
        let causes: Vec<_> = causes.iter().map(|entry| CauseView { entry, results: self.results }).collect();
        map.serialize_entry("causes", &causes)?;
        map.end()
    }
}

/// Names with lists, as an object.
struct Pairs<'a>(&'a [(String, Vec<String>)]);

impl Serialize for Pairs<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, list)| (name, list)))
    }
}

struct Resources<'a>(&'a Results);

impl Serialize for Resources<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let command = self.0.started.as_ref().map(|started| started.command);
        let resource = |endpoint| (self.0.name(EndpointResults::id(endpoint)), Resource { endpoint, command });
        serializer.collect_map(self.0.endpoints.iter().map(resource))
    }
}

struct Resource<'a> {
    endpoint: &'a EndpointResults,
    command: Option<Command>,
}

impl Serialize for Resource<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Success {
            status_code: Option<u16>,
            count: u64,
        }
        let only_validated = self.command == Some(Command::Validate);
        let mut map = serializer.serialize_map(None)?;
        let failures = self.endpoint.failures.entries();
        if !failures.is_empty() {
            let failures: Vec<_> = failures.iter().map(|entry| FailureView { entry, only_validated }).collect();
            map.serialize_entry("failures", &failures)?;
        }
        // Nothing is sent by `validate`, so there is no status that a record succeeded with.
        if !self.endpoint.successes.is_empty() && !only_validated {
            let successes = self.endpoint.successes.iter();
            // The files that `create` writes have no status.
            let status = |status| (self.command != Some(Command::Create)).then_some(status);
            let successes = successes.map(|&(code, count)| Success { status_code: status(code), count });
            let successes: Vec<_> = successes.collect();
            map.serialize_entry("successes", &successes)?;
        }
        map.serialize_entry("records_processed", &self.endpoint.counts.processed)?;
        map.serialize_entry("records_skipped", &self.endpoint.counts.skipped)?;
        map.serialize_entry("records_failed", &self.endpoint.counts.failed)?;
        map.serialize_entry("retries", &self.endpoint.retries)?;
        map.end()
    }
}

struct FailureView<'a> {
    entry: &'a Entry<'a>,
    only_validated: bool,
}

impl Serialize for FailureView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Entry { status, message, file, lines, count, problem_type, correlation_ids, method } = self.entry;
        let mut map = serializer.serialize_map(None)?;
        // The Python tool's entry begins with the method for `validate`, and with the status otherwise.
        if self.only_validated {
            map.serialize_entry("method", method)?;
        } else {
            map.serialize_entry("status_code", status)?;
        }
        map.serialize_entry("message", &**message)?;
        map.serialize_entry("file", file)?;
        map.serialize_entry(LINE_NUMBERS, lines)?;
        map.serialize_entry("count", count)?;
        if problem_type.is_some() {
            map.serialize_entry("type", problem_type)?;
        }
        if !correlation_ids.is_empty() {
            map.serialize_entry("correlation_ids", correlation_ids)?;
        }
        if method.is_some() && !self.only_validated {
            map.serialize_entry("method", method)?;
        }
        map.end()
    }
}

struct CauseView<'a> {
    entry: &'a CauseEntry<'a>,
    results: &'a Results,
}

impl Serialize for CauseView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let group = self.entry.group;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("cause", cause_name(self.entry.cause))?;
        if let Some(thing) = self.entry.thing {
            map.serialize_entry("missing", thing)?;
        }
        if let Some(value) = self.entry.value {
            map.serialize_entry("value", value)?;
        }
        map.serialize_entry("records", &group.records)?;
        map.serialize_entry("endpoints", &Endpoints { group: self.entry, results: self.results })?;
        map.serialize_entry("message", &group.example.message)?;
        map.serialize_entry("file", &*group.example.file)?;
        map.serialize_entry("line_number", &group.example.line)?;
        map.serialize_entry("hint", &self.entry.hint(self.results.command()))?;
        map.end()
    }
}

struct Endpoints<'a> {
    group: &'a CauseEntry<'a>,
    results: &'a Results,
}

impl Serialize for Endpoints<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let endpoints = self.group.group.endpoints.iter();
        serializer
            .collect_map(endpoints.map(|(at, records)| (self.results.name(&self.results.endpoints[*at].id), records)))
    }
}

/// The key whose list stands on one line.
const LINE_NUMBERS: &str = "line_numbers";

/// Prints as Python's `json.dumps(indent=4)`, with the lists of line numbers squeezed as the Python tool squeezes them:
/// `"line_numbers":[1,2,3]`.
struct PythonLike {
    pretty: PrettyFormatter<'static>,
    in_key: bool,
    squeezed: bool,
}

impl PythonLike {
    fn new() -> Self {
        Self { pretty: PrettyFormatter::with_indent(b"    "), in_key: false, squeezed: false }
    }
}

impl Formatter for PythonLike {
    fn begin_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        if self.squeezed { writer.write_all(b"[") } else { self.pretty.begin_array(writer) }
    }

    fn end_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        if self.squeezed {
            self.squeezed = false;
            writer.write_all(b"]")
        } else {
            self.pretty.end_array(writer)
        }
    }

    fn begin_array_value<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        match (self.squeezed, first) {
            (true, true) => Ok(()),
            (true, false) => writer.write_all(b","),
            (false, _) => self.pretty.begin_array_value(writer, first),
        }
    }

    fn end_array_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        if self.squeezed { Ok(()) } else { self.pretty.end_array_value(writer) }
    }

    fn begin_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.pretty.begin_object(writer)
    }

    fn end_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.pretty.end_object(writer)
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.in_key = true;
        self.pretty.begin_object_key(writer, first)
    }

    fn end_object_key<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.in_key = false;
        self.pretty.end_object_key(writer)
    }

    fn write_string_fragment<W: ?Sized + Write>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        if self.in_key && fragment == LINE_NUMBERS {
            self.squeezed = true;
        }
        writer.write_all(fragment.as_bytes())
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        if self.squeezed { writer.write_all(b":") } else { self.pretty.begin_object_value(writer) }
    }

    fn end_object_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.pretty.end_object_value(writer)
    }
}

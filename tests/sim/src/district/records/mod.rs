//! The records of a district, endpoint by endpoint, in the order of the dependency list.

mod assessments;
mod courses;
mod enrollment;
mod organizations;
mod people;
mod results;

use std::collections::BTreeSet;
use std::io;

use crate::builtin;

use super::line::Line;
use super::plan::Plan;
use super::random::Random;
use super::sink::{Referred, Sink};

/// Writes the records of a district, those of the wanted endpoints or all.
pub(super) fn write(
    students: u64,
    seed: u64,
    wanted: Option<&BTreeSet<String>>,
    updated_apart: &BTreeSet<String>,
    sink: &mut Sink<'_>,
) -> io::Result<()> {
    let plan = Plan::new(students);
    let mut writer = Writer { plan, seed, wanted, updated_apart, sink, line: Line::default(), stream: 0 };
    descriptors(&mut writer)?;
    organizations::write(&mut writer)?;
    people::write(&mut writer)?;
    courses::write(&mut writer)?;
    enrollment::write(&mut writer)?;
    results::write(&mut writer)?;
    assessments::write(&mut writer)
}

/// What every group of records needs.
struct Writer<'a, 'm> {
    plan: Plan,
    seed: u64,
    wanted: Option<&'a BTreeSet<String>>,
    updated_apart: &'a BTreeSet<String>,
    sink: &'a mut Sink<'m>,
    line: Line,
    /// The number of the endpoint, so that each has a random stream of its own.
    stream: u64,
}

impl Writer<'_, '_> {
    /// Starts an endpoint that is one file; false when it is not wanted.
    fn endpoint(&mut self, name: &str) -> io::Result<bool> {
        self.stream += 1;
        self.file(name, &format!("{name}.jsonl"))
    }

    /// Starts one of the files of an endpoint that is a folder; false when it is not wanted.
    fn part(&mut self, name: &str, part: u64) -> io::Result<bool> {
        if part == 0 {
            self.stream += 1;
        }
        self.file(name, &format!("{name}/{}.jsonl", part + 1))
    }

    fn file(&mut self, endpoint: &str, file: &str) -> io::Result<bool> {
        if self.wanted.is_some_and(|wanted| !wanted.contains(endpoint)) {
            return Ok(false);
        }
        let is_repeatable = !self.updated_apart.contains(&endpoint.to_ascii_lowercase());
        self.sink.start(file, Some(endpoint), is_repeatable)?;
        Ok(true)
    }

    fn random(&self, index: u64) -> Random {
        Random::of_record(self.seed, self.stream, index)
    }

    fn record(&mut self, referred: Referred, members: impl FnOnce(&mut Line)) -> io::Result<()> {
        self.sink.record(self.line.record(members), referred)
    }
}

/// The students of one of `parts` equal parts.
fn part_of(students: u64, part: u64, parts: u64) -> std::ops::Range<u64> {
    students * part / parts..students * (part + 1) / parts
}

fn descriptors(writer: &mut Writer<'_, '_>) -> io::Result<()> {
    for (name, codes) in builtin::descriptors() {
        if !writer.endpoint(&format!("{name}Descriptors"))? {
            continue;
        }
        let namespace = builtin::descriptor_namespace(&name);
        for code in codes {
            // Even one that nothing uses stays whole: a district without its descriptors helps nobody.
            writer.record(Referred::Yes, |line| {
                line.text("codeValue", &code)
                    .text("shortDescription", &code)
                    .text("description", format_args!("The value '{code}'."))
                    .text("namespace", &namespace);
            })?;
        }
    }
    Ok(())
}

/// A clock time of the school day: `08:05:00`.
fn clock(minutes_after_eight: u64) -> String {
    format!("{:02}:{:02}:00", 8 + minutes_after_eight / 60, minutes_after_eight % 60)
}

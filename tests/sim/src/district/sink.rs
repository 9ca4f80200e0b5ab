//! Where records go: files of JSONL, with faults and repeated keys worked in on the way.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use crate::model::Model;

use super::fault::{FaultKind, broken};
use super::known::KnownDescriptors;
use super::manifest::{BrokenRecord, Manifest};
use super::random::Random;
use super::repeat::altered;
use super::share::Share;
use super::{Options, Summary};

/// The farthest, in lines, that a repeated key stands from its first record.
const FARTHEST: u64 = 200;

/// Whether other records refer to a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Referred {
    /// Breaking it would make other records fail too.
    Yes,
    No,
}

/// Writes the files of a data folder.
pub(super) struct Sink<'a> {
    out: &'a Path,
    /// The model of the records; none when nothing is to be changed.
    model: Option<&'a Model>,
    /// The kinds of fault that are wanted.
    kinds: &'a [FaultKind],
    descriptors: KnownDescriptors,
    faults: Share,
    repeats: Share,
    random: Random,
    manifest: Manifest,
    broken: BTreeMap<FaultKind, u64>,
    summary: Summary,
    file: Option<OpenFile>,
}

struct OpenFile {
    /// Relative to the data folder, with `/`.
    name: String,
    endpoint: Option<Endpoint>,
    writer: BufWriter<File>,
    lines: u64,
    /// Later records of the same key, by the line after which they are due.
    later: BinaryHeap<Reverse<(u64, u64, Vec<u8>)>>,
    queued: u64,
}

struct Endpoint {
    name: String,
    index: Option<usize>,
    is_repeatable: bool,
}

impl<'a> Sink<'a> {
    pub(super) fn new(
        options: &'a Options,
        model: Option<&'a Model>,
        descriptors: KnownDescriptors,
    ) -> io::Result<Self> {
        fs::create_dir_all(&options.out).map_err(|error| at(&options.out, &error))?;
        let manifest = options.manifest_path();
        let mut random = Random::of_record(options.seed, u64::MAX, 0);
        Ok(Self {
            out: &options.out,
            model,
            kinds: &options.faults,
            descriptors,
            faults: Share::new(options.broken, &mut random),
            repeats: Share::new(options.same_key, &mut random),
            random,
            manifest: Manifest::create(&manifest)?,
            broken: BTreeMap::new(),
            summary: Summary { manifest, ..Summary::default() },
            file: None,
        })
    }

    /// Starts a file of an endpoint, after the end of the one before.
    ///
    /// Does not replace a file: what comes from several folders is put together.
    pub(super) fn start(&mut self, name: &str, endpoint: Option<&str>, is_repeatable: bool) -> io::Result<()> {
        self.end()?;
        let path = self.out.join(name);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(|error| at(folder, &error))?;
        }
        let written = self.summary.files.get(name).copied().unwrap_or(0);
        let file = File::options().create(true).write(true).append(written > 0).truncate(written == 0).open(&path);
        self.file = Some(OpenFile {
            name: name.to_owned(),
            endpoint: endpoint.map(|endpoint| Endpoint {
                name: endpoint.to_owned(),
                index: self.model.and_then(|model| endpoint_index(model, endpoint)),
                is_repeatable,
            }),
            writer: BufWriter::with_capacity(1 << 18, file.map_err(|error| at(&path, &error))?),
            lines: written,
            later: BinaryHeap::new(),
            queued: 0,
        });
        Ok(())
    }

    /// Writes a line that is no record.
    pub(super) fn blank(&mut self) -> io::Result<()> {
        self.line(b"")
    }

    /// Writes one record, or what becomes of it.
    pub(super) fn record(&mut self, text: &[u8], referred: Referred) -> io::Result<()> {
        self.faults.see();
        self.repeats.see();
        let file = self.file.as_ref().expect("a file is started before records are written");
        let endpoint = file
            .endpoint
            .as_ref()
            .and_then(|endpoint| endpoint.index.map(|index| (index, endpoint.name.clone(), endpoint.is_repeatable)));
        if let (Some(model), Some((index, name, is_repeatable))) = (self.model, endpoint) {
            if referred == Referred::No && self.faults.is_due(&mut self.random) {
                let kinds = self.kinds_by_use();
                if let Some(fault) = broken(model, index, text, &kinds, &self.descriptors, &mut self.random) {
                    self.faults.take(&mut self.random);
                    return self.broken_record(&name, &fault.text, fault.kind, fault.property);
                }
            }
            if is_repeatable
                && self.repeats.is_due(&mut self.random)
                && let Some(later) = altered(model, index, text, &mut self.random)
            {
                self.repeats.take(&mut self.random);
                let distance = self.random.below(FARTHEST);
                let file = self.file.as_mut().expect("the file started above");
                file.queued += 1;
                file.later.push(Reverse((file.lines + distance, file.queued, later)));
                self.summary.same_key += 1;
            }
        }
        self.counted(text)
    }

    /// Ends the run.
    pub(super) fn finish(mut self) -> io::Result<Summary> {
        self.end()?;
        self.manifest.finish()?;
        self.summary.broken = self.broken;
        Ok(self.summary)
    }

    /// The kinds of fault, the least used first.
    fn kinds_by_use(&self) -> Vec<FaultKind> {
        let mut kinds = self.kinds.to_vec();
        kinds.sort_by_key(|kind| self.broken.get(kind).copied().unwrap_or(0));
        kinds
    }

    fn broken_record(
        &mut self,
        endpoint: &str,
        text: &[u8],
        kind: FaultKind,
        property: Option<String>,
    ) -> io::Result<()> {
        *self.broken.entry(kind).or_default() += 1;
        self.listed(endpoint, kind, property)?;
        self.counted(text)
    }

    /// Lists the record that is written next.
    fn listed(&mut self, endpoint: &str, kind: FaultKind, property: Option<String>) -> io::Result<()> {
        let file = self.file.as_ref().expect("a file is started before records are written");
        self.manifest.add(&BrokenRecord {
            file: file.name.clone(),
            line: file.lines + 1,
            endpoint: endpoint.to_owned(),
            kind,
            property,
            status: kind.status(),
            method: kind.method().to_owned(),
        })
    }

    /// Writes a record with the natural key of an earlier one.
    fn repeated(&mut self, text: &[u8]) -> io::Result<()> {
        let endpoint = self.file.as_ref().and_then(|file| file.endpoint.as_ref()).map(|endpoint| endpoint.name.clone());
        self.listed(&endpoint.unwrap_or_default(), FaultKind::DuplicateKey, None)?;
        self.line(text)?;
        self.count();
        Ok(())
    }

    fn counted(&mut self, text: &[u8]) -> io::Result<()> {
        self.line(text)?;
        self.count();
        while let Some(later) = self.due() {
            self.repeated(&later)?;
        }
        Ok(())
    }

    fn due(&mut self) -> Option<Vec<u8>> {
        let file = self.file.as_mut()?;
        let Reverse((after, ..)) = file.later.peek()?;
        if file.lines <= *after {
            return None;
        }
        file.later.pop().map(|Reverse((.., text))| text)
    }

    fn count(&mut self) {
        self.summary.records += 1;
        let endpoint = self.file.as_ref().and_then(|file| file.endpoint.as_ref());
        if let Some(endpoint) = endpoint {
            match self.summary.endpoints.get_mut(&endpoint.name) {
                Some(count) => *count += 1,
                None => {
                    self.summary.endpoints.insert(endpoint.name.clone(), 1);
                }
            }
        }
    }

    fn line(&mut self, text: &[u8]) -> io::Result<()> {
        let file = self.file.as_mut().expect("a file is started before lines are written");
        file.writer.write_all(text)?;
        file.writer.write_all(b"\n")?;
        file.lines += 1;
        Ok(())
    }

    fn end(&mut self) -> io::Result<()> {
        loop {
            let Some(file) = self.file.as_mut() else {
                return Ok(());
            };
            let Some(Reverse((.., text))) = file.later.pop() else {
                break;
            };
            self.repeated(&text)?;
        }
        if let Some(mut file) = self.file.take() {
            file.writer.flush()?;
            self.summary.files.insert(file.name, file.lines);
        }
        Ok(())
    }
}

/// The endpoint of a name, in whatever namespace it stands, without regard to case.
pub(super) fn endpoint_index(model: &Model, name: &str) -> Option<usize> {
    model.endpoints.iter().position(|endpoint| endpoint.name.eq_ignore_ascii_case(name))
}

/// An error that tells the path.
pub(super) fn at(path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {error}", path.display()))
}

impl Options {
    /// Where the list of broken records goes.
    pub(super) fn manifest_path(&self) -> PathBuf {
        self.manifest.clone().unwrap_or_else(|| {
            let mut name = self.out.as_os_str().to_owned();
            name.push(".broken.jsonl");
            PathBuf::from(name)
        })
    }
}

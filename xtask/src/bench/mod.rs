//! `cargo xtask bench`: the launcher, the component, the page and the Python tool, on the same records and the same APIs, beside
//! the least that any client can do, in one run.

mod jobs;
mod observe;
mod place;
mod report;
mod series;

use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::time::Instant;

use crate::api::{self, Served};
use crate::build::{self, Profile};
use crate::failure::{Failure, Result};
use crate::python_tool::PythonTool;
use crate::runner::Runner;
use crate::{launcher, page, process, project, say, setup};
use observe::Sample;
use place::Tools;
use series::Series;

/// What to measure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Choice {
    /// One job, by its name; all, if none is named.
    pub(crate) only: Option<String>,
    /// How often each is measured; the median counts.
    pub(crate) rounds: u64,
    /// Divides the numbers of records, for a quick look; what is measured so is not written down.
    pub(crate) shrink: u64,
}

/// Measures.
pub(crate) fn run(choice: &Choice) -> Result<()> {
    let jobs: Vec<_> = jobs::ALL.iter().filter(|job| choice.only.as_deref().is_none_or(|only| only == job.0)).collect();
    if jobs.is_empty() {
        let names: Vec<&str> = jobs::ALL.iter().map(|job| job.0).collect();
        return Err(Failure::usage(format!("there is no such job; the jobs are {}", names.join(", "))));
    }
    let bench = Bench::set_up(choice)?;
    let document = project::root().join("docs/performance.md");
    for (name, measure) in jobs {
        say::step(format!("Measuring: {name}"));
        let job = measure(&bench)?;
        job.tell();
        if choice.shrink == 1 {
            job.write(&document)?;
        }
    }
    Ok(())
}

/// All that jobs need.
#[derive(Debug)]
struct Bench {
    tools: Tools,
    api: api::Tools,
    rounds: u64,
    shrink: u64,
}

/// Records in a folder.
#[derive(Debug, Clone)]
struct Data {
    folder: PathBuf,
    records: u64,
}

impl Bench {
    fn set_up(choice: &Choice) -> Result<Self> {
        let toolchain = setup::wasm()?;
        let component = build::component(&toolchain)?;
        let (api, embedded) = api::Tools::with_runner(Profile::Tool)?;
        let runner = Runner::on_path().unwrap_or(embedded);
        let launcher = launcher::build(Profile::Release, &component)?;
        page::run()?;
        let python = PythonTool::find();
        let programs = Profile::Tool.folder();
        let tools = Tools { launcher, component, runner, python, programs };
        Ok(Self { tools, api, rounds: choice.rounds.max(1), shrink: choice.shrink.max(1) })
    }

    /// A made-up district of about so many records.
    fn district(&self, records: u64) -> Result<Data> {
        /// One student brings so many records, schools and all.
        const OF_A_STUDENT: f64 = 25.4;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a number of students, rounded")]
        let students = ((records / self.shrink) as f64 / OF_A_STUDENT).round().max(1.0) as u64;
        let folder = project::target().join("bench").join(format!("data-{students}"));
        self.api.district(students, &folder)?;
        Data::in_folder(flat(&folder)?)
    }

    /// So many records of one endpoint.
    fn students(&self, records: u64) -> Result<Data> {
        self.files_of((records / self.shrink).max(1), "students", &["students"])
    }

    /// About so many records of three endpoints: schools, students, and which school each of them goes to.
    fn enrolments(&self, records: u64) -> Result<Data> {
        let students = (records / self.shrink / 2).max(1);
        let endpoint = "studentSchoolAssociations";
        self.files_of(students, endpoint, &["schools", "students", endpoint])
    }

    /// Some files out of all that the records of an endpoint want in a district of so many students.
    fn files_of(&self, students: u64, endpoint: &str, names: &[&str]) -> Result<Data> {
        let all = project::target().join("bench").join(format!("data-only-{endpoint}-{students}"));
        self.api.district_of(students, Some(endpoint), &all)?;
        let folder = project::target().join("bench").join(format!("{endpoint}-{students}"));
        project::make_folder(&folder)?;
        for name in names {
            let file = format!("{name}.jsonl");
            let (from, to) = (all.join(&file), folder.join(&file));
            std::fs::copy(&from, &to).map_err(|error| Failure::file("copy", &from, &error))?;
        }
        Data::in_folder(folder)
    }

    /// A simulated API with these options, on any port.
    fn serve(&self, options: &[&str]) -> Result<Served> {
        self.api.api(0, options)
    }

    /// The tools in turn, round by round, so that a change of the machine's mood meets all of them.
    fn in_turn(
        &self,
        tools: &[&'static str],
        mut measure: impl FnMut(&'static str) -> Result<(u64, Sample)>,
    ) -> Result<Vec<Series>> {
        let mut all: Vec<Series> = tools.iter().map(|&tool| Series { tool, records: 0, samples: Vec::new() }).collect();
        for round in 1..=self.rounds {
            say::step(format!("Round {round} of {}", self.rounds));
            for series in &mut all {
                let (records, sample) = measure(series.tool)?;
                series.records = records;
                series.samples.push(sample);
            }
        }
        Ok(all)
    }
}

/// The same records, each endpoint's in one file: the Python tool reads no others.
fn flat(folder: &Path) -> Result<PathBuf> {
    let flat = folder.with_extension("flat");
    if flat.is_dir() {
        return Ok(flat);
    }
    let beside = folder.with_extension("flat.new");
    project::remove_folder(&beside)?;
    project::make_folder(&beside)?;
    for file in project::files_below(folder)? {
        let endpoint = file.split(['/', '.']).next().unwrap_or_default();
        let (from, to) = (folder.join(&file), beside.join(format!("{endpoint}.jsonl")));
        let bytes = std::fs::read(&from).map_err(|error| Failure::file("read", &from, &error))?;
        let appended = std::fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(&to)
            .and_then(|mut open| std::io::Write::write_all(&mut open, &bytes));
        appended.map_err(|error| Failure::file("write", &to, &error))?;
    }
    // Moved only when complete.
    std::fs::rename(&beside, &flat).map_err(|error| Failure::file("move to its place", &beside, &error))?;
    Ok(flat)
}

impl Data {
    fn in_folder(folder: PathBuf) -> Result<Self> {
        let records = lines_below(&folder)?;
        Ok(Self { folder, records })
    }

    /// The endpoints, by the names of the files.
    fn endpoints(&self) -> Result<Vec<String>> {
        let files = project::files_below(&self.folder)?;
        Ok(files.iter().filter_map(|file| file.strip_suffix(".jsonl")).map(str::to_owned).collect())
    }

    /// How long a plain copy of the bytes takes.
    fn copied(&self) -> Result<Sample> {
        let to = project::target().join("bench").join("copy");
        project::remove_folder(&to)?;
        project::make_folder(&to)?;
        let begin = Instant::now();
        for file in project::files_below(&self.folder)? {
            let from = self.folder.join(&file);
            std::fs::copy(&from, to.join(&file)).map_err(|error| Failure::file("copy", &from, &error))?;
        }
        let sample = Sample { time: begin.elapsed(), processor: None, memory: None, code: Some(0) };
        project::remove_folder(&to)?;
        Ok(sample)
    }
}

/// The lines of all files below a folder.
fn lines_below(folder: &Path) -> Result<u64> {
    project::files_below(folder)?.into_iter().map(|file| lines_of(&folder.join(file))).sum()
}

fn lines_of(path: &Path) -> Result<u64> {
    let failed = |error: std::io::Error| Failure::file("read", path, &error);
    let mut lines = 0;
    for line in BufReader::new(File::open(path).map_err(failed)?).split(b'\n') {
        line.map_err(failed)?;
        lines += 1;
    }
    Ok(lines)
}

/// A server that stands before another; see `far` of the harness.
fn far(tools: &Tools, server: &str, milliseconds: u64, authority: &Path) -> Result<(String, process::Running)> {
    let mut command = tools.program("far");
    command.arg(server).arg(milliseconds.to_string()).arg(authority);
    let (running, address) = process::Running::server(&mut command)?;
    Ok((address, running))
}

//! Where a run is made: a folder with a configuration, and the tools that can be called in it.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use super::observe::{self, Sample};
use crate::api::CLIENT;
use crate::failure::{Failure, Result};
use crate::process::{self, Running};
use crate::python_tool::PythonTool;
use crate::results::Results;
use crate::runner::{Grants, Runner};
use crate::{project, say};

pub(super) const CONFIGURATION: &str = "lightbeam.yaml";
const RESULTS: &str = "results.json";
const STATE: &str = "state";
const OUTPUT: &str = "output.txt";

/// The names of tools in tables.
pub(super) const LAUNCHER: &str = "launcher";
pub(super) const COMPONENT: &str = "component, stock HTTP";
pub(super) const PYTHON: &str = "Python tool";
pub(super) const PAGE: &str = "page";
pub(super) const LIMIT: &str = "limit";

/// What is compared.
#[derive(Debug)]
pub(super) struct Tools {
    pub(super) launcher: PathBuf,
    pub(super) component: PathBuf,
    pub(super) runner: Runner,
    pub(super) python: Option<PythonTool>,
    /// The folder of the harness' programs.
    pub(super) programs: PathBuf,
}

impl Tools {
    /// The tools that are there and are among the wanted.
    pub(super) fn among(&self, wanted: &[&'static str]) -> Vec<&'static str> {
        let is_there = |tool: &&&'static str| **tool != PYTHON || self.python.is_some();
        wanted.iter().filter(is_there).copied().collect()
    }

    /// A program of the harness.
    pub(super) fn program(&self, name: &str) -> Command {
        Command::new(process::program_in(&self.programs, name))
    }

    /// The command of a tool; the words are the same for all.
    fn command(&self, tool: &str, place: &Place, words: &[&str]) -> Result<Command> {
        let missing = || Failure::new(format!("there is no {tool} here"));
        Ok(match tool {
            LAUNCHER => {
                let mut command = Command::new(&self.launcher);
                command.current_dir(&place.folder).args(words);
                command
            }
            COMPONENT => {
                // The data folder stands beside the working folder, where the sandbox does not reach.
                let folders = vec![".".into(), place.data.display().to_string()];
                self.runner.command(&self.component, &place.folder, &Grants { folders, variables: Vec::new() }, words)
            }
            PYTHON => self.python.as_ref().ok_or_else(missing)?.command(&place.folder, words),
            _ => return Err(missing()),
        })
    }
}

/// A working folder, with its configuration.
#[derive(Debug)]
pub(super) struct Place {
    pub(super) folder: PathBuf,
    data: PathBuf,
}

impl Place {
    /// A new one for a tool, without state. The keys are those that all tools read, and that the Python tool asks for.
    pub(super) fn new(tool: &str, data: &Path, api: &str, more: &str) -> Result<Self> {
        let name: String = tool.chars().filter(char::is_ascii_alphanumeric).collect();
        let folder = project::target().join("bench").join(format!("run-{name}"));
        project::remove_folder(&folder)?;
        project::make_folder(&folder.join(STATE))?;
        let place = Self { folder, data: data.to_owned() };
        place.configure(api, more)?;
        Ok(place)
    }

    /// Writes the configuration.
    fn configure(&self, api: &str, more: &str) -> Result<()> {
        let (client, secret) = CLIENT;
        let verify = if api.starts_with("https") { "false" } else { "true" };
        let text = format!(
            "data_dir: {}\nstate_dir: ./{STATE}\nedfi_api:\n  base_url: {api}\n  client_id: {client}\n  \
             client_secret: {secret}\n  mode: shared_instance\nconnection:\n  pool_size: 8\n  timeout: 60\n  num_retries: 3\n  \
             backoff_factor: 1.5\n  retry_statuses: [429, 500, 502, 503, 504]\n  verify_ssl: {verify}\n\
             fetch:\n  page_size: 500\nlog_level: WARNING\n{more}",
            self.data.display(),
        );
        project::write(&self.folder.join(CONFIGURATION), &text)
    }

    /// Runs a tool to its end.
    pub(super) fn run(&self, tools: &Tools, tool: &'static str, words: &[&str]) -> Result<Sample> {
        let mut words = words.to_vec();
        words.extend(["-c", CONFIGURATION]);
        self.watched(tools.command(tool, self, &words)?, observe::watch)
    }

    /// As [`Place::run`], without a configuration.
    pub(super) fn run_alone(&self, tools: &Tools, tool: &'static str, words: &[&str]) -> Result<Sample> {
        self.watched(tools.command(tool, self, words)?, observe::watch)
    }

    /// As [`Place::run`], with a results file.
    pub(super) fn run_with_results(
        &self,
        tools: &Tools,
        tool: &'static str,
        words: &[&str],
    ) -> Result<(Sample, Results)> {
        let mut words = words.to_vec();
        words.extend(["--results-file", RESULTS]);
        let sample = self.run(tools, tool, &words)?;
        let results = Results::read(&self.folder.join(RESULTS))
            .map_err(|failure| failure.hint(format!("the {tool} said last:\n{}", self.last_words())))?;
        Ok((sample, results))
    }

    /// Runs any command to its end, its output in a file.
    pub(super) fn watched(
        &self,
        mut command: Command,
        watch: impl Fn(&mut Running, Instant) -> Result<Sample>,
    ) -> Result<Sample> {
        let output = self.folder.join(OUTPUT);
        let failed = |error: std::io::Error| Failure::file("write", &output, &error);
        let file = File::create(&output).map_err(failed)?;
        let copy = file.try_clone().map_err(failed)?;
        command.stdin(Stdio::null()).stdout(Stdio::from(file)).stderr(Stdio::from(copy));
        say::command(process::line(&command));
        let begin = Instant::now();
        let sample = watch(&mut Running::start(&mut command)?, begin)?;
        say::note(format!("{:.3} s.", sample.time.as_secs_f64()));
        Ok(sample)
    }

    /// What the last command wrote.
    pub(super) fn output(&self) -> Result<String> {
        project::read(&self.folder.join(OUTPUT))
    }

    fn last_words(&self) -> String {
        let output = self.output().unwrap_or_default();
        let tail: Vec<&str> = output.lines().rev().take(10).collect();
        tail.into_iter().rev().collect::<Vec<_>>().join("\n")
    }

    /// Fails unless the tool ended with success: what was not done is done very fast.
    pub(super) fn expect(&self, tool: &str, sample: &Sample) -> Result<()> {
        match sample.code {
            Some(0) => Ok(()),
            code => Err(self.wrong(format!("{tool}: it ended with {code:?}"))),
        }
    }

    /// A failure with what the last command said.
    pub(super) fn wrong(&self, what: String) -> Failure {
        Failure::new(what).hint(format!("it said last:\n{}", self.last_words()))
    }
}

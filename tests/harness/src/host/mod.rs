//! The hosts that scenarios are played on.

mod component;
mod folder;
mod launcher;
mod memory;
mod page;

use std::collections::BTreeMap;

use lightbeam_sim::builtin::{self, Style};
use lightbeam_sim::{Documents, Settings, State};
use serde_json::Value;

pub use component::ComponentHost;
pub use launcher::LauncherHost;
pub use memory::MemoryHost;
pub use page::PageHost;

use crate::scenario::{Changes, Expect, Observed, Request, Run, Scenario};

/// Something that lightbeam runs on.
pub trait Host {
    /// The name, for messages.
    fn name(&self) -> &str;
    /// An empty folder and an API as the scenario wants it, which belong to nobody else.
    fn stage(&self, scenario: &Scenario) -> Result<Box<dyn Stage>, String>;

    /// What is expected of a run here.
    fn expected<'a>(&self, run: &'a Run) -> &'a Expect {
        &run.expect
    }
}

/// A place where the runs of one scenario are played.
pub trait Stage {
    /// Writes a file of the user's; its folders are made.
    fn write(&mut self, path: &str, bytes: &[u8]) -> Result<(), String>;
    /// Removes a file of the user's, if it is there.
    fn remove(&mut self, path: &str) -> Result<(), String>;
    /// The content of a file of the user's, if it is there.
    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, String>;
    /// All files of the user's, by path relative to the working directory, those of the state left out.
    fn files(&self) -> Result<BTreeMap<String, Vec<u8>>, String>;
    /// Looks at, or changes, what the API knows.
    fn api(&mut self, look: &mut dyn FnMut(&mut State));
    /// Brings an API that a rule has killed back to life, with everything that it knew.
    fn revive(&mut self) -> Result<(), String>;
    /// One call of the program. Sets everything but `results` and `files`.
    fn run(&mut self, call: &Call) -> Result<Observed, String>;

    /// Makes the changes before a run.
    fn change(&mut self, changes: &Changes) -> Result<(), String> {
        for (path, content) in &changes.files {
            self.write(path, &content.bytes())?;
        }
        for path in &changes.remove {
            self.remove(path)?;
        }
        if changes.revive {
            self.revive()?;
        }
        let mut outcome = Ok(());
        self.api(&mut |state| {
            if changes.reset {
                state.reset(0);
            }
            if !changes.api.is_empty() {
                match merged(state.settings(), &changes.api) {
                    Ok(settings) => state.set(settings),
                    Err(wrong) => outcome = Err(wrong),
                }
            }
        });
        outcome
    }
}

/// One call of the program.
#[derive(Debug, Clone)]
pub struct Call {
    /// The words of the command line.
    pub args: Vec<String>,
    /// Environment variables beside `API`.
    pub env: BTreeMap<String, String>,
    /// What is typed at the question of a run that removes records.
    pub answer: Option<String>,
    /// Whether the launcher says `stop` at once.
    pub stop: bool,
    /// The run is killed when the API has received so many requests.
    pub kill_after_requests: Option<u64>,
}

/// Whether a file belongs to the state: its logs are compared by what they say.
fn is_state(path: &str) -> bool {
    path.split('/').any(|part| part == "targets")
}

/// The settings of a scenario's API.
fn settings(scenario: &Scenario) -> Result<Settings, String> {
    merged(&Settings::default(), &scenario.api)
}

fn merged(settings: &Settings, changes: &BTreeMap<String, Value>) -> Result<Settings, String> {
    let mut value = serde_json::to_value(settings).map_err(|error| error.to_string())?;
    if let Some(map) = value.as_object_mut() {
        map.extend(changes.clone());
    }
    serde_json::from_value(value).map_err(|error| format!("settings of the API: {error}"))
}

fn documents(scenario: &Scenario) -> Documents {
    builtin::documents(if scenario.swagger2 { Style::Swagger2 } else { Style::OpenApi3 })
}

/// The requests that the API has logged, and what it holds.
pub(crate) fn look(state: &State, seen: &mut Observed) {
    seen.requests = state
        .log()
        .map(|entry| Request {
            method: entry.method.clone(),
            path: entry.path.clone(),
            query: entry.query.clone(),
            body: entry.sha256.clone().unwrap_or_default(),
            answered: entry.status.is_some(),
        })
        .collect();
    for (path, _) in state.counts() {
        let (namespace, name) = path.trim_start_matches('/').split_once('/').unwrap_or(("", &path));
        let records = state.records(namespace, name).unwrap_or_default();
        let mut bodies: Vec<_> = records.into_iter().map(|record| record.body).collect();
        bodies.sort_by_cached_key(|body| serde_json::to_string(body).unwrap_or_default());
        seen.records.insert(path, bodies);
    }
}

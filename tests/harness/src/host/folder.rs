//! A folder of the user's beside a simulated API on loopback: where programs with real files and sockets play.

use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use lightbeam_sim::{Server, State};
use tempfile::TempDir;

use super::{Call, Stage, documents, is_state, look, settings};
use crate::scenario::{Observed, Scenario, decode_log, log_of};

/// What plays in the folder.
pub(super) trait Program {
    /// Runs in this folder, with these environment variables; gives exit code, standard output and error.
    fn run(&self, folder: &Path, env: Vec<(String, String)>, call: &Call) -> Result<Observed, String>;
}

pub(super) struct FolderStage<P> {
    program: P,
    server: Server,
    folder: TempDir,
}

impl<P: Program> FolderStage<P> {
    /// An empty folder, and an API as the scenario wants it.
    pub(super) fn new(program: P, scenario: &Scenario) -> Result<Self, String> {
        let server = Server::start(settings(scenario)?, documents(scenario)).map_err(|error| error.to_string())?;
        let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
        Ok(Self { program, server, folder })
    }

    fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }
}

impl<P: Program> Stage for FolderStage<P> {
    fn write(&mut self, path: &str, bytes: &[u8]) -> Result<(), String> {
        let place = self.path(path);
        let written = || {
            fs::create_dir_all(place.parent().unwrap_or(Path::new(".")))?;
            fs::write(&place, bytes)
        };
        written().map_err(|error: std::io::Error| format!("{path}: {error}"))
    }

    fn remove(&mut self, path: &str) -> Result<(), String> {
        match fs::remove_file(self.path(path)) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(format!("{path}: {error}")),
            _ => Ok(()),
        }
    }

    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, String> {
        match fs::read(self.path(path)) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(format!("{path}: {error}")),
        }
    }

    fn files(&self) -> Result<BTreeMap<String, Vec<u8>>, String> {
        let mut files = BTreeMap::new();
        let root = self.folder.path();
        let mut keep = |name: &str, path: &Path| {
            if !is_state(name) {
                files.insert(name.to_owned(), fs::read(path)?);
            }
            Ok(())
        };
        each_file(root, root, &mut keep).map_err(|error| error.to_string())?;
        Ok(files)
    }

    fn api(&mut self, look: &mut dyn FnMut(&mut State)) {
        self.server.with_state(look);
    }

    fn revive(&mut self) -> Result<(), String> {
        self.server.revive().map_err(|error| error.to_string())
    }

    fn run(&mut self, call: &Call) -> Result<Observed, String> {
        self.server.with_state(State::clear_log);
        let mut env: Vec<(String, String)> = call.env.clone().into_iter().collect();
        env.push(("API".to_owned(), self.server.url()));
        let mut seen = self.program.run(self.folder.path(), env, call)?;
        self.server.with_state(|state| look(state, &mut seen));
        let root = self.folder.path();
        let mut read_log = |name: &str, path: &Path| {
            if let Some(log) = log_of(name) {
                seen.state.insert(log, decode_log(&fs::read(path)?));
            }
            Ok(())
        };
        each_file(root, root, &mut read_log).map_err(|error| error.to_string())?;
        Ok(seen)
    }
}

/// Looks at every file below a folder, with its name relative to the root.
fn each_file(
    root: &Path,
    folder: &Path,
    look: &mut impl FnMut(&str, &Path) -> std::io::Result<()>,
) -> std::io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            each_file(root, &path, look)?;
        } else if let Ok(name) = path.strip_prefix(root) {
            look(&name.to_string_lossy().replace('\\', "/"), &path)?;
        }
    }
    Ok(())
}

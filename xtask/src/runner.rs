//! Running the component under wasmtime: the one on PATH, or one that the test harness embeds.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::version::Version;
use crate::{process, project, say};

/// The least wasmtime that the component asks for.
const LEAST: Version = Version(46, 0, 0);

/// A program that runs components.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Runner {
    /// The wasmtime command line on PATH.
    Wasmtime,
    /// `run-component` of the test harness: wasmtime's library, with flags of the same meaning.
    Embedded(PathBuf),
}

/// The folders and variables that a run is given; http it always is.
#[derive(Clone, Debug, Default)]
pub(crate) struct Grants {
    pub(crate) folders: Vec<String>,
    pub(crate) variables: Vec<String>,
}

impl Runner {
    /// The wasmtime on PATH, if there is one and it is new enough.
    pub(crate) fn on_path() -> Option<Self> {
        say::step("Looking for a wasmtime to run the component with");
        let version = process::output(Command::new("wasmtime").arg("--version"))
            .ok()
            .and_then(|printed| Version::in_text(&printed));
        match version {
            Some(version) if version >= LEAST => {
                say::note(format!("wasmtime {version} is on PATH."));
                Some(Self::Wasmtime)
            }
            Some(version) => {
                say::note(format!("wasmtime {version} is on PATH, but {LEAST} or later is needed: embedding one."));
                None
            }
            None => {
                say::note("None is on PATH: a small program that embeds one will do.");
                None
            }
        }
    }

    /// The command that runs the component in a folder with these arguments.
    pub(crate) fn command(&self, component: &Path, folder: &Path, grants: &Grants, arguments: &[&str]) -> Command {
        let (program, http): (OsString, &[&str]) = match self {
            Self::Wasmtime => ("wasmtime".into(), &["run", "-S", "http"]),
            Self::Embedded(program) => (program.into(), &["--http"]),
        };
        let mut command = Command::new(program);
        command.current_dir(folder).args(http);
        for folder in &grants.folders {
            command.args(["--dir", folder]);
        }
        for variable in &grants.variables {
            command.args(["--env", variable]);
        }
        command.arg(component).args(arguments);
        command
    }
}

/// The same run as somebody with wasmtime would type it.
pub(crate) fn typed(component: &Path, grants: &Grants, arguments: &[&str]) -> String {
    let command = Runner::Wasmtime.command(component, &project::root(), grants, arguments);
    process::line(&command)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_typed_command_is_the_readmes() {
        let grants = Grants { folders: vec![".".into(), "state".into()], variables: vec!["SECRET".into()] };
        assert_eq!(
            typed(Path::new("lightbeam.wasm"), &grants, &["send", "-c", "lightbeam.yaml"]),
            "wasmtime run -S http --dir . --dir state --env SECRET lightbeam.wasm send -c lightbeam.yaml"
        );
    }

    #[test]
    fn the_embedded_runner_takes_the_same_grants() {
        let grants = Grants { folders: vec![".".into()], variables: vec![] };
        let command =
            Runner::Embedded("run-component".into()).command(Path::new("x.wasm"), Path::new("."), &grants, &["count"]);
        assert_eq!(process::line(&command), "run-component --http --dir . x.wasm count");
    }
}

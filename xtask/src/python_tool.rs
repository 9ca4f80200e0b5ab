//! The Python tool that ours is measured against, in a virtual environment of its own.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::failure::Result;
use crate::{process, project, say};

const VERSION: &str = "0.1.12";

/// The Python tool, installed.
#[derive(Debug)]
pub(crate) struct PythonTool {
    program: PathBuf,
}

impl PythonTool {
    /// Installs it if it is not there; `None`, with a word, where that cannot be done.
    pub(crate) fn find() -> Option<Self> {
        say::step(format!("The Python tool, lightbeam {VERSION}"));
        let folder = project::target().join("python-tool");
        let programs = folder.join(if cfg!(windows) { "Scripts" } else { "bin" });
        let tool = Self { program: process::program_in(&programs, "lightbeam") };
        if tool.is_ready(&programs) {
            say::note("Skipped: it is installed already.");
            return Some(tool);
        }
        match install(&folder, &programs) {
            Ok(()) => Some(tool),
            Err(failure) => {
                say::note(format!("{failure}"));
                say::note("So only the component is measured.");
                None
            }
        }
    }

    fn is_ready(&self, programs: &Path) -> bool {
        let shown = process::output(Command::new(process::program_in(programs, "python")).args([
            "-m",
            "pip",
            "show",
            "lightbeam",
        ]));
        self.program.exists() && shown.is_ok_and(|text| text.contains(&format!("Version: {VERSION}")))
    }

    /// The command that runs it in a folder.
    pub(crate) fn command(&self, folder: &Path, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        command.current_dir(folder).args(arguments);
        command
    }
}

fn install(folder: &Path, programs: &Path) -> Result<()> {
    say::note(format!("Installing it into {}, for the comparison only.", project::shown(folder)));
    let python = if cfg!(windows) { "python" } else { "python3" };
    process::run(Command::new(python).args(["-m", "venv"]).arg(folder))?;
    process::run(
        Command::new(process::program_in(programs, "python"))
            .args(["-m", "pip", "install", "--quiet"])
            .arg(format!("lightbeam=={VERSION}")),
    )
}

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use lightbeam::words::HELP;

use super::folder::{FolderStage, Program};
use super::{Call, Host, Stage};
use crate::scenario::{Observed, Run, Scenario};

/// The variable that names another launcher than that of the workspace's target folder.
const OVERRIDE: &str = "LIGHTBEAM_LAUNCHER";

/// The launcher as people start it: a process of its own, which grants what the configuration names.
#[derive(Debug, Clone)]
pub struct LauncherHost {
    program: PathBuf,
}

impl LauncherHost {
    /// The launcher of this repository, or the one that `LIGHTBEAM_LAUNCHER` names.
    pub fn of_this_repository() -> Result<Self, String> {
        let built = || {
            let name = format!("lightbeam{}", std::env::consts::EXE_SUFFIX);
            crate::component::target().join("debug").join(name)
        };
        let program = std::env::var_os(OVERRIDE).map_or_else(built, PathBuf::from);
        if program.is_file() {
            Ok(Self { program })
        } else {
            Err(format!("{} is not there: run `cargo xtask test --only launcher`", program.display()))
        }
    }

    /// A command that begins in this folder, and knows no variables but these.
    pub fn command(&self, folder: &Path, env: impl IntoIterator<Item = (String, String)>) -> Command {
        let mut command = Command::new(&self.program);
        command.current_dir(folder).env_clear().envs(env);
        // Without these, programs cannot even open sockets on Windows.
        command.envs(["SystemRoot"].into_iter().filter_map(|name| Some((name, std::env::var_os(name)?))));
        command.stdin(Stdio::null());
        command
    }

    /// Whether what a scenario does can be done with a process: there is no terminal to type at, and no moment at which
    /// it can be stopped or killed for sure.
    pub fn can_play(scenario: &Scenario) -> bool {
        let needs = |run: &Run| run.answer.is_some() || run.stop || run.kill_after_requests.is_some();
        !scenario.runs.iter().any(needs)
    }
}

impl Host for LauncherHost {
    fn name(&self) -> &'static str {
        "launcher"
    }

    fn stage(&self, scenario: &Scenario) -> Result<Box<dyn Stage>, String> {
        Ok(Box::new(FolderStage::new(self.clone(), scenario)?))
    }
}

impl Program for LauncherHost {
    fn run(&self, folder: &Path, env: Vec<(String, String)>, call: &Call) -> Result<Observed, String> {
        let output = self.command(folder, env).args(&call.args).output().map_err(|error| error.to_string())?;
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let mut stdout = text(&output.stdout);
        // Its help has a part of its own, at the end.
        if let Some(component_s) = stdout.strip_suffix(&format!("\n{HELP}")) {
            stdout.truncate(component_s.len());
        }
        Ok(Observed { exit: output.status.code(), stdout, stderr: text(&output.stderr), ..Observed::default() })
    }
}

use std::path::Path;

use super::folder::{FolderStage, Program};
use super::{Call, Host, Stage};
use crate::component::{Component, Grants, Kill, Stdio, run};
use crate::scenario::{Observed, Scenario};

/// The component under wasmtime, with files in a folder of its own and the simulated API on loopback.
#[derive(Debug, Clone, Copy)]
pub struct ComponentHost(pub &'static Component);

impl Host for ComponentHost {
    fn name(&self) -> &'static str {
        "component"
    }

    fn stage(&self, scenario: &Scenario) -> Result<Box<dyn Stage>, String> {
        Ok(Box::new(FolderStage::new(*self, scenario)?))
    }
}

impl Program for ComponentHost {
    fn run(&self, folder: &Path, mut env: Vec<(String, String)>, call: &Call) -> Result<Observed, String> {
        let mut stdio = Stdio::default();
        if let Some(answer) = &call.answer {
            stdio = Stdio::Typed(format!("{answer}\n").into_bytes());
        } else if call.stop {
            env.push(("LIGHTBEAM_HOST".to_owned(), "launcher".to_owned()));
            stdio = Stdio::Captured(b"stop\n".to_vec());
        }
        let grants = Grants {
            args: call.args.clone(),
            env,
            dirs: vec![(folder.to_owned(), ".".to_owned())],
            http: true,
            stdio,
            kill: call.kill_after_requests.map_or(Kill::Never, Kill::AfterRequests),
        };
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|error| error.to_string())?;
        let outcome = runtime.block_on(run(self.0, grants));
        Ok(Observed { exit: outcome.exit, stdout: outcome.stdout, stderr: outcome.stderr, ..Observed::default() })
    }
}

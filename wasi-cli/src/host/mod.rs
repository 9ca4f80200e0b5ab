//! The WASI 0.2 host: what the engine needs, from what `wasmtime run` grants.

mod clock;
mod executor;
mod files;
mod filesystem;
mod http;
pub(crate) mod http_failure;
mod operator;
mod storage;
mod timers;

use std::collections::HashMap;
use std::rc::Rc;

use lightbeam_core::host::{FileError, FileErrorKind, Host, Opened, StorageError, TlsSupport};
use wasip2::cli::environment;
use wasip2::random::random;

pub(crate) use clock::WasiClock;
pub(crate) use executor::block_on;
use files::GrantedFiles;
use filesystem::FileSystem;
use http::WasiHttp;
use lightbeam_wasi::grants::{Location, Meant};
use lightbeam_wasi::runtime::Runtime;
use operator::StdinOperator;
use storage::{FileStorage, storage_error};
pub(crate) use timers::drive;

/// The folder of state in the user's home, and what it falls back to.
const STATE: &str = ".lightbeam";

/// The WASI 0.2 host.
#[derive(Debug)]
pub(crate) struct WasiHost {
    http: WasiHttp,
    files: GrantedFiles,
    clock: WasiClock,
    operator: StdinOperator,
    variables: HashMap<String, String>,
}

impl WasiHost {
    /// A host of what this process was granted.
    pub(crate) fn granted() -> Self {
        let variables: HashMap<String, String> = environment::get_environment().into_iter().collect();
        Self {
            http: WasiHttp::new(runtime(&variables)),
            files: GrantedFiles(Rc::new(FileSystem::granted(runtime(&variables)))),
            clock: WasiClock,
            operator: StdinOperator::new(runtime(&variables) == Runtime::Launcher),
            variables,
        }
    }

    /// Where state goes, and what the user should know about it.
    ///
    /// Only the folder in the user's home gives way: a folder that the user named is used or is an error.
    fn state_folder(&self, state_dir: &str) -> Result<(Location, String, Option<String>), FileError> {
        let grants = self.files.0.grants();
        let missing = match grants.locate(state_dir, Meant::Folder) {
            Ok(location) if !state_dir.starts_with('~') => return Ok((location, state_dir.to_owned(), None)),
            Ok(_) => None,
            Err(missing) => Some(missing),
        };
        if !self.is_home_state(state_dir) {
            let error =
                FileError::new(FileErrorKind::Denied, state_dir, "the folder of state_dir was not granted to this run");
            let hint = match missing {
                Some(missing) => missing.hint(runtime(&self.variables)),
                None => "write state_dir without ~, and add --dir with that folder before lightbeam.wasm".to_owned(),
            };
            return Err(FileError { hint: Some(hint), ..error });
        }
        // Granted under its own name, while HOME was not: `--dir ~/.lightbeam`.
        if let Some(location) = grants.named(STATE) {
            return Ok((location, state_dir.to_owned(), None));
        }
        let here = format!("./{STATE}");
        match grants.locate(&here, Meant::Folder) {
            Ok(location) => {
                let notice = format!(
                    "{state_dir} was not granted to this run, so state is kept in {here}; to keep it in your home, make \
                     that folder and add --dir ~/{STATE} before lightbeam.wasm"
                );
                Ok((location, here, Some(notice)))
            }
            Err(missing) => {
                let error = FileError::new(FileErrorKind::Denied, here, "no folder for state was granted to this run");
                Err(FileError { hint: Some(missing.hint(runtime(&self.variables))), ..error })
            }
        }
    }

    fn is_home_state(&self, state_dir: &str) -> bool {
        let dir = state_dir.replace('\\', "/");
        let Some(home) = dir.trim_end_matches('/').strip_suffix(STATE).map(|home| home.trim_end_matches('/')) else {
            return false;
        };
        let homes = ["HOME", "USERPROFILE"].into_iter().filter_map(|name| self.variables.get(name));
        home == "~" || homes.map(|home| home.replace('\\', "/")).any(|known| known.trim_end_matches('/') == home)
    }
}

fn runtime(variables: &HashMap<String, String>) -> Runtime {
    Runtime::told_by(variables.get(Runtime::VARIABLE.0).map(String::as_str))
}

impl Host for WasiHost {
    type Http = WasiHttp;
    type Storage = FileStorage;
    type Files = GrantedFiles;
    type Clock = WasiClock;
    type Operator = StdinOperator;

    fn http(&self) -> &WasiHttp {
        &self.http
    }

    fn files(&self) -> &GrantedFiles {
        &self.files
    }

    fn clock(&self) -> &WasiClock {
        &self.clock
    }

    fn operator(&self) -> &StdinOperator {
        &self.operator
    }

    async fn open_storage(&self, state_dir: &str) -> Result<Opened<FileStorage>, StorageError> {
        let (base, shown, notice) = self.state_folder(state_dir).map_err(storage_error)?;
        Ok(Opened { storage: FileStorage::open(self.files.0.clone(), base, &shown)?, notice })
    }

    fn variable(&self, name: &str) -> Option<String> {
        self.variables.get(name).cloned()
    }

    fn seed(&self) -> u64 {
        random::get_random_u64()
    }

    fn working_dir(&self) -> String {
        environment::initial_cwd().or_else(|| self.variable("PWD")).unwrap_or_else(|| ".".to_owned())
    }

    fn tls(&self) -> TlsSupport {
        match runtime(&self.variables) {
            Runtime::Launcher => TlsSupport::Honours,
            Runtime::Plain => TlsSupport::AlwaysVerifies,
        }
    }
}

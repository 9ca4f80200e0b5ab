use std::fmt::Write as _;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::{fs, io};

use sha2::{Digest, Sha256};
use wasmtime::{Config, Engine};

/// The variable that names another component than `target/lightbeam.wasm`.
const OVERRIDE: &str = "LIGHTBEAM_WASM";

/// A component, compiled.
#[derive(Clone)]
pub struct Component {
    pub(super) engine: Engine,
    pub(super) code: wasmtime::component::Component,
}

impl std::fmt::Debug for Component {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Component").finish_non_exhaustive()
    }
}

/// A component that cannot be run.
#[derive(Debug, thiserror::Error)]
pub enum ComponentError {
    /// It is not there.
    #[error("{path} is not there: run `cargo xtask build` first")]
    Missing {
        /// Where it was looked for.
        path: PathBuf,
    },
    /// It could not be read.
    #[error("{path}: {source}")]
    Unreadable {
        /// Where it is.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// wasmtime does not take it.
    #[error("{path} is no component that wasmtime can compile: {reason}")]
    Invalid {
        /// Where it is.
        path: PathBuf,
        /// Why.
        reason: String,
    },
}

impl Component {
    /// The component of this repository: `target/lightbeam.wasm`, or what `LIGHTBEAM_WASM` names. Compiled once a
    /// process.
    pub fn of_this_repository() -> Result<&'static Self, &'static ComponentError> {
        static COMPONENT: OnceLock<Result<Component, ComponentError>> = OnceLock::new();
        COMPONENT
            .get_or_init(|| {
                let path = std::env::var_os(OVERRIDE).map_or_else(|| target().join("lightbeam.wasm"), PathBuf::from);
                Self::load(&path)
            })
            .as_ref()
    }

    /// Compiles a component, or takes what an earlier process has compiled from the same bytes.
    pub fn load(path: &Path) -> Result<Self, ComponentError> {
        let invalid =
            |error: wasmtime::Error| ComponentError::Invalid { path: path.to_owned(), reason: format!("{error:#}") };
        let bytes = fs::read(path).map_err(|source| match source.kind() {
            io::ErrorKind::NotFound => ComponentError::Missing { path: path.to_owned() },
            _ => ComponentError::Unreadable { path: path.to_owned(), source },
        })?;
        let engine = Engine::new(&Config::new()).map_err(invalid)?;
        let cached = target().join("harness").join(format!("{}.cwasm", name(&bytes, &engine)));
        if let Some(code) = deserialized(&engine, &cached) {
            return Ok(Self { engine, code });
        }
        let compiled = engine.precompile_component(&bytes).map_err(invalid)?;
        // Without a cache it is compiled again the next time, which is no reason to fail.
        if write_whole(&cached, &compiled).is_ok()
            && let Some(code) = deserialized(&engine, &cached)
        {
            return Ok(Self { engine, code });
        }
        let code = wasmtime::component::Component::from_binary(&engine, &bytes).map_err(invalid)?;
        Ok(Self { engine, code })
    }
}

/// The code in a file that [`Component::load`] has written, if it is there and whole.
#[allow(unsafe_code, reason = "compiled code is trusted by its file name, a digest of all that went into it")]
fn deserialized(engine: &Engine, path: &Path) -> Option<wasmtime::component::Component> {
    // SAFETY: files of this name are written by `load` alone, in one step, from `precompile_component` of an engine
    // with the same settings; wasmtime checks its own version and the settings again.
    path.is_file().then(|| unsafe { wasmtime::component::Component::deserialize_file(engine, path) })?.ok()
}

/// A name for what these bytes compile to with this engine.
fn name(bytes: &[u8], engine: &Engine) -> String {
    let mut settings = DefaultHasher::new();
    engine.precompile_compatibility_hash().hash(&mut settings);
    let mut name = String::new();
    for byte in &Sha256::digest(bytes)[..16] {
        let _ = write!(name, "{byte:02x}");
    }
    format!("{name}-{:016x}", settings.finish())
}

/// Writes a file so that nobody ever sees a part of it: tests of several processes share the cache.
fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let unfinished = path.with_extension(format!("{}.part", std::process::id()));
    fs::write(&unfinished, bytes)?;
    fs::rename(&unfinished, path)
}

/// The workspace's target folder.
pub(crate) fn target() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target")
}

//! The component's code: compiled into this program, or in a file beside it.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use wasmtime::{Config, Engine};

/// The compiled component of this program; empty when none was given at build time.
static EMBEDDED: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/component.cwasm"));

/// The file that is looked for beside the program when it holds no component.
const BESIDE: &str = "lightbeam.wasm";

/// A component, ready to be run.
#[derive(Clone)]
pub struct Component {
    pub(crate) engine: Engine,
    pub(crate) code: wasmtime::component::Component,
}

impl std::fmt::Debug for Component {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Component").finish_non_exhaustive()
    }
}

/// There is no component that can be run.
#[derive(Debug, thiserror::Error)]
pub enum ComponentError {
    /// None inside and none beside the program.
    #[error("this program was built without its component, and {path} cannot be read: {reason}")]
    Missing {
        /// Where it was looked for.
        path: PathBuf,
        /// Why it cannot be read.
        reason: String,
    },
    /// This processor is older than those that the component inside is compiled for.
    #[error("this program is made for processors of the level x86-64-v2, and this one is older")]
    Processor,
    /// The runtime does not take it.
    #[error("{what} cannot be run: {reason}")]
    Invalid {
        /// The component inside the program, or a file.
        what: String,
        /// Why.
        reason: String,
    },
}

impl ComponentError {
    /// What the user can do.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Processor => {
                "run lightbeam.wasm with wasmtime instead; for a virtual machine, choose a newer model of processor"
            }
            Self::Missing { .. } | Self::Invalid { .. } => {
                "put lightbeam.wasm beside this program, or build it with `cargo xtask build`"
            }
        }
    }
}

impl Component {
    /// The component inside this program, else `lightbeam.wasm` beside it, which takes a moment to compile.
    pub fn of_this_program() -> Result<Self, ComponentError> {
        if EMBEDDED.is_empty() {
            return Self::from_file(&std::env::current_exe().unwrap_or_default().with_file_name(BESIDE));
        }
        if usual().iter().any(|(_, is_there)| !is_there) {
            return Err(ComponentError::Processor);
        }
        let engine = engine().map_err(|error| invalid("the component inside this program", &error))?;
        let code = embedded(&engine).map_err(|error| invalid("the component inside this program", &error))?;
        Ok(Self { engine, code })
    }

    /// A component in a file, compiled now, for the processor at hand.
    pub fn from_file(path: &Path) -> Result<Self, ComponentError> {
        let bytes = std::fs::read(path)
            .map_err(|error| ComponentError::Missing { path: path.to_owned(), reason: error.to_string() })?;
        let engine = Engine::default();
        let code = wasmtime::component::Component::from_binary(&engine, &bytes)
            .map_err(|error| invalid(&path.display().to_string(), &error))?;
        Ok(Self { engine, code })
    }
}

/// What a component compiles to, for [`Component::of_this_program`] of a later build.
pub fn precompile(component: &[u8]) -> Result<Vec<u8>, ComponentError> {
    engine().and_then(|engine| engine.precompile_component(component)).map_err(|error| invalid("the component", &error))
}

/// What every processor of the level x86-64-v2 has, which current distributions ask for, too, and whether this one has it.
/// With less, the component's 128-bit instructions take many times as long as what they stand for.
#[cfg(target_arch = "x86_64")]
fn usual() -> Vec<(&'static str, bool)> {
    vec![
        ("has_cmpxchg16b", is_x86_feature_detected!("cmpxchg16b")),
        ("has_popcnt", is_x86_feature_detected!("popcnt")),
        ("has_sse3", is_x86_feature_detected!("sse3")),
        ("has_sse41", is_x86_feature_detected!("sse4.1")),
        ("has_sse42", is_x86_feature_detected!("sse4.2")),
        ("has_ssse3", is_x86_feature_detected!("ssse3")),
    ]
}

#[cfg(not(target_arch = "x86_64"))]
fn usual() -> Vec<(&'static str, bool)> {
    Vec::new()
}

/// The engine of the component inside. It compiles for any usual processor of this machine's kind, as the program may be
/// run on another one than it was built on.
fn engine() -> wasmtime::Result<Engine> {
    let mut config = Config::new();
    config.target(env!("LIGHTBEAM_TARGET"))?;
    for (setting, _) in usual() {
        enable(&mut config, setting);
    }
    Engine::new(&config)
}

#[allow(unsafe_code, reason = "what is compiled must not use what the processor lacks")]
fn enable(config: &mut Config, setting: &str) {
    // SAFETY: wasmtime loads no code with a setting that the processor at hand does not have.
    unsafe { config.cranelift_flag_enable(setting) };
}

#[allow(unsafe_code, reason = "the bytes are part of this program")]
fn embedded(engine: &Engine) -> wasmtime::Result<wasmtime::component::Component> {
    // SAFETY: the build has made these bytes with `precompile`; wasmtime checks its own version and settings again.
    unsafe { wasmtime::component::Component::deserialize(engine, Cow::Borrowed(EMBEDDED)) }
}

fn invalid(what: &str, error: &wasmtime::Error) -> ComponentError {
    ComponentError::Invalid { what: what.to_owned(), reason: format!("{error:#}") }
}

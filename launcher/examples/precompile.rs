//! `precompile COMPONENT.wasm OUT.cwasm`: what the build of the launcher takes in through `LIGHTBEAM_COMPONENT`.
#![allow(clippy::print_stderr, reason = "this is a program")]

use std::process::ExitCode;

use lightbeam::component::precompile;

fn main() -> ExitCode {
    let paths: Vec<String> = std::env::args().skip(1).collect();
    let [component, out] = paths.as_slice() else { return fail("usage: precompile COMPONENT.wasm OUT.cwasm") };
    let compiled = match std::fs::read(component) {
        Ok(bytes) => precompile(&bytes).map_err(|error| error.to_string()),
        Err(error) => Err(format!("{component}: {error}")),
    };
    match compiled.and_then(|bytes| write(out, &bytes).map_err(|error| format!("{out}: {error}"))) {
        Ok(()) => ExitCode::SUCCESS,
        Err(text) => fail(&text),
    }
}

/// What is the same keeps its time, so that the launcher is not built anew.
fn write(out: &str, bytes: &[u8]) -> std::io::Result<()> {
    if std::fs::read(out).is_ok_and(|there| there == bytes) { Ok(()) } else { std::fs::write(out, bytes) }
}

fn fail(text: &str) -> ExitCode {
    eprintln!("error: {text}");
    ExitCode::FAILURE
}

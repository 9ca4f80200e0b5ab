//! `check-host TESTS.wasm [ARGS]...`: the runner for tests that run inside a component: an empty folder as `.`, the
//! network, and the server of the HTTP checks. `CARGO_TARGET_WASM32_WASIP2_RUNNER` names it to cargo.
#![allow(clippy::print_stderr, reason = "this is a program")]

use std::process::ExitCode;

use lightbeam_harness::check_server;
use lightbeam_harness::component::{Component, Grants, Stdio, run};

fn main() -> ExitCode {
    match check() {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}

fn check() -> Result<ExitCode, Box<dyn std::error::Error>> {
    let mut words = std::env::args().skip(1);
    let path = words.next().ok_or("usage: check-host TESTS.wasm [ARGS]...")?;
    let component = Component::load(path.as_ref())?;
    let folder = tempfile::tempdir()?;
    let grants = Grants {
        args: words.collect(),
        env: vec![("LIGHTBEAM_CHECK_SERVER".to_owned(), format!("http://{}", check_server::start()?))],
        dirs: vec![(folder.path().to_owned(), ".".to_owned())],
        http: true,
        stdio: Stdio::Inherited,
        ..Grants::default()
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let outcome = runtime.block_on(run(&component, grants));
    runtime.shutdown_background();
    Ok(outcome.exit.and_then(|code| u8::try_from(code).ok()).map_or(ExitCode::FAILURE, ExitCode::from))
}

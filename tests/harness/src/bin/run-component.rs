//! `run-component [--dir HOST[::GUEST]]... [--env NAME[=VALUE]]... [--http | -S http] [--stats] COMPONENT.wasm [ARGS]...`:
//! runs a component with the flags of `wasmtime run`, for where no wasmtime is installed.
#![allow(clippy::print_stderr, reason = "this is a program")]

use std::process::ExitCode;

use lightbeam_harness::component::{Component, Grants, Stdio, run};

const USAGE: &str = "usage: run-component [--dir HOST[::GUEST]]... [--env NAME[=VALUE]]... [--http] [--stats] \
                     COMPONENT.wasm [ARGS]...";

struct Call {
    component: String,
    stats: bool,
    grants: Grants,
}

fn main() -> ExitCode {
    let call = match call(std::env::args().skip(1)) {
        Ok(call) => call,
        Err(wrong) => return fail(&format!("{wrong}\n{USAGE}")),
    };
    let component = match Component::load(call.component.as_ref()) {
        Ok(component) => component,
        Err(error) => return fail(&error.to_string()),
    };
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return fail(&format!("no runtime: {error}")),
    };
    let outcome = runtime.block_on(run(&component, call.grants));
    // A thread that still waits for standard input must not hold up the end.
    runtime.shutdown_background();
    if call.stats {
        eprintln!("wasm memory: {} bytes", outcome.memory);
    }
    outcome.exit.and_then(|code| u8::try_from(code).ok()).map_or(ExitCode::FAILURE, ExitCode::from)
}

fn fail(text: &str) -> ExitCode {
    eprintln!("error: {text}");
    ExitCode::from(2)
}

fn call(mut words: impl Iterator<Item = String>) -> Result<Call, String> {
    let mut grants = Grants { stdio: Stdio::Inherited, ..Grants::default() };
    let mut stats = false;
    while let Some(word) = words.next() {
        let (flag, inline) = match word.split_once('=') {
            Some((flag, value)) if flag.starts_with("--") => (flag.to_owned(), Some(value.to_owned())),
            _ => (word, None),
        };
        let mut value = || inline.clone().or_else(|| words.next()).ok_or_else(|| format!("{flag} wants a value"));
        match flag.as_str() {
            "--dir" => {
                let value = value()?;
                let (host, guest) = value.split_once("::").unwrap_or((&value, &value));
                grants.dirs.push((host.into(), guest.to_owned()));
            }
            "--env" => {
                let value = value()?;
                match value.split_once('=') {
                    Some((name, value)) => grants.env.push((name.to_owned(), value.to_owned())),
                    None => grants.env.extend(std::env::var(&value).ok().map(|set| (value, set))),
                }
            }
            "-S" => match value()?.as_str() {
                "http" => grants.http = true,
                other => return Err(format!("-S {other} is not known here")),
            },
            "-Shttp" | "--http" => grants.http = true,
            "--stats" => stats = true,
            flag if flag.starts_with('-') => return Err(format!("{flag} is not known here")),
            component => {
                grants.args = words.collect();
                return Ok(Call { component: component.to_owned(), stats, grants });
            }
        }
    }
    Err("no component".to_owned())
}

//! The component: lightbeam's engine with a command line, for any WASI 0.2 runtime.

mod args;
#[cfg_attr(not(target_os = "wasi"), allow(dead_code, reason = "natively only its tests use it"))]
mod grants;
#[cfg(target_os = "wasi")]
mod host;
#[cfg(target_os = "wasi")]
mod program;
#[cfg_attr(not(target_os = "wasi"), allow(dead_code, reason = "natively only its tests use it"))]
mod terminal;

// The table of error codes is tested natively as well.
#[cfg(all(test, not(target_os = "wasi")))]
#[path = "host/http_failure.rs"]
mod http_failure;

#[cfg(target_os = "wasi")]
fn main() {
    program::main();
}

/// Natively there is nothing to run: the folders, the network and the clock come from the sandbox.
#[cfg(not(target_os = "wasi"))]
fn main() -> std::process::ExitCode {
    let words = std::env::args().skip(1).collect();
    let text = match args::parse(words) {
        Err(answer) => answer.text,
        Ok(_) => "error: this is a component\n\nhint: wasmtime run -S http --dir . lightbeam.wasm COMMAND\n".to_owned(),
    };
    terminal::print_error(&text);
    std::process::ExitCode::from(lightbeam_core::exit::Exit::Usage.code())
}

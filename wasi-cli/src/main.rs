//! The component: lightbeam's engine with a command line, for any WASI 0.2 runtime.

#[cfg(target_os = "wasi")]
mod host;
#[cfg(target_os = "wasi")]
mod program;

#[cfg(target_os = "wasi")]
fn main() {
    program::main();
}

/// Natively there is nothing to run: the folders, the network and the clock come from the sandbox.
#[cfg(not(target_os = "wasi"))]
fn main() -> std::process::ExitCode {
    lightbeam_wasi::terminal::print_error(
        "error: this is the native build of a component, which does nothing\n\nhint: cargo xtask build, then wasmtime \
         run -S http --dir . target/lightbeam.wasm COMMAND\n",
    );
    std::process::ExitCode::from(lightbeam_core::exit::Exit::Usage.code())
}

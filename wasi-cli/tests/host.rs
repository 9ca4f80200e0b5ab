//! The promises of the host traits, checked inside a component: `cargo test --target wasm32-wasip2 --test host` with
//! the runner `check-host` of the harness, which grants an empty folder as `.`, the network, and
//! `LIGHTBEAM_CHECK_SERVER`, the address of a server as `conformance::check_http` wants it.

#![allow(clippy::print_stdout, reason = "this is a program that tells what it checked")]

#[cfg(target_os = "wasi")]
#[path = "../src/host/mod.rs"]
#[allow(dead_code, reason = "the program uses more of it")]
mod host;

#[cfg(target_os = "wasi")]
mod promises {
    use std::future::Future;
    use std::pin::pin;

    use futures_util::future::{Either, select};
    use lightbeam_core::host::conformance::{self, Violation};
    use lightbeam_core::host::{Files, Host, StorageErrorKind};
    use wasip2::cli::exit;

    use crate::host::{WasiHost, block_on, drive};

    /// Runs one check and tells how it went; whether it went well.
    fn holds(name: &str, check: impl Future<Output = Result<(), Violation>>) -> bool {
        let outcome = block_on(async {
            match select(pin!(check), pin!(drive())).await {
                Either::Left((outcome, _)) => outcome,
                Either::Right((never, _)) => match never {},
            }
        });
        match &outcome {
            Ok(()) => println!("{name}: ok"),
            Err(violation) => println!("{name}: {violation}"),
        }
        outcome.is_ok()
    }

    fn promise(holds: bool, promise: &str, seen: impl std::fmt::Debug) -> Result<(), Violation> {
        if holds { Ok(()) } else { Err(Violation { promise: promise.to_owned(), seen: format!("{seen:?}") }) }
    }

    /// The lock is core's own and is checked there, in virtual time.
    pub(crate) fn main() {
        let checks = [
            holds("clock", async { conformance::check_clock(WasiHost::granted().clock()).await }),
            holds("files", async { conformance::check_files(WasiHost::granted().files(), "files").await }),
            holds("storage", storage()),
            holds("http", http()),
            holds("without a home, state falls back to the working directory", fallback()),
            holds("a folder that the user named must be granted", named()),
            holds("a file outside of all grants names the flag", outside()),
        ];
        exit::exit_with_code(u8::from(checks.contains(&false)));
    }

    async fn storage() -> Result<(), Violation> {
        let opened = WasiHost::granted().open_storage("./state").await;
        let Ok(opened) = &opened else { return promise(false, "a granted folder can hold state", opened) };
        promise(opened.notice.is_none(), "a granted folder earns no notice", &opened.notice)?;
        conformance::check_storage(&opened.storage, "scratch/").await
    }

    async fn http() -> Result<(), Violation> {
        let host = WasiHost::granted();
        let server = host.variable("LIGHTBEAM_CHECK_SERVER").and_then(|server| server.parse().ok());
        match server {
            Some(server) => conformance::check_http(host.http(), &server, host.kind()).await,
            None => promise(false, "LIGHTBEAM_CHECK_SERVER is set", ()),
        }
    }

    async fn fallback() -> Result<(), Violation> {
        let opened = WasiHost::granted().open_storage("~/.lightbeam").await;
        let notice = opened.as_ref().ok().and_then(|opened| opened.notice.clone()).unwrap_or_default();
        let told = notice.contains("./.lightbeam") && notice.contains("--dir ~/.lightbeam");
        promise(told, "the notice tells of the folder and the flag", opened)
    }

    async fn named() -> Result<(), Violation> {
        let opened = WasiHost::granted().open_storage("/srv/state").await;
        let told = opened.as_ref().is_err_and(|error| {
            error.kind == StorageErrorKind::Denied
                && error.hint.as_deref() == Some("add --dir /srv/state before lightbeam.wasm")
        });
        promise(told, "the error names the flag", opened)
    }

    async fn outside() -> Result<(), Violation> {
        let opened = WasiHost::granted().files().open("../data/students.jsonl").await;
        let told = opened
            .as_ref()
            .is_err_and(|error| error.hint.as_deref() == Some("add --dir ../data before lightbeam.wasm"));
        promise(told, "the error names the flag", opened)
    }
}

fn main() {
    #[cfg(target_os = "wasi")]
    promises::main();
    #[cfg(not(target_os = "wasi"))]
    println!("runs inside a component only");
}

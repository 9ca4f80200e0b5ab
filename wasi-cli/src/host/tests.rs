//! The promises of the host traits, checked inside a component: `cargo test --target wasm32-wasip2` with a runner that
//! grants an empty folder as `.`, the network, and `LIGHTBEAM_CHECK_SERVER`, the address of a server as
//! [`conformance::check_http`] wants it. The lock is core's own and is checked there, in virtual time.

use lightbeam_core::host::{Host, StorageErrorKind, conformance};
use wstd::runtime::block_on;

use super::WasiHost;

fn kept(outcome: Result<(), conformance::Violation>) {
    if let Err(violation) = outcome {
        panic!("{violation}");
    }
}

#[test]
fn the_clock_keeps_its_promises() {
    block_on(async { kept(conformance::check_clock(WasiHost::granted().clock()).await) });
}

#[test]
fn files_keep_their_promises() {
    block_on(async { kept(conformance::check_files(WasiHost::granted().files(), "files").await) });
}

#[test]
fn storage_keeps_its_promises() {
    block_on(async {
        let opened = WasiHost::granted().open_storage("./state").await.unwrap();
        assert_eq!(opened.notice, None);
        kept(conformance::check_storage(&opened.storage, "scratch/").await);
    });
}

#[test]
fn http_keeps_its_promises() {
    let host = WasiHost::granted();
    let Some(server) = host.variable("LIGHTBEAM_CHECK_SERVER") else {
        println!("not checked: LIGHTBEAM_CHECK_SERVER is not set");
        return;
    };
    block_on(async { kept(conformance::check_http(host.http(), &server.parse().unwrap()).await) });
}

#[test]
fn without_a_home_state_falls_back_to_the_working_directory() {
    block_on(async {
        let opened = WasiHost::granted().open_storage("~/.lightbeam").await.unwrap();
        let notice = opened.notice.unwrap();
        assert!(notice.contains("./.lightbeam") && notice.contains("--dir ~/.lightbeam"), "{notice}");
    });
}

#[test]
fn a_folder_that_the_user_named_must_be_granted() {
    block_on(async {
        let error = WasiHost::granted().open_storage("/srv/state").await.unwrap_err();
        assert_eq!(error.kind, StorageErrorKind::Denied);
        assert_eq!(error.hint.as_deref(), Some("add --dir /srv/state before lightbeam.wasm"));
    });
}

//! The promises of the host traits, checked in a browser's worker: what the page runs its commands in.
#![cfg(target_arch = "wasm32")]
#![allow(clippy::unwrap_used, reason = "tests")]

mod host {
    mod files;
    mod locks;
    mod storage;

    use lightbeam_core::host::conformance;
    use lightbeam_web::host::{BrowserClock, IndexedDb};
    use wasm_bindgen_test::wasm_bindgen_test;

    async fn storage() -> IndexedDb {
        IndexedDb::open().await.unwrap()
    }

    #[wasm_bindgen_test]
    async fn clock_keeps_its_promises() {
        conformance::check_clock(&BrowserClock).await.unwrap();
    }
}

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_dedicated_worker);

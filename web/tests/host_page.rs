//! What the page itself does with storage and files, checked where it does: in a page, not a worker.
#![cfg(target_arch = "wasm32")]
#![allow(clippy::unwrap_used, reason = "tests")]

use lightbeam_core::host::{Storage, conformance};
use lightbeam_web::host::{BrowserClock, ChosenFiles, IndexedDb, ask_persistence, erase, is_persistent, stored};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

#[wasm_bindgen_test]
async fn storage_and_files_keep_their_promises() {
    let storage = IndexedDb::open().await.unwrap();
    conformance::check_storage(&storage, "page/").await.unwrap();
    conformance::check_lock(&storage, &BrowserClock, "page/lock").await.unwrap();
    conformance::check_files(&ChosenFiles::default(), "files").await.unwrap();
}

#[wasm_bindgen_test]
async fn the_page_can_ask_for_permanence_and_erase() {
    // Whether it is granted is the browser's decision; what it says afterwards must agree.
    assert_eq!(Some(ask_persistence().await), is_persistent().await);
    assert!(stored().await.is_some());
    IndexedDb::open().await.unwrap().write("page/kept", b"x").await.unwrap();
    erase().await.unwrap();
    assert_eq!(IndexedDb::open().await.unwrap().len("page/kept").await.unwrap(), None);
}

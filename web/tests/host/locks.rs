use std::pin::pin;
use std::time::Duration;

use futures_util::future::{Either, select};
use js_sys::{Array, Object, Reflect};
use lightbeam_core::host::{Clock, Lock, LockRefused, Storage, StorageErrorKind, Takeover, conformance};
use lightbeam_web::host::{BrowserClock, BrowserLock};
use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{Blob, Url, Worker};

use super::storage;

#[wasm_bindgen_test]
async fn lock_keeps_its_promises() {
    conformance::check_lock(&storage().await, &BrowserClock, "lock/checked").await.unwrap();
    assert_eq!(storage().await.list("lock/checked").await.unwrap(), Vec::<String>::new());
}

#[wasm_bindgen_test]
async fn who_is_robbed_is_told() {
    let (ours, theirs) = (storage().await, storage().await);
    let old = ours.lock("lock/robbed", "old", Takeover::WhenDead).await.unwrap();
    assert!(matches!(old.lock, BrowserLock::Web(_)));
    let refused = theirs.lock("lock/robbed", "new", Takeover::WhenDead).await;
    assert!(matches!(refused, Err(LockRefused::Held { run_id }) if run_id == "old"));
    let robbing = theirs.lock("lock/robbed", "new", Takeover::AtOnce);
    let (error, new) = futures_util::join!(old.lock.keep(), robbing);
    let new = new.unwrap();
    assert_eq!(new.taken_over_from.as_deref(), Some("old"));
    assert_eq!(error.kind, StorageErrorKind::LockLost);
    assert_eq!(old.lock.check().await.unwrap_err().kind, StorageErrorKind::LockLost);
    // What the robbed one does now does no harm.
    old.lock.release().await.unwrap();
    drop(old);
    new.lock.check().await.unwrap();
    let (keeping, while_later) = (pin!(new.lock.keep()), pin!(BrowserClock.sleep(Duration::from_millis(50))));
    assert!(matches!(select(keeping, while_later).await, Either::Right(_)), "a lock that is held is kept");
    new.lock.release().await.unwrap();
    assert_eq!(ours.len("lock/robbed").await.unwrap(), None);
}

#[wasm_bindgen_test]
async fn a_lock_ends_with_the_worker_that_held_it() {
    let storage = storage().await;
    storage.write("lock/died", b"dead").await.unwrap();
    let script =
        "navigator.locks.request('lightbeam/lock/died', () => { postMessage(0); return new Promise(() => {}); })";
    let script = Blob::new_with_str_sequence(&Array::of1(&JsValue::from_str(script))).unwrap();
    let worker = Worker::new(&Url::create_object_url_with_blob(&script).unwrap()).unwrap();
    let held = js_sys::Promise::new(&mut |held, _| worker.set_onmessage(Some(&held)));
    wasm_bindgen_futures::JsFuture::from(held).await.unwrap();
    let refused = storage.lock("lock/died", "next", Takeover::WhenDead).await;
    assert!(matches!(refused, Err(LockRefused::Held { run_id }) if run_id == "dead"));
    worker.terminate();
    let next = storage.lock("lock/died", "next", Takeover::WhenDead).await.unwrap();
    assert_eq!(next.taken_over_from.as_deref(), Some("dead"));
    next.lock.release().await.unwrap();
}

#[wasm_bindgen_test]
async fn where_the_browser_has_no_locks_there_are_signs_of_life() {
    let navigator = Reflect::get(&js_sys::global(), &"navigator".into()).unwrap().into();
    let nothing = Object::new();
    Reflect::set(&nothing, &"value".into(), &JsValue::UNDEFINED).unwrap();
    Reflect::set(&nothing, &"configurable".into(), &JsValue::TRUE).unwrap();
    Object::define_property(&navigator, &"locks".into(), &nothing);
    let taken = storage().await.lock("lock/signs", "only", Takeover::WhenDead).await;
    Reflect::delete_property(&navigator, &"locks".into()).unwrap();
    let taken = taken.unwrap();
    assert!(matches!(taken.lock, BrowserLock::Heartbeat(_)));
    taken.lock.check().await.unwrap();
    taken.lock.release().await.unwrap();
}

use js_sys::{Function, Promise, Reflect};
use leptos::ev;
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};

use super::super::store::Store;

/// Keeps the screen, and with it the computer, awake while a run goes on, where the browser can. It lets go by itself
/// when the page is hidden, so it is asked again when the page is back.
pub(super) fn follow(store: Store) {
    let held = StoredValue::new_local(None::<JsValue>);
    let running = Memo::new(move |_| store.active.with(Option::is_some));
    let take = move || {
        spawn_local(async move {
            if let Some(lock) = request().await {
                if running.get_untracked() {
                    held.set_value(Some(lock));
                } else {
                    release(&lock);
                }
            }
        });
    };
    Effect::new(move |_| {
        if running.get() {
            take();
        } else if let Some(lock) = held.try_update_value(Option::take).flatten() {
            release(&lock);
        }
    });
    // Listens as long as the page lives.
    let _ = window_event_listener(ev::visibilitychange, move |_| {
        if running.get_untracked() && !document().hidden() {
            take();
        }
    });
}

/// The lock; `None` where the browser has none, or will not give it now (a flat battery).
async fn request() -> Option<JsValue> {
    let locks = Reflect::get(&window().navigator(), &JsValue::from_str("wakeLock")).ok()?;
    let request: Function = Reflect::get(&locks, &JsValue::from_str("request")).ok()?.dyn_into().ok()?;
    let asked: Promise = request.call1(&locks, &JsValue::from_str("screen")).ok()?.dyn_into().ok()?;
    JsFuture::from(asked).await.ok()
}

fn release(lock: &JsValue) {
    let release = Reflect::get(lock, &JsValue::from_str("release")).ok().and_then(|found| found.dyn_into().ok());
    let asked: Option<Promise> = release.and_then(|release: Function| release.call0(lock).ok()?.dyn_into().ok());
    if let Some(asked) = asked {
        spawn_local(async move {
            // One that the browser took back before is as good.
            let _ = JsFuture::from(asked).await;
        });
    }
}

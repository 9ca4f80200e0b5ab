use js_sys::{Array, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{Blob, BlobPropertyBag, HtmlAnchorElement, Url};

/// How long the browser gets to begin a download, in milliseconds.
const GRACE: i32 = 60_000;

/// Hands a file over as a download.
pub(in super::super) fn save(name: &str, content: &Blob) {
    let Ok(address) = Url::create_object_url_with_blob(content) else { return };
    let document = leptos::prelude::document();
    let link = document.create_element("a").expect("a link can be made").unchecked_into::<HtmlAnchorElement>();
    link.set_href(&address);
    link.set_download(name);
    let body = document.body().expect("the page has a body");
    // Some browsers follow only links that stand in the page.
    let standing = body.append_child(&link);
    link.click();
    if standing.is_ok() {
        link.remove();
    }
    let forget = wasm_bindgen::closure::Closure::once_into_js(move || {
        let forgotten = Url::revoke_object_url(&address);
        debug_assert!(forgotten.is_ok());
    });
    let later =
        leptos::prelude::window().set_timeout_with_callback_and_timeout_and_arguments_0(forget.unchecked_ref(), GRACE);
    debug_assert!(later.is_ok());
}

/// Hands texts, one after the other, over as one file; they are never together in the page's memory.
pub(in super::super) fn save_texts(name: &str, kind: &str, texts: impl Iterator<Item = String>) {
    let parts = Array::new();
    for text in texts {
        parts.push(&JsValue::from_str(&text));
    }
    let options = BlobPropertyBag::new();
    options.set_type(kind);
    if let Ok(content) = Blob::new_with_str_sequence_and_options(&parts, &options) {
        save(name, &content);
    }
}

/// Puts a text into the clipboard and tells whether it is there; pages from http may not.
pub(in super::super) fn copy(text: String, then: impl Fn(bool) + 'static) {
    let navigator = leptos::prelude::window().navigator();
    let clipboard = Reflect::get(&navigator, &JsValue::from_str("clipboard")).unwrap_or(JsValue::UNDEFINED);
    if clipboard.is_undefined() || clipboard.is_null() {
        then(false);
        return;
    }
    spawn_local(async move {
        let written = JsFuture::from(navigator.clipboard().write_text(&text)).await;
        then(written.is_ok());
use std::time::Duration;

use js_sys::{Array, Function, Promise, Reflect};
use lightbeam_core::host::Clock;
use web_sys::{Blob, HtmlElement, Url};

use crate::host::BrowserClock;

/// How long the browser is given to begin a download.
const BEGINNING: Duration = Duration::from_mins(1);

/// Hands a file to the browser, which saves it where the user has downloads.
pub(in super::super) fn download(name: &str, content: &Blob) {
    let Ok(url) = Url::create_object_url_with_blob(content) else { return };
    let link = web_sys::window().and_then(|window| window.document()).and_then(|page| page.create_element("a").ok());
    if let Some(link) = link.and_then(|link| link.dyn_into::<HtmlElement>().ok()) {
        // An element that has just been made takes any attribute.
        let _ = link.set_attribute("href", &url);
        let _ = link.set_attribute("download", name);
        link.click();
        BrowserClock.sleep(BEGINNING).await;
        // It is gone with the page anyway.
        let _ = Url::revoke_object_url(&url);

/// Hands a text to the browser as a file.
pub(in super::super) fn download_text(name: &str, text: &str) {
    if let Ok(content) = Blob::new_with_str_sequence(&Array::of1(&JsValue::from_str(text))) {
        download(name, &content);

/// Puts a text where the user can paste it from; tells `then` whether that worked.
pub(in super::super) fn copy(text: &str, then: impl FnOnce(bool) + 'static) {
    // Only pages of a secure place have a clipboard.
    let member = |of: &JsValue, name: &str| Reflect::get(of, &JsValue::from_str(name)).ok();
    let written = (|| {
        let clipboard = member(&member(&js_sys::global(), "navigator")?, "clipboard")?;
        let write: Function = member(&clipboard, "writeText")?.dyn_into().ok()?;
        write.call1(&clipboard, &JsValue::from_str(text)).ok()?.dyn_into::<Promise>().ok()
    })();
        then(match written {
            Some(written) => JsFuture::from(written).await.is_ok(),
            None => false,
        });
    });
}

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
    });
}

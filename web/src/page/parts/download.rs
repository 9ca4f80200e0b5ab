use std::time::Duration;

use js_sys::{Array, Function, Promise, Reflect};
use lightbeam_core::host::Clock;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
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
    }
    spawn_local(async move {
        BrowserClock.sleep(BEGINNING).await;
        // It is gone with the page anyway.
        let _ = Url::revoke_object_url(&url);
    });
}

/// Hands a text to the browser as a file.
pub(in super::super) fn download_text(name: &str, text: &str) {
    if let Ok(content) = Blob::new_with_str_sequence(&Array::of1(&JsValue::from_str(text))) {
        download(name, &content);
    }
}

/// Puts a text where the user can paste it from; tells `then` whether that worked.
pub(in super::super) fn copy(text: &str, then: impl FnOnce(bool) + 'static) {
    // Only pages of a secure place have a clipboard.
    let member = |of: &JsValue, name: &str| Reflect::get(of, &JsValue::from_str(name)).ok();
    let written = (|| {
        let clipboard = member(&member(&js_sys::global(), "navigator")?, "clipboard")?;
        let write: Function = member(&clipboard, "writeText")?.dyn_into().ok()?;
        write.call1(&clipboard, &JsValue::from_str(text)).ok()?.dyn_into::<Promise>().ok()
    })();
    spawn_local(async move {
        then(match written {
            Some(written) => JsFuture::from(written).await.is_ok(),
            None => false,
        });
    });
}

use std::time::Duration;

use js_sys::Array;
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Blob, BlobPropertyBag, HtmlAnchorElement, Url};

/// How long an address of a download must live: browsers fetch it a little later than they are told to.
const KEPT: Duration = Duration::from_secs(60);

/// Lets the browser save a text as a file.
pub(super) fn save_text(name: &str, kind: &str, text: &str) {
    let options = BlobPropertyBag::new();
    options.set_type(kind);
    let parts = Array::of1(&JsValue::from_str(text));
    let blob = Blob::new_with_str_sequence_and_options(&parts, &options).expect("a text makes a blob");
    let url = Url::create_object_url_with_blob(&blob).expect("a blob has an address");
    let link = document().create_element("a").expect("a link can be made");
    let link: HtmlAnchorElement = link.unchecked_into();
    link.set_href(&url);
    link.set_download(name);
    link.click();
    set_timeout(
        move || {
            // An address that is gone already is as good.
            let _ = Url::revoke_object_url(&url);
        },
        KEPT,
    );
}

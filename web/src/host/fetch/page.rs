//! What the browser says about the page, in the page as in a worker of it.

use js_sys::{Function, Object, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

fn member(of: &JsValue, name: &str) -> Option<JsValue> {
    Reflect::get(of, &JsValue::from_str(name)).ok().filter(|value| !value.is_undefined() && !value.is_null())
}

fn global(name: &str) -> Option<JsValue> {
    member(&js_sys::global(), name)
}

/// The page's origin; `null` of one that was opened as a file.
pub(super) fn origin() -> String {
    global("origin").and_then(|origin| origin.as_string()).unwrap_or_default()
}

/// Whether the page came by https.
pub(super) fn is_https() -> bool {
    origin().starts_with("https://")
}

/// Whether there is a network. A browser that does not say has one.
pub(super) fn is_online() -> bool {
    let online = global("navigator").and_then(|navigator| member(&navigator, "onLine"));
    online.and_then(|online| online.as_bool()).unwrap_or(true)
}

/// Whether the user forbade pages like this one to call private networks; `false` where browsers do not ask.
pub(super) async fn is_private_network_denied() -> bool {
    state_of("local-network-access").await.is_some_and(|state| state == "denied")
}

async fn state_of(permission: &str) -> Option<String> {
    let permissions = member(&global("navigator")?, "permissions")?;
    let query: Function = member(&permissions, "query")?.dyn_into().ok()?;
    let wanted = Object::new();
    Reflect::set(&wanted, &JsValue::from_str("name"), &JsValue::from_str(permission)).ok()?;
    // Fails for a name that the browser does not know.
    let promise: Promise = query.call1(&permissions, &wanted).ok()?.dyn_into().ok()?;
    member(&JsFuture::from(promise).await.ok()?, "state")?.as_string()
}

//! What the page can say and do about everything that is stored.

use indexed_db_futures::database::Database;
use js_sys::{Promise, Reflect};
use lightbeam_core::host::StorageError;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{StorageEstimate, StorageManager};

use super::connection::DATABASE;
use super::failure;

/// How much the browser stores for the page.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stored {
    /// What is used, in bytes, of everything the page stores; browsers tell it roughly.
    pub used: f64,
    /// What may be used, in bytes.
    pub quota: f64,
}

/// Erases all state: the next run sends everything again. Runs under way, also in other tabs, fail.
pub async fn erase() -> Result<(), StorageError> {
    let erased = match Database::delete_by_name(DATABASE) {
        Ok(erasing) => erasing.await.map_err(Into::into),
        Err(error) => Err(error),
    };
    erased.map_err(|error| failure::of_opening(&error))
}

/// How much is stored; `None` where the browser does not tell.
pub async fn stored() -> Option<Stored> {
    let estimate: StorageEstimate = JsFuture::from(manager()?.estimate().ok()?).await.ok()?.unchecked_into();
    Some(Stored { used: estimate.get_usage()?, quota: estimate.get_quota()? })
}

/// Whether the browser keeps what is stored until the user removes it; otherwise it may remove it where room is short
/// or, in Safari, when the page was not visited for a week. `None` where the browser does not tell.
pub async fn is_persistent() -> Option<bool> {
    JsFuture::from(manager()?.persisted().ok()?).await.ok()?.as_bool()
}

/// Asks for that; whether it is granted. Some browsers ask the user, so call it after a click. A worker cannot ask.
pub async fn ask_persistence() -> bool {
    // Only pages have the method: what is not there is an error here.
    let asked: Option<Promise> = manager().and_then(|manager| manager.persist().ok());
    match asked {
        Some(asked) => JsFuture::from(asked).await.ok().and_then(|granted| granted.as_bool()).unwrap_or(false),
        None => false,
    }
}

/// Absent where the page does not come from a secure place.
fn manager() -> Option<StorageManager> {
    let member = |object: &JsValue, name: &str| Reflect::get(object, &JsValue::from_str(name)).ok();
    let manager = member(&member(&js_sys::global(), "navigator")?, "storage")?;
    manager.is_object().then(|| manager.unchecked_into())
}

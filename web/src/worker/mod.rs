//! The worker: carries orders of the page out, one job after the other, and tells how it goes.

mod desk;
mod run;
mod tasks;

use js_sys::global;
use wasm_bindgen::JsCast;
use web_sys::DedicatedWorkerGlobalScope;

/// Listens to the page from now on, and says so.
pub fn start() {
    let scope: DedicatedWorkerGlobalScope = global().unchecked_into();
    desk::Desk::open(&scope);
}

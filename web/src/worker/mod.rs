//! The worker: carries orders of the page out, one job after the other, and tells how it goes.

mod desk;
mod run;
mod tasks;

use js_sys::global;
use wasm_bindgen::JsCast;
use web_sys::DedicatedWorkerGlobalScope;

/// Whether this code runs in a worker.
pub fn is_here() -> bool {
    global().dyn_into::<DedicatedWorkerGlobalScope>().is_ok()
}

/// Listens to the page from now on, and says so.
pub fn start() {
    let scope: DedicatedWorkerGlobalScope = global().unchecked_into();
    desk::Desk::open(&scope);
}

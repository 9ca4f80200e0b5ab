//! The module of page and worker: one download, two roles.

/// Runs when the module is loaded, in the page as in the worker.
fn main() {
    #[cfg(target_arch = "wasm32")]
    lightbeam_web::start();
}

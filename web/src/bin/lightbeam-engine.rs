//! The engine's module, for the worker.

/// Runs when the module is loaded.
fn main() {
    #[cfg(target_arch = "wasm32")]
    {
        console_error_panic_hook::set_once();
        lightbeam_web::worker::start();
    }
}

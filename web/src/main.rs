//! The page's module.

/// Runs when the module is loaded.
fn main() {
    #[cfg(target_arch = "wasm32")]
    lightbeam_web::start_page();
}

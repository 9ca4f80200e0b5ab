//! The page's module: what people see.

#[cfg(target_arch = "wasm32")]
mod page;

/// Runs when the module is loaded.
fn main() {
    #[cfg(target_arch = "wasm32")]
    {
        console_error_panic_hook::set_once();
        page::start();
    }
}

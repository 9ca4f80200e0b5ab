//! What people see.

use leptos::prelude::*;

/// Shows the page.
pub fn start() {
    mount_to_body(|| view! { <h1>"lightbeam"</h1> });
}

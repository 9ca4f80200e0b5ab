//! Load: connect, choose files, check, plan, send, results. Every step can be gone to at any time.

use leptos::prelude::*;

#[component]
pub(super) fn Load() -> impl IntoView {
    view! { <p>"Load"</p> }
}

use leptos::prelude::*;

#[component]
pub(super) fn Read() -> impl IntoView {
    view! { <p>"Read"</p> }
}

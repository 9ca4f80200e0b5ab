use leptos::prelude::*;

#[component]
pub(super) fn History() -> impl IntoView {
    view! { <p>"History"</p> }
}

use leptos::prelude::*;

#[component]
pub(super) fn Remove() -> impl IntoView {
    view! { <p>"Remove"</p> }
}

use leptos::prelude::*;

#[component]
pub(super) fn ConnectionLine() -> impl IntoView {
    view! { <p>"ConnectionLine"</p> }
}

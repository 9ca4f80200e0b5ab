//! Read: count, fetch, and create templates. None of them changes the API.

mod begin;
mod count;
mod create;
mod fetch;
mod folder;

use leptos::prelude::*;

use super::store::{ReadPanel, Store};
use count::Count;
use create::Create;
use fetch::Fetch;

const PANELS: [(ReadPanel, &str); 3] =
    [(ReadPanel::Count, "Count"), (ReadPanel::Fetch, "Fetch"), (ReadPanel::Create, "Create templates")];

#[component]
pub(super) fn Read() -> impl IntoView {
    let open = Store::get().panels.read;
    let tab = move |(panel, label): (ReadPanel, &'static str)| {
        view! {
            <button
                type="button"
                class="tab"
                aria-current=move || (open.get() == panel).then_some("true")
                on:click=move |_| open.set(panel)
            >
                {label}
            </button>
        }
    };
    view! {
        <h1>"Read"</h1>
        <nav class="panels" aria-label="Read">{PANELS.map(tab)}</nav>
        {move || match open.get() {
            ReadPanel::Count => view! { <Count/> }.into_any(),
            ReadPanel::Fetch => view! { <Fetch/> }.into_any(),
            ReadPanel::Create => view! { <Create/> }.into_any(),
        }}
    }
}

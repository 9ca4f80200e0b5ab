//! Remove: delete what files describe, or all records of some endpoints. Never without a look first, and the host typed.

mod delete;
mod export;
mod plan;
mod removal;
mod truncate;

use leptos::prelude::*;

use super::store::{RemovePanel, Store};
use delete::Delete;
use truncate::Truncate;

const PANELS: [(RemovePanel, &str); 2] =
    [(RemovePanel::Delete, "Delete the records of files"), (RemovePanel::Truncate, "Empty endpoints (truncate)")];

#[component]
pub(super) fn Remove() -> impl IntoView {
    let open = Store::get().panels.remove;
    let tab = move |(panel, label): (RemovePanel, &'static str)| {
        view! {
            <button
                type="button"
                class="tab danger"
                aria-current=move || (open.get() == panel).then_some("true")
                on:click=move |_| open.set(panel)
            >
                {label}
            </button>
        }
    };
    view! {
        <div class="removal">
            <h1>"Remove"</h1>
            <p class="notice error">
                <strong>"What is removed here is gone: "</strong>"the API keeps no copy that can be brought back."
            </p>
            <nav class="panels" aria-label="Remove">{PANELS.map(tab)}</nav>
            {move || match open.get() {
                RemovePanel::Delete => view! { <Delete/> }.into_any(),
                RemovePanel::Truncate => view! { <Truncate/> }.into_any(),
            }}
        </div>
    }
}

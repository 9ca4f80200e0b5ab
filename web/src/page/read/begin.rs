use leptos::prelude::*;

use super::super::store::Store;

/// The button that begins a run. While another one is under way it says so.
#[component]
pub(super) fn Begin(
    /// What the button says.
    label: &'static str,
    /// What is wrong with what was typed; empty for nothing.
    #[prop(into, optional)]
    wrong: Signal<String>,
    on_begin: Callback<()>,
) -> impl IntoView {
    let store = Store::get();
    let busy = Memo::new(move |_| store.active.with(Option::is_some));
    let why = move || {
        if busy.get() {
            "A run is under way; the next one can begin when it has ended.".to_owned()
        } else {
            wrong.get()
        }
    };
    view! {
        <p class="actions">
            <button
                type="button"
                class="primary"
                disabled=move || busy.get() || !wrong.get().is_empty()
                on:click=move |_| on_begin.run(())
            >
                {label}
            </button>
            <span class="hint" role="status">{why}</span>
        </p>
    }
}

use leptos::prelude::*;

use super::super::store::Store;

/// The button that begins a run, with why it cannot be begun now.
#[component]
pub(super) fn Start(
    /// What it says.
    #[prop(into)]
    label: Signal<String>,
    /// Whether it is what the person most likely wants now.
    #[prop(default = true)]
    primary: bool,
    on_start: Callback<()>,
) -> impl IntoView {
    let store = Store::get();
    let why_not = Memo::new(move |_| {
        if let Some(run) = store.active.get() {
            return format!("{} is under way; one command runs at a time.", run.invocation.command.name());
        }
        if store.chosen.with(Vec::is_empty) {
            return "Choose files first.".to_owned();
        }
        String::new()
    });
    view! {
        <div class="actions">
            <button
                type="button"
                class:primary=primary
                class="start"
                disabled=move || !why_not.with(String::is_empty)
                on:click=move |_| on_start.run(())
            >
                {move || label.get()}
            </button>
            <span class="hint">{move || why_not.get()}</span>
        </div>
    }
}

use leptos::prelude::*;
use lightbeam_core::invocation::{Command, Invocation};

use super::super::parts::{Outputs, RunPanel};
use super::super::store::{Purpose, Store};
use super::removal::plan_of;

/// Fetch the endpoints that are about to lose records.
#[component]
pub(super) fn Export(command: Command) -> impl IntoView {
    let store = Store::get();
    // Those of the last look: of `delete`, the files decide which they are.
    let selector = Memo::new(move |_| {
        let run = plan_of(store, command)?;
        let endpoint = |namespace: &str, name: &str| format!("{namespace}/{name}");
        let names = run.snapshot.with(|snapshot| {
            let rows = snapshot.dry_run.iter();
            rows.map(|row| endpoint(&row.namespace, &row.name)).collect::<Vec<_>>()
        });
        (!names.is_empty()).then(|| names.join(","))
    });
    let busy = Memo::new(move |_| store.active.with(Option::is_some));
    let begun = RwSignal::new(false);
    let fetch = move |_| {
        let Some(selector) = selector.get_untracked() else { return };
        begun.set(true);
        let asked = store.asked(Command::Fetch);
        // Whole records, or they could not be sent again.
        store.begin_run(
            Purpose::Fetch,
            Invocation {
                selector: Some(selector),
                exclude: None,
                keep_keys: None,
                drop_keys: None,
                query: None,
                ..asked
            },
        );
    };
    view! {
        <p>"Fetches all records of the endpoints that were looked at, so that you can send them again. Save the files before you delete."</p>
        <p class="actions">
            <button type="button" disabled=move || busy.get() || selector.get().is_none() on:click=fetch>
                "Export before delete"
            </button>
            <span class="hint">{move || selector.get().is_none().then_some("Look first: it finds out which endpoints these are.")}</span>
        </p>
        {move || begun.get().then(|| view! { <RunPanel purpose=Purpose::Fetch/> })}
        {move || begun.get().then(|| store.last(Purpose::Fetch).map(|run| view! { <Outputs run=run/> }))}
    }
}

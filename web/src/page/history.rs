//! History: earlier runs, and what is kept in this browser.

mod entry;
mod interrupted;
mod kept;
mod list;

use leptos::prelude::*;

use super::store::Store;
use entry::EntryView;
pub(super) use interrupted::Interrupted;
use kept::KeptView;
use list::List;

#[component]
pub(super) fn History() -> impl IntoView {
    let store = Store::get();
    store.refresh_history();
    store.look_at_kept();
    let opened = RwSignal::new(None::<String>);
    // A run that goes on is shown anew now and then; the focus moves only to one that was asked for.
    let focused = StoredValue::new(None::<String>);
    let entry = Memo::new(move |_| {
        let id = opened.get()?;
        store.history.entries.with(|entries| entries.iter().find(|entry| entry.id == id).cloned())
    });
    view! {
        <h1>"History"</h1>
        <p class="wrong" role="status">{move || store.history.trouble.get()}</p>
        <section class="card" aria-labelledby="runs-title">
            <h2 id="runs-title">"Runs on this computer"</h2>
            <List opened=opened/>
        </section>
        {move || entry.get().map(|entry| view! { <EntryView entry=entry opened=opened focused=focused/> })}
        <section class="card" aria-labelledby="stored-title">
            <h2 id="stored-title">"What is kept here"</h2>
            <KeptView/>
        </section>
    }
}

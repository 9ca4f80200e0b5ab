use leptos::context::Provider;
use leptos::html;
use leptos::prelude::*;

use super::super::parts::FieldScope;
use super::super::store::{ConnectionState, Store};
use super::Connect;

/// Which API the page is about and how the connection is, with the panel to change it.
#[component]
pub(in super::super) fn ConnectionLine() -> impl IntoView {
    let store = Store::get();
    let dialog = NodeRef::<html::Dialog>::new();
    Effect::new(move |_| {
        let open = store.connecting.get();
        let Some(dialog) = dialog.get() else { return };
        if open && !dialog.open() {
            // Refused only where it is open already, or not on the page.
            let _ = dialog.show_modal();
        } else if !open && dialog.open() {
            dialog.close();
        }
    });
    let place = move || match (store.host(), store.resolved("edfi_api.year")) {
        (Some(host), Some(year)) => format!("{host}, {year}"),
        (Some(host), None) => host,
        (None, _) if !store.problem("edfi_api.base_url").is_empty() => "The base URL is wrong".to_owned(),
        (None, _) => "No API chosen".to_owned(),
    };
    let missing = Memo::new(move |_| store.missing().len());
    let state = move || {
        let (class, words) = match store.connection_state() {
            ConnectionState::Testing => ("", "being tested …".to_owned()),
            ConnectionState::Works => ("good", "✔ works".to_owned()),
            ConnectionState::WorksBut(what) => ("fair", format!("! works, with a drawback (step: {what})")),
            ConnectionState::Broken(what) => ("bad", format!("✖ does not work (step: {what})")),
            ConnectionState::Untested if store.host().is_none() => ("", String::new()),
            ConnectionState::Untested if missing.get() > 0 => ("fair", "! values are missing".to_owned()),
            ConnectionState::Untested => ("", "not tested".to_owned()),
        };
        view! { <span class=class>{words}</span> }
    };
    view! {
        <div class="connection">
            <p><strong>{place}</strong> " " {state}</p>
            <button type="button" aria-haspopup="dialog" on:click=move |_| store.connecting.set(true)>"Connection"</button>
            <dialog
                class="panel"
                aria-labelledby="connection-heading"
                node_ref=dialog
                on:close=move |_| store.connecting.set(false)
            >
                <div class="panel-head">
                    <h2 id="connection-heading">"Connection"</h2>
                    <button type="button" on:click=move |_| store.connecting.set(false)>"Close"</button>
                </div>
                {move || store.connecting.get().then(|| view! {
                    <Provider value=FieldScope("panel")><Connect/></Provider>
                })}
            </dialog>
        </div>
    }
}

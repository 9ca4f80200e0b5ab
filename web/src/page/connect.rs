//! The connection: which API, with which credentials, and whether it works.

mod checks;
mod credentials;
mod line;
mod rare;
mod values;
mod whereabouts;
mod yaml;

use leptos::ev::SubmitEvent;
use leptos::prelude::*;

use super::parts::Notices;
use super::store::Store;
use checks::Checks;
use credentials::Credentials;
pub(super) use line::ConnectionLine;
use rare::Rare;
use values::Values;
use whereabouts::Whereabouts;
use yaml::{OpenAndSave, take_dropped};

/// All there is to say about the connection, without a heading.
#[component]
pub(super) fn Connect() -> impl IntoView {
    let store = Store::get();
    let test = move |event: SubmitEvent| {
        event.prevent_default();
        store.test_connection();
    };
    let note = move || {
        store.restored.get().then(|| {
            view! {
                <p class="notice info">
                    "These settings are from your last visit. Typed values, such as the client secret, are never kept: type them again."
                </p>
            }
        })
    };
    view! {
        <div class="connect" on:dragover=|event| event.prevent_default() on:drop=move |event| take_dropped(store, &event)>
            <OpenAndSave/>
            <div role="status"><Notices notices=store.opened/></div>
            {note}
            // A form, so that password managers and the Enter key work as people expect.
            <form on:submit=test novalidate=true>
                <Whereabouts/>
                <Credentials/>
                <Values/>
                <Rare/>
                <p class="actions">
                    <button type="submit" class="primary" aria-disabled=move || store.checking.get().then_some("true")>
                        "Test connection"
                    </button>
                </p>
            </form>
            <Checks/>
        </div>
    }
}

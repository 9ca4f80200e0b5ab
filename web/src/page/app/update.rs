use leptos::prelude::*;
use web_sys::CustomEvent;

use super::super::store::Store;

/// Offers a new version of the page once `boot.js` has told of one, but never while a run goes on.
#[component]
pub(super) fn UpdateNote() -> impl IntoView {
    let store = Store::get();
    let ready = RwSignal::new(false);
    // Listens as long as the page lives.
    let _ = window_event_listener_untyped("lightbeam-update", move |_| ready.set(true));
    let offered = Memo::new(move |_| ready.get() && store.active.with(Option::is_none));
    let apply = move |_| {
        // A run may have begun since the button was drawn.
        if store.active.with_untracked(Option::is_none) {
            let event = CustomEvent::new("lightbeam-apply-update").expect("an event can be made");
            // It has no default that somebody could prevent.
            let _ = window().dispatch_event(&event);
        }
    };
    view! {
        <div role="status">
            {move || offered.get().then(|| view! {
                <p class="update">
                    "A new version of this page is ready. Loading it forgets typed values and chosen files; what was sent is remembered. "
                    <button type="button" on:click=apply>"Load the new version"</button>
                </p>
            })}
        </div>
    }
}

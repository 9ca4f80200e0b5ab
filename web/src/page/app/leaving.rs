use leptos::ev;
use leptos::prelude::*;

use super::super::store::Store;

/// Has the browser ask before a page is left whose run goes on. The words are the browser's own.
pub(super) fn warn(store: Store) {
    // Listens as long as the page lives.
    let _ = window_event_listener(ev::beforeunload, move |event| {
        if store.active.with_untracked(Option::is_some) {
            event.prevent_default();
            // What older browsers look at.
            event.set_return_value("A run goes on.");
        }
    });
}

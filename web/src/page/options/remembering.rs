use leptos::prelude::*;

use super::super::parts::Switch;
use super::super::store::Store;

/// The key that, where it is empty, says that nothing is remembered.
const KEY: &str = "state_dir";

/// Whether what was sent is remembered.
#[component]
pub(super) fn Remembering() -> impl IntoView {
    let store = Store::get();
    // What the key was before it was emptied, to give it back.
    let before = StoredValue::new(None::<String>);
    let value =
        Signal::derive(move || store.draft.with(|draft| draft.text(KEY)).is_none_or(|dir| !dir.trim().is_empty()));
    let set = Callback::new(move |on: bool| {
        store.draft.update(|draft| {
            if on {
                draft.remove(KEY);
                if let Some(dir) = before.get_value() {
                    draft.set(KEY, &dir);
                }
            } else {
                before.set_value(draft.text(KEY));
                draft.set(KEY, "");
            }
        });
    });
    view! {
        <Switch
            name="remember"
            label="Remember what was sent (state_dir)"
            hint="In this browser, as digests. Off: every record is sent, and a later run knows nothing of it."
            value=value
            on_change=set
        />
    }
}

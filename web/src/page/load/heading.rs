use leptos::html;
use leptos::prelude::*;

use super::super::store::Store;

/// The heading of a step; it takes the focus when the person comes from another step.
#[component]
pub(super) fn StepHeading(#[prop(into)] text: String) -> impl IntoView {
    let store = Store::get();
    let heading = NodeRef::<html::H2>::new();
    Effect::new(move |_| {
        if let Some(heading) = heading.get()
            && store.load.moved.get_untracked()
        {
            // A heading that cannot take the focus is no reason to stop.
            let focused = heading.focus();
            debug_assert!(focused.is_ok());
        }
    });
    view! { <h2 tabindex="-1" node_ref=heading>{text}</h2> }
}

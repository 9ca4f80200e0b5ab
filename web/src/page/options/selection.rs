use leptos::prelude::*;
use lightbeam_core::config::{ConfigError, Selected, Selection};
use lightbeam_core::event::EndpointId;

use super::super::store::{Store, sentence};

/// What the two lists select, and of how many endpoints; `None` while the endpoints are not known, or a list is none.
pub(in super::super) fn selected(store: Store) -> Option<(Result<Selected, ConfigError>, usize)> {
    let endpoints: Vec<EndpointId> = store.endpoints.with(|endpoints| {
        let known = endpoints.as_ref()?.as_ref().ok()?;
        Some(known.iter().map(|endpoint| EndpointId::new(&*endpoint.namespace, &*endpoint.name)).collect())
    })?;
    let selection =
        store.options.with(|options| Selection::parse(options.selector.as_deref(), options.exclude.as_deref())).ok()?;
    let namespace = store.resolved("namespace").unwrap_or_else(|| "ed-fi".to_owned());
    Some((selection.apply(&endpoints, &namespace), endpoints.len()))
}

/// How many of the API's endpoints the two lists select, once the endpoints are known.
#[component]
pub(super) fn SelectionNote() -> impl IntoView {
    let store = Store::get();
    let note = Memo::new(move |_| {
        Some(match selected(store)? {
            (Ok(selected), of) => {
                let mut words = format!("{} of the API's {of} endpoints.", selected.endpoints.len());
                for notice in selected.notices {
                    words.push(' ');
                    words.push_str(&notice.text);
                    words.push('.');
                }
                words
            }
            (Err(error), _) => sentence(&error),
        })
    });
    view! { <p class="hint" role="status">{move || note.get()}</p> }
}

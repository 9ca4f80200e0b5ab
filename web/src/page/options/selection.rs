use leptos::prelude::*;
use lightbeam_core::config::Selection;
use lightbeam_core::event::EndpointId;

use super::super::store::{Store, sentence};

/// How many of the API's endpoints the two lists select, once the endpoints are known.
#[component]
pub(super) fn SelectionNote() -> impl IntoView {
    let store = Store::get();
    let note = Memo::new(move |_| {
        let endpoints = store.endpoints.with(|endpoints| {
            let known = endpoints.as_ref()?.as_ref().ok()?;
            let id = |name: &str, namespace: &str| EndpointId { namespace: namespace.into(), name: name.into() };
            Some(known.iter().map(|endpoint| id(&endpoint.name, &endpoint.namespace)).collect::<Vec<_>>())
        })?;
        let selection = store
            .options
            .with(|options| Selection::parse(options.selector.as_deref(), options.exclude.as_deref()))
            .ok()?;
        let namespace = store.resolved("namespace").unwrap_or_else(|| "ed-fi".to_owned());
        Some(match selection.apply(&endpoints, &namespace) {
            Ok(selected) => {
                let mut words = format!("{} of the API's {} endpoints.", selected.endpoints.len(), endpoints.len());
                for notice in selected.notices {
                    words.push(' ');
                    words.push_str(&notice.text);
                    words.push('.');
                }
                words
            }
            Err(error) => sentence(&error),
        })
    });
    view! { <p class="hint" role="status">{move || note.get()}</p> }
}

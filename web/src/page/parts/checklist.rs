use std::collections::BTreeSet;

use leptos::prelude::*;
use lightbeam_web::protocol::EndpointName;

use super::super::store::Store;

/// The endpoints of the API, to be ticked; a field above narrows them down.
#[component]
pub(in super::super) fn Checklist(
    /// A name that no other list of the page has.
    name: &'static str,
    /// The ticked ones, as a selector names them.
    #[prop(into)]
    picked: Signal<BTreeSet<String>>,
    /// One is ticked, or no longer.
    on_pick: Callback<(String, bool)>,
) -> impl IntoView {
    let store = Store::get();
    move || match store.endpoints.get() {
        None => view! { <Unknown why=String::new()/> }.into_any(),
        Some(Err(why)) => view! { <Unknown why=why/> }.into_any(),
        Some(Ok(endpoints)) => {
            let main = store.draft.with_untracked(|draft| draft.text("namespace"));
            let main = main.unwrap_or_else(|| "ed-fi".to_owned());
            let names: Vec<String> = endpoints.iter().map(|endpoint| selector_name(endpoint, &main)).collect();
            view! { <List name=name names=names picked=picked on_pick=on_pick/> }.into_any()
        }
    }
}

#[component]
fn Unknown(why: String) -> impl IntoView {
    let store = Store::get();
    let asking = RwSignal::new(false);
    view! {
        {(!why.is_empty()).then(|| view! { <p class="wrong">{why}</p> })}
        <p class="actions">
            <button
                type="button"
                disabled=move || asking.get()
                on:click=move |_| {
                    asking.set(true);
                    store.look_up_endpoints();
                }
            >
                {move || if asking.get() { "Asking the API …" } else { "Ask the API for its endpoints" }}
            </button>
        </p>
    }
}

#[component]
fn List(
    name: &'static str,
    names: Vec<String>,
    #[prop(into)] picked: Signal<BTreeSet<String>>,
    on_pick: Callback<(String, bool)>,
) -> impl IntoView {
    let filter = RwSignal::new(String::new());
    let filter_id = format!("{name}-filter");
    let all = names.len();
    let wanted = |name: &str, filter: &str| name.to_lowercase().contains(&filter.trim().to_lowercase());
    let shown = {
        let names = names.clone();
        move || filter.with(|filter| names.iter().filter(|name| wanted(name, filter)).count())
    };
    let item = move |endpoint: String| {
        let (shown, checked, told) = (endpoint.clone(), endpoint.clone(), endpoint.clone());
        view! {
            <li hidden=move || filter.with(|filter| !wanted(&shown, filter))>
                <label>
                    <input
                        type="checkbox"
                        prop:checked=move || picked.with(|picked| picked.contains(&checked))
                        on:change=move |event| on_pick.run((told.clone(), event_target_checked(&event)))
                    />
                    {endpoint}
                </label>
            </li>
        }
    };
    view! {
        <div class="checklist">
            <div class="field">
                <label for=filter_id.clone()>"Find among "{all}" endpoints"</label>
                <input
                    id=filter_id
                    type="search"
                    autocomplete="off"
                    spellcheck="false"
                    on:input=move |event| filter.set(event_target_value(&event))
                />
                <p class="hint" role="status">{move || format!("{} shown, {} ticked", shown(), picked.with(BTreeSet::len))}</p>
            </div>
            <ul class="ticks" aria-label="Endpoints">{names.into_iter().map(item).collect_view()}</ul>
        </div>
    }
}

/// An endpoint, as a selector names it.
fn selector_name(endpoint: &EndpointName, main: &str) -> String {
    if endpoint.namespace.eq_ignore_ascii_case(main) {
        endpoint.name.clone()
    } else {
        format!("{}/{}", endpoint.namespace, endpoint.name)
    }
}

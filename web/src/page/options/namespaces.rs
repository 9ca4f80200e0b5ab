use leptos::prelude::*;

use super::super::parts::Field;
use super::super::store::Store;

/// The key that holds the mapping.
const KEY: &str = "namespace_overrides";

/// Namespaces other than the main one, each with its endpoints.
#[component]
pub(in super::super) fn Namespaces() -> impl IntoView {
    let store = Store::get();
    let names = Memo::new(move |_| {
        store.draft.with(|draft| draft.lists(KEY).into_iter().map(|(name, _)| name).collect::<Vec<_>>())
    });
    let new_name = RwSignal::new(String::new());
    let new_list = RwSignal::new(String::new());
    let add = move |_| {
        let (name, list) = (new_name.get_untracked(), new_list.get_untracked());
        if !name.trim().is_empty() && !list.trim().is_empty() {
            store.draft.update(|draft| draft.set(&format!("{KEY}.{}", name.trim()), &list));
            new_name.set(String::new());
            new_list.set(String::new());
        }
    };
    let row = move |name: String| {
        let path = format!("{KEY}.{name}");
        let value = {
            let name = name.clone();
            Signal::derive(move || {
                let lists = store.draft.with(|draft| draft.lists(KEY));
                lists.into_iter().find(|(known, _)| *known == name).map(|(_, list)| list).unwrap_or_default()
            })
        };
        let set = {
            let path = path.clone();
            Callback::new(move |text: String| {
                // An empty list is taken away by the button, so that the field stays while it is written anew.
                if !text.trim_matches([',', ' ']).is_empty() {
                    store.draft.update(|draft| draft.set(&path, &text));
                }
            })
        };
        let remove = {
            let path = path.clone();
            move |_| store.draft.update(|draft| draft.set(&path, ""))
        };
        let label = format!("Endpoints of {name}");
        let remove_label = format!("Remove {name}");
        view! {
            <div class="pair">
                <Field name=path label=label value=value on_input=set/>
                <button type="button" on:click=remove>{remove_label}</button>
            </div>
        }
    };
    view! {
        <fieldset>
            <legend>"Namespaces with endpoints of their own (namespace_overrides)"</legend>
            <p class="hint">"Endpoints that are addressed under another namespace than the main one."</p>
            {move || names.get().into_iter().map(row).collect_view()}
            <div class="pair">
                <Field
                    name="new-namespace"
                    label="Another namespace"
                    placeholder="tpdm"
                    value=new_name
                    on_input=Callback::new(move |text| new_name.set(text))
                />
                <Field
                    name="new-namespace-endpoints"
                    label="Its endpoints"
                    placeholder="candidates, surveys"
                    value=new_list
                    on_input=Callback::new(move |text| new_list.set(text))
                />
                <button type="button" on:click=add>"Add"</button>
            </div>
        </fieldset>
    }
}

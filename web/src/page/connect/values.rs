use leptos::prelude::*;
use lightbeam_core::config::Draft;
use lightbeam_web::configuration::{is_secret_name, secret_name};

use super::super::parts::Field;
use super::super::store::Store;

/// A field for each name that stands in the configuration, but the client secret's.
#[component]
pub(super) fn Values() -> impl IntoView {
    let store = Store::get();
    let names = Memo::new(move |_| {
        store.draft.with(|draft| {
            let secret = secret_name(draft);
            Draft::names(draft).into_iter().filter(|name| Some(name) != secret.as_ref()).collect::<Vec<_>>()
        })
    });
    let field = move |name: String| {
        let value = {
            let name = name.clone();
            Signal::derive(move || store.variable(&name).unwrap_or_default())
        };
        let set = {
            let name = name.clone();
            Callback::new(move |text: String| store.set_variable(&name, text))
        };
        let hint = Signal::derive(move || {
            let empty = value.with(String::is_empty);
            match (empty, store.restored.get()) {
                (true, true) => "Type it again: it was not kept.".to_owned(),
                (true, false) => "Needed before a run.".to_owned(),
                (false, _) => String::new(),
            }
        });
        let kind = if is_secret_name(&name) { "password" } else { "text" };
        view! {
            <Field name=format!("value.{name}") label=format!("${{{name}}}") hint=hint kind=kind value=value on_input=set/>
        }
    };
    move || {
        (!names.with(Vec::is_empty)).then(|| {
            view! {
                <fieldset>
                    <legend>"Values for this configuration"</legend>
                    <p class="hint">"They stay in memory until this tab is closed."</p>
                    <div class="fields">{names.get().into_iter().map(field).collect_view()}</div>
                </fieldset>
            }
        })
    }
}

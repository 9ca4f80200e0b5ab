use leptos::prelude::*;
use lightbeam_web::configuration::secret_name;

use super::super::parts::Field;
use super::super::store::Store;

/// Client id and secret.
#[component]
pub(super) fn Credentials() -> impl IntoView {
    let store = Store::get();
    let id = Signal::derive(move || store.draft.with(|draft| draft.text("edfi_api.client_id")).unwrap_or_default());
    let set_id = Callback::new(move |text: String| store.draft.update(|draft| draft.set("edfi_api.client_id", &text)));
    let name = Memo::new(move |_| store.draft.with(secret_name));
    let secret = Signal::derive(move || name.get().and_then(|name| store.variable(&name)).unwrap_or_default());
    let set_secret = Callback::new(move |text: String| store.set_secret(text));
    let hint = Signal::derive(move || {
        let again =
            if store.restored.get() && secret.with(String::is_empty) { "Type it again: it was not kept. " } else { "" };
        let name = name.get().unwrap_or_default();
        format!("{again}It stays in memory until this tab is closed. In lightbeam.yaml, ${{{name}}} stands for it.")
    });
    view! {
        <fieldset>
            <legend>"Credentials"</legend>
            <div class="fields">
                <Field
                    name="edfi_api.client_id"
                    label="Client id"
                    hint="Also called key."
                    value=id
                    on_input=set_id
                    autocomplete="username"
                />
                {move || name.get().map(|_| view! {
                    <Field
                        name="edfi_api.client_secret"
                        label="Client secret"
                        hint=hint
                        kind="password"
                        value=secret
                        on_input=set_secret
                        autocomplete="current-password"
                    />
                })}
            </div>
        </fieldset>
    }
}

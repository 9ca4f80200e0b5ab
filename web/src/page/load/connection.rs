use leptos::prelude::*;

use super::super::parts::{Field, Setting};
use super::super::store::Store;
use super::StepHeading;
use crate::protocol::Secretive;

/// The name that the typed secret has in the configuration.
const SECRET: &str = "EDFI_API_CLIENT_SECRET";

/// Which API, with which credentials.
#[component]
pub(super) fn ConnectionStep() -> impl IntoView {
    let store = Store::get();
    let secret = Signal::derive(move || {
        store.variables.with(|variables| variables.get(SECRET).map(|secret| secret.0.clone()).unwrap_or_default())
    });
    let set = Callback::new(move |text: String| {
        store.draft.update(|draft| draft.set("edfi_api.client_secret", &format!("${{{SECRET}}}")));
        store.variables.update(|variables| {
            variables.insert(SECRET.to_owned(), Secretive(text));
        });
    });
    view! {
        <section class="card">
            <StepHeading text="Connect"/>
            <div class="fields">
                <Setting path="edfi_api.base_url"/>
                <Setting path="edfi_api.year"/>
                <Setting path="edfi_api.client_id"/>
                <Field name="secret" label="client secret" kind="password" value=secret on_input=set/>
            </div>
            <p class="actions">
                <button type="button" on:click=move |_| store.look_up_endpoints()>"Look the endpoints up"</button>
            </p>
        </section>
    }
}

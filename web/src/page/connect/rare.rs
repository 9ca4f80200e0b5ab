use leptos::prelude::*;
use lightbeam_web::configuration::idle_keys;

use super::super::options::Namespaces;
use super::super::parts::Setting;
use super::super::store::Store;

/// Addresses that are usually discovered.
const ADDRESSES: [&str; 7] = [
    "edfi_api.oauth_url",
    "edfi_api.data_url",
    "edfi_api.dependencies_url",
    "edfi_api.open_api_metadata_url",
    "edfi_api.resources_swagger_url",
    "edfi_api.descriptors_swagger_url",
    "edfi_api.version",
];
/// How requests are made.
const REQUESTS: [&str; 6] = [
    "connection.pool_size",
    "connection.timeout",
    "connection.num_retries",
    "connection.backoff_factor",
    "connection.max_retry_wait",
    "connection.retry_statuses",
];
/// What is told.
const MESSAGES: [&str; 2] = ["log_level", "show_stacktrace"];

/// What few people need, folded away, and what means nothing in a page.
#[component]
pub(super) fn Rare() -> impl IntoView {
    let store = Store::get();
    let idle = Memo::new(move |_| store.draft.with(idle_keys));
    let settings = |keys: &[&'static str]| keys.iter().map(|path| view! { <Setting path=*path/> }).collect_view();
    view! {
        <details>
            <summary>"More settings"</summary>
            <fieldset>
                <legend>"Addresses that are usually discovered"</legend>
                <div class="fields">{settings(&ADDRESSES)}</div>
            </fieldset>
            <fieldset>
                <legend>"Requests"</legend>
                <div class="fields">{settings(&REQUESTS)}</div>
            </fieldset>
            <fieldset>
                <legend>"Namespaces"</legend>
                <Setting path="namespace"/>
                <Namespaces/>
            </fieldset>
            <fieldset>
                <legend>"Messages"</legend>
                <div class="fields">{settings(&MESSAGES)}</div>
            </fieldset>
        </details>
        {move || (!idle.with(Vec::is_empty)).then(|| view! {
            <section class="idle" aria-label="Keys that mean nothing in a page">
                <p class="hint">"A saved lightbeam.yaml keeps these keys, but here they mean something else or nothing:"</p>
                <ul class="hint">
                    {idle.get().into_iter().map(|(key, sentence)| view! {
                        <li><code>{key}</code>": " {sentence}</li>
                    }).collect_view()}
                </ul>
            </section>
        })}
    }
}

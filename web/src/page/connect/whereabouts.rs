use leptos::prelude::*;
use lightbeam_web::configuration::travels_in_the_clear;

use super::super::parts::Setting;
use super::super::store::Store;

/// Keys of URLs that credentials or records travel to.
const PLACES: [&str; 3] = ["edfi_api.base_url", "edfi_api.oauth_url", "edfi_api.data_url"];

/// Which API, and which part of it.
#[component]
pub(super) fn Whereabouts() -> impl IntoView {
    let store = Store::get();
    let wants_instance = Memo::new(move |_| {
        let is_given = |key| store.draft.with(|draft| draft.text(key));
        is_given("edfi_api.mode").is_some_and(|mode| mode.eq_ignore_ascii_case("instance_year_specific"))
            || is_given("edfi_api.instance_code").is_some()
    });
    let in_the_clear =
        Memo::new(move |_| PLACES.iter().any(|key| store.resolved(key).is_some_and(|url| travels_in_the_clear(&url))));
    view! {
        <fieldset>
            <legend>"API"</legend>
            <Setting
                path="edfi_api.base_url"
                label="Base URL"
                hint="Where the API describes itself, such as https://api.example.org/v7.2/api. The rest is usually found out from there."
            />
            <div role="alert">
                {move || in_the_clear.get().then(|| view! {
                    <p class="notice warning">
                        <strong>"Warning: "</strong>
                        "this is http, not https: the credentials and all records can be read and changed on their way."
                        <span class="fix">"Use the https address of the API."</span>
                    </p>
                })}
            </div>
            <div class="fields">
                <Setting path="edfi_api.year" label="School year" hint="Where the API has one for each year, such as 2026."/>
                <Setting path="edfi_api.mode" label="Mode" hint="How the API is divided; it usually says so itself."/>
                <Setting path="edfi_api.tenant" label="Tenant" hint="Where the API has several: fills {tenantIdentifier} in its addresses."/>
                {move || wants_instance.get().then(|| view! {
                    <Setting path="edfi_api.instance_code" label="Instance" hint="For the mode instance_year_specific."/>
                })}
            </div>
        </fieldset>
    }
}

use leptos::prelude::*;
use lightbeam_core::invocation::Command;

use super::super::options::Options;
use super::super::parts::PickEndpoints;
use super::super::store::{Area, Step, Store};
use super::removal::Removal;
use lightbeam_web::amount;

/// Delete from the API what the chosen files describe.
#[component]
pub(super) fn Delete() -> impl IntoView {
    let store = Store::get();
    let files = move || {
        store.chosen.with(|chosen| match chosen.len() {
            0 => "No files are chosen.".to_owned(),
            count => {
                let bytes = chosen.iter().map(|file| file.bytes).sum();
                let files = if count == 1 { "file is" } else { "files are" };
                format!("{count} {files} chosen, {}.", amount::size(bytes))
            }
        })
    };
    let wrong =
        Signal::derive(
            move || {
                if store.chosen.with(Vec::is_empty) { "Choose files first.".to_owned() } else { String::new() }
            },
        );
    view! {
        <section class="card danger" aria-labelledby="delete-title">
            <h2 id="delete-title">"Delete the records of files"</h2>
            <p>
                "Each record of the chosen files is looked up in the API by its natural key, and deleted there if it is the same."
            </p>
            <p class="actions">
                <strong>{files}</strong>
                <button type="button" on:click=move |_| {
                    store.load.go(Step::Files);
                    store.area.set(Area::Load);
                }>
                    {move || if store.chosen.with(Vec::is_empty) { "Choose files in Load" } else { "Choose others in Load" }}
                </button>
            </p>
            <Options command=Command::Delete/>
            <PickEndpoints name="delete-endpoints"/>
            <Removal command=Command::Delete wrong=wrong/>
        </section>
    }
}

use leptos::prelude::*;
use lightbeam_core::invocation::Command;

use super::super::options::Options;
use super::super::parts::{Outputs, PickEndpoints, RunPanel};
use super::super::store::{Purpose, Store};
use super::begin::Begin;
use super::folder::FolderChoice;

/// Fetch the API's records into files.
#[component]
pub(super) fn Fetch() -> impl IntoView {
    let store = Store::get();
    let begin = Callback::new(move |()| store.begin_run(Purpose::Fetch, store.asked(Command::Fetch)));
    view! {
        <section class="card" aria-labelledby="fetch-title">
            <h2 id="fetch-title">"Fetch records"</h2>
            <p>
                "Each endpoint becomes a JSONL file, one record a line, as Load reads it. An endpoint's file is whole or not there at all."
            </p>
            <Options command=Command::Fetch/>
            <PickEndpoints name="fetch-endpoints"/>
            <FolderChoice/>
            <Begin label="Fetch" on_begin=begin/>
            {move || store.last(Purpose::Fetch).map(|run| view! { <Outputs run=run/> })}
            <RunPanel purpose=Purpose::Fetch/>
        </section>
    }
}

use leptos::prelude::*;
use lightbeam_core::invocation::Command;

use super::super::options::Options;
use super::super::parts::{Outputs, PickEndpoints, RunPanel};
use super::super::store::{Purpose, RunState, Store};
use super::begin::Begin;
use super::folder::FolderChoice;

/// Create template skeletons.
#[component]
pub(super) fn Create() -> impl IntoView {
    let store = Store::get();
    let begin = Callback::new(move |()| store.begin_run(Purpose::Create, store.asked(Command::Create)));
    let addition = move || match store.last(Purpose::Create)?.state.get() {
        RunState::Ended(end) => end.stdout.filter(|text| !text.is_empty()),
        RunState::Going | RunState::Lost(_) => None,
    };
    view! {
        <section class="card" aria-labelledby="create-title">
            <h2 id="create-title">"Create templates"</h2>
            <p>
                "For each endpoint a template of its records, with a project file for earthmover, which makes JSONL files of your own tables. What is written: "
                <code>"earthmover.yml"</code>" and "<code>"templates/…"</code>
                ". Only the documents of the API are read, none of its records."
            </p>
            <Options command=Command::Create/>
            <PickEndpoints name="create-endpoints"/>
            <FolderChoice/>
            <Begin label="Create templates" on_begin=begin/>
            {move || addition().map(|text| view! { <pre tabindex="0">{text}</pre> })}
            {move || store.last(Purpose::Create).map(|run| view! { <Outputs run=run/> })}
            <RunPanel purpose=Purpose::Create/>
        </section>
    }
}

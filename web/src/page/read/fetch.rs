use leptos::prelude::*;
use lightbeam_core::config;
use lightbeam_core::invocation::Command;

use super::super::parts::{Outputs, RunPanel, Setting};
use super::super::store::{Purpose, Store};
use super::begin::Begin;
use super::folder::FolderChoice;
use super::selection::{Flag, Selection};

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
            <Selection/>
            <div class="fields">
                <Flag
                    name="fetch-keep"
                    label="Keep only these keys"
                    hint="Top-level keys of each record, a comma list; empty: all"
                    placeholder="studentUniqueId, birthDate"
                    get=|options| &options.keep_keys
                    set=|options| &mut options.keep_keys
                />
                <Flag
                    name="fetch-drop"
                    label="Drop these keys"
                    hint="Top-level keys of each record, a comma list; * stands for anything"
                    placeholder="id, _*, link"
                    get=|options| &options.drop_keys
                    set=|options| &mut options.drop_keys
                />
                <Setting path="fetch.page_size" label="Records a request"/>
            </div>
            <QueryField name="fetch-query"/>
            <FolderChoice/>
            <Begin label="Fetch" wrong=query_problem() on_begin=begin/>
            <RunPanel purpose=Purpose::Fetch/>
            {move || store.last(Purpose::Fetch).map(|run| view! { <Outputs run=run/> })}
        </section>
    }
}

/// Query parameters, a JSON object.
#[component]
pub(super) fn QueryField(name: &'static str) -> impl IntoView {
    view! {
        <Flag
            name=name
            label="Query"
            hint="Parameters for every request, as a JSON object; endpoints that do not know them are left out"
            placeholder=r#"{"schoolId": 255901}"#
            get=|options| &options.query
            set=|options| &mut options.query
            wrong=query_problem()
        />
    }
}

/// What is wrong with the query; empty for nothing.
pub(super) fn query_problem() -> Signal<String> {
    let store = Store::get();
    Signal::derive(move || {
        store.options.track();
        match config::query(&store.asked(Command::Fetch)) {
            Ok(_) => String::new(),
            Err(error) => match error.hint {
                Some(hint) => format!("{}: {hint}", error.message),
                None => error.message,
            },
        }
    })
}

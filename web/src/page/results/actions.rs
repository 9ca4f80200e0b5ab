use std::sync::Arc;

use leptos::prelude::*;
use lightbeam_web::host;
use lightbeam_web::results::{HEADER, rows};
use wasm_bindgen_futures::spawn_local;

use super::super::parts::{save, save_texts};
use super::super::store::{FAILED_DIR, Purpose, Store};
use super::Browse;

/// What can be done with the results as a whole.
#[component]
pub(super) fn Actions(browse: Browse, text: String) -> impl IntoView {
    let store = Store::get();
    let results = browse.results();
    let has_failures = results.failed > 0;
    let name = results.command.replace('+', "-");
    let text: Arc<str> = text.into();
    let report = format!("{name}-results.json");
    let save_report = move |_| save_texts(&report, "application/json", std::iter::once(text.to_string()));
    let table = format!("{name}-failures.csv");
    let save_table = move |_| {
        let results = browse.results();
        let lines = (0..results.failures.len()).map(|at| rows(&results, at));
        save_texts(&table, "text/csv;charset=utf-8", std::iter::once(format!("\u{feff}{HEADER}")).chain(lines));
    };
    let print = |_| {
        let printed = window().print();
        debug_assert!(printed.is_ok());
    };
    let can_retry =
        has_failures && browse.run.with_value(|run| run.as_ref().is_some_and(|run| run.purpose == Purpose::Send));
    let retry = move |_| {
        if let Some(run) = browse.run.get_value() {
            store.send_again(&run);
        }
    };
    view! {
        <div class="actions">
            {can_retry.then(|| view! {
                <button type="button" class="primary" disabled=move || store.active.with(Option::is_some) on:click=retry>
                    "Send the failed records again"
                </button>
            })}
            <SaveFailed browse=browse/>
            <button type="button" on:click=save_report>"Save the report (JSON)"</button>
            {has_failures.then(|| view! { <button type="button" on:click=save_table>"Save the failures (CSV)"</button> })}
            <button type="button" on:click=print>"Print"</button>
        </div>
        {can_retry.then(|| view! {
            <p class="hint">"Sends the same files again; records that were accepted are passed over. To send corrected records, choose the corrected files and send those."</p>
        })}
    }
}

/// The failed records as they stand in their files.
#[component]
fn SaveFailed(browse: Browse) -> impl IntoView {
    let Some(run) = browse.run.get_value() else { return ().into_any() };
    let prefix = format!("{FAILED_DIR}/");
    let failed: Vec<_> =
        run.outputs.get_untracked().into_iter().filter(|output| output.path.starts_with(&prefix)).collect();
    if failed.is_empty() {
        return ().into_any();
    }
    let told = RwSignal::new(String::new());
    let failed: Vec<host::Output> = failed
        .into_iter()
        .map(|output| host::Output {
            path: output.path[prefix.len()..].to_owned(),
            content: output.content.clone(),
            crc32: None,
        })
        .collect();
    let failed = send_wrapper::SendWrapper::new(failed);
    let save_all = move |_| {
        if let [only] = failed.as_slice() {
            save(&only.path.replace('/', "-"), &only.content);
            return;
        }
        let files = failed.clone();
        spawn_local(async move {
            told.set(match host::archive(&files).await {
                Ok(archive) => {
                    save("failed-records.zip", &archive);
                    String::new()
                }
                Err(error) => format!("The archive could not be made: {error}"),
            });
        });
    };
    view! {
        <button type="button" on:click=save_all>"Save the failed records (JSONL)"</button>
        <span class="wrong" role="alert">{move || told.get()}</span>
    }
    .into_any()
}

use leptos::html;
use leptos::prelude::*;

use super::super::parts::copy;
use super::super::store::{Store, below_data_dir};
use super::Browse;
use lightbeam_web::protocol::RecordText;
use lightbeam_web::results::{RecordLine, curl, named_path, readable};

/// Characters of a record that are shown; more would make the page slow.
const SHOWN: usize = 200_000;

/// One record: as it stands in its file, and as a request.
#[component]
pub(super) fn RecordDetail(browse: Browse, at: usize, line: u64) -> impl IntoView {
    let store = Store::get();
    let record = RwSignal::new(None::<Result<RecordText, String>>);
    let file = browse.results().failures[at].file.clone();
    if let Some(run) = browse.run.get_value() {
        store.record_of(&run, &file, line, move |read| {
            // The person may look at another record by now.
            let _gone = record.try_set(Some(read));
        });
    }
    let title = format!("{}, line {line}", below_data_dir(&file));
    let heading = NodeRef::<html::H5>::new();
    Effect::new(move |_| {
        if let Some(heading) = heading.get() {
            let focused = heading.focus();
            debug_assert!(focused.is_ok());
        }
    });
    view! {
        <section class="record">
            <h5 tabindex="-1" node_ref=heading>{title}</h5>
            {move || match record.get() {
                None => view! { <p role="status">"Reading …"</p> }.into_any(),
                Some(Err(why)) => view! { <p class="bad" role="status">"✖ The record could not be read: "{why}</p> }.into_any(),
                Some(Ok(record)) => shown(browse, at, &record).into_any(),
            }}
        </section>
    }
}

fn shown(browse: Browse, at: usize, record: &RecordText) -> impl IntoView + use<> {
    let results = browse.results();
    let failure = &results.failures[at];
    let path = named_path(&failure.message);
    let too_long = record.text.len() > SHOWN;
    let lines = if too_long { None } else { readable(&record.text, path.as_deref()) };
    let is_json = lines.is_some();
    let lines =
        lines.unwrap_or_else(|| vec![RecordLine { text: record.text.chars().take(SHOWN).collect(), marked: false }]);
    let is_marked = lines.iter().any(|line| line.marked);
    let note = match (&path, is_json, is_marked) {
        _ if too_long => "The record is too long to be shown whole; this is its beginning.".to_owned(),
        (_, false, _) => "This line is not JSON; it is shown as it stands.".to_owned(),
        (Some(path), true, true) => format!("The message is about {path}, marked with ▶."),
        (_, true, false) | (None, true, _) => String::new(),
    };
    let text = lines.into_iter().map(line).collect_view();
    let run = browse.run.get_value();
    let data_url = run.and_then(|run| run.snapshot.with_untracked(|snapshot| snapshot.data_url.clone()));
    let sends = matches!(results.command.as_str(), "send" | "validate+send");
    let request = data_url.filter(|_| sends && !too_long).map(|data_url| {
        let namespace = if results.namespace.is_empty() { "ed-fi" } else { &results.namespace };
        curl(&data_url, results.resource_of(failure), namespace, &record.text)
    });
    view! {
        <p class="hint">{note}</p>
        <pre class="record-text" tabindex="0" aria-label="The record">{text}</pre>
        {request.map(|request| view! { <Request text=request/> })}
    }
}

fn line(line: RecordLine) -> impl IntoView {
    let text = format!("{}{}\n", if line.marked { "▶ " } else { "  " }, line.text);
    if line.marked { view! { <mark>{text}</mark> }.into_any() } else { text.into_any() }
}

/// The record as a command line.
#[component]
fn Request(text: String) -> impl IntoView {
    let said = RwSignal::new("");
    let copied = text.clone();
    let put = move |_| {
        copy(copied.clone(), move |done| {
            said.set(if done {
                "copied, with the record in it"
            } else {
                "select it and copy it: the browser does not let the page do so"
            });
        });
    };
    view! {
        <details>
            <summary>"The request as a command line (curl)"</summary>
            <p class="hint">"The token is left out: put one into the variable TOKEN."</p>
            <pre tabindex="0" aria-label="The request">{text}</pre>
            <p class="actions">
                <button type="button" on:click=put>"Copy the request"</button>
                <span role="status">{move || said.get()}</span>
            </p>
        </details>
    }
}

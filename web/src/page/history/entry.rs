use leptos::prelude::*;
use lightbeam_core::invocation::Command;

use super::super::parts::moment;
use super::super::parts::save_texts;
use super::super::results::ResultsView;
use super::super::store::Store;
use lightbeam_web::amount::{grouped, size};
use lightbeam_web::history::{Entry, FileMark, Outcome};

/// So many files are named.
const MOST_FILES: usize = 200;

/// All that is kept of a run.
#[component]
pub(super) fn EntryView(
    entry: Entry,
    /// The run that is shown.
    opened: RwSignal<Option<String>>,
    /// The run that the focus was moved to.
    focused: StoredValue<Option<String>>,
) -> impl IntoView {
    let store = Store::get();
    let title = format!("{} of {}", entry.command_in_words(), moment(entry.began));
    let heading = NodeRef::<leptos::html::H2>::new();
    let id = entry.id.clone();
    Effect::new(move |_| {
        if let Some(heading) = heading.get()
            && focused.get_value().as_ref() != Some(&id)
        {
            focused.set_value(Some(id.clone()));
            let _ = heading.focus();
        }
    });
    let ended = match (&entry.outcome, entry.ended) {
        (Outcome::Lost(why), Some(ended)) => format!("Broke off {}: {why}", moment(ended)),
        (_, Some(ended)) => format!("Ended {}: {}", moment(ended), entry.outcome_in_words()),
        (_, None) => format!("No end is known: {}", entry.outcome_in_words()),
    };
    let file_name = format!("results-{}.json", entry.id);
    let kept = entry.clone();
    let download = move |_| {
        let file_name = file_name.clone();
        store.results_of(&kept, move |text| {
            save_texts(&file_name, "application/json", std::iter::once(text));
        });
    };
    let shown = RwSignal::new(None::<String>);
    if entry.results_bytes.is_some() && !entry.asked.dry_run && entry.asked.command != Command::Count {
        store.results_of(&entry, move |text| shown.set(Some(text)));
    }
    let asked = &entry.asked;
    let flags: Vec<(&str, String)> = [
        ("Endpoints", asked.selector.clone()),
        ("But not", asked.exclude.clone()),
        ("Records last sent before", asked.older_than.clone()),
        ("Records last sent after", asked.newer_than.clone()),
        ("Again those with status", asked.resend_status_codes.clone()),
        ("All records, whatever was sent before", asked.force.then(|| "yes".to_owned())),
        ("API", Some(entry.data_url.clone().unwrap_or_else(|| entry.host.clone()))),
        (
            "Records",
            entry
                .counts
                .expected
                .map(|expected| format!("{} of about {}", grouped(entry.counts.processed), grouped(expected))),
        ),
    ]
    .into_iter()
    .filter_map(|(name, value)| Some((name, value?)))
    .collect();
    let results_bytes = entry.results_bytes;
    let again = match entry.outcome {
        Outcome::Going => None,
        _ if entry.can_go_on() => Some("Continue this run"),
        _ => entry.can_run_again().then_some("Run again …"),
    };
    let left = again.map(|_| entry.left_in_words());
    let go_on = {
        let entry = entry.clone();
        move |_| store.go_on_with(&entry)
    };
    view! {
        <section class="card" aria-labelledby="entry-title">
            <h2 id="entry-title" tabindex="-1" node_ref=heading>{title}</h2>
            <p>{ended}". "{left}</p>
            <dl class="facts">
                {flags.into_iter().map(|(name, value)| view! { <dt>{name}</dt><dd>{value}</dd> }).collect_view()}
            </dl>
            <p class="actions">
                {results_bytes.map(|bytes| view! {
                    <button type="button" on:click=download>{format!("Download the results JSON ({})", size(bytes))}</button>
                })}
                {again.map(|label| view! { <button type="button" on:click=go_on>{label}</button> })}
                <button type="button" on:click=move |_| {
                    focused.set_value(None);
                    opened.set(None);
                }>"Close"</button>
            </p>
            <ul class="notices">
                {entry.errors.iter().map(|error| view! {
                    <li class="notice error"><strong>"Error: "</strong>{error.clone()}</li>
                }).collect_view()}
            </ul>
            {(!entry.summary.is_empty()).then(|| view! { <pre tabindex="0" aria-label="Summary">{entry.summary.clone()}</pre> })}
            {entry.stdout.clone().filter(|text| !text.is_empty()).map(|text| view! {
                <pre tabindex="0" aria-label="Output">{text}</pre>
            })}
            {move || shown.get().map(|text| view! { <ResultsView text=text run=None/> })}
            {(!entry.files.is_empty()).then(|| view! { <Files files=entry.files.clone()/> })}
        </section>
    }
}

#[component]
fn Files(files: Vec<FileMark>) -> impl IntoView {
    let count = files.len();
    let more = count.saturating_sub(MOST_FILES);
    let row = |file: FileMark| {
        view! {
            <tr>
                <th scope="row">{file.path}</th>
                <td class="num">{size(file.bytes)}</td>
                <td>{moment(file.modified)}</td>
            </tr>
        }
    };
    view! {
        <details>
            <summary>{format!("{} that it read", if count == 1 { "1 file".to_owned() } else { format!("{count} files") })}</summary>
            <div class="scroll" tabindex="0" role="region" aria-label="Files of the run">
                <table>
                    <thead>
                        <tr>
                            <th scope="col">"File"</th>
                            <th scope="col" class="num">"Size"</th>
                            <th scope="col">"Last changed"</th>
                        </tr>
                    </thead>
                    <tbody>{files.into_iter().take(MOST_FILES).map(row).collect_view()}</tbody>
                </table>
            </div>
            {(more > 0).then(|| view! { <p class="hint">{format!("and {more} more")}</p> })}
        </details>
    }
}

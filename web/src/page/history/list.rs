use leptos::prelude::*;

use super::super::parts::moment;
use super::super::store::Store;
use lightbeam_web::amount::grouped;
use lightbeam_web::history::{Entry, Outcome};

/// The runs that are kept, the newest first.
#[component]
pub(super) fn List(
    /// The run that is shown below.
    opened: RwSignal<Option<String>>,
) -> impl IntoView {
    let store = Store::get();
    let entries = store.history.entries;
    let is_empty = Memo::new(move |_| entries.with(Vec::is_empty));
    let row = move |entry: Entry| view! { <Row entry=entry opened=opened/> };
    let rows = move || {
        // What a row says of a run that goes on depends on where it does.
        store.history.elsewhere.track();
        store.active.track();
        entries.get().into_iter().map(row).collect_view()
    };
    move || {
        if is_empty.get() {
            return view! { <p>"No run is kept here yet. Each one is, from its beginning on: what it was and how it ended, never a record and never a secret."</p> }
                .into_any();
        }
        view! {
            <p class="hint">"At most 50 runs are kept; the oldest go first."</p>
            <div class="scroll" tabindex="0" role="region" aria-label="Earlier runs">
                <table>
                    <caption class="visually-hidden">"Earlier runs"</caption>
                    <thead>
                        <tr>
                            <th scope="col">"Began"</th>
                            <th scope="col">"Command"</th>
                            <th scope="col">"API"</th>
                            <th scope="col">"Result"</th>
                            <th scope="col" class="num">"Done"</th>
                            <th scope="col" class="num">"Skipped"</th>
                            <th scope="col" class="num">"Failed"</th>
                            <th scope="col"><span class="visually-hidden">"Show or remove"</span></th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        }
        .into_any()
    }
}

#[component]
fn Row(entry: Entry, opened: RwSignal<Option<String>>) -> impl IntoView {
    let store = Store::get();
    let elsewhere = store.history.elsewhere.with_untracked(|elsewhere| elsewhere.contains(&entry.id));
    let here = entry.outcome == Outcome::Going && store.history.is_own(&entry.id);
    let (sign, class) = match entry.outcome {
        Outcome::Going => ("… ", ""),
        _ if entry.is_good() => ("✔ ", "good"),
        _ => ("✖ ", "bad"),
    };
    let words = match entry.outcome {
        Outcome::Going if elsewhere => "going on in another tab",
        Outcome::Going if !here => "interrupted: the page was closed",
        _ => entry.outcome_in_words(),
    };
    let (command, began) = (entry.command_in_words(), moment(entry.began));
    let show_label = format!("Show {command} of {began}");
    let remove_label = format!("Remove {command} of {began} from the history");
    let (show_id, this_id) = (entry.id.clone(), entry.id.clone());
    let counts = entry.counts;
    let host = entry.host.clone();
    let can_remove = !elsewhere && !here;
    let remove = move |_| {
        if opened.get_untracked().as_deref() == Some(&*entry.id) {
            opened.set(None);
        }
        store.forget_run(entry.clone());
    };
    view! {
        <tr aria-current=move || (opened.get().as_deref() == Some(&*this_id)).then_some("true")>
            <th scope="row" class="when">{began}</th>
            <td>{command}</td>
            <td>{host}</td>
            <td class=class>{sign}{words}</td>
            <td class="num">{grouped(counts.succeeded)}</td>
            <td class="num">{grouped(counts.skipped)}</td>
            <td class="num">{grouped(counts.failed)}</td>
            <td class="buttons">
                <button type="button" aria-label=show_label on:click=move |_| opened.set(Some(show_id.clone()))>
                    "Show"
                </button>
                <button type="button" aria-label=remove_label disabled=!can_remove on:click=remove>"Remove"</button>
            </td>
        </tr>
    }
}

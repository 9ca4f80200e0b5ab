use leptos::prelude::*;

use super::super::parts::moment;
use super::super::store::Store;
use lightbeam_web::amount::grouped;
use lightbeam_web::history::{Difference, Entry, FileMark, differences};

/// So many differences are named.
const MOST_NAMED: usize = 10;

/// Offers to go on with the run that the page was closed under, then says which files are still to be chosen.
#[component]
pub(in super::super) fn Interrupted() -> impl IntoView {
    let store = Store::get();
    move || {
        if let Some(entry) = store.history.interrupted.get() {
            return Some(view! { <Offer entry=entry/> }.into_any());
        }
        store.history.continued.get().map(|entry| view! { <Continued entry=entry/> }.into_any())
    }
}

#[component]
fn Offer(entry: Entry) -> impl IntoView {
    let store = Store::get();
    let counts = entry.counts;
    let far = match counts.expected {
        // It is written down every ten seconds only.
        Some(expected) if expected > counts.processed => {
            format!(", after at least {} of about {} records", grouped(counts.processed), grouped(expected))
        }
        _ if counts.processed > 0 => format!(", after at least {} records", grouped(counts.processed)),
        _ => String::new(),
    };
    let files = match entry.files.len() {
        0 => "",
        1 => " Choose the same file again: a page may keep no files.",
        _ => " Choose the same files again: a page may keep no files.",
    };
    let (title, button) = if entry.can_go_on() {
        ("Continue the interrupted ", "Continue")
    } else {
        ("Run again the interrupted ", "Run again …")
    };
    view! {
        <aside class="card interrupted" aria-labelledby="interrupted-title">
            <h2 id="interrupted-title">{title}{entry.command_in_words()}"?"</h2>
            <p>
                {format!("What began {} to {} was cut off when the page was closed{far}.", moment(entry.began), entry.host)}
                {format!(" {}{files}", entry.left_in_words())}" The client secret and query parameters are not kept: enter them again."
            </p>
            <p class="actions">
                <button type="button" class="primary" on:click=move |_| store.settle_interrupted(true)>{button}</button>
                <button type="button" on:click=move |_| store.settle_interrupted(false)>"Not now"</button>
            </p>
        </aside>
    }
}

#[component]
fn Continued(entry: Entry) -> impl IntoView {
    let store = Store::get();
    let forced = entry.asked.force;
    let goes_on = entry.can_go_on();
    let what = if goes_on { "Continuing" } else { "Running again" };
    let title = format!("{what}: {} of {} to {}", entry.command_in_words(), moment(entry.began), entry.host);
    let left = entry.left_in_words();
    let then = entry.files;
    let compared = move || {
        store.chosen.track();
        let now = store.file_marks();
        view! { <Comparison then=then.clone() now=now/> }
    };
    view! {
        <aside class="card interrupted" aria-labelledby="continued-title">
            <h2 id="continued-title">{title}</h2>
            <div role="status">{compared}</div>
            <p>
                {if goes_on { "Then send: what was accepted is not sent again." } else { left }}
                {(goes_on && forced).then_some(" That run was to send everything, whatever was sent before: now it leaves out what was sent since it began.")}
            </p>
            <p class="actions">
                <button type="button" on:click=move |_| store.history.continued.set(None)>"Close this note"</button>
            </p>
        </aside>
    }
}

#[component]
fn Comparison(then: Vec<FileMark>, now: Vec<FileMark>) -> impl IntoView {
    let found = differences(&then, &now);
    let missing = found.iter().filter(|found| matches!(found, Difference::Missing(_))).count();
    let there = then.len() - missing;
    let words = if found.is_empty() {
        "✔ All files of that run are chosen, with the same names, sizes and times.".to_owned()
    } else {
        format!("{there} of the {} files of that run are chosen.", then.len())
    };
    let more = found.len().saturating_sub(MOST_NAMED);
    let item = |difference: &Difference| view! { <li>{difference.in_words()}</li> };
    view! {
        <p>{words}</p>
        <ul>
            {found.iter().take(MOST_NAMED).map(item).collect_view()}
            {(more > 0).then(|| view! { <li>{format!("and {more} more")}</li> })}
        </ul>
    }
}

use leptos::prelude::*;

use super::super::parts::{Pager, ROWS};
use super::super::store::{Purpose, Store};
use super::Browse;
use lightbeam_web::amount::counted;
use lightbeam_web::results::{Cause, Filter, lines_of, owner};

/// Why records failed, most records first.
#[component]
pub(super) fn Causes(browse: Browse) -> impl IntoView {
    let results = browse.results();
    let all = results.causes.len();
    if all == 0 {
        return ().into_any();
    }
    let page = RwSignal::new(0);
    let trouble = RwSignal::new(String::new());
    let rows = move || {
        let first = page.get() * ROWS;
        let results = browse.results();
        let shown = results.causes.iter().enumerate().skip(first).take(ROWS);
        shown.map(|(at, cause)| row(browse, at, cause, trouble)).collect_view()
    };
    view! {
        <section class="card causes">
            <h3>"Why records failed"</h3>
            <ul>{rows}</ul>
            <p class="wrong" role="alert">{move || trouble.get()}</p>
            <Pager label="Causes" page=page rows=Signal::derive(move || all)/>
        </section>
    }
    .into_any()
}

fn row(browse: Browse, at: usize, cause: &Cause, trouble: RwSignal<String>) -> impl IntoView + use<> {
    let store = Store::get();
    let who = owner(&cause.cause).words();
    let what = name_of(cause);
    let show = move |_| {
        browse.narrow(|filter| *filter = Filter { cause: Some(at), ..Filter::default() });
        super::failures::focus();
    };
    let retry = move |_| {
        let Some(run) = browse.run.get_value() else { return };
        let results = browse.results();
        let found = results.matching(&Filter { cause: Some(at), ..Filter::default() });
        let lines = lines_of(&results, &found);
        if lines.is_empty() {
            trouble.set("These failures stand on no line of a file; retry all failed records instead.".to_owned());
            return;
        }
        store.send_lines(&run, lines, move |why| trouble.set(format!("They could not be sent again: {why}")));
    };
    let can_retry = browse.run.with_value(|run| run.as_ref().is_some_and(|run| run.purpose == Purpose::Send));
    let described = what.clone();
    view! {
        <li>
            <p><strong>{counted(cause.records, "record")}": "{what}</strong></p>
            <p class="quote">{cause.message.clone()}</p>
            <p class="fix">{cause.hint.clone()}" For "{who}"."</p>
            <p class="actions">
                <button type="button" on:click=show>
                    "Show these failures"<span class="visually-hidden">": "{described.clone()}</span>
                </button>
                {can_retry.then(|| view! {
                    <button type="button" disabled=move || store.active.with(Option::is_some) on:click=retry>
                        "Send only these again"<span class="visually-hidden">": "{described}</span>
                    </button>
                })}
            </p>
        </li>
    }
}

/// A cause in a few words.
pub(super) fn name_of(cause: &Cause) -> String {
    let words = [Some(cause.cause.as_str()), cause.missing.as_deref(), cause.value.as_deref()];
    words.into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

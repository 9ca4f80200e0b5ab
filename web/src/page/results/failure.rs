use leptos::html;
use leptos::prelude::*;

use super::super::parts::{Pager, ROWS, copy};
use super::super::store::below_data_dir;
use super::Browse;
use super::record::RecordDetail;
use lightbeam_web::amount::{counted, grouped};

/// One kind of failure: all that is known of it, and its lines.
#[component]
pub(super) fn FailureDetail(browse: Browse, at: usize) -> impl IntoView {
    let results = browse.results();
    let failure = results.failures[at].clone();
    let heading = NodeRef::<html::H4>::new();
    Effect::new(move |_| {
        if let Some(heading) = heading.get() {
            let focused = heading.focus();
            debug_assert!(focused.is_ok());
        }
    });
    let back = move |_| {
        browse.opened.set(None);
        super::failures::focus();
    };
    let status = results.kind_of(at);
    let title = format!("{} of {}, {status}", counted(failure.count, "record"), results.resource_of(&failure));
    // What the API says is never made a link.
    let problem = failure.problem_type.clone().map(|name| view! { <dt>"Type"</dt><dd><code>{name}</code></dd> });
    let ids = failure.correlation_ids.clone();
    let ids = (!ids.is_empty()).then(|| {
        view! {
            <dt>"Correlation ids"</dt>
            <dd>{ids.into_iter().map(|id| view! { <CorrelationId id=id/> }).collect_view()}</dd>
        }
    });
    let file = below_data_dir(&failure.file).to_owned();
    let file = (!file.is_empty()).then(|| view! { <dt>"File"</dt><dd>{file}</dd> });
    view! {
        <div class="detail">
            <p class="actions"><button type="button" on:click=back>"Back to all failures"</button></p>
            <h4 tabindex="-1" node_ref=heading>{title}</h4>
            <p class="quote">{failure.message.clone()}</p>
            <dl>{file}{problem}{ids}</dl>
            <Lines browse=browse at=at/>
        </div>
    }
}

#[component]
fn CorrelationId(id: String) -> impl IntoView {
    let said = RwSignal::new("");
    let copied = id.clone();
    let put = move |_| {
        copy(copied.clone(), move |done| {
            said.set(if done { "copied" } else { "select it and copy it: the browser does not let the page do so" });
        });
    };
    view! {
        <span class="copyable">
            <code>{id.clone()}</code>
            <button type="button" class="small" on:click=put>"Copy"<span class="visually-hidden">" "{id}</span></button>
            <span role="status">{move || said.get()}</span>
        </span>
    }
}

/// The lines of a failure, a page at a time, and the record that was asked for.
#[component]
fn Lines(browse: Browse, at: usize) -> impl IntoView {
    let results = browse.results();
    let all = results.failures[at].lines.len();
    if all == 0 {
        return view! { <p>"These failures stand on no line of a file."</p> }.into_any();
    }
    let page = RwSignal::new(0);
    let line = RwSignal::new(None::<u64>);
    let can_show = browse.run.with_value(Option::is_some);
    let rows = move || {
        let results = browse.results();
        let shown = results.failures[at].lines.iter().skip(page.get() * ROWS).take(ROWS);
        let item = |number: &u64| {
            let number = *number;
            let label = format!("Line {}", grouped(number));
            if can_show {
                let is_shown = move || if line.get() == Some(number) { "true" } else { "false" };
                view! {
                    <li>
                        <button type="button" class="small" aria-pressed=is_shown on:click=move |_| line.set(Some(number))>
                            {label}
                        </button>
                    </li>
                }
                .into_any()
            } else {
                view! { <li>{label}</li> }.into_any()
            }
        };
        shown.map(item).collect_view()
    };
    let told = if can_show {
        "A record is read from your file when you ask for it. It may hold data of people."
    } else {
        "The records themselves can only be shown while the page that sent them is open."
    };
    view! {
        <h5>{format!("{} of the file", counted(all as u64, "line"))}</h5>
        <p class="hint">{told}</p>
        <ul class="lines">{rows}</ul>
        <Pager label="Lines" page=page rows=Signal::derive(move || all)/>
        {move || line.get().map(|line| view! { <RecordDetail browse=browse at=at line=line/> })}
    }
    .into_any()
}

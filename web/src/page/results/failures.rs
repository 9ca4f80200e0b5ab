use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use super::super::parts::{Choice, Field, Pager, ROWS};
use super::super::store::below_data_dir;
use super::Browse;
use super::causes::name_of;
use super::failure::FailureDetail;
use lightbeam_web::amount::{counted, grouped};
use lightbeam_web::results::Filter;

/// The id of the heading.
const HEADING: &str = "failures-heading";
/// Characters of a message in the table; the whole of it stands in the failure itself.
const SHOWN: usize = 300;
/// Most causes in the filter's list; beyond, the buttons of the causes narrow to one.
const CAUSES: usize = 200;

/// Brings the keyboard to the failures.
pub(super) fn focus() {
    let heading = document().get_element_by_id(HEADING).and_then(|heading| heading.dyn_into::<HtmlElement>().ok());
    if let Some(heading) = heading {
        let focused = heading.focus();
        debug_assert!(focused.is_ok());
    }
}

/// The failures with their filters, and the one that is looked into.
#[component]
pub(super) fn Failures(browse: Browse) -> impl IntoView {
    let results = browse.results();
    if results.failures.is_empty() {
        return ().into_any();
    }
    let rows = Signal::derive(move || browse.matching.with(|matching| matching.len()));
    let is_open = Memo::new(move |_| browse.opened.with(Option::is_some));
    let told = move || {
        let results = browse.results();
        let records: u64 = browse.matching.with(|matching| matching.iter().map(|at| results.failures[*at].count).sum());
        format!("{}, {} in all.", counted(rows.get() as u64, "kind") + " of failure", counted(records, "failed record"))
    };
    view! {
        <section class="card failures">
            <h3 id=HEADING tabindex="-1">"Failures"</h3>
            <div hidden=move || is_open.get()>
                <Filters browse=browse/>
                <p role="status">{told}</p>
                <div class="scroll" tabindex="0" role="region" aria-label="Failures">
                    <table class="dense">
                        <caption class="visually-hidden">"Failures by endpoint, status, message and file"</caption>
                        <thead>
                            <tr>
                                <th scope="col">"Endpoint"</th>
                                <th scope="col">"Status"</th>
                                <th scope="col">"Message"</th>
                                <th scope="col">"File"</th>
                                <th scope="col" class="num">"Records"</th>
                                <th scope="col"><span class="visually-hidden">"Look into it"</span></th>
                            </tr>
                        </thead>
                        <tbody>{move || table_rows(browse)}</tbody>
                    </table>
                </div>
                <Pager label="Failures" page=browse.page rows=rows/>
            </div>
            {move || browse.opened.get().map(|at| view! { <FailureDetail browse=browse at=at/> })}
        </section>
    }
    .into_any()
}

#[component]
fn Filters(browse: Browse) -> impl IntoView {
    let results = browse.results();
    let any = |word: &str| (String::new(), word.to_owned());
    let mut endpoints = vec![any("all")];
    let failing = results.resources.iter().filter(|resource| resource.failed > 0);
    endpoints.extend(failing.map(|resource| (resource.name.clone(), resource.name.clone())));
    let mut kinds = vec![any("all")];
    kinds.extend(results.kinds().into_iter().map(|kind| (kind.clone(), kind)));
    let mut causes = vec![any("all")];
    causes.extend(results.causes.iter().take(CAUSES).enumerate().map(|(at, cause)| (at.to_string(), name_of(cause))));
    let of = move |part: fn(&Filter) -> String| Signal::derive(move || browse.filter.with(part));
    let set = move |change: fn(&mut Filter, String)| {
        Callback::new(move |text: String| browse.narrow(|filter| change(filter, text)))
    };
    let cause = |filter: &Filter| filter.cause.map(|at| at.to_string()).unwrap_or_default();
    view! {
        <fieldset class="filters fields">
            <legend>"Show only"</legend>
            <Choice
                name="filter-endpoint" label="Endpoint" words=endpoints
                value=of(|filter| filter.resource.clone()) on_change=set(|filter, text| filter.resource = text)
            />
            <Choice
                name="filter-status" label="Status" words=kinds
                value=of(|filter| filter.kind.clone()) on_change=set(|filter, text| filter.kind = text)
            />
            <Choice
                name="filter-cause" label="Cause" words=causes
                value=of(cause) on_change=set(|filter, text| filter.cause = text.parse().ok())
            />
            <Field
                name="filter-text" label="Message or file holds" kind="search"
                value=of(|filter| filter.text.clone()) on_input=set(|filter, text| filter.text = text)
            />
        </fieldset>
    }
}

/// The rows of the page that is shown; never more.
fn table_rows(browse: Browse) -> impl IntoView {
    let results = browse.results();
    let matching = browse.matching.get();
    let shown = matching.iter().skip(browse.page.get() * ROWS).take(ROWS);
    let row = |at: &usize| {
        let at = *at;
        let failure = &results.failures[at];
        let mut message: String = failure.message.chars().take(SHOWN).collect();
        if message.len() < failure.message.len() {
            message.push('…');
        }
        let (resource, file) = (results.resource_of(failure), below_data_dir(&failure.file));
        let named = format!(" of {resource} in {file}, {}: {message}", results.kind_of(at));
        view! {
            <tr>
                <th scope="row">{results.resource_of(failure).to_owned()}</th>
                <td>{results.kind_of(at)}</td>
                <td class="message">{message}</td>
                <td>{below_data_dir(&failure.file).to_owned()}</td>
                <td class="num">{grouped(failure.count)}</td>
                <td>
                    <button type="button" class="small" on:click=move |_| browse.opened.set(Some(at))>
                        "Records"<span class="visually-hidden">{named}</span>
                    </button>
                </td>
            </tr>
        }
    };
    shown.map(row).collect_view()
}

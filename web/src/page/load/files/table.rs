use std::collections::HashMap;

use leptos::prelude::*;
use lightbeam_core::sort;

use super::super::super::parts::{Pager, ROWS};
use super::super::super::store::{ChosenEntry, Store, below_data_dir};
use lightbeam_web::amount::{counted, grouped, size};
use lightbeam_web::chosen_paths::assigned;
use lightbeam_web::protocol::{EndpointName, SurveyedFile};

/// The chosen files, what each is, and what is wrong with it.
#[component]
pub(super) fn FilesTable() -> impl IntoView {
    let store = Store::get();
    let page = RwSignal::new(0);
    let rows = move || {
        let found = store.survey.get().unwrap_or_default();
        let is_surveyed = store.survey.with(Option::is_some);
        let found: HashMap<String, SurveyedFile> =
            found.into_iter().map(|file| (below_data_dir(&file.path).to_owned(), file)).collect();
        let chosen = store.chosen.get();
        let first = (page.get() * ROWS).min(chosen.len());
        let shown = chosen.into_iter().skip(first).take(ROWS);
        shown.map(|entry| row(store, &entry, found.get(&entry.path), is_surveyed)).collect_view()
    };
    let is_empty = Memo::new(move |_| store.chosen.with(Vec::is_empty));
    Effect::new(move |_| {
        // Rows that were taken off may leave the page that is shown empty.
        let last = store.chosen.with(Vec::len).saturating_sub(1) / ROWS;
        if page.get_untracked() > last {
            page.set(last);
        }
    });
    view! {
        <div hidden=move || is_empty.get()>
            <p role="status">{move || totals(store)}</p>
            <p class="fair" hidden=move || store.endpoints.with(|endpoints| matches!(endpoints, Some(Ok(_))))>
                "▲ The endpoints of the API are not known yet: connect, and the files find theirs."
            </p>
            <div class="scroll" tabindex="0" role="region" aria-label="Chosen files">
                <table class="dense">
                    <caption class="visually-hidden">"Chosen files"</caption>
                    <thead>
                        <tr>
                            <th scope="col">"File"</th>
                            <th scope="col">"Endpoint"</th>
                            <th scope="col" class="num">"Records"</th>
                            <th scope="col" class="num">"Size"</th>
                            <th scope="col">"Problems"</th>
                            <th scope="col"><span class="visually-hidden">"Remove"</span></th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
            <Pager label="Chosen files" page=page rows=Signal::derive(move || store.chosen.with(Vec::len))/>
            <p class="actions">
                <button type="button" on:click=move |_| store.remove_all_files()>"Take all files off the list"</button>
            </p>
        </div>
    }
}

fn totals(store: Store) -> String {
    let files = store.chosen.with(Vec::len) as u64;
    let bytes = store.chosen.with(|chosen| chosen.iter().map(|entry| entry.bytes).sum());
    let mut text = format!("{}, {}", counted(files, "file"), size(bytes));
    match store.survey.get() {
        None => text.push_str(", being looked at …"),
        Some(found) => {
            let records: u64 =
                found.iter().filter(|file| file.endpoint.is_some()).filter_map(|file| file.records).sum();
            text.push_str(&format!(", {} for known endpoints", counted(records, "record")));
            let unknown = found.iter().filter(|file| file.endpoint.is_none()).count() as u64;
            if unknown > 0 {
                text.push_str(&format!("; {} of no known endpoint will not be sent", counted(unknown, "file")));
            }
        }
    }
    text.push('.');
    text
}

fn row(store: Store, entry: &ChosenEntry, found: Option<&SurveyedFile>, is_surveyed: bool) -> impl IntoView + use<> {
    let path = entry.path.clone();
    let endpoint = match found.map(|file| &file.endpoint) {
        Some(Some(endpoint)) => endpoint.name.clone().into_any(),
        _ if !is_surveyed => "…".into_any(),
        _ => assign(store, &path).into_any(),
    };
    let records = found.and_then(|file| file.records).map_or_else(|| "–".to_owned(), grouped);
    let problems = found.map(|file| file.problems.clone()).unwrap_or_default();
    let problems = problems.into_iter().map(|problem| view! { <p class="fair">"▲ "{problem}</p> }).collect_view();
    let taken_off = path.clone();
    view! {
        <tr>
            <th scope="row">{path.clone()}</th>
            <td>{endpoint}</td>
            <td class="num">{records}</td>
            <td class="num">{size(entry.bytes)}</td>
            <td>{problems}</td>
            <td>
                <button type="button" class="small" on:click=move |_| store.remove_file(&taken_off)>
                    "Remove"<span class="visually-hidden">" "{path}</span>
                </button>
            </td>
        </tr>
    }
}

/// A choice of the endpoint that a file belongs to.
fn assign(store: Store, path: &str) -> impl IntoView + use<> {
    let endpoints = store.endpoints.get().and_then(Result::ok).unwrap_or_default();
    let label = format!("Endpoint of {path}");
    let path = path.to_owned();
    let namespace = store.draft.with_untracked(|draft| draft.text("namespace")).unwrap_or_else(|| "ed-fi".to_owned());
    let name = |endpoint: &EndpointName| {
        if endpoint.namespace.eq_ignore_ascii_case(&namespace) {
            endpoint.name.clone()
        } else {
            format!("{}/{}", endpoint.namespace, endpoint.name)
        }
    };
    let mut options: Vec<(usize, String)> = endpoints.iter().map(name).enumerate().collect();
    sort::by(&mut options, |one, other| one.1.cmp(&other.1));
    let options =
        options.into_iter().map(|(at, name)| view! { <option value=at.to_string()>{name}</option> }).collect_view();
    let is_empty = endpoints.is_empty();
    let choose = move |value: String| {
        if let Some(endpoint) = value.parse::<usize>().ok().and_then(|at| endpoints.get(at)) {
            store.rename_file(&path, &assigned(&path, endpoint, &namespace));
        }
    };
    view! {
        <select aria-label=label disabled=is_empty on:change=move |event| choose(event_target_value(&event))>
            <option value="">{if is_empty { "not known" } else { "none: assign …" }}</option>
            {options}
        </select>
    }
}

use leptos::prelude::*;
use lightbeam_web::configuration::shareable;
use lightbeam_web::protocol::{NoticeRow, Severity};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{DragEvent, Event, File, HtmlInputElement};

use super::super::parts::id_of;
use super::super::parts::save_texts;
use super::super::store::{CONFIG_FILE, Store};

/// Longest file that is looked at, in bytes; what is longer is some other file.
const LONGEST: f64 = 1_048_576.0;

/// Opens and saves the configuration of the command line.
#[component]
pub(super) fn OpenAndSave() -> impl IntoView {
    let store = Store::get();
    let id = id_of("open-yaml");
    let chosen = move |event: Event| {
        let input: HtmlInputElement = event_target(&event);
        if let Some(file) = input.files().and_then(|files| files.get(0)) {
            take(store, file);
        }
        // The same file can be opened again.
        input.set_value("");
    };
    let save = move |_| {
        let yaml = store.draft.with_untracked(|draft| shareable(draft).to_yaml());
        save_texts(CONFIG_FILE, "application/yaml", std::iter::once(yaml));
    };
    view! {
        <p class="actions">
            <input id=id.clone() class="visually-hidden" type="file" accept=".yaml,.yml" on:change=chosen/>
            <label class="button" for=id>"Open lightbeam.yaml"</label>
            <button type="button" on:click=save>"Save lightbeam.yaml"</button>
            <span class="hint">
                "The configuration of the command line; it can also be dropped here. A saved one never holds a secret."
            </span>
        </p>
    }
}

/// Takes a configuration that was dropped.
pub(super) fn take_dropped(store: Store, event: &DragEvent) {
    event.prevent_default();
    let files = event.data_transfer().and_then(|data| data.files());
    if let Some(file) = files.and_then(|files| files.get(0)) {
        take(store, file);
    }
}

fn take(store: Store, file: File) {
    spawn_local(async move {
        match text_of(&file).await {
            Some(yaml) => store.open_configuration(&yaml),
            None => store.opened.set(vec![NoticeRow {
                severity: Severity::Error,
                text: format!("{} cannot be read as a configuration", file.name()),
                hint: Some("choose the lightbeam.yaml of the command line".to_owned()),
            }]),
        }
    });
}

async fn text_of(file: &File) -> Option<String> {
    if file.size() > LONGEST {
        return None;
    }
    JsFuture::from(file.unchecked_ref::<web_sys::Blob>().text()).await.ok()?.as_string()
}

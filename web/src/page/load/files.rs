mod gather;
mod table;

use leptos::html;
use leptos::prelude::*;
use lightbeam_web::chosen_paths::{is_hidden, relative};
use table::FilesTable;
use wasm_bindgen_futures::spawn_local;
use web_sys::{DragEvent, File};

use super::super::store::Store;
use super::StepHeading;

/// Which files.
#[component]
pub(super) fn FilesStep() -> impl IntoView {
    let store = Store::get();
    let over = RwSignal::new(false);
    let trouble = RwSignal::new(String::new());
    let files = NodeRef::<html::Input>::new();
    let folder = NodeRef::<html::Input>::new();
    Effect::new(move |_| {
        if let Some(folder) = folder.get() {
            let set = folder.set_attribute("webkitdirectory", "");
            debug_assert!(set.is_ok());
        }
    });
    let take = move |input: NodeRef<html::Input>| {
        if let Some(input) = input.get_untracked() {
            add(store, gather::of_input(&input));
            // The same files may be chosen again after they were taken off the list.
            input.set_value("");
        }
    };
    let open = move |input: NodeRef<html::Input>| {
        if let Some(input) = input.get_untracked() {
            input.click();
        }
    };
    let drop = move |event: DragEvent| {
        event.prevent_default();
        over.set(false);
        trouble.set(String::new());
        let dropped = gather::entries(&event);
        spawn_local(async move {
            match gather::of_entries(dropped).await {
                Ok(files) => add(store, files),
                Err(why) => trouble.set(why),
            }
        });
    };
    view! {
        <section class="card">
            <StepHeading text="Choose files"/>
            <div
                class="drop"
                class:over=move || over.get()
                on:dragover=move |event| {
                    event.prevent_default();
                    over.set(true);
                }
                on:dragleave=move |_| over.set(false)
                on:drop=drop
            >
                <p>"Drop files or folders here, or choose them:"</p>
                <p class="actions">
                    <button type="button" class="primary" on:click=move |_| open(files)>"Choose files"</button>
                    <button type="button" on:click=move |_| open(folder)>"Choose folder"</button>
                </p>
                <input id="choose-files" type="file" multiple=true hidden=true aria-label="Files" node_ref=files on:change=move |_| take(files)/>
                <input id="choose-folder" type="file" multiple=true hidden=true aria-label="Folder" node_ref=folder on:change=move |_| take(folder)/>
                <p class="hint">
                    "JSONL, one record a line, also packed (.gz). A file belongs to the endpoint that it, or its folder, is named after: students.jsonl, students/part1.jsonl. The files stay on this computer."
                </p>
            </div>
            <p class="wrong" role="alert">{move || trouble.get()}</p>
            <FilesTable/>
        </section>
    }
}

/// Adds files below the folders that they have in common.
fn add(store: Store, files: Vec<(String, File)>) {
    let files: Vec<(String, File)> = files.into_iter().filter(|(path, _)| !is_hidden(path)).collect();
    if files.is_empty() {
        return;
    }
    let endpoints = store.endpoints.get_untracked().and_then(Result::ok).unwrap_or_default();
    let paths: Vec<String> = files.iter().map(|(path, _)| path.clone()).collect();
    let paths = relative(&paths, &endpoints);
    store.add_files(paths.into_iter().zip(files).map(|(path, (_, file))| (path, file)).collect());
}

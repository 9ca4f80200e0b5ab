use js_sys::{Function, Object, Promise, Reflect};
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};

use super::super::store::Store;

/// Where files go: to be downloaded, or straight into a folder, where the browser can open one.
#[component]
pub(super) fn FolderChoice() -> impl IntoView {
    let folder = Store::get().folder;
    let told = RwSignal::new(String::new());
    let name = move || folder.with(|folder| folder.as_ref().map(name_of));
    let choose = move |_| {
        told.set(String::new());
        let Some(asked) = ask() else { return };
        spawn_local(async move {
            match JsFuture::from(asked).await {
                Ok(handle) => folder.set(Some(handle)),
                // Somebody thought better of it.
                Err(error) if text(&error, "name") == "AbortError" => {}
                Err(error) => told.set(format!("The folder cannot be used: {}", text(&error, "message"))),
            }
        });
    };
    picker().is_some().then(|| {
        view! {
            <fieldset>
                <legend>"Where the files go"</legend>
                <p>
                    {move || match name() {
                        Some(name) => format!(
                            "Straight into the folder {name}, while they come in. Files of the same names there are replaced."
                        ),
                        None => "They stay in this browser until you download them.".to_owned(),
                    }}
                </p>
                <p class="actions">
                    <button type="button" on:click=choose>"Save straight into a folder …"</button>
                    <button type="button" hidden=move || name().is_none() on:click=move |_| folder.set(None)>
                        "Do not use the folder"
                    </button>
                    <span class="wrong" role="status">{move || told.get()}</span>
                </p>
            </fieldset>
        }
    })
}

/// The browser's way to let the user open a folder; few have it.
fn picker() -> Option<Function> {
    let picker = Reflect::get(&js_sys::global(), &JsValue::from_str("showDirectoryPicker")).ok()?;
    picker.dyn_into().ok()
}

fn ask() -> Option<Promise> {
    let options = Object::new();
    for (name, value) in [("mode", "readwrite"), ("id", "lightbeam")] {
        Reflect::set(&options, &JsValue::from_str(name), &JsValue::from_str(value)).ok()?;
    }
    picker()?.call1(&js_sys::global(), &options).ok()?.dyn_into().ok()
}

fn name_of(handle: &JsValue) -> String {
    text(handle, "name")
}

fn text(of: &JsValue, name: &str) -> String {
    let member = Reflect::get(of, &JsValue::from_str(name)).ok();
    member.and_then(|member| member.as_string()).unwrap_or_default()
}

use js_sys::{Function, Promise, Reflect};
use leptos::prelude::*;
use lightbeam_web::diagnostics::{Facts, report};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};

use super::super::store::Store;

/// Shows and copies what helps whoever looks for a fault.
#[component]
pub(super) fn Diagnostics() -> impl IntoView {
    let store = Store::get();
    let text = RwSignal::new(None::<String>);
    let outcome = RwSignal::new("");
    let copy = move |_| {
        let report = collect(store);
        text.set(Some(report.clone()));
        outcome.set("");
        spawn_local(async move {
            let copied = copy_text(&report).await.is_some();
            outcome.set(if copied {
                "Copied."
            } else {
                "This browser did not let the page copy it: mark the text and copy it."
            });
        });
    };
    view! {
        <p class="actions">
            <button type="button" on:click=copy>"Copy diagnostics"</button>
            <span class="hint">"Versions, browser, keys that are set, the last test of the connection: no secrets, no data."</span>
        </p>
        <p role="status" class="hint">{move || outcome.get()}</p>
        {move || text.get().map(|text| view! { <pre tabindex="0" role="region" aria-label="Diagnostics">{text}</pre> })}
    }
}

fn collect(store: Store) -> String {
    let navigator = window().navigator();
    let has =
        |name: &str| if Reflect::has(&navigator, &JsValue::from_str(name)).unwrap_or(false) { "yes" } else { "no" };
    let mut browser = vec![
        ("browser", navigator.user_agent().unwrap_or_default()),
        ("language", navigator.language().unwrap_or_default()),
        ("page over", location().protocol().unwrap_or_default()),
        ("secure context", window().is_secure_context().to_string()),
        ("online", navigator.on_line().to_string()),
    ];
    browser.extend(
        [
            ("service worker", "serviceWorker"),
            ("locks", "locks"),
            ("storage manager", "storage"),
            ("wake lock", "wakeLock"),
        ]
        .map(|(what, name)| (what, has(name).to_owned())),
    );
    if let Some(run) = store.active.get_untracked() {
        let line = run.snapshot.with_untracked(|snapshot| snapshot.line.clone());
        browser.push(("run", line));
    }
    let chosen = store.chosen.get_untracked();
    let checks = store.checks.get_untracked();
    let variables = store.variables.get_untracked();
    report(&Facts {
        browser,
        keys: store.draft.with_untracked(|draft| draft.given().into_iter().map(|(key, _)| key).collect()),
        files: (chosen.len(), chosen.iter().map(|entry| entry.bytes).sum()),
        checks: checks.as_deref(),
        typed: variables.values().collect(),
    })
}

/// `None` where the browser has no clipboard for this page, or its user said no.
async fn copy_text(text: &str) -> Option<()> {
    let clipboard = Reflect::get(&window().navigator(), &JsValue::from_str("clipboard")).ok()?;
    let write: Function = Reflect::get(&clipboard, &JsValue::from_str("writeText")).ok()?.dyn_into().ok()?;
    let asked: Promise = write.call1(&clipboard, &JsValue::from_str(text)).ok()?.dyn_into().ok()?;
    JsFuture::from(asked).await.ok().map(drop)
}

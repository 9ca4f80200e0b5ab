//! The frame of the page.

mod diagnostics;
mod focus;
mod foot;
mod leaving;
mod theme;
mod title;
mod update;
mod wake_lock;

use leptos::ev;
use leptos::prelude::*;

use super::connect::ConnectionLine;
use super::history::{History, Interrupted};
use super::load::Load;
use super::parts::Question;
use super::read::Read;
use super::remove::Remove;
use super::store::{Area, Store};
use foot::Foot;
use theme::ThemeChoice;
use update::UpdateNote;

/// The areas with the words on their buttons.
const AREAS: [(Area, &str); 4] =
    [(Area::Load, "Load"), (Area::Read, "Read"), (Area::Remove, "Remove"), (Area::History, "History")];

/// The frame of the page.
#[component]
pub(super) fn App() -> impl IntoView {
    let store = Store::new();
    provide_context(store);
    store.keep();
    store.forget_outdated();
    title::follow(store);
    focus::follow(store);
    leaving::warn(store);
    wake_lock::follow(store);
    keep_dropped_files_out();
    let tab = move |(area, label): (Area, &'static str)| {
        view! {
            <button
                type="button"
                class="tab"
                class:danger=area == Area::Remove
                aria-current=move || (store.area.get() == area).then_some("page")
                on:click=move |_| store.area.set(area)
            >
                {label}
            </button>
        }
    };
    view! {
        <a class="skip" href="#main">"Skip to the content"</a>
        <header class="top">
            <p class="brand">"lightbeam"</p>
            <nav aria-label="Areas">{AREAS.map(tab)}</nav>
            <ConnectionLine/>
            <ThemeChoice/>
        </header>
        <UpdateNote/>
        <Interrupted/>
        <main id="main" tabindex="-1">
            {move || match store.area.get() {
                Area::Load => view! { <Load/> }.into_any(),
                Area::Read => view! { <Read/> }.into_any(),
                Area::Remove => view! { <Remove/> }.into_any(),
                Area::History => view! { <History/> }.into_any(),
            }}
        </main>
        <Foot/>
        <Question/>
    }
}

/// A file that misses its place would be opened by the browser instead of the page.
fn keep_dropped_files_out() {
    // Both listen as long as the page lives.
    let _ = window_event_listener(ev::dragover, |event| event.prevent_default());
    let _ = window_event_listener(ev::drop, |event| event.prevent_default());
}

use leptos::prelude::*;

use super::connect::ConnectionLine;
use super::history::History;
use super::load::Load;
use super::read::Read;
use super::remove::Remove;
use super::store::{Area, Store};

/// The areas with the words on their buttons.
const AREAS: [(Area, &str); 4] =
    [(Area::Load, "Load"), (Area::Read, "Read"), (Area::Remove, "Remove"), (Area::History, "History")];

/// The frame of the page.
#[component]
pub(super) fn App() -> impl IntoView {
    let store = Store::new();
    provide_context(store);
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
        </header>
        <main id="main" tabindex="-1">
            {move || match store.area.get() {
                Area::Load => view! { <Load/> }.into_any(),
                Area::Read => view! { <Read/> }.into_any(),
                Area::Remove => view! { <Remove/> }.into_any(),
                Area::History => view! { <History/> }.into_any(),
            }}
        </main>
        <footer class="foot">
            <p>
                "Your files stay on this computer. The only server this page talks to is the Ed-Fi API you enter."
            </p>
        </footer>
    }
}

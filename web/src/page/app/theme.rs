use leptos::prelude::*;
use web_sys::Storage;

/// Where the choice is kept in this browser.
const KEY: &str = "lightbeam-theme";

/// Light, dark, or as the system is set.
#[component]
pub(super) fn ThemeChoice() -> impl IntoView {
    let stored = storage().and_then(|storage| storage.get_item(KEY).ok().flatten());
    let theme = RwSignal::new(stored.filter(|theme| theme == "light" || theme == "dark").unwrap_or_default());
    Effect::new(move |_| {
        let Some(root) = document().document_element() else { return };
        // A browser that keeps nothing for the page shows the theme all the same.
        let _ = theme.with(|theme| match theme.as_str() {
            "" => root.remove_attribute("data-theme"),
            theme => root.set_attribute("data-theme", theme),
        });
    });
    let choose = move |event| {
        let chosen = event_target_value(&event);
        if let Some(storage) = storage() {
            let _ = if chosen.is_empty() { storage.remove_item(KEY) } else { storage.set_item(KEY, &chosen) };
        }
        theme.set(chosen);
    };
    let option = move |(word, shown): (&'static str, &'static str)| {
        view! { <option value=word selected=move || theme.with(|theme| theme == word)>{shown}</option> }
    };
    view! {
        <div class="theme">
            <label class="visually-hidden" for="theme">"Colours"</label>
            <select id="theme" on:change=choose>
                {[("", "Colours: system"), ("light", "Colours: light"), ("dark", "Colours: dark")].map(option)}
            </select>
        </div>
    }
}

/// Absent where the browser keeps nothing for pages.
fn storage() -> Option<Storage> {
    window().local_storage().ok().flatten()
}

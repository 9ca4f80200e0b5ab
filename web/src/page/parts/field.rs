use leptos::prelude::*;
use lightbeam_core::config::{KEYS, Wants};

use super::super::store::Store;

/// An id for an element, made of a name; every field has its own name.
fn id_of(name: &str) -> String {
    let safe = |c: char| if c.is_ascii_alphanumeric() { c } else { '-' };
    format!("field-{}", name.chars().map(safe).collect::<String>())
}

/// A line of text with its label and a hint below.
#[component]
pub(in super::super) fn Field(
    /// A name that no other field of the page has.
    #[prop(into)]
    name: String,
    /// The words before it.
    #[prop(into)]
    label: String,
    /// What it is for, in a sentence; may be empty.
    #[prop(into, optional)]
    hint: String,
    /// `text`, `password`, `number`, `url` …
    #[prop(default = "text")]
    kind: &'static str,
    /// What stands there greyed while it is empty.
    #[prop(into, optional)]
    placeholder: String,
    /// What it says.
    #[prop(into)]
    value: Signal<String>,
    /// What is done with what was typed.
    on_input: Callback<String>,
    /// What is wrong with it; empty for nothing.
    #[prop(into, optional)]
    wrong: Signal<String>,
) -> impl IntoView {
    let id = id_of(&name);
    let hint_id = format!("{id}-hint");
    let wrong_id = format!("{id}-wrong");
    let described = format!("{hint_id} {wrong_id}");
    // The user's own password manager may fill a secret in; nothing else is remembered.
    let autocomplete = if kind == "password" { "current-password" } else { "off" };
    view! {
        <div class="field">
            <label for=id.clone()>{label}</label>
            <input
                id=id
                name=name
                type=kind
                placeholder=placeholder
                autocomplete=autocomplete
                autocapitalize="off"
                spellcheck="false"
                aria-describedby=described
                aria-invalid=move || (!wrong.get().is_empty()).then_some("true")
                prop:value=move || value.get()
                on:input=move |event| on_input.run(event_target_value(&event))
            />
            <p class="wrong" id=wrong_id>{move || wrong.get()}</p>
            <p class="hint" id=hint_id>{hint}</p>
        </div>
    }
}

/// A box to tick.
#[component]
pub(in super::super) fn Switch(
    #[prop(into)] name: String,
    #[prop(into)] label: String,
    #[prop(into, optional)] hint: String,
    #[prop(into)] value: Signal<bool>,
    on_change: Callback<bool>,
) -> impl IntoView {
    let id = id_of(&name);
    let hint_id = format!("{id}-hint");
    view! {
        <div class="field switch">
            <input
                id=id.clone()
                name=name
                type="checkbox"
                aria-describedby=hint_id.clone()
                prop:checked=move || value.get()
                on:change=move |event| on_change.run(event_target_checked(&event))
            />
            <label for=id>{label}</label>
            <p class="hint" id=hint_id>{hint}</p>
        </div>
    }
}

/// One of several words; the first of `words` with an empty value stands for the default.
#[component]
pub(in super::super) fn Choice(
    #[prop(into)] name: String,
    #[prop(into)] label: String,
    #[prop(into, optional)] hint: String,
    /// Values and what people read.
    words: Vec<(String, String)>,
    #[prop(into)] value: Signal<String>,
    on_change: Callback<String>,
) -> impl IntoView {
    let id = id_of(&name);
    let hint_id = format!("{id}-hint");
    let options = words.into_iter().map(|(word, shown)| {
        let this = word.clone();
        view! { <option value=word selected=move || value.get().eq_ignore_ascii_case(&this)>{shown}</option> }
    });
    view! {
        <div class="field">
            <label for=id.clone()>{label}</label>
            <select
                id=id
                name=name
                aria-describedby=hint_id.clone()
                on:change=move |event| on_change.run(event_target_value(&event))
            >
                {options.collect_view()}
            </select>
            <p class="hint" id=hint_id>{hint}</p>
        </div>
    }
}

/// A key of the configuration, as the field that it wants.
#[component]
pub(in super::super) fn Setting(
    /// The dotted key.
    path: &'static str,
    /// The words before it; empty: the key itself.
    #[prop(into, optional)]
    label: String,
    /// More than the key's own meaning; empty: that.
    #[prop(into, optional)]
    hint: String,
) -> impl IntoView {
    let store = Store::get();
    let key = KEYS.iter().find(|key| key.path == path).expect("the page names keys that there are");
    let label = if label.is_empty() { path.to_owned() } else { label };
    let hint = if hint.is_empty() { key.meaning.to_owned() } else { hint };
    let value = Signal::derive(move || store.draft.with(|draft| draft.text(path)).unwrap_or_default());
    let set = Callback::new(move |text: String| store.draft.update(|draft| draft.set(path, &text)));
    let words = |words: &[&str]| {
        let default = if key.default.is_empty() { "not set".to_owned() } else { format!("default: {}", key.default) };
        let mut all = vec![(String::new(), default)];
        all.extend(words.iter().map(|word| ((*word).to_owned(), (*word).to_owned())));
        all
    };
    match key.wants {
        Wants::Switch => {
            let words = words(&["true", "false"]);
            view! { <Choice name=path label=label hint=hint words=words value=value on_change=set/> }.into_any()
        }
        Wants::Choice(choices) => {
            let words = words(choices);
            view! { <Choice name=path label=label hint=hint words=words value=value on_change=set/> }.into_any()
        }
        _ => view! { <Field name=path label=label hint=hint placeholder=key.default value=value on_input=set/> }
            .into_any(),
    }
}

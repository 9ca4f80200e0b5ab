use leptos::prelude::*;
use lightbeam_core::config::{KEYS, Wants};

use super::super::store::Store;

/// A part of the page whose fields may stand in another part too: part of their ids. Given by
/// [`leptos::context::Provider`].
#[derive(Debug, Clone, Copy)]
pub(in super::super) struct FieldScope(pub(in super::super) &'static str);

/// An id for an element, made of a name; every field of a scope has its own name.
pub(in super::super) fn id_of(name: &str) -> String {
    let scope = use_context::<FieldScope>().map_or("field", |scope| scope.0);
    let safe = |c: char| if c.is_ascii_alphanumeric() { c } else { '-' };
    format!("{}-{}", scope.chars().map(safe).collect::<String>(), name.chars().map(safe).collect::<String>())
}

/// A line of text with its label and a hint below.
#[component]
pub(in super::super) fn Field(
    /// A name that no other field of the scope has.
    #[prop(into)]
    name: String,
    /// The words before it.
    #[prop(into)]
    label: String,
    /// What it is for, in a sentence; may be empty.
    #[prop(into, optional)]
    hint: Signal<String>,
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
    /// What is wrong with it; empty for nothing. Told once the field is left, not in the middle of the first word.
    #[prop(into, optional)]
    wrong: Signal<String>,
    /// What a password manager may fill in.
    #[prop(default = "off")]
    autocomplete: &'static str,
) -> impl IntoView {
    let id = id_of(&name);
    let hint_id = format!("{id}-hint");
    let wrong_id = format!("{id}-wrong");
    let described = format!("{hint_id} {wrong_id}");
    // What is being typed stands as it was typed, however the value is written once it was taken in.
    let typed = RwSignal::new(None::<String>);
    let quiet = RwSignal::new(false);
    // A field that is taken away while it has the focus is left too, when its signals are gone already.
    let left = move || {
        let _ = typed.try_set(None);
        let _ = quiet.try_set(false);
    };
    // Password managers, and whatever else fills fields in, may tell of a change only.
    let changed = move |text: String| {
        let untyped = typed.try_with_untracked(Option::is_none).unwrap_or(false);
        if untyped && value.try_with_untracked(|value| *value != text).unwrap_or(false) {
            on_input.run(text);
        }
        left();
    };
    let told = Memo::new(move |_| if quiet.get() { String::new() } else { wrong.get() });
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
                aria-invalid=move || (!told.get().is_empty()).then_some("true")
                prop:value=move || typed.get().unwrap_or_else(|| value.get())
                on:input=move |event| {
                    // What was wrong before is told on, until it is right.
                    quiet.set(told.with_untracked(String::is_empty));
                    let text = event_target_value(&event);
                    typed.set(Some(text.clone()));
                    on_input.run(text);
                }
                on:change=move |event| changed(event_target_value(&event))
                on:blur=move |_| left()
            />
            <p class="wrong" id=wrong_id>{move || told.get()}</p>
            <p class="hint" id=hint_id>{move || hint.get()}</p>
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
        _ => {
            let wrong = Signal::derive(move || store.problem(path));
            view! {
                <Field name=path label=label hint=hint placeholder=key.default value=value on_input=set wrong=wrong/>
            }
            .into_any()
        }
    }
}

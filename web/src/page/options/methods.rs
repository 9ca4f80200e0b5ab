use leptos::prelude::*;

use super::super::parts::{Switch, id_of};
use super::super::store::Store;

/// The key that holds the list.
const KEY: &str = "validate.methods";

/// Methods with what they look at; the first three are the default.
const METHODS: [(&str, &str, &str); 4] = [
    ("schema", "Form (schema)", "Types, lengths and required properties; on this computer."),
    ("descriptors", "Descriptor values (descriptors)", "Asks the API once for its descriptors."),
    ("uniqueness", "Duplicates (uniqueness)", "Two records with one natural key; on this computer."),
    (
        "references",
        "References (references)",
        "Whether what records refer to exists; may ask the API for each of them.",
    ),
];
const DEFAULT: [&str; 3] = ["schema", "descriptors", "uniqueness"];

/// Whether a list, which may be absent or mean all, holds a method.
fn holds(list: Option<&str>, method: &str) -> bool {
    match list {
        None => DEFAULT.contains(&method),
        Some(list) => list
            .split(',')
            .map(str::trim)
            .any(|word| word == "*" || word.eq_ignore_ascii_case("all") || word.eq_ignore_ascii_case(method)),
    }
}

/// Which checks are made.
#[component]
pub(super) fn Methods() -> impl IntoView {
    let store = Store::get();
    let list = move || store.draft.with(|draft| draft.text(KEY));
    let set = move |method: &str, on: bool| {
        let before = store.draft.with_untracked(|draft| draft.text(KEY));
        let wanted: Vec<&str> = METHODS
            .iter()
            .map(|(word, ..)| *word)
            .filter(|word| if *word == method { on } else { holds(before.as_deref(), word) })
            .collect();
        // An absent list is the default; that records are JSON is checked whatever the list says.
        let text = if wanted == DEFAULT {
            String::new()
        } else if wanted.is_empty() {
            "json".to_owned()
        } else {
            wanted.join(", ")
        };
        store.draft.update(|draft| draft.set(KEY, &text));
    };
    let wrong_id = id_of("methods-wrong");
    let described = wrong_id.clone();
    let boxes = METHODS.map(|(word, label, hint)| {
        let value = Signal::derive(move || holds(list().as_deref(), word));
        let on_change = Callback::new(move |on| set(word, on));
        view! { <Switch name=format!("method-{word}") label=label hint=hint value=value on_change=on_change/> }
    });
    view! {
        <fieldset aria-describedby=described>
            <legend>"Checks"</legend>
            <div class="fields">{boxes}</div>
            <p class="wrong" id=wrong_id>{move || store.problem(KEY)}</p>
        </fieldset>
    }
}

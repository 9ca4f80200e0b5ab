use leptos::prelude::*;
use lightbeam_core::invocation::Command;

use super::super::parts::{RunPanel, Switch};
use super::super::store::{Purpose, Store};
use super::{ResultsOf, Start, StepHeading};
use crate::results::counted;

/// The key of the checks to make.
const METHODS: &str = "validate.methods";
/// The checks with what each does, and whether it is made by default.
const ALL: [(&str, &str, bool); 4] = [
    ("schema", "types, lengths, formats and what is required; on this computer", true),
    ("uniqueness", "no two records with the same natural key; on this computer", true),
    ("descriptors", "are the values known? Asks the API for its descriptor values", true),
    ("references", "does what the records refer to exist? Looks into your files, then asks the API", false),
];

/// Validation.
#[component]
pub(super) fn CheckStep() -> impl IntoView {
    let store = Store::get();
    let begin = Callback::new(move |()| {
        let mut invocation = store.invocation();
        invocation.command = Command::Validate;
        store.begin_load(Purpose::Check, invocation);
    });
    let label = move || format!("Check {}", counted(store.chosen.with(Vec::len) as u64, "file"));
    view! {
        <section class="card">
            <StepHeading text="Check"/>
            <p>
                "Nothing is sent in this step. The API is asked for its description, by which the records are checked; records do not leave this computer."
            </p>
            <fieldset>
                <legend>"Checks"</legend>
                {ALL.map(|(method, hint, _)| view! { <Method method=method hint=hint/> })}
            </fieldset>
            <Start label=Signal::derive(label) on_start=begin/>
            <Outdated purpose=Purpose::Check/>
            <RunPanel purpose=Purpose::Check/>
        </section>
        <ResultsOf purpose=Purpose::Check/>
    }
}

/// One check.
#[component]
fn Method(method: &'static str, hint: &'static str) -> impl IntoView {
    let store = Store::get();
    let value = Signal::derive(move || store.draft.with(|draft| wanted(draft.text(METHODS))).contains(&method));
    let change = Callback::new(move |on: bool| {
        store.draft.update(|draft| {
            let mut methods = wanted(draft.text(METHODS));
            methods.retain(|known| *known != method);
            if on {
                methods.push(method);
            }
            draft.set(METHODS, &methods.join(", "));
        });
    });
    view! { <Switch name=format!("check-{method}") label=method hint=hint value=value on_change=change/> }
}

/// The checks that a configuration asks for.
fn wanted(text: Option<String>) -> Vec<&'static str> {
    let Some(text) = text else {
        return ALL.iter().filter(|(_, _, by_default)| *by_default).map(|(method, ..)| *method).collect();
    };
    let asked =
        |method: &str| text.split(',').map(str::trim).any(|word| word == "*" || word.eq_ignore_ascii_case(method));
    ALL.iter().map(|(method, ..)| *method).filter(|method| asked(method)).collect()
}

/// Says so when files or settings have changed since the last run for a purpose.
#[component]
pub(super) fn Outdated(purpose: Purpose) -> impl IntoView {
    let store = Store::get();
    let shown =
        Memo::new(move |_| store.is_outdated(purpose) && store.last(purpose).is_some_and(|run| !run.is_going()));
    view! {
        <p class="fair" role="status">
            {move || shown.get().then_some("▲ Files or settings have changed since; what stands below is of before.")}
        </p>
    }
}

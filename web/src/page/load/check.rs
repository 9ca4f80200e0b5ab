use leptos::prelude::*;
use lightbeam_core::invocation::Command;

use super::super::options::Options;
use super::super::parts::RunPanel;
use super::super::store::{Purpose, Store};
use super::{ResultsOf, Start, StepHeading};
use lightbeam_web::amount::counted;

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
                "Nothing is sent in this step. The API is asked for its description, by which the records are checked; for descriptors and references it is asked which values and records it has. The records themselves do not leave this computer."
            </p>
            <Options command=Command::Validate/>
            <Start label=Signal::derive(label) on_start=begin/>
            <Outdated purpose=Purpose::Check/>
            <RunPanel purpose=Purpose::Check/>
        </section>
        <ResultsOf purpose=Purpose::Check/>
    }
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

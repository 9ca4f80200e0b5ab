use leptos::prelude::*;

use super::super::results::ResultsView;
use super::super::store::{Purpose, RunState, Step, Store};
use super::StepHeading;

/// What became of the records.
#[component]
pub(super) fn ResultsStep() -> impl IntoView {
    let store = Store::get();
    let state = Memo::new(move |_| match store.last(Purpose::Send) {
        None => "Nothing was sent from this page yet.",
        Some(run) => run.state.with(|state| match state {
            RunState::Going => "Records are being sent; the results come when that has ended.",
            RunState::Lost(_) => {
                "The run broke off before it could tell its results. Send again: what was accepted is passed over."
            }
            RunState::Ended(end) if end.results.is_none() => "The work never began; the step Send tells why.",
            RunState::Ended(_) => "",
        }),
    });
    view! {
        <StepHeading text="Results"/>
        <section class="card" hidden=move || state.get().is_empty()>
            <p>{move || state.get()}</p>
            <p class="actions">
                <button type="button" on:click=move |_| store.load.go(Step::Send)>"Go to Send"</button>
            </p>
        </section>
        <ResultsOf purpose=Purpose::Send/>
    }
}

/// The results of the last run for a purpose, once it has ended.
#[component]
pub(super) fn ResultsOf(purpose: Purpose) -> impl IntoView {
    let store = Store::get();
    let ended = Memo::new(move |_| {
        store.last(purpose).filter(|run| run.state.with(|state| matches!(state, RunState::Ended(_)))).map(|run| run.id)
    });
    move || {
        ended.get()?;
        let run = untrack(|| store.last(purpose))?;
        let text = run.state.with_untracked(|state| match state {
            RunState::Ended(end) => end.results.clone(),
            RunState::Going | RunState::Lost(_) => None,
        })?;
        Some(view! { <ResultsView text=text run=Some(run)/> })
    }
}

use leptos::prelude::*;

use super::super::options::Options;
use super::super::parts::{RunPanel, Switch};
use super::super::store::{Purpose, RunState, Step, Store};
use super::plan::what_sending_does;
use super::{Start, StepHeading};

/// Sending.
#[component]
pub(super) fn SendStep() -> impl IntoView {
    let store = Store::get();
    let has_ended = Memo::new(move |_| {
        store.last(Purpose::Send).is_some_and(|run| run.state.with(|state| matches!(state, RunState::Ended(_))))
    });
    view! {
        <section class="card">
            <StepHeading text="Send"/>
            <ValidateFirst/>
            <details>
                <summary>"Options of sending"</summary>
                {move || view! { <Options command=store.load.command()/> }}
            </details>
            <Start label=Signal::derive(move || what_sending_does(store)) on_start=Callback::new(move |()| begin(store))/>
            <RunPanel purpose=Purpose::Send/>
            <p class="actions" hidden=move || !has_ended.get()>
                <button type="button" class="primary" on:click=move |_| store.load.go(Step::Results)>
                    "See the results"
                </button>
            </p>
        </section>
    }
}

/// Whether records are checked before they are sent; the plan and the send go by it.
#[component]
pub(super) fn ValidateFirst() -> impl IntoView {
    let chosen = Store::get().load.validate_first;
    view! {
        <Switch
            name="validate-first"
            label="Send only what passes the checks"
            hint="The records are checked as chosen in the step Check; those with a finding are not sent. This is validate+send of the command line."
            value=Signal::derive(move || chosen.get())
            on_change=Callback::new(move |on| chosen.set(on))
        />
    }
}

/// Begins to send what is chosen.
pub(super) fn begin(store: Store) {
    let mut invocation = store.invocation();
    invocation.command = untrack(|| store.load.command());
    store.begin_load(Purpose::Send, invocation);
}

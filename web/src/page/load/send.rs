use leptos::prelude::*;
use lightbeam_core::invocation::Command;

use super::super::options::Options;
use super::super::parts::{RunPanel, Switch};
use super::super::store::{Purpose, RunState, Step, Store};
use super::plan::what_sending_does;
use super::{Start, StepHeading};

/// Sending.
#[component]
pub(super) fn SendStep() -> impl IntoView {
    let store = Store::get();
    let validate_first = store.load.validate_first;
    let has_ended = Memo::new(move |_| {
        store.last(Purpose::Send).is_some_and(|run| run.state.with(|state| matches!(state, RunState::Ended(_))))
    });
    view! {
        <section class="card">
            <StepHeading text="Send"/>
            <Switch
                name="validate-first"
                label="Send only what passes the checks"
                hint="The records are checked as chosen in the step Check; those with a finding are not sent. This is validate+send of the command line."
                value=Signal::derive(move || validate_first.get())
                on_change=Callback::new(move |on| validate_first.set(on))
            />
            <details>
                <summary>"Options of sending"</summary>
                {move || {
                    let command = if validate_first.get() { Command::ValidateSend } else { Command::Send };
                    view! { <Options command=command/> }
                }}
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

/// Begins to send what is chosen.
pub(super) fn begin(store: Store) {
    let mut invocation = store.invocation();
    invocation.command = if store.load.validate_first.get_untracked() { Command::ValidateSend } else { Command::Send };
    store.begin_load(Purpose::Send, invocation);
}

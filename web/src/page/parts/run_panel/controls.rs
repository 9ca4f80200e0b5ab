use leptos::prelude::*;

use super::super::super::store::{Purpose, Run, Store};
use crate::protocol::Want;

/// Pause, resume, stop, and the word for what was asked for.
#[component]
pub(super) fn Controls(run: Run, going: Memo<bool>) -> impl IntoView {
    let store = Store::get();
    let (wanted, snapshot) = (run.wanted.clone(), run.snapshot.clone());
    let in_flight = Memo::new(move |_| snapshot.with(|snapshot| snapshot.in_flight));
    let word = {
        let wanted = wanted.clone();
        move || match (wanted.get(), in_flight.get()) {
            (Want::Run, _) => String::new(),
            (Want::Pause, 0) => "Paused: nothing is sent until you resume.".to_owned(),
            (Want::Pause, left) => format!("Pausing: {left} still in flight."),
            (Want::Stop, left) => format!("Stopping: {left} still in flight."),
        }
    };
    let label = {
        let wanted = wanted.clone();
        move || if wanted.get() == Want::Pause { "Resume" } else { "Pause" }
    };
    let stopping = {
        let wanted = wanted.clone();
        move || wanted.get() == Want::Stop
    };
    let is_stopping = stopping.clone();
    let toggled = run.clone();
    let toggle = move |_| {
        let what = if toggled.wanted.get_untracked() == Want::Pause { Want::Run } else { Want::Pause };
        store.want(&toggled, what);
    };
    let stop = move |_| store.want(&run, Want::Stop);
    view! {
        <div class="controls" hidden=move || !going.get()>
            <button type="button" disabled=stopping on:click=toggle>{label}</button>
            <button type="button" disabled=is_stopping on:click=stop>"Stop after what is in flight"</button>
            <strong class="word">{word}</strong>
        </div>
    }
}

/// What the run asks, with the answers. Removals have a confirmation of their own.
#[component]
pub(super) fn Question(run: Run) -> impl IntoView {
    let store = Store::get();
    move || {
        if run.purpose == Purpose::Removal {
            return None;
        }
        let text = run.question.get()?;
        let (yes, no) = (run.clone(), run.clone());
        Some(view! {
            <div class="card question" role="alert">
                <p class="preformatted">{text}</p>
                <p class="actions">
                    <button type="button" class="primary" on:click=move |_| store.answer(&yes, true)>"Go on"</button>
                    <button type="button" on:click=move |_| store.answer(&no, false)>"Do nothing"</button>
                </p>
            </div>
        })
    }
}

use leptos::prelude::*;
use lightbeam_web::protocol::Want;

use super::super::super::store::{Run, Store};

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

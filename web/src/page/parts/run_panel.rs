mod causes;
mod controls;
mod endpoints;
mod outcome;

use causes::CausesSoFar;
use controls::Controls;
use endpoints::Endpoints;
use leptos::prelude::*;
use outcome::Outcome;

use super::super::store::{Purpose, Run, RunState, Store};
use super::{Announcer, Notices};
use lightbeam_web::amount::counted;
use lightbeam_web::protocol::Snapshot;

/// How the last run of a purpose goes: bar, numbers, endpoints, controls, messages. Shows nothing before there is one.
#[component]
pub(in super::super) fn RunPanel(purpose: Purpose) -> impl IntoView {
    let store = Store::get();
    let latest = Memo::new(move |_| store.last(purpose).map(|run| run.id));
    move || {
        latest.get()?;
        let run = untrack(|| store.last(purpose))?;
        Some(view! { <Panel run=run/> })
    }
}

#[component]
fn Panel(run: Run) -> impl IntoView {
    let snapshot = run.snapshot.clone();
    let percent = Memo::new(move |_| snapshot.with(|snapshot| snapshot.percent));
    let going = {
        let run = run.clone();
        Memo::new(move |_| run.is_going())
    };
    let snapshot = run.snapshot.clone();
    let line = Memo::new(move |_| snapshot.with(|snapshot| snapshot.line.clone()));
    let snapshot = run.snapshot.clone();
    let numbers = Memo::new(move |_| snapshot.with(numbers));
    let notices = run.notices.clone();
    // A dry run makes nothing of any record; what it found is shown apart.
    let is_dry = run.invocation.dry_run;
    let name = run.invocation.command.name();
    // Where a removal stands below its dry run, both are landmarks, which must be told apart.
    let label = if is_dry { format!("Progress of the dry run of {name}") } else { format!("Progress of {name}") };
    let bar = move || {
        let percent = percent.get();
        let going = going.get();
        going.then(|| view! { <progress aria-label="Progress of the run" max="100" value=percent.map(|percent| percent.to_string())></progress> })
    };
    let state = run.state.clone();
    // Of a run that never began there is nothing to count.
    let is_idle = move || {
        !going.get() && (is_dry || state.with(|state| matches!(state, RunState::Ended(end) if end.completed.is_none())))
    };
    // A table of counts stands beside this.
    let state = run.state.clone();
    let is_counted = move || state.with(|state| matches!(state, RunState::Ended(end) if end.stdout.is_some()));
    view! {
        <section class="run" aria-label=label>
            <div class="bar">
                {bar}
                <p class="line" hidden=is_idle>{move || line.get()}</p>
                <p class="numbers" hidden=move || numbers.with(String::is_empty)>
                    {move || numbers.get()}
                </p>
                <Controls run=run.clone() going=going/>
            </div>
            <Announcer run=run.clone()/>
            <Outcome run=run.clone()/>
            <Notices notices=Signal::derive(move || notices.get())/>
            <CausesSoFar run=run.clone() going=going/>
            {(!is_dry).then(|| view! { <div hidden=is_counted><Endpoints run=run/></div> })}
        </section>
    }
}

/// What else there is to know of a run.
fn numbers(snapshot: &Snapshot) -> String {
    match snapshot.repeats {
        0 => String::new(),
        repeats => format!("{} repeated", counted(repeats, "request")),
    }
}

mod causes;
mod controls;
mod endpoints;
mod outcome;

use causes::CausesSoFar;
use controls::Controls;
use endpoints::Endpoints;
use leptos::prelude::*;
use lightbeam_web::protocol::Snapshot;
use lightbeam_web::results::{duration, grouped};
use outcome::Outcome;

use super::super::store::{Purpose, Run, Store};
use super::{Announcer, Notices};

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
    let numbers = Memo::new(move |_| snapshot.with(|snapshot| numbers(snapshot, going.get())));
    let notices = run.notices.clone();
    // A dry run makes nothing of any record; what it found is shown apart.
    let is_dry = run.invocation.dry_run;
    let name = run.invocation.command.name();
    let bar = move || {
        let percent = percent.get();
        let going = going.get();
        going.then(|| view! { <progress aria-label="Progress of the run" max="100" value=percent.map(|percent| percent.to_string())></progress> })
    };
    view! {
        <section class="run" aria-label=format!("Progress of {name}")>
            <div class="bar">
                {bar}
                <p class="line" hidden=move || is_dry && !going.get()>{move || line.get()}</p>
                <p class="numbers" hidden=move || numbers.with(Vec::is_empty)>
                    {move || numbers.get().into_iter().map(|number| view! { <span>{number}</span> }).collect_view()}
                </p>
                <Controls run=run.clone() going=going/>
            </div>
            <Announcer run=run.clone()/>
            <Outcome run=run.clone()/>
            <Notices notices=Signal::derive(move || notices.get())/>
            <CausesSoFar run=run.clone() going=going/>
            {(!is_dry).then(|| view! { <Endpoints run=run/> })}
        </section>
    }
}

/// What else there is to know while a run goes on.
fn numbers(snapshot: &Snapshot, going: bool) -> Vec<String> {
    let mut numbers = Vec::new();
    if going && let Some(left) = snapshot.seconds_left {
        numbers.push(format!("about {} left", duration(left)));
    }
    if snapshot.repeats > 0 {
        numbers.push(format!("{} repeated", grouped(snapshot.repeats)));
    }
    numbers
}

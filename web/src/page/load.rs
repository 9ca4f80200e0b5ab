//! Load: connect, choose files, check, plan, send, results. Every step can be gone to at any time.

mod check;
mod connection;
mod files;
mod heading;
mod plan;
mod results;
mod send;
mod start;

use check::CheckStep;
use connection::ConnectionStep;
use files::FilesStep;
use heading::StepHeading;
use leptos::prelude::*;
use plan::PlanStep;
use results::{ResultsOf, ResultsStep};
use send::{SendStep, ValidateFirst};
use start::Start;

use super::store::{Purpose, RunState, Step, Store};
use lightbeam_web::amount::counted;

/// The steps with the words on their buttons.
const STEPS: [(Step, &str); 6] = [
    (Step::Connect, "Connect"),
    (Step::Files, "Choose files"),
    (Step::Check, "Check"),
    (Step::Plan, "Plan"),
    (Step::Send, "Send"),
    (Step::Results, "Results"),
];

/// The steps of a load, and the one that is shown.
#[component]
pub(super) fn Load() -> impl IntoView {
    let store = Store::get();
    let load = store.load;
    // What was on the page before this area is not a step: the focus stays on the area's button.
    load.moved.set(false);
    let button = move |(at, (step, label)): (usize, (Step, &'static str))| {
        let state = Memo::new(move |_| state_of(store, step));
        view! {
            <li>
                <button
                    type="button"
                    class="step"
                    aria-current=move || (load.step.get() == step).then_some("step")
                    on:click=move |_| load.go(step)
                >
                    <span>{at + 1}". "{label}</span>
                    <span class="step-state">{move || state.get()}</span>
                </button>
            </li>
        }
    };
    view! {
        <h1>"Load records into the API"</h1>
        <nav class="steps" aria-label="Steps of a load">
            <ol>{STEPS.into_iter().enumerate().map(button).collect_view()}</ol>
        </nav>
        {move || match load.step.get() {
            Step::Connect => view! { <ConnectionStep/> }.into_any(),
            Step::Files => view! { <FilesStep/> }.into_any(),
            Step::Check => view! { <CheckStep/> }.into_any(),
            Step::Plan => view! { <PlanStep/> }.into_any(),
            Step::Send => view! { <SendStep/> }.into_any(),
            Step::Results => view! { <ResultsStep/> }.into_any(),
        }}
        <Neighbours/>
    }
}

/// The steps before and behind the one that is shown.
#[component]
fn Neighbours() -> impl IntoView {
    let load = Store::get().load;
    let at = move || STEPS.iter().position(|(step, _)| *step == load.step.get()).unwrap_or_default();
    let before = move || at().checked_sub(1).map(|at| STEPS[at]);
    let behind = move || STEPS.get(at() + 1).copied();
    let to = move |there: Option<(Step, &'static str)>| {
        if let Some((step, _)) = there {
            load.go(step);
        }
    };
    view! {
        <p class="actions neighbours">
            <button type="button" hidden=move || before().is_none() on:click=move |_| to(untrack(before))>
                "Back: "{move || before().map(|(_, label)| label)}
            </button>
            <button type="button" hidden=move || behind().is_none() on:click=move |_| to(untrack(behind))>
                "Next: "{move || behind().map(|(_, label)| label)}
            </button>
        </p>
    }
}

/// What there is to say of a step in two or three words; empty for nothing.
fn state_of(store: Store, step: Step) -> String {
    match step {
        Step::Connect => match store.endpoints.get() {
            Some(Ok(_)) => "✔ connected".to_owned(),
            Some(Err(_)) => "✖ not connected".to_owned(),
            None => String::new(),
        },
        Step::Files => match store.chosen.with(Vec::len) as u64 {
            0 => String::new(),
            files => counted(files, "file"),
        },
        Step::Check => state_of_run(store, Purpose::Check, "✔ nothing found"),
        Step::Plan => state_of_run(store, Purpose::Plan, "✔ made"),
        Step::Send => state_of_run(store, Purpose::Send, "✔ sent"),
        Step::Results => String::new(),
    }
}

fn state_of_run(store: Store, purpose: Purpose, good: &str) -> String {
    let Some(run) = store.last(purpose) else { return String::new() };
    if store.is_outdated(purpose) && !run.is_going() {
        return "out of date".to_owned();
    }
    run.state.with(|state| match state {
        RunState::Going => "… under way".to_owned(),
        RunState::Lost(_) => "✖ broke off".to_owned(),
        RunState::Ended(end) => match run.snapshot.with(|snapshot| snapshot.failed) {
            0 if matches!(end.exit, 0 | 99) => good.to_owned(),
            0 => "✖ see messages".to_owned(),
            failed => format!("▲ {} failed", lightbeam_web::amount::grouped(failed)),
        },
    })
}

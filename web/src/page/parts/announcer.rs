use leptos::prelude::*;
use lightbeam_web::protocol::Want;
use lightbeam_web::results::{exit_sentence, progress_sentence};

use super::super::store::{Run, RunState};

/// The least time between two sentences on how far a run is, in milliseconds.
const INTERVAL: f64 = 10_000.0;

/// Reads out how a run goes: a sentence every ten seconds, and at once what matters. Nobody sees it.
#[component]
pub(in super::super) fn Announcer(run: Run) -> impl IntoView {
    let said = RwSignal::new(String::new());
    let said_at = StoredValue::new(js_sys::Date::now());
    let has_failures = StoredValue::new(false);
    let say = move |text: String| {
        said_at.set_value(js_sys::Date::now());
        said.set(text);
    };
    let (state, wanted, counts) = (run.state.clone(), run.wanted.clone(), run.snapshot.clone());
    let (snapshot, going) = (run.snapshot.clone(), run.state.clone());
    Effect::new(move |_| {
        state.with(|state| match state {
            RunState::Going => match wanted.get() {
                Want::Run => say("The run goes on.".to_owned()),
                Want::Pause => say("Pausing: no further record is taken.".to_owned()),
                Want::Stop => say("Stopping: what is in flight is finished.".to_owned()),
            },
            RunState::Ended(end) => {
                let (processed, failed) = counts.with_untracked(|snapshot| (snapshot.processed, snapshot.failed));
                let words = run.ended_by_will(end).unwrap_or_else(|| exit_sentence(end.exit, processed, failed));
                say(format!("The run ended. {words}"));
            }
            RunState::Lost(_) => say("The run broke off.".to_owned()),
        });
    });
    Effect::new(move |_| {
        snapshot.with(|snapshot| {
            if !going.with_untracked(|state| matches!(state, RunState::Going)) {
                return;
            }
            let first_failure = snapshot.failed > 0 && !has_failures.get_value();
            if first_failure {
                has_failures.set_value(true);
                say(format!("The first records failed. {}", progress_sentence(snapshot)));
            } else if js_sys::Date::now() - said_at.get_value() >= INTERVAL {
                say(progress_sentence(snapshot));
            }
        });
    });
    view! { <p class="visually-hidden" role="status">{move || said.get()}</p> }
}

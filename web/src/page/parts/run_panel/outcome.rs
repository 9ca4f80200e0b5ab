use leptos::prelude::*;
use lightbeam_web::results::exit_sentence;

use super::super::super::store::{Run, RunState};

/// How a run ended, in words.
#[component]
pub(super) fn Outcome(run: Run) -> impl IntoView {
    let snapshot = run.snapshot.clone();
    move || {
        run.state.with(|state| match state {
        RunState::Going => None,
        RunState::Ended(end) => {
            let (processed, failed) = snapshot.with_untracked(|snapshot| (snapshot.processed, snapshot.failed));
            let will = run.ended_by_will(end);
            let (class, sign) = match end.exit {
                _ if will.is_some() => ("fair", "■"),
                0 if failed == 0 => ("good", "✔ Done."),
                0 if run.invocation.dry_run => ("fair", "▲ Done; some records would fail."),
                0 => ("fair", "▲ Done, but records failed."),
                99 => ("good", "✔ Done."),
                _ => ("bad", "✖ Not as it should be."),
            };
            let words = if let Some(will) = will {
                will
            } else if run.invocation.dry_run && end.exit == 0 {
                "Nothing was sent or changed."
            } else {
                exit_sentence(end.exit, processed, failed)
            };
            Some(view! { <p class=format!("end {class}")>{sign}" "{words}</p> }.into_any())
        }
        RunState::Lost(why) => Some(
            view! {
                <div class="end bad">
                    <p>"✖ The run broke off: "{why.clone()}"."</p>
                    <p>
                        "What the API accepted until the last second is remembered in this browser. Begin the run again with the same files: it passes over what was accepted and goes on from there. If it breaks off again, load the page anew and choose fewer files at a time."
                    </p>
                </div>
            }
            .into_any(),
        ),
    })
    }
}

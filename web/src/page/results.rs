//! What a run came to: totals, causes, failures, single records, and what can be done about them.

mod actions;
mod causes;
mod endpoints;
mod failure;
mod failures;
mod record;

use std::sync::Arc;

use actions::Actions;
use causes::Causes;
use endpoints::EndpointTable;
use failures::Failures;
use leptos::prelude::*;

use super::store::{Run, Store};
use lightbeam_web::amount::duration;
use lightbeam_web::results::{Filter, RunResults, totals};

/// What the parts of the results have in common. Copying it shares it.
#[derive(Clone, Copy)]
struct Browse {
    results: StoredValue<Arc<RunResults>>,
    /// The run itself, where it is of this session.
    run: StoredValue<Option<Run>>,
    filter: RwSignal<Filter>,
    /// The page of failures, from 0.
    page: RwSignal<usize>,
    /// The position of the failure that is looked into.
    opened: RwSignal<Option<usize>>,
    /// The positions of the failures that the filter lets through.
    matching: Memo<Arc<Vec<usize>>>,
}

impl Browse {
    fn results(self) -> Arc<RunResults> {
        self.results.get_value()
    }

    /// Looks for something else.
    fn narrow(self, change: impl FnOnce(&mut Filter)) {
        self.filter.update(change);
        self.page.set(0);
        self.opened.set(None);
    }
}

/// The results of a run, from the text of its results file. Without the run itself, as after a reload, records cannot
/// be looked at or sent again.
#[component]
pub(super) fn ResultsView(
    /// The results file.
    #[prop(into)]
    text: String,
    /// The run, if it is of this session.
    #[prop(optional_no_strip)]
    run: Option<Run>,
) -> impl IntoView {
    match RunResults::read(&text) {
        Err(why) => view! { <p class="bad">"✖ The results cannot be shown: "{why}"."</p> }.into_any(),
        Ok(results) => {
            let results = Arc::new(results);
            let filter = RwSignal::new(Filter::default());
            let of = results.clone();
            let of_lines = run
                .as_ref()
                .is_some_and(|run| Store::get().load.of_lines.with_untracked(|runs| runs.contains(&run.id)));
            let browse = Browse {
                results: StoredValue::new(results.clone()),
                run: StoredValue::new(run),
                filter,
                page: RwSignal::new(0),
                opened: RwSignal::new(None),
                matching: Memo::new(move |_| Arc::new(filter.with(|filter| of.matching(filter)))),
            };
            view! {
                <section class="results" aria-label=format!("Results of {}", results.command)>
                    <Totals results=results.clone()/>
                    <p class="notice info" hidden={!of_lines}>
                        "Only chosen lines of your files were sent again in this run."
                    </p>
                    <Actions browse=browse text=text/>
                    <Causes browse=browse/>
                    <Failures browse=browse/>
                    <EndpointTable results=results.clone()/>
                </section>
            }
            .into_any()
        }
    }
}

#[component]
fn Totals(results: Arc<RunResults>) -> impl IntoView {
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "rounded, and never below 0")]
    let took = duration(results.seconds.max(0.0).round() as u64);
    let when = results.completed_at.split('.').next().unwrap_or_default().replace('T', " ");
    let (class, sign) = match (results.failed, results.completed) {
        (0, true) => ("good", "✔"),
        (_, true) => ("fair", "▲"),
        (_, false) => ("bad", "✖"),
    };
    view! {
        <div class="card totals">
            <p class=format!("end {class}")>{sign}" "{totals(&results)}</p>
            <p class="hint">
                {results.command.clone()}" to "{results.api_url.clone()}", ended "{when}" UTC, took "{took}"."
            </p>
        </div>
    }
}

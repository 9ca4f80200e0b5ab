use leptos::prelude::*;

use super::super::super::store::Run;
use lightbeam_web::amount::counted;
use lightbeam_web::protocol::CauseRow;
use lightbeam_web::results::owner;

/// Why records failed until now; the results take its place once the run has ended.
#[component]
pub(super) fn CausesSoFar(run: Run, going: Memo<bool>) -> impl IntoView {
    let snapshot = run.snapshot.clone();
    let causes = Memo::new(move |_| snapshot.with(|snapshot| snapshot.causes.clone()));
    move || {
        let causes = causes.get();
        (going.get() && !causes.is_empty()).then(|| {
            view! {
                <section class="causes">
                    <h3>"Why records failed so far"</h3>
                    <ul>{causes.into_iter().map(row).collect_view()}</ul>
                </section>
            }
        })
    }
}

fn row(cause: CauseRow) -> impl IntoView {
    let who = owner(&cause.cause).words();
    let what = [Some(cause.cause), cause.thing, cause.value].into_iter().flatten().collect::<Vec<_>>().join(" · ");
    view! {
        <li>
            <strong>{counted(cause.records, "record")}": "{what}</strong>
            <span class="fix">{cause.hint}" For "{who}"."</span>
        </li>
    }
}

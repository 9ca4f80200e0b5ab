use leptos::prelude::*;
use lightbeam_core::invocation::Command;

use super::super::parts::RunPanel;
use super::super::store::{Purpose, Run, RunState};
use lightbeam_web::amount;
use lightbeam_web::protocol::{DryRunRow, Snapshot};

/// What a removal would find, endpoint by endpoint.
#[component]
pub(super) fn Plan(run: Run) -> impl IntoView {
    let is_delete = run.invocation.command == Command::Delete;
    let ended = {
        let state = run.state.clone();
        Memo::new(move |_| state.with(|state| !matches!(state, RunState::Going)))
    };
    let snapshot = run.snapshot.clone();
    let table = move || {
        ended.get().then(|| {
            let rows = snapshot.with(|snapshot| snapshot.dry_run.clone());
            (!rows.is_empty()).then(|| view! { <Table rows=rows is_delete=is_delete/> })
        })
    };
    view! {
        <RunPanel purpose=Purpose::RemovalPlan/>
        {table}
    }
}

#[component]
fn Table(rows: Vec<DryRunRow>, is_delete: bool) -> impl IntoView {
    let mut sums = [0; 5];
    for row in &rows {
        for (sum, count) in sums.iter_mut().zip(counts_of(row)) {
            *sum += count;
        }
    }
    let passed_over = sums[4];
    let heads: &[&str] = if is_delete {
        &["Would be deleted", "Not found", "Several found", "Failed", "Passed over"]
    } else {
        &["Would be deleted"]
    };
    let columns = heads.len();
    let cells = move |counts: [u64; 5]| {
        counts
            .into_iter()
            .take(columns)
            .map(|count| view! { <td class="num">{amount::grouped(count)}</td> })
            .collect_view()
    };
    let row = move |row: DryRunRow| {
        let counts = counts_of(&row);
        view! { <tr><th scope="row">{row.name}</th>{cells(counts)}</tr> }
    };
    view! {
        <div class="scroll" tabindex="0" role="region" aria-label="What would be deleted">
            <table>
                <caption class="visually-hidden">"What would be deleted"</caption>
                <thead>
                    <tr>
                        <th scope="col">"Endpoint"</th>
                        {heads.iter().map(|head| view! { <th scope="col" class="num">{*head}</th> }).collect_view()}
                    </tr>
                </thead>
                <tbody>{rows.into_iter().map(row).collect_view()}</tbody>
                <tfoot><tr><th scope="row">"In all"</th>{cells(sums)}</tr></tfoot>
            </table>
        </div>
        {is_delete.then(|| view! {
            <p class="hint">
                "Not found: the API has no such record. Several found: the natural key is not enough to tell which, so none is deleted."
            </p>
        })}
        {(is_delete && passed_over > 0).then(|| view! {
            <p class="notice warning">
                {amount::grouped(passed_over)}
                " records are passed over, because something is remembered of them, such as that they were sent. To delete them too, tick \"All records\" in the options above, and look again."
            </p>
        })}
    }
}

/// Found, not found, several found, failed, and passed over because of what is remembered.
fn counts_of(row: &DryRunRow) -> [u64; 5] {
    let [found, not_found, several, failed] = row.removal.unwrap_or_default();
    [found, not_found, several, failed, row.already_sent + row.failed_before]
}

/// How many records a dry run has found.
pub(super) fn found(snapshot: &Snapshot) -> u64 {
    snapshot.dry_run.iter().filter_map(|row| row.removal).map(|removal| removal[0]).sum()
}

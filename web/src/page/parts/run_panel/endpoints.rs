use leptos::prelude::*;
use lightbeam_core::invocation::Command;

use super::super::super::store::Run;
use lightbeam_web::amount::grouped;
use lightbeam_web::protocol::{EndpointRow, RowState};

/// The endpoints of a run: where each stands.
#[component]
pub(super) fn Endpoints(run: Run) -> impl IntoView {
    let snapshot = run.snapshot.clone();
    let rows = Memo::new(move |_| snapshot.with(|snapshot| snapshot.endpoints.clone()));
    let good = match run.invocation.command {
        Command::Send | Command::ValidateSend => "Accepted",
        Command::Validate => "Valid",
        Command::Delete | Command::Truncate => "Deleted",
        Command::Count => "Counted",
        Command::Fetch | Command::Create => "Written",
    };
    let checks = run.invocation.command == Command::Validate;
    view! {
        <div class="scroll" tabindex="0" role="region" aria-label="Endpoints of the run" hidden=move || rows.with(Vec::is_empty)>
            <table class="dense">
                <caption class="visually-hidden">"Endpoints of the run"</caption>
                <thead>
                    <tr>
                        <th scope="col">"Endpoint"</th>
                        <th scope="col">"State"</th>
                        <th scope="col" class="num">"Records"</th>
                        <th scope="col" class="num">{good}</th>
                        <th scope="col" class="num">"Skipped"</th>
                        <th scope="col" class="num">"Failed"</th>
                    </tr>
                </thead>
                <tbody>{move || rows.with(|rows| rows.iter().map(|one| row(one, checks)).collect_view())}</tbody>
            </table>
        </div>
    }
}

fn row(row: &EndpointRow, checks: bool) -> impl IntoView + use<> {
    let state = match row.state {
        RowState::Queued => "waiting",
        RowState::Working => "working",
        RowState::Done => "done",
        RowState::Broken => "✖ broke off",
    };
    // Records in which a check finds nothing are not accepted by anybody.
    let good = if checks { row.processed.saturating_sub(row.failed + row.skipped) } else { row.succeeded };
    let is_read = row.state == RowState::Working && row.bytes > 0;
    let (read, bytes) = (row.read.min(row.bytes).to_string(), row.bytes.to_string());
    let bar = is_read.then(|| {
        let label = format!("How far {} was read", row.name);
        view! { <progress aria-label=label max=bytes value=read></progress> }
    });
    view! {
        <tr class:failing={row.failed > 0}>
            <th scope="row">{row.name.clone()}</th>
            <td>{state}{bar}</td>
            <td class="num">{grouped(row.processed)}</td>
            <td class="num">{grouped(good)}</td>
            <td class="num">{grouped(row.skipped)}</td>
            <td class="num">{grouped(row.failed)}</td>
        </tr>
    }
}

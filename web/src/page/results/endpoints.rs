use std::sync::Arc;

use leptos::prelude::*;

use super::super::parts::{Pager, ROWS};
use lightbeam_web::amount::grouped;
use lightbeam_web::results::{Resource, RunResults};

/// What became of the records of each endpoint.
#[component]
pub(super) fn EndpointTable(results: Arc<RunResults>) -> impl IntoView {
    let page = RwSignal::new(0);
    let all = results.resources.len();
    let checks = results.command == "validate";
    let good = if checks { "Valid" } else { "Accepted" };
    let row = move |resource: &Resource| {
        // Records in which a check finds nothing are not accepted by anybody.
        let valid = resource.processed.saturating_sub(resource.failed + resource.skipped);
        let done = if checks { valid } else { resource.succeeded };
        view! {
            <tr class:failing={resource.failed > 0}>
                <th scope="row">{resource.name.clone()}</th>
                <td class="num">{grouped(done)}</td>
                <td class="num">{grouped(resource.skipped)}</td>
                <td class="num">{grouped(resource.retries)}</td>
                <td class="num">{grouped(resource.failed)}</td>
            </tr>
        }
    };
    let rows = move || {
        let shown = results.resources.iter().skip(page.get() * ROWS).take(ROWS);
        shown.map(row).collect_view()
    };
    view! {
        <details class="card">
            <summary>"All endpoints"</summary>
            <div class="scroll" tabindex="0" role="region" aria-label="Endpoints with results">
                <table class="dense">
                    <caption class="visually-hidden">"Results by endpoint"</caption>
                    <thead>
                        <tr>
                            <th scope="col">"Endpoint"</th>
                            <th scope="col" class="num">{good}</th>
                            <th scope="col" class="num">"Skipped"</th>
                            <th scope="col" class="num">"Repeated requests"</th>
                            <th scope="col" class="num">"Failed"</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
            <Pager label="Endpoints with results" page=page rows=Signal::derive(move || all)/>
        </details>
    }
}

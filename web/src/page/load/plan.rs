use leptos::prelude::*;
use lightbeam_core::invocation::Command;

use super::super::options::Options;
use super::super::parts::RunPanel;
use super::super::store::{Purpose, RunState, Step, Store};
use super::check::Outdated;
use super::{Start, StepHeading, ValidateFirst};
use lightbeam_web::amount::{counted, duration, grouped};
use lightbeam_web::protocol::DryRunRow;

/// Records a second that are guessed before this page has sent any.
const GUESSED_RATE: f64 = 30.0;

/// What would be sent.
#[component]
pub(super) fn PlanStep() -> impl IntoView {
    let store = Store::get();
    let begin = Callback::new(move |()| {
        let mut invocation = store.invocation();
        invocation.command = untrack(|| store.load.command());
        invocation.dry_run = true;
        store.begin_load(Purpose::Plan, invocation);
    });
    let label = move || format!("Make the plan for {}", counted(store.chosen.with(Vec::len) as u64, "file"));
    view! {
        <section class="card">
            <StepHeading text="Plan"/>
            <p>"Reads your files and what this browser remembers of earlier loads, and tells what sending would do. Nothing is sent."</p>
            <ValidateFirst/>
            {move || view! { <Options command=store.load.command()/> }}
            <Start label=Signal::derive(label) on_start=begin/>
            <Outdated purpose=Purpose::Plan/>
            <RunPanel purpose=Purpose::Plan/>
            <Planned/>
        </section>
    }
}

/// The rows of the last plan, once it is made to its end.
pub(super) fn planned(store: Store) -> Option<Vec<DryRunRow>> {
    let run = store.last(Purpose::Plan)?;
    let is_made = run.state.with(|state| matches!(state, RunState::Ended(end) if end.completed == Some(true)));
    is_made.then(|| run.snapshot.with(|snapshot| snapshot.dry_run.clone()))
}

/// Words and number.
type Column = (&'static str, fn(&DryRunRow) -> u64);

/// The columns after the endpoint.
const COLUMNS: [Column; 7] = [
    ("New", |row| row.new),
    ("Changed", |row| row.changed),
    ("Already sent", |row| row.already_sent),
    ("Failed before", |row| row.failed_before),
    ("Repeated", |row| row.repeated),
    ("Unreadable", |row| row.unreadable),
    ("Requests", |row| row.requests),
];

#[component]
fn Planned() -> impl IntoView {
    let store = Store::get();
    let rows = Memo::new(move |_| planned(store));
    let failed = move || untrack(|| store.last(Purpose::Plan).map_or(0, |run| run.snapshot.with(|made| made.failed)));
    move || {
        rows.get().map(|rows| {
            let sums = COLUMNS.map(|(_, number)| rows.iter().map(number).sum::<u64>());
            let requests = sums[6];
            let row = |row: &DryRunRow| {
                let cells = COLUMNS.map(|(_, number)| view! { <td class="num">{grouped(number(row))}</td> });
                view! { <tr><th scope="row">{row.name.clone()}</th>{cells}</tr> }
            };
            view! {
                <h3>"What sending would do"</h3>
                <div class="scroll" tabindex="0" role="region" aria-label="Plan">
                    <table class="dense">
                        <caption class="visually-hidden">"Plan: records by endpoint, in the order they would be sent"</caption>
                        <thead>
                            <tr>
                                <th scope="col">"Endpoint"</th>
                                {COLUMNS.map(|(words, _)| view! { <th scope="col" class="num">{words}</th> })}
                            </tr>
                        </thead>
                        <tbody>{rows.iter().map(row).collect_view()}</tbody>
                        <tfoot>
                            <tr>
                                <th scope="row">"All"</th>
                                {sums.map(|sum| view! { <td class="num">{grouped(sum)}</td> })}
                            </tr>
                        </tfoot>
                    </table>
                </div>
                <p>{estimate(store, requests, failed())}</p>
                <div class="actions">
                    <button
                        type="button"
                        class="primary big"
                        hidden=requests == 0
                        disabled=move || store.active.with(Option::is_some)
                        on:click=move |_| {
                            super::send::begin(store);
                            store.load.go(Step::Send);
                        }
                    >
                        {move || what_sending_does(store)}
                    </button>
                </div>
            }
        })
    }
}

/// About how long it takes. `failed`: records that cannot be sent.
fn estimate(store: Store, requests: u64, failed: u64) -> String {
    if requests == 0 && failed > 0 {
        return format!("Nothing can be sent: {} failed, and nothing else is left.", counted(failed, "record"));
    }
    if requests == 0 {
        return "Nothing is left to send: everything was accepted before.".to_owned();
    }
    let seen = store.last(Purpose::Send).map(|run| run.snapshot.with_untracked(|snapshot| snapshot.per_minute));
    let seen = seen.filter(|per_minute| *per_minute >= 60);
    let rate = seen.map_or(GUESSED_RATE, |per_minute| per_minute as f64 / 60.0);
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "a guess")]
    let (seconds, shown) = ((requests as f64 / rate).ceil() as u64, rate.round() as u64);
    let assumed = if seen.is_some() { "as in the last load from this page" } else { "which is a guess" };
    format!(
        "{} would be made. That takes about {} at {} a second, {assumed}.",
        counted(requests, "request"),
        duration(seconds),
        counted(shown, "record")
    )
}

/// What the button that sends will do, in words.
pub(super) fn what_sending_does(store: Store) -> String {
    // What was sent since then is not to be sent any more.
    let sent_since = store.last(Purpose::Send).map(|run| run.id) > store.last(Purpose::Plan).map(|run| run.id);
    let outdated = store.is_outdated(Purpose::Plan) || sent_since;
    let records = planned(store).filter(|_| !outdated).map(|rows| rows.iter().map(|row| row.requests).sum());
    let what = match records {
        Some(records) => counted(records, "record"),
        None => counted(store.chosen.with(Vec::len) as u64, "file"),
    };
    let host = store.host().unwrap_or_else(|| "the API".to_owned());
    let year = store.resolved("edfi_api.year").map(|year| format!(", school year {year}")).unwrap_or_default();
    if store.load.command() == Command::ValidateSend {
        format!("Check {what} and send what passes to {host}{year}")
    } else {
        format!("Send {what} to {host}{year}")
    }
}

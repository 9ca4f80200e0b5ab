use leptos::prelude::*;

use super::super::store::{Purpose, Run, RunState, Store};
use super::Notices;
use crate::protocol::{EndpointRow, RowState, Want};

/// How the last run of a purpose goes: bar, numbers, endpoints, controls, messages. Shows nothing before there is one.
#[component]
pub(in super::super) fn RunPanel(purpose: Purpose) -> impl IntoView {
    let store = Store::get();
    move || store.last(purpose).map(|run| view! { <Panel run=run/> })
}

#[component]
fn Panel(run: Run) -> impl IntoView {
    let snapshot = run.snapshot.clone();
    let percent = {
        let snapshot = snapshot.clone();
        Memo::new(move |_| snapshot.with(|snapshot| snapshot.percent))
    };
    let line = {
        let snapshot = snapshot.clone();
        Memo::new(move |_| snapshot.with(|snapshot| snapshot.line.clone()))
    };
    let going = {
        let run = run.clone();
        Memo::new(move |_| run.is_going())
    };
    let end = {
        let state = run.state.clone();
        move || {
            match state.get() {
            RunState::Going => None,
            RunState::Ended(end) => {
                let (class, words) = match end.exit {
                    0 => ("good", "Done."),
                    99 => ("good", "Nothing was left to do."),
                    _ => ("bad", "Ended, but not as it should."),
                };
                Some(view! { <p class=format!("end {class}")>{words}</p> }.into_any())
            }
            RunState::Lost(why) => Some(
                view! {
                    <p class="end bad">
                        "The run broke off: " {why}
                        ". What was accepted until its last second is remembered: begin it again, and it goes on from there."
                    </p>
                }
                .into_any(),
            ),
        }
        }
    };
    let rows = {
        let snapshot = snapshot.clone();
        move || snapshot.with(|snapshot| snapshot.endpoints.iter().map(endpoint_row).collect_view())
    };
    let notices = run.notices.clone();
    view! {
        <section class="run" aria-label="Progress">
            <div class="bar">
                {move || match percent.get() {
                    Some(percent) => view! { <progress aria-label="Progress of the run" max="100" value=percent.to_string()></progress> }.into_any(),
                    None if going.get() => view! { <progress aria-label="Progress of the run"></progress> }.into_any(),
                    None => ().into_any(),
                }}
                <p class="line">{move || line.get()}</p>
                <Controls run=run.clone() going=going/>
            </div>
            {end}
            <Notices notices=Signal::derive(move || notices.get())/>
            <div class="scroll" tabindex="0" role="region" aria-label="Endpoints">
                <table class="dense">
                    <caption class="visually-hidden">"Endpoints of the run"</caption>
                    <thead>
                        <tr>
                            <th scope="col">"Endpoint"</th>
                            <th scope="col">"State"</th>
                            <th scope="col" class="num">"Records"</th>
                            <th scope="col" class="num">"Accepted"</th>
                            <th scope="col" class="num">"Skipped"</th>
                            <th scope="col" class="num">"Failed"</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </section>
    }
}

fn endpoint_row(row: &EndpointRow) -> impl IntoView + use<> {
    let state = match row.state {
        RowState::Queued => "waiting",
        RowState::Working => "working",
        RowState::Done => "done",
        RowState::Broken => "broke off",
    };
    view! {
        <tr class:failing={row.failed > 0}>
            <th scope="row">{row.name.clone()}</th>
            <td>{state}</td>
            <td class="num">{grouped(row.processed)}</td>
            <td class="num">{grouped(row.succeeded)}</td>
            <td class="num">{grouped(row.skipped)}</td>
            <td class="num">{grouped(row.failed)}</td>
        </tr>
    }
}

#[component]
fn Controls(run: Run, going: Memo<bool>) -> impl IntoView {
    let store = Store::get();
    let wanted = run.wanted.clone();
    let want = move |run: &Run, what| store.want(run, what);
    let toggle = {
        let run = run.clone();
        move |_| want(&run, if run.wanted.get_untracked() == Want::Pause { Want::Run } else { Want::Pause })
    };
    let stop = move |_| want(&run, Want::Stop);
    let label = move || match wanted.get() {
        Want::Pause => "Resume",
        Want::Run | Want::Stop => "Pause",
    };
    view! {
        <p class="controls" hidden=move || !going.get()>
            <button type="button" on:click=toggle>{label}</button>
            <button type="button" on:click=stop>"Stop after what is in flight"</button>
        </p>
    }
}

/// A number with commas between its thousands.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

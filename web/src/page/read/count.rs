use leptos::prelude::*;
use lightbeam_core::invocation::Command;

use super::super::options::Options;
use super::super::parts::{PickEndpoints, RunPanel, Switch, copy as copy_text, save_texts};
use super::super::store::{Purpose, RunState, Store};
use super::begin::Begin;
use lightbeam_web::amount;
use lightbeam_web::counts::{self, CountRow};

/// Count the records of each endpoint.
#[component]
pub(super) fn Count() -> impl IntoView {
    let store = Store::get();
    let zeros = store.panels.zeros;
    let begin = Callback::new(move |()| {
        let mut asked = store.asked(Command::Count);
        // With a results file the table has all rows.
        asked.results_file = zeros.get_untracked().then(|| "-".to_owned());
        store.begin_run(Purpose::Count, asked);
    });
    view! {
        <section class="card" aria-labelledby="count-title">
            <h2 id="count-title">"Count records"</h2>
            <p>"How many records the API has of each endpoint, as far as your key may read them."</p>
            <Options command=Command::Count/>
            <PickEndpoints name="count-endpoints"/>
            <Switch
                name="count-zeros"
                label="Also show endpoints without records"
                value=zeros
                on_change=Callback::new(move |on| zeros.set(on))
            />
            <Begin label="Count" on_begin=begin/>
            {move || table(store).map(|table| view! { <Table table=table/> })}
            <RunPanel purpose=Purpose::Count/>
        </section>
    }
}

/// The table of the last count.
fn table(store: Store) -> Option<String> {
    match store.last(Purpose::Count)?.state.get() {
        RunState::Ended(end) => end.stdout,
        RunState::Going | RunState::Lost(_) => None,
    }
}

#[component]
fn Table(table: String) -> impl IntoView {
    let rows = counts::read(&table);
    let tsv = counts::to_tsv(&rows);
    let for_file = tsv.clone();
    let save = |text: &str| save_texts("counts.tsv", "text/tab-separated-values", std::iter::once(text.to_owned()));
    let told = RwSignal::new("");
    let copy = move |_| {
        copy_text(tsv.clone(), move |copied| {
            told.set(if copied { "Copied." } else { "The browser did not allow that; download the table instead." });
        });
    };
    let total = amount::grouped(counts::total(&rows));
    let shown = rows.len();
    view! {
        <div class="scroll" tabindex="0" role="region" aria-label="Counts">
            <table>
                <caption class="visually-hidden">"Records of each endpoint"</caption>
                <thead>
                    <tr><th scope="col">"Endpoint"</th><th scope="col" class="num">"Records"</th></tr>
                </thead>
                <tbody>{rows.into_iter().map(row).collect_view()}</tbody>
                <tfoot>
                    <tr>
                        <th scope="row">{format!("In all, {shown} endpoints")}</th>
                        <td class="num"><strong>{total}</strong></td>
                    </tr>
                </tfoot>
            </table>
        </div>
        <p class="actions">
            <button type="button" on:click=copy>"Copy the table"</button>
            <button type="button" on:click=move |_| save(&for_file)>
                "Download counts.tsv"
            </button>
            <span class="hint" role="status">{move || told.get()}</span>
        </p>
    }
}

fn row(row: CountRow) -> impl IntoView {
    let CountRow { endpoint, records } = row;
    let records = match records {
        Ok(records) => view! { <td class="num">{amount::grouped(records)}</td> }.into_any(),
        Err(why) => view! { <td class="bad">{why}</td> }.into_any(),
    };
    view! { <tr><th scope="row">{endpoint}</th>{records}</tr> }
}

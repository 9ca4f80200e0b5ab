use leptos::prelude::*;
use lightbeam_core::invocation::{Command, Invocation};

use super::super::parts::{Confirmation, Outputs, RunPanel};
use super::super::store::{Purpose, Run, RunState, Store};
use super::export::Export;
use super::plan::{Plan, found};
use lightbeam_web::amount;
use lightbeam_web::history::host_of;

/// Look first, export, remove: the same steps for both commands.
#[component]
pub(super) fn Removal(
    command: Command,
    /// What is missing before there is anything to remove; empty for nothing.
    wrong: Signal<String>,
) -> impl IntoView {
    let store = Store::get();
    let busy = Memo::new(move |_| store.active.with(Option::is_some));
    let look = move |_| {
        let asked = store.asked_to_remove(command);
        store.panels.looked.set(Some(store.looking_at(&asked)));
        store.begin_run(Purpose::RemovalPlan, Invocation { dry_run: true, ..asked });
    };
    // The dry run of this very removal, if it came to its end.
    let looked = Memo::new(move |_| {
        store.options.track();
        store.variables.track();
        let same = store.panels.looked.get() == Some(store.looking_at(&store.asked_to_remove(command)));
        same && plan_of(store, command).is_some_and(|run| run.state.with(came_to_its_end))
    });
    let why = move || {
        if busy.get() {
            "A run is under way.".to_owned()
        } else if !wrong.get().is_empty() {
            wrong.get()
        } else if looked.get() {
            String::new()
        } else {
            "Look first: what is deleted must have been counted, with these very settings.".to_owned()
        }
    };
    let confirming = RwSignal::new(None::<(Invocation, String, String)>);
    let begin = move |_| {
        let asked = store.asked_to_remove(command);
        if !asked.yes {
            // The run itself asks once everything is counted.
            store.begin_run(Purpose::Removal, asked);
            return;
        }
        let Some(run) = plan_of(store, command) else { return };
        let (count, host) = run.snapshot.with_untracked(|snapshot| {
            (found(snapshot), snapshot.data_url.as_deref().map(host_of).unwrap_or_default())
        });
        let text = format!(
            "This deletes about {} records from {host}, as they were counted just now. This cannot be undone.",
            amount::grouped(count)
        );
        confirming.set(Some((asked, text, host)));
    };
    let confirmation = move || {
        let (asked, text, host) = confirming.get()?;
        let on_answer = Callback::new(move |yes| {
            confirming.set(None);
            if yes {
                store.begin_run(Purpose::Removal, asked.clone());
            }
        });
        Some(view! { <Confirmation command=command.name() text=text host=host on_answer=on_answer/> })
    };
    let removed = Memo::new(move |_| of_command(store.last(Purpose::Removal), command).map(|run| run.id));
    view! {
        <h3>"1. Look first"</h3>
        <p>"Counts what would be deleted, and changes nothing."</p>
        <p class="actions">
            <button type="button" disabled=move || busy.get() || !wrong.get().is_empty() on:click=look>"Look first"</button>
            <span class="hint" role="status">{move || wrong.get()}</span>
        </p>
        {move || plan_of(store, command).map(|run| view! { <Plan run=run/> })}
        <h3>"2. Keep a copy"</h3>
        <Export command=command/>
        <h3>"3. Delete"</h3>
        <ul>
            <li>"Many claim sets forbid to delete: every refusal is told, and nothing else happens then."</li>
            <li>
                "The API's "<code>"deletes"</code>
                " endpoints grow with every record that is deleted; whoever reads changes from this API sees them all."
            </li>
            <li>"What other records refer to cannot be deleted before them; the order is chosen so that it works."</li>
        </ul>
        <p class="actions">
            <button
                type="button"
                class="danger primary"
                disabled=move || busy.get() || !wrong.get().is_empty() || !looked.get()
                on:click=begin
            >
                {match command { Command::Truncate => "Empty these endpoints …", _ => "Delete these records …" }}
            </button>
            <span class="hint" role="status">{why}</span>
        </p>
        {confirmation}
        {move || removed.get().map(|_| view! {
            <RunPanel purpose=Purpose::Removal/>
            {store.last(Purpose::Removal).map(|run| view! { <Outputs run=run/> })}
        })}
    }
}

/// The last dry run of this command.
pub(super) fn plan_of(store: Store, command: Command) -> Option<Run> {
    of_command(store.last(Purpose::RemovalPlan), command)
}

fn of_command(run: Option<Run>, command: Command) -> Option<Run> {
    run.filter(|run| run.invocation.command == command)
}

fn came_to_its_end(state: &RunState) -> bool {
    matches!(state, RunState::Ended(end) if end.completed == Some(true))
}

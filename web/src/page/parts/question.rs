use leptos::html::Dialog;
use leptos::prelude::*;

use super::super::store::{Run, Store};
use crate::history::host_of;

/// The question of the run that is under way, while it waits for an answer. Closing it without the right word means no.
#[component]
pub(in super::super) fn Question() -> impl IntoView {
    let store = Store::get();
    move || {
        let run = store.active.get()?;
        let text = run.question.get()?;
        Some(view! { <Ask run=run text=text/> })
    }
}

#[component]
fn Ask(run: Run, text: String) -> impl IntoView {
    let store = Store::get();
    let dialog = NodeRef::<Dialog>::new();
    let typed = RwSignal::new(String::new());
    let host = {
        let snapshot = run.snapshot.clone();
        Memo::new(move |_| {
            snapshot.with(|snapshot| snapshot.data_url.as_deref().map(host_of)).filter(|host| !host.is_empty())
        })
    };
    let matches = Memo::new(move |_| host.get().is_some_and(|host| typed.get().trim() == host));
    Effect::new(move |_| {
        // Shown as a modal one, it keeps the focus inside until it is closed.
        if let Some(dialog) = dialog.get().filter(|dialog| !dialog.open()) {
            let _ = dialog.show_modal();
        }
    });
    let command = run.invocation.command.name();
    let no = {
        let run = run.clone();
        Callback::new(move |()| store.answer(&run, false))
    };
    let yes = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        if matches.get_untracked() {
            store.answer(&run, true);
        }
    };
    let wrong = move || {
        let typed = typed.get();
        if typed.trim().is_empty() || matches.get() { "" } else { "That is not the host yet." }
    };
    view! {
        <dialog
            class="question"
            node_ref=dialog
            aria-labelledby="question-title"
            aria-describedby="question-text"
            on:cancel=move |event: web_sys::Event| {
                event.prevent_default();
                no.run(());
            }
        >
            <h2 id="question-title">"Really " {command} "?"</h2>
            <p class="asked" id="question-text">{text}</p>
            <form on:submit=yes>
                <div class="field">
                    <label for="question-host">
                        "Type the host of the API, "<code>{move || host.get()}</code>", to confirm"
                    </label>
                    <input
                        id="question-host"
                        name="question-host"
                        type="text"
                        autocomplete="off"
                        autocapitalize="off"
                        spellcheck="false"
                        aria-describedby="question-wrong"
                        prop:value=move || typed.get()
                        on:input=move |event| typed.set(event_target_value(&event))
                    />
                    <p class="wrong" id="question-wrong" role="status">{wrong}</p>
                </div>
                <p class="actions">
                    <button type="button" on:click=move |_| no.run(())>"No, delete nothing"</button>
                    <button type="submit" class="danger primary" disabled=move || !matches.get()>
                        "Yes, " {command} " these records"
                    </button>
                </p>
            </form>
        </dialog>
    }
}

use leptos::html::Dialog;
use leptos::prelude::*;
use lightbeam_web::history::host_of;

use super::super::store::Store;

/// The question of the run that is under way, while it waits for an answer. Closing it without the right word means no.
#[component]
pub(in super::super) fn Question() -> impl IntoView {
    let store = Store::get();
    move || {
        let run = store.active.get()?;
        let text = run.question.get()?;
        let snapshot = run.snapshot.clone();
        let host = Signal::derive(move || {
            snapshot.with(|snapshot| snapshot.data_url.as_deref().map(host_of)).unwrap_or_default()
        });
        let command = run.invocation.command.name();
        let on_answer = Callback::new(move |yes| store.answer(&run, yes));
        Some(view! { <Confirmation command=command text=text host=host on_answer=on_answer/> })
    }
}

/// A dialog that is said yes to by typing the host's name.
#[component]
pub(in super::super) fn Confirmation(
    /// The command that will remove.
    command: &'static str,
    /// What will happen, in plain sentences.
    text: String,
    /// Host and port of the API; empty as long as they are not known.
    #[prop(into)]
    host: Signal<String>,
    on_answer: Callback<bool>,
) -> impl IntoView {
    let dialog = NodeRef::<Dialog>::new();
    let typed = RwSignal::new(String::new());
    let matches = Memo::new(move |_| host.with(|host| !host.is_empty() && typed.with(|typed| typed.trim() == host)));
    Effect::new(move |_| {
        // Shown as a modal one, it keeps the focus inside until it is closed.
        if let Some(dialog) = dialog.get().filter(|dialog| !dialog.open())
            && dialog.show_modal().is_err()
        {
            on_answer.run(false);
        }
    });
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        if matches.get_untracked() {
            on_answer.run(true);
        }
    };
    let wrong = move || {
        let nothing = typed.with(|typed| typed.trim().is_empty());
        if nothing || matches.get() { "" } else { "That is not the host yet." }
    };
    view! {
        <dialog
            class="question"
            node_ref=dialog
            aria-labelledby="question-title"
            aria-describedby="question-text"
            on:cancel=move |event: web_sys::Event| {
                event.prevent_default();
                on_answer.run(false);
            }
        >
            <h2 id="question-title">"Really " {command} "?"</h2>
            <p class="asked" id="question-text" tabindex="0">{text}</p>
            <form on:submit=submit>
                <div class="field">
                    <label for="question-host">
                        "To confirm, type the host of the API: "<code>{move || host.get()}</code>
                    </label>
                    <input
                        id="question-host"
                        name="question-host"
                        type="text"
                        autofocus=true
                        autocomplete="off"
                        autocapitalize="off"
                        spellcheck="false"
                        aria-describedby="question-wrong"
                        on:input=move |event| typed.set(event_target_value(&event))
                    />
                    <p class="wrong" id="question-wrong" role="status">{wrong}</p>
                </div>
                <p class="actions">
                    <button type="button" on:click=move |_| on_answer.run(false)>"No, delete nothing"</button>
                    <button type="submit" class="danger primary" disabled=move || !matches.get()>
                        "Yes, " {command}
                    </button>
                </p>
            </form>
        </dialog>
    }
}

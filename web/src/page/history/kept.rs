use leptos::prelude::*;

use super::super::store::{KeptTarget, Store};
use lightbeam_web::amount::{grouped, size};

/// What is stored in this browser, whether it stays, and how to erase it.
#[component]
pub(super) fn KeptView() -> impl IntoView {
    let store = Store::get();
    let kept = store.kept;
    let amount = move || match kept.stored.get() {
        Some(amount) => {
            format!(
                "About {} of at most {} that the browser grants.",
                size(whole(amount.used)),
                size(whole(amount.quota))
            )
        }
        None => "The browser does not tell how much is stored.".to_owned(),
    };
    let persistence = move || match kept.persistent.get() {
        Some(true) => "✔ The browser keeps it until you erase it.",
        Some(false) => {
            "The browser may drop it where room is short, or after a time without a visit. Then records that were sent before are sent once more, and nothing worse: the API takes them as updates."
        }
        None => "The browser does not tell whether it may drop it.",
    };
    let may_ask = move || kept.persistent.get() == Some(false);
    let asked = RwSignal::new(false);
    let busy = Memo::new(move |_| store.active.with(Option::is_some));
    view! {
        <p>
            "What was sent (as digests, not as records), the API's documents, the history, and what you typed but the secrets. Nothing of it leaves this browser."
        </p>
        <p>{amount}</p>
        <p>{persistence}</p>
        <p class="actions" hidden=move || !may_ask()>
            <button type="button" on:click=move |_| store.ask_persistence()>"Ask the browser to keep it"</button>
        </p>
        {move || {
            let targets = kept.targets.get();
            (!targets.is_empty()).then(|| view! { <Targets targets=targets/> })
        }}
        <h3>"Erase everything"</h3>
        <p>"Erases all of the above. The next send to each API sends all records once more."</p>
        <p class="actions">
            <button
                type="button"
                class="danger"
                disabled=move || busy.get()
                hidden=move || asked.get()
                on:click=move |_| asked.set(true)
            >
                "Erase everything …"
            </button>
            <span class="hint">{move || busy.get().then_some("A run is under way: wait for its end, or stop it.")}</span>
        </p>
        {move || (asked.get() && !busy.get()).then(|| view! { <Sure asked=asked/> })}
        <p role="status">{move || kept.told.get()}</p>
    }
}

#[component]
fn Sure(asked: RwSignal<bool>) -> impl IntoView {
    let store = Store::get();
    let first = NodeRef::<leptos::html::Button>::new();
    // The button that was pressed has gone; the focus moves to what came instead.
    Effect::new(move |_| {
        if let Some(button) = first.get() {
            let _ = button.focus();
        }
    });
    view! {
        <p class="actions" role="group" aria-label="Erase everything?">
            <strong>"Really everything?"</strong>
            <button type="button" node_ref=first on:click=move |_| asked.set(false)>"No, keep it"</button>
            <button
                type="button"
                class="danger primary"
                on:click=move |_| {
                    asked.set(false);
                    store.erase_everything();
                }
            >
                "Yes, erase everything"
            </button>
        </p>
    }
}

#[component]
fn Targets(targets: Vec<KeptTarget>) -> impl IntoView {
    let row = |target: KeptTarget| {
        // Behind the host stands a digest of the data root, which tells school years of one host apart.
        let name = target.name.rsplit_once('-').map(|(host, digest)| format!("{host} ({digest})"));
        view! {
            <tr>
                <th scope="row">{name.unwrap_or(target.name)}</th>
                <td class="num">{grouped(target.endpoints)}</td>
                <td class="num">{size(target.state)}</td>
                <td class="num">{grouped(target.documents)}</td>
                <td class="num">{size(target.cache)}</td>
            </tr>
        }
    };
    view! {
        <h3>"What is remembered of each API and school year"</h3>
        <div class="scroll" tabindex="0" role="region" aria-label="What is remembered of each API">
            <table>
                <caption class="visually-hidden">"What is remembered of each API and school year"</caption>
                <thead>
                    <tr>
                        <th scope="col">"API"</th>
                        <th scope="col" class="num">"Endpoints sent to"</th>
                        <th scope="col" class="num">"Size"</th>
                        <th scope="col" class="num">"API documents"</th>
                        <th scope="col" class="num">"Size"</th>
                    </tr>
                </thead>
                <tbody>{targets.into_iter().map(row).collect_view()}</tbody>
            </table>
        </div>
    }
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a number of bytes")]
fn whole(bytes: f64) -> u64 {
    bytes as u64
}

use leptos::prelude::*;
use lightbeam_core::event::EndpointId;
use lightbeam_core::invocation::Command;

use super::super::options::{Options, selected};
use super::super::parts::{Field, PickEndpoints};
use super::super::store::Store;
use super::removal::Removal;
use lightbeam_web::amount::counted;
use lightbeam_web::emptying::{Named, named, stands_for_more};

/// Delete all records of some endpoints.
#[component]
pub(super) fn Truncate() -> impl IntoView {
    let store = Store::get();
    // What was typed to agree to all endpoints that the selector stands for.
    let agreed = RwSignal::new(String::new());
    let what = Memo::new(move |_| store.options.with(|options| named(options.selector.as_deref())));
    // The endpoints that the selector stands for, where they are more than it names.
    let meant = Memo::new(move |_| {
        let selected = selected(store).filter(|_| what.get() != Named::Nothing)?.0.ok()?;
        let endpoints = selected.endpoints.len();
        if !store.options.with(|options| stands_for_more(options.selector.as_deref(), endpoints)) {
            return None;
        }
        let main = store.resolved("namespace").unwrap_or_else(|| "ed-fi".to_owned());
        let name = |id: &EndpointId| {
            if id.namespace.eq_ignore_ascii_case(&main) { id.name.to_string() } else { id.to_string() }
        };
        Some(selected.endpoints.iter().map(name).collect::<Vec<_>>())
    });
    // Who agreed to some endpoints did not agree to others.
    Effect::watch(move || meant.get(), move |_, _, _| agreed.set(String::new()), false);
    let wrong = Signal::derive(move || match (what.get(), meant.with(|meant| meant.as_ref().map(Vec::len))) {
        (Named::Nothing, _) => "Name the endpoints to empty, in the field or in the list.".to_owned(),
        (Named::OneByOne, None) => String::new(),
        (Named::ByPattern, None) => {
            "A pattern may stand for more than is meant: ask the API for its endpoints first, in the list.".to_owned()
        }
        (_, Some(count)) if agreed.with(|typed| typed.trim() == count.to_string()) => String::new(),
        (_, Some(_)) => "Type how many endpoints the selection stands for.".to_owned(),
    });
    view! {
        <section class="card danger" aria-labelledby="truncate-title">
            <h2 id="truncate-title">"Empty endpoints"</h2>
            <p>
                "All records of the selected endpoints are deleted, whoever sent them, as far as your key may read and delete them. Nothing is selected unless you do it."
            </p>
            <PickEndpoints name="truncate-endpoints"/>
            <Options command=Command::Truncate/>
            {move || meant.get().map(|meant| agreement(&meant, agreed))}
            <Removal command=Command::Truncate wrong=wrong/>
        </section>
    }
}

/// All endpoints that a selector stands for, and the field to agree to their number.
fn agreement(meant: &[String], agreed: RwSignal<String>) -> AnyView {
    let count = meant.len();
    let endpoints = counted(count as u64, "endpoint");
    let items = meant.iter().map(|name| view! { <li>{name.clone()}</li> }).collect_view();
    view! {
        <h3>{format!("The selection stands for {endpoints}")}</h3>
        <ul class="ticks" tabindex="0" aria-label="Endpoints that the selection stands for">{items}</ul>
        <Field
            name="truncate-agreed"
            label=format!("To empty {endpoints}, type their number: {count}")
            value=agreed
            on_input=Callback::new(move |text| agreed.set(text))
        />
    }
    .into_any()
}

use leptos::prelude::*;
use lightbeam_core::invocation::Command;

use super::super::options::Options;
use super::super::parts::{PickEndpoints, Switch};
use super::super::store::Store;
use super::removal::Removal;

/// Delete all records of some endpoints.
#[component]
pub(super) fn Truncate() -> impl IntoView {
    let store = Store::get();
    let all = store.panels.all;
    let wrong = Signal::derive(move || {
        store.options.with(|options| match options.selector.as_deref().map(extent) {
            None | Some(Extent::Nothing) => "Name the endpoints to empty, in the field or in the list.".to_owned(),
            Some(Extent::Everything) if !all.get() => {
                "The selector stands for every endpoint. If that is meant, tick the box for it.".to_owned()
            }
            Some(_) => String::new(),
        })
    });
    view! {
        <section class="card danger" aria-labelledby="truncate-title">
            <h2 id="truncate-title">"Empty endpoints"</h2>
            <p>
                "All records of the selected endpoints are deleted, whoever sent them, as far as your key may read and delete them. Nothing is selected unless you do it."
            </p>
            <PickEndpoints name="truncate-endpoints"/>
            <Options command=Command::Truncate/>
            <Switch
                name="truncate-all"
                label="The selector may stand for every endpoint"
                value=all
                on_change=Callback::new(move |on| all.set(on))
            />
            <Removal command=Command::Truncate wrong=wrong/>
        </section>
    }
}

/// How much a selector selects.
#[derive(Debug, PartialEq, Eq)]
enum Extent {
    Nothing,
    Something,
    Everything,
}

fn extent(selector: &str) -> Extent {
    let mut items = selector.split(',').map(str::trim).filter(|item| !item.is_empty()).peekable();
    if items.peek().is_none() {
        Extent::Nothing
    } else if items.any(|item| item.bytes().all(|byte| byte == b'*' || byte == b'/')) {
        Extent::Everything
    } else {
        Extent::Something
    }
}

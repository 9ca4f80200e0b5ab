use std::collections::BTreeSet;

use leptos::prelude::*;

use super::super::store::Store;
use super::Checklist;

/// The endpoints of the API as a list, to be picked into the selector.
#[component]
pub(in super::super) fn PickEndpoints(
    /// A name that no other list of the page has.
    name: &'static str,
) -> impl IntoView {
    let options = Store::get().options;
    let picked = Signal::derive(move || options.with(|options| names(options.selector.as_deref())));
    let on_pick = Callback::new(move |(name, ticked): (String, bool)| {
        options.update(|options| options.selector = toggled(options.selector.as_deref(), &name, ticked));
    });
    view! {
        <details>
            <summary>"Pick endpoints from a list"</summary>
            <Checklist name=name picked=picked on_pick=on_pick/>
        </details>
    }
}

/// The names in a selector.
fn names(selector: Option<&str>) -> BTreeSet<String> {
    let given = selector.unwrap_or_default().split(',').map(str::trim).filter(|name| !name.is_empty());
    let mut names = BTreeSet::new();
    names.extend(given.map(str::to_owned));
    names
}

/// The selector with a name more or less; patterns and the order of the others stay.
fn toggled(selector: Option<&str>, name: &str, ticked: bool) -> Option<String> {
    let others = selector.unwrap_or_default().split(',').map(str::trim);
    let mut names: Vec<&str> = others.filter(|other| !other.is_empty() && *other != name).collect();
    if ticked {
        names.push(name);
    }
    (!names.is_empty()).then(|| names.join(", "))
}

use std::collections::BTreeSet;

use leptos::prelude::*;
use lightbeam_core::invocation::Invocation;

use super::super::parts::{Checklist, Field};
use super::super::store::Store;

/// A flag of the invocation, as a field.
#[component]
pub(super) fn Flag(
    /// A name that no other field of the page has.
    name: &'static str,
    label: &'static str,
    hint: &'static str,
    #[prop(optional)] placeholder: &'static str,
    get: fn(&Invocation) -> &Option<String>,
    set: fn(&mut Invocation) -> &mut Option<String>,
    #[prop(into, optional)] wrong: Signal<String>,
) -> impl IntoView {
    let options = Store::get().options;
    let value = Signal::derive(move || options.with(|options| get(options).clone().unwrap_or_default()));
    let on_input = Callback::new(move |text: String| {
        options.update(|options| *set(options) = Some(text).filter(|text| !text.trim().is_empty()));
    });
    view! {
        <Field name=name label=label hint=hint placeholder=placeholder value=value on_input=on_input wrong=wrong/>
    }
}

/// Which endpoints: two fields, and a list of those that the API has.
#[component]
pub(super) fn Selection() -> impl IntoView {
    let options = Store::get().options;
    let picked = Signal::derive(move || options.with(|options| names(options.selector.as_deref())));
    let on_pick = Callback::new(move |(name, ticked): (String, bool)| {
        options.update(|options| options.selector = toggled(options.selector.as_deref(), &name, ticked));
    });
    view! {
        <div class="fields">
            <Flag
                name="read-selector"
                label="Endpoints"
                hint="A comma list; * stands for anything. Empty: all of them"
                placeholder="students, school*"
                get=|options| &options.selector
                set=|options| &mut options.selector
            />
            <Flag
                name="read-exclude"
                label="But not these"
                hint="A comma list; leaving out always wins"
                placeholder="*Descriptors"
                get=|options| &options.exclude
                set=|options| &mut options.exclude
            />
        </div>
        <details>
            <summary>"Pick endpoints from a list"</summary>
            <Checklist name="read-endpoints" picked=picked on_pick=on_pick/>
        </details>
    }
}

/// The names in a selector.
fn names(selector: Option<&str>) -> BTreeSet<String> {
    let names = selector.unwrap_or_default().split(',').map(str::trim).filter(|name| !name.is_empty());
    names.map(str::to_owned).collect()
}

/// The selector with a name more or less; patterns and the order of the others stay.
fn toggled(selector: Option<&str>, name: &str, ticked: bool) -> Option<String> {
    let others = selector.unwrap_or_default().split(',').map(str::trim);
    let mut names: Vec<&str> = others.filter(|other| !other.is_empty() && *other != name).collect();
    if ticked {
        names.push(name);
    }
    (!names.is_empty()).then(|| names.join(","))
}

use leptos::html;
use leptos::prelude::*;
use lightbeam_web::diagnostics::mark_word;
use lightbeam_web::protocol::{Check, Mark};

use super::super::store::Store;

/// What the last test of the connection found.
#[component]
pub(super) fn Checks() -> impl IntoView {
    let store = Store::get();
    let place = NodeRef::<html::Div>::new();
    // What was found must not stay below the edge, unseen by whoever pressed the button.
    Effect::watch(
        move || store.checks.with(Option::is_some),
        move |found, _, _| {
            if *found && let Some(place) = place.get_untracked() {
                request_animation_frame(move || place.scroll_into_view_with_bool(false));
            }
        },
        false,
    );
    let sentence = move || {
        if store.checking.get() {
            return "Testing the connection …".to_owned();
        }
        store.checks.with(|checks| checks.as_deref().map(summary).unwrap_or_default())
    };
    let endpoints = move || {
        store.endpoints.with(|endpoints| match endpoints {
            Some(Ok(endpoints)) => Some(format!("The API offers {} endpoints.", endpoints.len())),
            Some(Err(why)) => Some(format!("Its endpoints could not be listed: {why}")),
            None => None,
        })
    };
    let rows = move || store.checks.get().unwrap_or_default().into_iter().map(row).collect_view();
    view! {
        <div class="checks" node_ref=place aria-busy=move || store.checking.get().to_string()>
            <p class="end" role="status">{sentence}</p>
            {move || store.checks.with(Option::is_some).then(|| view! { <ol>{rows}</ol> })}
            <p class="hint" role="status">{endpoints}</p>
        </div>
    }
}

fn summary(checks: &[Check]) -> String {
    let failed = checks.iter().filter(|check| check.mark == Mark::Bad).count();
    let fair = checks.iter().filter(|check| check.mark == Mark::Fair).count();
    match (failed, fair) {
        (0, 0) => "The connection works.".to_owned(),
        (0, _) => "The connection works, but could be better.".to_owned(),
        _ => "The connection does not work yet.".to_owned(),
    }
}

fn row(check: Check) -> impl IntoView {
    let (sign, class) = match check.mark {
        Mark::Good => ("✔", "good"),
        Mark::Fair => ("!", "fair"),
        Mark::Bad => ("✖", "bad"),
        Mark::Untried => ("–", "untried"),
    };
    view! {
        <li>
            <span class=format!("sign {class}") aria-hidden="true">{sign}</span>
            <div>
                <strong>{check.what}</strong>
                " "
                <span class=class>{format!("({})", mark_word(check.mark))}</span>
                <span class="fix">{check.seen}</span>
                {check.fix.map(|fix| view! { <span class="fix"><strong>"What to do: "</strong>{fix}</span> })}
            </div>
        </li>
    }
}

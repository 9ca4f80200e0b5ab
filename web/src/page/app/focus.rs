use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use super::super::store::Store;

/// Moves the focus to the heading of an area that was changed to, so that people who do not see it hear of it.
pub(super) fn follow(store: Store) {
    Effect::watch(
        move || store.area.get(),
        // The new area stands there after the next frame only.
        |_, _, _| request_animation_frame(to_heading),
        false,
    );
}

fn to_heading() {
    let found = document().query_selector("main h1, main h2").ok().flatten();
    let place = found.or_else(|| document().get_element_by_id("main"));
    let Some(place) = place.and_then(|place| place.dyn_into::<HtmlElement>().ok()) else { return };
    if !place.has_attribute("tabindex") {
        place.set_tab_index(-1);
    }
    // An element that cannot have the focus leaves it where it is.
    let _ = place.focus();
}

use leptos::prelude::*;

use super::super::store::{Area, Store};

/// What the tab says: the area, and how far a run is.
pub(super) fn follow(store: Store) {
    let title = Memo::new(move |_| {
        let area = match store.area.get() {
            Area::Load => "Load",
            Area::Read => "Read",
            Area::Remove => "Remove",
            Area::History => "History",
        };
        let Some(run) = store.active.get() else { return format!("{area} · lightbeam") };
        let command = run.invocation.command.name();
        match run.snapshot.with(|snapshot| snapshot.percent) {
            Some(percent) => format!("{percent}% {command} · lightbeam"),
            None => format!("{command} … · lightbeam"),
        }
    });
    Effect::new(move |_| document().set_title(&title.get()));
}

use leptos::prelude::*;

use lightbeam_web::amount::grouped;

/// Rows of a page.
pub(in super::super) const ROWS: usize = 50;

/// Goes through the pages of a long list; shows nothing for a list of one page.
#[component]
pub(in super::super) fn Pager(
    /// What it pages through, such as `Failures`.
    #[prop(into)]
    label: String,
    /// The page that is shown, from 0.
    page: RwSignal<usize>,
    /// How many rows there are.
    #[prop(into)]
    rows: Signal<usize>,
) -> impl IntoView {
    let pages = move || rows.get().div_ceil(ROWS);
    let shown = move || {
        let (first, all) = (page.get() * ROWS, rows.get());
        let last = (first + ROWS).min(all);
        format!("{} to {} of {}", grouped(first as u64 + 1), grouped(last as u64), grouped(all as u64))
    };
    let is_first = move || page.get() == 0;
    let is_last = move || page.get() + 1 >= pages();
    let back = move |_| page.update(|page| *page = page.saturating_sub(1));
    let on = move |_| page.update(|page| *page += 1);
    view! {
        <nav class="pager" aria-label=format!("Pages of {label}") hidden=move || pages() < 2>
            <button type="button" disabled=is_first on:click=back>"Previous page"</button>
            <span role="status">{shown}</span>
            <button type="button" disabled=is_last on:click=on>"Next page"</button>
        </nav>
    }
}

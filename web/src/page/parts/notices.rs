use leptos::prelude::*;
use lightbeam_web::protocol::{NoticeRow, Severity};

/// What the user should know, the newest last.
#[component]
pub(in super::super) fn Notices(#[prop(into)] notices: Signal<Vec<NoticeRow>>) -> impl IntoView {
    let row = |notice: NoticeRow| {
        let (class, word) = match notice.severity {
            Severity::Debug => ("debug", "Detail"),
            Severity::Info => ("info", "Note"),
            Severity::Warning => ("warning", "Warning"),
            Severity::Error => ("error", "Error"),
        };
        view! {
            <li class=format!("notice {class}")>
                <strong>{word}": "</strong>
                {notice.text}
                {notice.hint.map(|hint| view! { <span class="fix">{hint}</span> })}
            </li>
        }
    };
    view! {
        <ul class="notices" aria-label="Messages">
            {move || notices.get().into_iter().map(row).collect_view()}
        </ul>
    }
}

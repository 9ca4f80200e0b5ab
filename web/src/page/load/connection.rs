use leptos::prelude::*;

use super::super::connect::Connect;
use super::StepHeading;

/// Which API, with which credentials.
#[component]
pub(super) fn ConnectionStep() -> impl IntoView {
    view! {
        <section class="card">
            <StepHeading text="Connect"/>
            <Connect/>
        </section>
    }
}

use leptos::prelude::*;

use super::diagnostics::Diagnostics;

/// Where the data stays, how to check that, and what to hand on when something does not work.
#[component]
pub(super) fn Foot() -> impl IntoView {
    view! {
        <footer class="foot">
            <p>"Your files stay on this computer. The only server this page talks to is the Ed-Fi API you enter."</p>
            <details>
                <summary>"How to verify that data stays here"</summary>
                <ol>
                    <li>
                        "Open the developer tools of the browser (F12), choose "
                        <em>"Network"</em>
                        ", and use the page: after it is loaded, all requests go to the Ed-Fi API and to the address that gives out its tokens."
                    </li>
                    <li>
                        "Cut the network once the page is loaded: choosing files and checking their form and their keys works on, because it happens here."
                    </li>
                    <li>
                        "Look at the source of the page: its Content-Security-Policy forbids code from anywhere else and sending forms. There are no cookies, no fonts or scripts of others and no counting of visitors."
                    </li>
                    <li>
                        "Look at "
                        <em>"Application"</em>
                        " (in Firefox and Safari "
                        <em>"Storage"</em>
                        "): this browser keeps the settings without the secret, digests of what was sent, and the API's documents. "
                        <em>"History"</em>
                        " has a button to erase all of it."
                    </li>
                </ol>
            </details>
            <Diagnostics/>
        </footer>
    }
}

//! The flags and settings of a command, the rare ones folded away.
//!
//! Flags that have no field here: `-c` is *Open lightbeam.yaml*, `-p` are the values in the panel of the connection,
//! `--set` are the settings themselves. `--dry-run` is a step of its own (plan), except for `create`. `--results-file`
//! and `--failed-dir` are always given by a page, which offers what they hold as downloads. `--quiet`, `--color` and
//! `--log-format` shape a terminal's text, which a page has not.

mod flags;
mod methods;
mod namespaces;
mod remembering;
mod selection;

use leptos::context::Provider;
use leptos::prelude::*;
use lightbeam_core::invocation::{Command, Invocation};

use super::parts::{FieldScope, Setting};
use super::store::Store;
use flags::{FailOnChoice, LogLevelChoice, Switched, SwitchedFlag, Written, WrittenFlag};
use methods::Methods;
pub(super) use namespaces::Namespaces;
use remembering::Remembering;
use selection::SelectionNote;
pub(super) use selection::selected;

/// The flags that are written, shown at once.
fn written(command: Command) -> &'static [Written] {
    match command {
        Command::Count => &[Written::Selector, Written::Exclude, Written::Query],
        Command::Fetch => &[Written::Selector, Written::Exclude, Written::Query, Written::KeepKeys, Written::DropKeys],
        Command::Truncate => &[Written::Emptied, Written::Exclude],
        _ => &[Written::Selector, Written::Exclude],
    }
}

/// The flags that are written, folded away.
fn written_rarely(command: Command) -> &'static [Written] {
    match command {
        Command::Send | Command::ValidateSend | Command::Delete => {
            &[Written::ResendStatusCodes, Written::OlderThan, Written::NewerThan]
        }
        _ => &[],
    }
}

/// The flags that are on or off, shown at once.
fn switched(command: Command) -> &'static [Switched] {
    match command {
        Command::Send | Command::ValidateSend | Command::Delete => &[Switched::Force],
        Command::Create => &[Switched::Replace, Switched::DryRun],
        _ => &[],
    }
}

/// The flags that are on or off, folded away.
fn switched_rarely(command: Command) -> &'static [Switched] {
    match command {
        Command::Send | Command::ValidateSend => &[Switched::ForceUnlock, Switched::Wipe],
        Command::Delete | Command::Truncate => &[Switched::Yes, Switched::ForceUnlock, Switched::Wipe],
        _ => &[Switched::Wipe],
    }
}

/// The keys of the configuration, folded away.
fn keys(command: Command) -> &'static [&'static str] {
    match command {
        Command::Count => &["count.separator", "connection.pool_size", "namespace"],
        Command::Fetch => &["fetch.page_size", "fetch.output_dir", "connection.pool_size", "namespace"],
        Command::Validate | Command::ValidateSend => &[
            "validate.max_failures",
            "validate.references.remote",
            "validate.references.selector",
            "validate.references.behavior",
            "validate.references.max_failures",
            "connection.pool_size",
            "connection.num_retries",
            "namespace",
        ],
        Command::Send => &["connection.pool_size", "connection.num_retries", "namespace"],
        Command::Delete | Command::Truncate => {
            &["force_delete", "connection.pool_size", "connection.num_retries", "namespace"]
        }
        Command::Create => &["namespace"],
    }
}

/// All flags and settings that a command has a use for.
#[component]
pub(super) fn Options(command: Command) -> impl IntoView {
    let store = Store::get();
    let has_state = matches!(command, Command::Send | Command::ValidateSend | Command::Delete);
    // What is folded away must not be overlooked where it was set before.
    let open = store.options.with_untracked(|options| is_rare_given(command, options))
        || store.draft.with_untracked(|draft| keys(command).iter().any(|key| draft.text(key).is_some()));
    let write = |flags: &'static [Written]| flags.iter().map(|flag| view! { <WrittenFlag flag=*flag/> }).collect_view();
    let switch =
        |flags: &'static [Switched]| flags.iter().map(|flag| view! { <SwitchedFlag flag=*flag/> }).collect_view();
    view! {
        <Provider value=FieldScope(command.name())>
            <fieldset class="options">
                <legend>"Options"</legend>
                <div class="fields">{write(written(command))}</div>
                <SelectionNote/>
                {matches!(command, Command::Validate | Command::ValidateSend).then(|| view! { <Methods/> })}
                {switch(switched(command))}
                <details open=open>
                    <summary>"More options"</summary>
                    <div class="fields">
                        {write(written_rarely(command))}
                        {(command != Command::Create).then(|| view! { <FailOnChoice/> })}
                        <LogLevelChoice/>
                        {keys(command).iter().map(|path| view! { <Setting path=*path/> }).collect_view()}
                    </div>
                    {switch(switched_rarely(command))}
                    {has_state.then(|| view! { <Remembering/> })}
                    <Namespaces/>
                </details>
            </fieldset>
        </Provider>
    }
}

/// Whether a flag that is folded away was set.
fn is_rare_given(command: Command, options: &Invocation) -> bool {
    written_rarely(command).iter().any(|flag| flag.of(options).is_some())
        || switched_rarely(command).iter().any(|flag| flag.of(options))
        || options.log_level.is_some()
        || options.fail_on != lightbeam_core::invocation::FailOn::All
}

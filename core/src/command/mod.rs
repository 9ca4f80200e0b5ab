//! What each command does.

mod checked;
mod collection;
mod connect;
mod count;
mod create;
mod delete;
mod failed_records;
mod failure;
mod fetch;
pub mod probe;
mod reader;
mod removal;
mod send;
mod session;
mod truncate;
mod validate;
mod validate_send;

pub(crate) use connect::{NotBegun, connect};
pub(crate) use session::Session;

use crate::config::Resend;
use crate::data::{self, EndpointFiles};
use crate::event::Event;
use crate::host::Host;
use crate::invocation::Command;
use crate::notice::Notice;
use crate::sort;
use crate::state::ResendRules;

/// What a command leaves behind beside its events: what belongs on standard output.
pub(crate) type Output = Option<String>;

/// Carries the command of a session out.
pub(crate) async fn carry_out<H: Host>(session: &Session<'_, H>, resend: &Resend) -> Result<Output, NotBegun> {
    match session.invocation.command {
        Command::Count => count::count(session).await,
        Command::Fetch => fetch::fetch(session).await.map(|()| None),
        Command::Validate => validate::validate(session).await.map(|()| None),
        Command::Send => {
            let data = local_data(session).await?;
            let loads = data.into_iter().map(send::Load::unchecked).collect();
            send::send(session, loads, &rules(resend)).await;
            Ok(None)
        }
        Command::ValidateSend => validate_send::validate_and_send(session, &rules(resend)).await.map(|()| None),
        Command::Delete => delete::delete(session, &rules(resend)).await.map(|()| None),
        Command::Truncate => truncate::truncate(session).await.map(|()| None),
        Command::Create => create::create(session).await,
    }
}

/// The files of the selected endpoints, each told to the user; files that lead nowhere are told too.
async fn local_data<H: Host>(session: &Session<'_, H>) -> Result<Vec<EndpointFiles>, NotBegun> {
    let files = session.host.files();
    let all = session.endpoints.ids();
    let data_dir = &session.config.data_dir;
    let discovered = data::discover(files, data_dir, &all, &session.config.namespace).await.map_err(NotBegun::file)?;
    for unused in &discovered.unused {
        session.notice(Notice::warning(unused.to_string()));
    }
    let found = discovered.endpoints.len();
    let mut selected: Vec<EndpointFiles> =
        discovered.endpoints.into_iter().filter(|of| session.selected.contains(&of.endpoint)).collect();
    if selected.is_empty() {
        let hint = if found == 0 {
            "files are named after endpoints, such as students.jsonl, or lie in folders named so".to_owned()
        } else {
            format!("there are files of {found} other endpoints; check --selector and --exclude")
        };
        let text = format!("there is no file in {data_dir} for the selected endpoints");
        return Err(NotBegun::failed(Notice::error(text).with_hint(hint)));
    }
    // Reading order: endpoints as they are sent.
    let position = |of: &EndpointFiles| all.iter().position(|id| *id == of.endpoint);
    sort::by_key(&mut selected, position);
    if matches!(session.invocation.command, Command::Send | Command::ValidateSend) {
        tell_missing_keys(session, &selected);
    }
    for of in &selected {
        let bytes = of.size(files).await.map_err(NotBegun::file)?;
        let (endpoint, files) = (of.endpoint.clone(), of.files.clone());
        session.listener.hear(&Event::Planned { endpoint, files, bytes });
    }
    Ok(selected)
}

/// Without its natural key, nobody can tell whether two records are the same one.
fn tell_missing_keys<H: Host>(session: &Session<'_, H>, selected: &[EndpointFiles]) {
    let lacks =
        |of: &&EndpointFiles| session.endpoints.get(&of.endpoint).is_none_or(|endpoint| !endpoint.has_whole_key());
    let names: Vec<String> = selected.iter().filter(lacks).map(|of| of.endpoint.to_string()).collect();
    let Some(first) = names.first() else { return };
    let which =
        if names.len() == 1 { first.clone() } else { format!("{first} and {} more endpoints", names.len() - 1) };
    session.notice(Notice::warning(format!("the API's documents do not tell the natural key of {which}")).with_hint(
        "records that share a key may be sent out of order, so the last one may not win; changed records count as \
             new; and one that went back to an earlier value is sent again only with -f",
    ));
}

/// The user's wishes as the state understands them.
fn rules(resend: &Resend) -> ResendRules {
    let seconds = |time: crate::host::Timestamp| u32::try_from(time.as_second().max(0)).unwrap_or(u32::MAX);
    ResendRules {
        force: resend.force,
        older_than: resend.older_than.map(seconds),
        newer_than: resend.newer_than.map(seconds),
        statuses: resend.statuses.clone(),
    }
}

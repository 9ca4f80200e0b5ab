//! `validate+send`: checks all selected records first, then posts the valid ones.
//!
//! An invalid record has its word while it is checked, and is passed over when its file is read again. A valid one has
//! its word when it is sent; if nothing is sent, when that is known.

use super::checked::Checked;
use super::send::{self, Load};
use super::validate::{Valid, Validation};
use crate::command::{NotBegun, Session, local_data};
use crate::data::EndpointFiles;
use crate::event::{Event, Outcome, RecordsEvent};
use crate::host::Host;
use crate::invocation::FailOn;
use crate::notice::Notice;
use crate::state::ResendRules;

/// Checks the records of all files, and sends those in which nothing is wrong; none, if that is what the user wants
/// or the checks did not come to their end.
pub(super) async fn validate_and_send<H: Host>(session: &Session<'_, H>, rules: &ResendRules) -> Result<(), NotBegun> {
    let data = local_data(session).await?;
    let files = session.host.files();
    let mut sizes = Vec::with_capacity(data.len());
    for of in &data {
        sizes.push(of.size(files).await.map_err(NotBegun::file)?);
    }
    let mut validation = Validation::prepare(session, &data).await?;
    let mut checked = Vec::with_capacity(data.len());
    for of in data {
        if !session.goes_on().await {
            break;
        }
        let endpoint = session.endpoints.get(&of.endpoint).expect("files are found for known endpoints");
        let of_endpoint = validation.check(endpoint, &of.files, Valid::IsSentLater).await;
        checked.push((of, of_endpoint));
    }
    let is_finished = validation.finish();
    let valid: u64 = checked.iter().flat_map(|(_, checked)| &checked.valid).sum();
    let invalid: u64 = checked.iter().map(|(_, checked)| checked.invalid.len() as u64).sum();
    if let Some(why) = reason_to_send_nothing(session, is_finished, valid, invalid) {
        session.notice(Notice::error(format!("nothing is sent: {why}")));
        for (of, checked) in checked {
            send_nothing(session, &of, checked).await;
        }
        return Ok(());
    }
    tell(session, valid, invalid);
    let mut loads = Vec::with_capacity(checked.len());
    for ((of, checked), size) in checked.into_iter().zip(sizes) {
        // Files are read from their beginning once more.
        session.listener.hear(&Event::Read { endpoint: of.endpoint.clone(), bytes: 0 });
        match of.size(files).await {
            Ok(now) if now == size => loads.push(Load { files: of, checked: Some(checked) }),
            Ok(_) => {
                session.changed_file(&of.files.join(", "));
                tell_nothing_of(session, &of);
                send_nothing(session, &of, checked).await;
            }
            Err(error) => {
                session.unreadable_file(&error);
                tell_nothing_of(session, &of);
                send_nothing(session, &of, checked).await;
            }
        }
    }
    send::send(session, loads, rules).await;
    Ok(())
}

fn reason_to_send_nothing<H: Host>(
    session: &Session<'_, H>,
    is_finished: bool,
    valid: u64,
    invalid: u64,
) -> Option<&'static str> {
    if !is_finished {
        Some("the checks did not come to their end")
    } else if session.is_incomplete() {
        // The lines that could not be read may be there when the file is read once more.
        Some("part of the data could not be read, so it was not checked")
    } else if invalid > 0 && valid == 0 {
        Some("every record is invalid")
    } else if invalid > 0 && session.invocation.fail_on == FailOn::Any {
        Some("there are invalid records, and --fail-on any asks for none")
    } else {
        None
    }
}

fn tell<H: Host>(session: &Session<'_, H>, valid: u64, invalid: u64) {
    let all = valid + invalid;
    session.notice(match invalid {
        0 => Notice::info(format!("all {all} records are valid")),
        _ => Notice::warning(format!("{invalid} of {all} records are invalid and are not sent"))
            .with_hint("--fail-on any sends nothing unless all are valid"),
    });
}

fn tell_nothing_of<H: Host>(session: &Session<'_, H>, of: &EndpointFiles) {
    let text = format!("nothing of {} is sent: its files are not what was checked", of.endpoint);
    session.notice(Notice::error(text).with_hint("run again when no other program writes to them"));
}

/// The last word on an endpoint of which nothing is sent.
async fn send_nothing<H: Host>(session: &Session<'_, H>, of: &EndpointFiles, checked: Checked) {
    let Checked { failed, valid, .. } = checked;
    for (file, count) in of.files.iter().zip(valid) {
        if count > 0 && !session.is_dry_run() {
            session.listener.hear(&Event::Records(RecordsEvent {
                endpoint: of.endpoint.clone(),
                file: file.clone(),
                outcome: Outcome::Valid,
                count,
            }));
        }
    }
    session.write_failed_records(failed, &of.endpoint, &of.files).await;
    session.listener.hear(&Event::EndpointFinished { endpoint: of.endpoint.clone() });
}

//! `create`: writes template skeletons and a project for earthmover, into the working directory.
//!
//! What is there is kept, for people edit templates; only `--force` replaces it, and even then the former project file
//! stays beside the new one: it holds more than the selected endpoints.

mod column;
mod earthmover;
mod template;

use std::rc::Rc;

use self::earthmover::{FILE, Missing, PREFERRED_FILE, template_path};
use super::Output;
use super::failure::failure;
use crate::command::{NotBegun, Session};
use crate::event::{Cause, DryRun, EndpointId, Event, Outcome, RecordsEvent, Skip};
use crate::host::{FileError, FileErrorKind, Files, Host, Sink, Source};
use crate::model::DescriptorTypes;
use crate::notice::Notice;

/// A file that was made: HTTP's status for it. The results file, which knows of no HTTP here, does not show it.
const MADE: u16 = 201;

/// Makes a template for each selected endpoint, and the project. What must be added to a project that is kept belongs
/// on standard output.
pub(super) async fn create<H: Host>(session: &Session<'_, H>) -> Result<Output, NotBegun> {
    let descriptors = DescriptorTypes::new(&session.endpoints);
    let (mut names, mut kept) = (Vec::new(), Vec::new());
    for id in &session.selected {
        if !session.goes_on().await {
            break;
        }
        session.yield_now().await;
        session.endpoint_started(id);
        let name = session.file_name(id);
        let path = template_path(&name);
        match make(session, id, &path, &descriptors).await? {
            Made::Failed => {}
            Made::Written => names.push(name),
            Made::Kept => {
                names.push(name);
                kept.push(path);
            }
        }
        session.listener.hear(&Event::EndpointFinished { endpoint: id.clone() });
    }
    if !kept.is_empty() {
        let text = format!("what was there is kept: {}", some(&kept));
        session.notice(Notice::info(text).with_hint("add --force to have them replaced"));
    }
    if names.is_empty() {
        return Ok(None);
    }
    project(session, &names).await
}

/// What became of a template.
enum Made {
    Written,
    Kept,
    Failed,
}

async fn make<H: Host>(
    session: &Session<'_, H>,
    id: &EndpointId,
    path: &str,
    descriptors: &DescriptorTypes,
) -> Result<Made, NotBegun> {
    let tell = |outcome| {
        let event = RecordsEvent { endpoint: id.clone(), file: Rc::from(path), outcome, count: 1 };
        session.listener.hear(&Event::Records(event));
    };
    let fail = |reason: String| {
        tell(Outcome::Failed(failure(reason, Cause::Other)));
        Ok(Made::Failed)
    };
    let endpoint = session.endpoints.get(id);
    let Some((endpoint, described)) = endpoint.and_then(|endpoint| Some((endpoint, endpoint.described.as_ref()?)))
    else {
        return fail("the API's documents do not describe its records".to_owned());
    };
    let text = match template::template(endpoint, described, descriptors) {
        Ok(text) => text,
        Err(too_large) => return fail(too_large.to_string()),
    };
    let existing = match existing(session, path).await {
        Ok(existing) => existing,
        Err(error) => return unusable(error).and_then(fail),
    };
    let keeps = existing.is_some() && !session.invocation.force;
    if session.is_dry_run() {
        let replaces = existing.is_some() && !keeps;
        let plan = DryRun { new: u64::from(existing.is_none()), changed: u64::from(replaces), ..DryRun::default() };
        session.listener.hear(&Event::DryRun { endpoint: id.clone(), plan });
    } else if keeps {
        tell(Outcome::Skipped(Skip::Kept));
    } else {
        if let Some(former) = existing.filter(|former| *former != text.as_bytes()) {
            let bytes = former.len();
            session.notice(Notice::warning(format!("{path} is replaced, as --force asks ({bytes} bytes are gone)")));
        }
        if let Err(error) = write(session, path, text.as_bytes()).await {
            return unusable(error).and_then(fail);
        }
        tell(Outcome::Succeeded { status: MADE });
    }
    Ok(if keeps { Made::Kept } else { Made::Written })
}

/// Writes the project, or says what is missing in the one that is there.
async fn project<H: Host>(session: &Session<'_, H>, names: &[String]) -> Result<Output, NotBegun> {
    let text = earthmover::project(names, &session.config.data_dir);
    let (preferred, own) = match (existing(session, PREFERRED_FILE).await, existing(session, FILE).await) {
        (Ok(preferred), Ok(own)) => (preferred, own),
        (Err(error), _) | (_, Err(error)) => {
            session.unreadable_file(&error);
            return Ok(None);
        }
    };
    if !session.invocation.force {
        let there = preferred.as_ref().map(|there| (PREFERRED_FILE, there)).or(own.as_ref().map(|there| (FILE, there)));
        if let Some((path, there)) = there {
            return Ok(kept_project(session, path, &String::from_utf8_lossy(there), names));
        }
    } else if preferred.is_some() {
        session.notice(
            Notice::warning(format!("earthmover reads {PREFERRED_FILE}, which is kept, before {FILE}"))
                .with_hint(format!("run it with: earthmover run -c {FILE}")),
        );
    }
    if session.is_dry_run() {
        session.notice(Notice::info(format!("{FILE} would be written")));
        return Ok(None);
    }
    let replaced = own.filter(|former| *former != text.as_bytes());
    match save_and_write(session, replaced.as_deref(), &text).await {
        Ok(None) => session.notice(Notice::info(format!("{FILE} is written; name your files below sources in it"))),
        Ok(Some(saved)) => session.notice(
            Notice::warning(format!("{FILE} is replaced, as --force asks; what it held is now in {saved}"))
                .with_hint("take over from there what is missed in the new one"),
        ),
        Err(error) => session.unreadable_file(&error),
    }
    Ok(None)
}

fn kept_project<H: Host>(session: &Session<'_, H>, path: &str, text: &str, names: &[String]) -> Output {
    let missing = Missing::find(text, names);
    if missing.is_empty() {
        session.notice(Notice::info(format!("{path} is kept: it has all that is needed")));
        return None;
    }
    let mut what = Vec::new();
    if !missing.destinations.is_empty() {
        what.push(format!("no destination for {}", some(&missing.destinations)));
    }
    if missing.macros {
        what.push("no macro descriptor_namespace, which the templates call".to_owned());
    }
    session.notice(
        Notice::warning(format!("{path} is kept as it is, with {}", what.join(" and ")))
            .with_hint("add what standard output shows to its sections; --force makes a new one instead"),
    );
    Some(missing.addition())
}

/// Writes the project; what it held before is saved under the returned name first.
async fn save_and_write<H: Host>(
    session: &Session<'_, H>,
    former: Option<&[u8]>,
    text: &str,
) -> Result<Option<String>, FileError> {
    let mut saved = None;
    if let Some(former) = former {
        let mut name = format!("{FILE}.old");
        let mut number = 1;
        while existing(session, &name).await?.is_some_and(|other| other != former) {
            number += 1;
            name = format!("{FILE}.old{number}");
        }
        write(session, &name, former).await?;
        saved = Some(name);
    }
    write(session, FILE, text.as_bytes()).await?;
    Ok(saved)
}

/// What a file holds; `None` where there is none.
async fn existing<H: Host>(session: &Session<'_, H>, path: &str) -> Result<Option<Vec<u8>>, FileError> {
    match session.host.files().open(path).await {
        Ok(source) => source.read(0..source.len()).await.map(Some),
        Err(error) if error.kind == FileErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

async fn write<H: Host>(session: &Session<'_, H>, path: &str, bytes: &[u8]) -> Result<(), FileError> {
    let mut sink = session.host.files().create(path).await?;
    sink.write(bytes).await?;
    sink.commit().await
}

/// Whether the next file has a better chance: then why this one has none.
fn unusable(error: FileError) -> Result<String, NotBegun> {
    match error.kind {
        FileErrorKind::Denied | FileErrorKind::Full => Err(NotBegun::file(error)),
        FileErrorKind::NotFound | FileErrorKind::WrongKind | FileErrorKind::Failed => Ok(error.to_string()),
    }
}

/// The first few names, and how many more there are.
fn some(names: &[String]) -> String {
    const SHOWN: usize = 10;
    let shown = names.iter().take(SHOWN).cloned().collect::<Vec<_>>().join(", ");
    match names.len().checked_sub(SHOWN) {
        Some(more) if more > 0 => format!("{shown} and {more} more"),
        _ => shown,
    }
}

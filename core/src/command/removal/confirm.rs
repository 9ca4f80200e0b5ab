use crate::api::problem::plain;
use crate::command::connect::NotBegun;
use crate::command::session::Session;
use crate::event::EndpointId;
use crate::host::{Host, HostKind, Operator, Question};
use crate::invocation::Command;
use crate::notice::Notice;
use crate::report::counted;
use crate::secret::Url;

/// How much of one endpoint is to be removed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Extent {
    /// The endpoint.
    pub(crate) endpoint: EndpointId,
    /// Delete: local records to look up. Truncate: records that the API counts; `None` where it does not tell.
    pub(crate) records: Option<u64>,
}

/// The most endpoints that a question names one by one.
const MOST_NAMED: usize = 50;

/// How much of a name is shown, in characters; it comes from the API.
const NAME_CHARS: usize = 200;

/// Asks for leave to remove, unless the user has given it beforehand (`--yes`, `force_delete: true`).
pub(crate) async fn confirm<H: Host>(session: &Session<'_, H>, extents: &[Extent]) -> Result<(), NotBegun> {
    if session.invocation.yes || session.config.force_delete {
        return Ok(());
    }
    let command = session.invocation.command;
    let text = question(command, &session.api.target().data_url, extents, |endpoint| session.name(endpoint));
    let text_of = |why: &str| format!("{why}, so nothing was deleted");
    match session.host.operator().confirm(&Question { text }).await {
        Ok(true) => Ok(()),
        Ok(false) => Err(NotBegun::failed(
            Notice::error(text_of(&format!("{} was not confirmed", command.name())))
                .with_hint(how_to_confirm(session.host.kind())),
        )),
        Err(hint) => Err(NotBegun::failed(
            Notice::error(text_of(&format!("{} must be confirmed, but nobody could be asked", command.name())))
                .with_hint(hint),
        )),
    }
}

/// What the hosts take for a yes.
fn how_to_confirm(kind: HostKind) -> &'static str {
    match kind {
        HostKind::Process => "only the word yes, typed in full, confirms",
        HostKind::Page => "to confirm, begin it again and type the host of the API where it is asked for",
    }
}

/// What will happen: from where, from which school year, how many records of which endpoints.
fn question(command: Command, data_url: &Url, extents: &[Extent], name: impl Fn(&EndpointId) -> String) -> String {
    let year = school_year(data_url).map(|year| format!(", school year {year}")).unwrap_or_default();
    let place = format!("{}{year} ({data_url})", data_url.authority());
    let is_truncate = command == Command::Truncate;
    let head = if is_truncate {
        format!("This deletes ALL RECORDS of the following endpoints from {place}:")
    } else {
        format!("This deletes the records that the local files describe from {place}:")
    };
    let (one, many) =
        if is_truncate { ("record", "records") } else { ("local record to look up", "local records to look up") };
    let mut lines = vec![head];
    for Extent { endpoint, records } in extents.iter().take(MOST_NAMED) {
        let name = plain(&name(endpoint), NAME_CHARS);
        let count = records.map_or_else(|| format!("an unknown number of {many}"), |count| counted(count, one, many));
        lines.push(format!("  {name}: {count}"));
    }
    if extents.len() > MOST_NAMED {
        lines.push(format!("  and {} more endpoints", extents.len() - MOST_NAMED));
    }
    let sum = extents.iter().filter_map(|extent| extent.records).sum();
    let unknown = extents.iter().filter(|extent| extent.records.is_none()).count() as u64;
    let and_unknown = match unknown {
        0 => String::new(),
        _ => format!(", and an unknown number of {}", counted(unknown, "endpoint", "endpoints")),
    };
    let endpoints = counted(extents.len() as u64, "endpoint", "endpoints");
    lines.push(format!("In all: {} of {endpoints}{and_unknown}. This cannot be undone.", counted(sum, one, many)));
    lines.join("\n")
}

/// The school year that the data root is of, where it is of one.
fn school_year(data_url: &Url) -> Option<&str> {
    let is_year = |segment: &&str| {
        segment.len() == 4 && (segment.starts_with("19") || segment.starts_with("20")) && segment.parse::<u16>().is_ok()
    };
    data_url.path().split('/').rfind(is_year)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_year_is_the_one_in_the_data_root() {
        for (url, year) in [
            ("https://h/v7.2/api/data/v3/2026", Some("2026")),
            ("https://h/tenant/2025/data/v3", Some("2025")),
            ("https://h:2026/data/v3", None),
            ("https://h/data/v3/district-1/20x6", None),
        ] {
            assert_eq!(school_year(&url.parse().unwrap()), year, "{url}");
        }
    }
}

//! `count`: counts the records of each selected endpoint.

use super::collection::{Asked, Collection, PageSize, Paging, Query, Trouble};
use super::{NotBegun, Output, Session};
use crate::api::problem::plain;
use crate::event::{EndpointId, Event, Failure, Outcome, RecordsEvent, Skip};
use crate::host::{FileError, Files, Host, Sink};
use crate::model::Endpoint;
use crate::notice::Notice;
use crate::report::Ended;
use crate::side_by_side;

/// How much of the API's words a row shows, in characters.
const ERROR_CHARS: usize = 500;
/// How much of a name a row shows, in characters.
const NAME_CHARS: usize = 200;
/// The size of pages where counting means reading, and the documents tell none.
const PAGE_SIZE: u32 = 500;

/// What was found out about one endpoint.
enum Row {
    Counted(u64),
    Failed(Failure),
}

pub(super) async fn count<H: Host>(session: &Session<'_, H>) -> Result<Output, NotBegun> {
    let query = Query::new(session)?;
    let path = session.invocation.results_file.as_deref().filter(|path| !path.is_empty());
    let file = path.filter(|path| *path != "-");
    // Begun first of all: that it cannot be written is not found out at the end.
    let sink = match file {
        Some(path) => Some(session.host.files().create(path).await.map_err(NotBegun::file)?),
        None => None,
    };
    let selected = query.selected(session);
    let all = selected.len();
    let paging = Paging::new(session, PageSize::untold(PAGE_SIZE));
    let asking = selected.into_iter().map(|(endpoint, asked)| row(session, &paging, &query, endpoint, asked));
    let rows = side_by_side::outputs(asking, 2 * session.api.pool().allowed()).await;
    let counted = rows.iter().filter(|row| !matches!(row, Found::Nothing)).count();
    let rows: Vec<(&EndpointId, Row)> = rows.into_iter().filter_map(Found::row).collect();
    if counted < all {
        let text =
            format!("the run ended early: {counted} of {all} endpoints were counted, so the table is incomplete");
        session.notice(Notice::warning(text));
    }
    let table = |all| table(session, &rows, all);
    match (sink, path) {
        (Some(sink), _) => {
            if let Err(error) = write(sink, &table(true)).await {
                let mut notice = Notice::error(format!("the results file could not be written: {error}"));
                notice.hint = error.hint;
                session.notice(notice);
                session.end(Ended::Incomplete);
            }
            Ok(None)
        }
        (None, path) => Ok(Some(table(path.is_some()))),
    }
}

async fn write(mut sink: impl Sink, text: &str) -> Result<(), FileError> {
    sink.write(text.as_bytes()).await?;
    sink.commit().await
}

/// What became of an endpoint.
enum Found<'s> {
    Row(&'s EndpointId, Row),
    /// It was not asked, as the query is not for it.
    Skipped,
    /// The run ended before.
    Nothing,
}

impl<'s> Found<'s> {
    fn row(self) -> Option<(&'s EndpointId, Row)> {
        match self {
            Self::Row(endpoint, row) => Some((endpoint, row)),
            Self::Skipped | Self::Nothing => None,
        }
    }
}

async fn row<'s, H: Host>(
    session: &Session<'_, H>,
    paging: &Paging,
    query: &Query,
    endpoint: &'s Endpoint,
    asked: Asked,
) -> Found<'s> {
    if !session.goes_on().await {
        return Found::Nothing;
    }
    let id = &endpoint.id;
    let tell = |outcome, count| {
        let of = RecordsEvent { endpoint: id.clone(), file: "".into(), outcome, count };
        session.listener.hear(&Event::Records(of));
    };
    session.endpoint_started(id);
    let collection = Collection::new(session, paging, endpoint, query);
    let found = match asked {
        Asked::Yes => number(&collection).await,
        Asked::No => {
            tell(Outcome::Skipped(Skip::NotAsked), 0);
            session.listener.hear(&Event::EndpointFinished { endpoint: id.clone() });
            return Found::Skipped;
        }
    };
    let found = match found {
        Ok(count) => {
            tell(Outcome::Succeeded { status: 200 }, count);
            Found::Row(id, Row::Counted(count))
        }
        Err(Trouble::Failed(failure)) => {
            session.listener.hear(&Event::EndpointFailed { endpoint: id.clone(), failure: failure.clone() });
            Found::Row(id, Row::Failed(failure))
        }
        Err(Trouble::Ending) => Found::Nothing,
    };
    session.listener.hear(&Event::EndpointFinished { endpoint: id.clone() });
    found
}

/// The number of records: as the API tells it, else by reading them.
async fn number<H: Host>(collection: &Collection<'_, H>) -> Result<u64, Trouble> {
    match collection.total().await? {
        Some(total) => Ok(total),
        None => collection.counted().await,
    }
}

/// The table: all rows, or those above zero and those with errors.
fn table<H: Host>(session: &Session<'_, H>, rows: &[(&EndpointId, Row)], all: bool) -> String {
    let separator = &session.config.count_separator;
    let mut table = format!("Records{separator}Endpoint\n");
    for (endpoint, row) in rows {
        let value = match row {
            Row::Counted(0) if !all => continue,
            Row::Counted(count) => count.to_string(),
            Row::Failed(failure) => cell(&error(failure), separator),
        };
        let name = cell(&plain(&session.name(endpoint), NAME_CHARS), separator);
        table.push_str(&format!("{value}{separator}{name}\n"));
    }
    table
}

fn error(failure: &Failure) -> String {
    let text = plain(&failure.messages.join("; "), ERROR_CHARS);
    match failure.status {
        Some(status) => format!("error ({status}): {text}"),
        None => format!("error: {text}"),
    }
}

/// A text that does not break its row into more columns than it has.
fn cell(text: &str, separator: &str) -> String {
    if separator.is_empty() || !text.contains(separator) {
        return text.to_owned();
    }
    let instead = [";", ",", "_"].into_iter().find(|instead| !separator.contains(instead)).unwrap_or(" ");
    text.replace(separator, instead)
}

#[cfg(test)]
mod tests {
    use super::cell;

    #[test]
    fn a_cell_is_one_column_whatever_the_separator() {
        for (text, separator, expected) in [
            ("error (403): no, never", ",", "error (403): no; never"),
            ("a; b, c", ";", "a, b, c"),
            ("a b", "\t", "a b"),
            ("a b", " ", "a;b"),
            ("a b", "", "a b"),
            ("a ;,_ b", ";,_", "a   b"),
        ] {
            assert_eq!(cell(text, separator), expected, "{separator:?}");
        }
    }
}

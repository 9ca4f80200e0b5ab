use crate::command::NotBegun;
use crate::command::session::Session;
use crate::config::{self, nearest::nearest};
use crate::host::Host;
use crate::model::Endpoint;
use crate::notice::Notice;

/// `--query`: the parameters that every GET carries.
pub(crate) struct Query(Vec<(String, String)>);

/// Whether an endpoint is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Asked {
    /// It has every parameter of the query.
    Yes,
    /// It lacks one: the API would ignore it, and give all records instead of those that are wanted.
    No,
}

impl Query {
    pub(crate) fn new<H: Host>(session: &Session<'_, H>) -> Result<Self, NotBegun> {
        config::query(session.invocation).map(Self).map_err(NotBegun::config)
    }

    /// For commands that always mean all records.
    pub(crate) fn none() -> Self {
        Self(Vec::new())
    }

    pub(super) fn parameters(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (&**name, &**value))
    }

    /// The selected endpoints in dependency order. Each that lacks a parameter of the query is told; those of which the
    /// API's documents tell nothing are asked all the same, which is told once.
    pub(crate) fn selected<'s, H: Host>(&self, session: &'s Session<'_, H>) -> Vec<(&'s Endpoint, Asked)> {
        let selected = session.endpoints.all().iter().filter(|endpoint| session.selected.contains(&endpoint.id));
        let selected: Vec<_> = selected.map(|endpoint| (endpoint, self.asks(endpoint, session))).collect();
        let mut unknown = selected.iter().filter(|(endpoint, _)| endpoint.described.is_none());
        if let (false, Some((first, _))) = (self.0.is_empty(), unknown.next()) {
            let which = match unknown.count() {
                0 => first.id.to_string(),
                more => format!("{} and {more} more", first.id),
            };
            let text = format!("the API's documents do not tell the query parameters of {which}");
            session.notice(Notice::warning(text).with_hint(
                "--query is used there all the same; an API that does not know a parameter may ignore it, and give \
                 all records",
            ));
        }
        selected
    }

    fn asks<H: Host>(&self, endpoint: &Endpoint, session: &Session<'_, H>) -> Asked {
        let Some(described) = &endpoint.described else { return Asked::Yes };
        let reading = &described.resource.reading;
        let Some((missing, _)) = self.parameters().find(|(name, _)| !reading.offers(name)) else { return Asked::Yes };
        let text = format!("{} is skipped: it has no query parameter {missing}", endpoint.id);
        let mut notice = Notice::warning(text);
        notice.hint = nearest(missing, reading.parameters.iter().map(String::as_str))
            .map(|known| format!("the nearest that it has is {known}"));
        session.notice(notice);
        Asked::No
    }
}

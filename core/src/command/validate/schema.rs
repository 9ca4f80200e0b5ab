//! Method `schema`: a record has the form that the API's document tells.

use super::record::Record;
use crate::command::session::Session;
use crate::event::Finding;
use crate::host::Host;
use crate::model::Endpoint;

/// The check of one endpoint's records.
pub(super) struct SchemaCheck<'a, H: Host> {
    _session: &'a Session<'a, H>,
}

impl<'a, H: Host> SchemaCheck<'a, H> {
    pub(super) fn new(session: &'a Session<'a, H>, _endpoint: &Endpoint) -> Option<Self> {
        Some(Self { _session: session })
    }

    pub(super) fn check(&mut self, _record: &Record<'_>, _found: &mut Vec<Finding>) {}
}

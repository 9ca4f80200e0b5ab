//! Method `descriptors`: every descriptor value is one that the API, or a local file, holds.

use super::record::Record;
use crate::command::NotBegun;
use crate::command::session::Session;
use crate::data::EndpointFiles;
use crate::event::Finding;
use crate::host::Host;

/// The descriptor values that are known.
pub(super) struct Descriptors<'a, H: Host> {
    _session: &'a Session<'a, H>,
}

impl<'a, H: Host> Descriptors<'a, H> {
    /// Reads the values of the API and of the local files.
    #[expect(clippy::unused_async, reason = "reads files")]
    pub(super) async fn prepare(session: &'a Session<'a, H>, _data: &[EndpointFiles]) -> Result<Self, NotBegun> {
        Ok(Self { _session: session })
    }

    /// Adds what is wrong with the descriptor values of a record.
    #[expect(clippy::unused_self, reason = "to come")]
    pub(super) fn check(&self, _record: &Record<'_>, _found: &mut Vec<Finding>) {}
}

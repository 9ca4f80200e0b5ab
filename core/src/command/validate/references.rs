//! Method `references`: what a record refers to stands in a local file or at the API.

use super::record::Record;
use crate::command::NotBegun;
use crate::command::session::Session;
use crate::data::EndpointFiles;
use crate::event::Finding;
use crate::host::Host;

/// The name of this method.
pub(super) const METHOD: &str = "references";

/// The local records that references can point to.
pub(super) struct References<'a, H: Host> {
    _session: &'a Session<'a, H>,
}

/// References of one record that stand in no local file, to be looked up at the API.
pub(super) struct LookUps;

impl<'a, H: Host> References<'a, H> {
    /// Reads the natural keys of the local records.
    #[expect(clippy::unused_async, reason = "reads files")]
    pub(super) async fn prepare(session: &'a Session<'a, H>, _data: &[EndpointFiles]) -> Result<Self, NotBegun> {
        Ok(Self { _session: session })
    }

    /// Adds what is known to be wrong with the references of a record; gives those back that the API must be asked
    /// for.
    #[expect(clippy::unused_self, reason = "to come")]
    pub(super) fn check(&self, _record: &Record<'_>, _found: &mut Vec<Finding>) -> Option<LookUps> {
        None
    }

    /// Asks the API for references of one record. Those of up to a thousand records are asked for at the same time.
    #[expect(clippy::unused_async, reason = "to come")]
    pub(super) async fn look_up(&self, _look_ups: LookUps) -> Vec<Finding> {
        Vec::new()
    }
}

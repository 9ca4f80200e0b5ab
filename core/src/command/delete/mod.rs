//! `delete`: deletes what local records describe.

use crate::command::{NotBegun, Session, unavailable};
use crate::host::Host;
use crate::invocation::Command;

pub(super) async fn delete<H: Host>(
    _session: &Session<'_, H>,
    _rules: &crate::state::ResendRules,
) -> Result<(), NotBegun> {
    unavailable(Command::Delete)
}

//! x
use crate::command::{NotBegun, Session};
use crate::host::Host;
pub(super) async fn truncate<H: Host>(_session: &Session<'_, H>) -> Result<(), NotBegun> {
    crate::command::unavailable(crate::invocation::Command::Truncate)
}

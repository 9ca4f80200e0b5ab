//! `truncate`: deletes all records of the selected endpoints.

use crate::command::{NotBegun, Session, unavailable};
use crate::host::Host;
use crate::invocation::Command;

pub(super) async fn truncate<H: Host>(_session: &Session<'_, H>) -> Result<(), NotBegun> {
    unavailable(Command::Truncate)
}

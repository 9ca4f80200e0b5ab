//! `count`: counts the records of each selected endpoint.

use crate::command::{NotBegun, Session, unavailable};
use crate::host::Host;
use crate::invocation::Command;

pub(super) async fn count<H: Host>(_session: &Session<'_, H>) -> Result<crate::command::Output, NotBegun> {
    unavailable(Command::Count)
}

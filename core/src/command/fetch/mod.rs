//! `fetch`: writes the API's records to files.

use crate::command::{NotBegun, Session, unavailable};
use crate::host::Host;
use crate::invocation::Command;

pub(super) async fn fetch<H: Host>(_session: &Session<'_, H>) -> Result<(), NotBegun> {
    unavailable(Command::Fetch)
}

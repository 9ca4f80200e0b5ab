//! `create`: writes template skeletons.

use crate::command::{NotBegun, Session, unavailable};
use crate::host::Host;
use crate::invocation::Command;

pub(super) async fn create<H: Host>(_session: &Session<'_, H>) -> Result<(), NotBegun> {
    unavailable(Command::Create)
}

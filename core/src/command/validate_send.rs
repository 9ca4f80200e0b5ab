//! `validate+send`: checks local records, then posts the valid ones.

use crate::command::{NotBegun, Session, unavailable};
use crate::host::Host;
use crate::invocation::Command;

pub(super) async fn validate_and_send<H: Host>(
    _session: &Session<'_, H>,
    _rules: &crate::state::ResendRules,
) -> Result<(), NotBegun> {
    unavailable(Command::ValidateSend)
}

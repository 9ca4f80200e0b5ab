use lightbeam_core::invocation::{Command, FailOn, Invocation};

use super::Store;

impl Store {
    /// The flags as they are set, as far as a command has a use for them.
    pub(in super::super) fn asked(&self, command: Command) -> Invocation {
        let mut asked = Invocation { command, dry_run: false, yes: false, ..self.invocation() };
        let sends = matches!(command, Command::Send | Command::ValidateSend);
        if command != Command::Fetch {
            asked.keep_keys = None;
            asked.drop_keys = None;
        }
        if !matches!(command, Command::Fetch | Command::Count) {
            asked.query = None;
        }
        if !sends && command != Command::Delete {
            asked.older_than = None;
            asked.newer_than = None;
            asked.resend_status_codes = None;
            asked.force &= command == Command::Create;
        }
        asked.force_unlock &= sends || matches!(command, Command::Delete | Command::Truncate);
        if command == Command::Create {
            asked.fail_on = FailOn::All;
        }
        asked
    }
}

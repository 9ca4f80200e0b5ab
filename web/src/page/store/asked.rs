use lightbeam_core::config::without_useless_flags;
use lightbeam_core::invocation::{Command, Invocation};

use super::Store;

impl Store {
    /// The flags as they are set, as far as a command has a use for them.
    pub(in super::super) fn asked(&self, command: Command) -> Invocation {
        without_useless_flags(Invocation { command, ..self.invocation() })
    }

    /// The same for a removal. That it needs no leave is said by `yes` alone, whatever the configuration says: the page
    /// has asked before then.
    pub(in super::super) fn asked_to_remove(&self, command: Command) -> Invocation {
        let mut asked = Invocation { dry_run: false, ..self.asked(command) };
        let forced = self.resolved("force_delete").unwrap_or_default();
        asked.yes |= ["true", "yes", "on"].iter().any(|word| forced.eq_ignore_ascii_case(word));
        asked.set.push(("force_delete".to_owned(), "false".to_owned()));
        asked
    }
}

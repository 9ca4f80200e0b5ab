//! What several panels are made of.

mod field;
mod notices;
mod run_panel;

pub(super) use field::{Choice, Field, Setting, Switch};
pub(super) use notices::Notices;
pub(super) use run_panel::RunPanel;

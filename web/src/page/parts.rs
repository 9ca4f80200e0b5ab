//! What several panels are made of.

mod field;
mod notices;
mod run_panel;

pub(super) use field::{Choice, Field, FieldScope, Setting, Switch, id_of};
pub(super) use notices::Notices;
pub(super) use run_panel::RunPanel;

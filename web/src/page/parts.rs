//! What several panels are made of.

pub(super) mod amount;
mod checklist;
pub(super) mod download;
mod field;
mod notices;
mod outputs;
mod question;
mod run_panel;

pub(super) use checklist::Checklist;
pub(super) use field::{Choice, Field, Setting, Switch};
pub(super) use notices::Notices;
pub(super) use outputs::Outputs;
pub(super) use question::Question;
pub(super) use run_panel::RunPanel;

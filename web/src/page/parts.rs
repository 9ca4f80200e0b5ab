//! What several panels are made of.

mod announcer;
mod checklist;
mod download;
mod field;
mod moment;
mod notices;
mod outputs;
mod pager;
mod pick;
mod question;
mod run_panel;

pub(super) use announcer::Announcer;
pub(super) use checklist::Checklist;
pub(super) use download::{copy, save, save_texts};
pub(super) use field::{Choice, Field, FieldScope, Setting, Switch, id_of};
pub(super) use moment::moment;
pub(super) use notices::Notices;
pub(super) use outputs::Outputs;
pub(super) use pager::{Pager, ROWS};
pub(super) use pick::PickEndpoints;
pub(super) use question::{Confirmation, Question};
pub(super) use run_panel::RunPanel;

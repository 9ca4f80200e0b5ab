//! What several panels are made of.

mod announcer;
mod download;
mod field;
mod notices;
mod pager;
mod run_panel;

pub(super) use field::{Choice, Field, FieldScope, Setting, Switch, id_of};
pub(super) use announcer::Announcer;
pub(super) use download::{copy, save, save_texts};
pub(super) use field::{Choice, Field, Setting, Switch};
pub(super) use notices::Notices;
pub(super) use pager::{Pager, ROWS};
pub(super) mod amount;
mod checklist;
pub(super) mod download;
mod outputs;
mod question;

pub(super) use checklist::Checklist;
pub(super) use outputs::Outputs;
pub(super) use question::Question;
pub(super) use run_panel::RunPanel;

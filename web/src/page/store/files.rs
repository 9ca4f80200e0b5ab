use std::collections::BTreeMap;

use leptos::prelude::*;
use lightbeam_core::sort;
use lightbeam_web::protocol::{Done, Task};
use web_sys::{Blob, File};

use super::{DATA_DIR, Store};

/// A chosen file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) struct ChosenEntry {
    /// Its path below the chosen folder, or its name.
    pub(in super::super) path: String,
    /// Its size in bytes, packed where packed.
    pub(in super::super) bytes: u64,
    /// When it was last changed, in milliseconds since 1970.
    pub(in super::super) modified: i64,
}

/// The path of a chosen file as the person knows it.
pub(in super::super) fn below_data_dir(path: &str) -> &str {
    path.strip_prefix(DATA_DIR).and_then(|rest| rest.strip_prefix('/')).unwrap_or(path)
}

impl Store {
    /// Adds files; one of the same path takes the place of the older one.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "whole numbers below 2^53")]
    pub(in super::super) fn add_files(self, files: Vec<(String, File)>) {
        self.chosen.update(|chosen| {
            for (path, file) in &files {
                chosen.retain(|known| known.path != *path);
                chosen.push(ChosenEntry {
                    path: path.clone(),
                    bytes: file.size() as u64,
                    modified: file.last_modified() as i64,
                });
            }
            sort::by(chosen, |one, other| one.path.cmp(&other.path));
        });
        self.contents.update_value(|contents| {
            contents.extend(files.into_iter().map(|(path, file)| (path, Blob::from(file))));
        });
        self.survey_files();
    }

    /// Takes a file off the list.
    pub(in super::super) fn remove_file(self, path: &str) {
        self.chosen.update(|chosen| chosen.retain(|known| known.path != path));
        self.contents.update_value(|contents| {
            contents.remove(path);
        });
        self.survey_files();
    }

    /// Takes all files off the list.
    pub(in super::super) fn remove_all_files(self) {
        self.chosen.set(Vec::new());
        self.contents.set_value(BTreeMap::default());
        self.survey.set(None);
    }

    /// Gives a file another path, as when it is assigned to an endpoint by hand: `{endpoint}/{name}`.
    pub(in super::super) fn rename_file(self, from: &str, to: &str) {
        self.chosen.update(|chosen| {
            chosen.retain(|known| known.path != to);
            if let Some(entry) = chosen.iter_mut().find(|known| known.path == from) {
                to.clone_into(&mut entry.path);
            }
            sort::by(chosen, |one, other| one.path.cmp(&other.path));
        });
        self.contents.update_value(|contents| {
            if let Some(content) = contents.remove(from) {
                contents.insert(to.to_owned(), content);
            }
        });
        self.survey_files();
    }

    /// Looks at the chosen files anew: which endpoint each belongs to, and how many records it has.
    pub(in super::super) fn survey_files(self) {
        self.survey.set(None);
        if self.chosen.with_untracked(Vec::is_empty) {
            return;
        }
        let endpoints = self.endpoints.get_untracked().and_then(Result::ok).unwrap_or_default();
        let namespace = self.draft.with_untracked(|draft| draft.text("namespace"));
        let task = Task::Survey {
            endpoints,
            namespace: namespace.unwrap_or_else(|| "ed-fi".to_owned()),
            data_dir: DATA_DIR.to_owned(),
        };
        let looked_at = self.chosen.get_untracked();
        self.ask(task, move |outcome| {
            // Files that were chosen meanwhile are looked at by a later survey.
            if self.chosen.with_untracked(|chosen| *chosen != looked_at) {
                return;
            }
            if let Ok((Done::Survey(found), _)) = outcome {
                self.survey.set(Some(found));
            }
        });
    }
}

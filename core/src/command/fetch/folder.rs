use std::collections::HashMap;
use std::rc::Rc;

use crate::command::Session;
use crate::data;
use crate::event::EndpointId;
use crate::host::{Files, Host, Source};
use crate::notice::Notice;

/// Where fetched records are written.
#[derive(Debug)]
pub(super) struct Folder {
    /// Without a separator at its end; empty for the root.
    root: String,
    /// Files that `send` would read for an endpoint if this were its `data_dir`, as they were when the run began.
    files: HashMap<EndpointId, Vec<Rc<str>>>,
}

impl Folder {
    /// Finds out what is in the folder. One that is not there is made with the first file.
    pub(super) async fn look<H: Host>(session: &Session<'_, H>) -> Self {
        let config = session.config;
        let dir = config.fetch.output_dir.as_deref().unwrap_or(&config.data_dir);
        let root = if dir.is_empty() { "." } else { dir.trim_end_matches(['/', '\\']) };
        let endpoints = session.endpoints.ids();
        // That it cannot be listed matters only for what is said about it; that it cannot be written shows later.
        let found = data::discover(session.host.files(), dir, &endpoints, &config.namespace).await.unwrap_or_default();
        let files = found.endpoints.into_iter().map(|of| (of.endpoint, of.files)).collect();
        Self { root: root.to_owned(), files }
    }

    /// The file of an endpoint.
    pub(super) fn path<H: Host>(&self, session: &Session<'_, H>, endpoint: &EndpointId) -> String {
        format!("{}/{}.jsonl", self.root, session.file_name(endpoint))
    }

    /// Whether a file that is not empty is there already.
    pub(super) async fn is_in_the_way<H: Host>(&self, session: &Session<'_, H>, path: &str) -> bool {
        // What can be seen but not opened is told when it cannot be replaced.
        session.host.files().open(path).await.is_ok_and(|file| !file.is_empty())
    }

    /// Warns of other files of the endpoint beside the one just written.
    pub(super) fn tell_others<H: Host>(&self, session: &Session<'_, H>, endpoint: &EndpointId, path: &str) {
        let files = self.files.get(endpoint).map_or(&[][..], Vec::as_slice);
        let others: Vec<&str> = files.iter().map(|file| &**file).filter(|file| *file != path).collect();
        if others.is_empty() {
            return;
        }
        let text = format!("beside {path} there is {}: send would read all of them", others.join(", "));
        session.notice(
            Notice::warning(text).with_hint("move the others away, or set fetch.output_dir to a folder of its own"),
        );
    }
}

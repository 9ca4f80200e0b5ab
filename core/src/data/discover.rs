use std::rc::Rc;

use super::naming::{Meaning, Names, Unused, UnusedReason, data_stem};
use crate::event::EndpointId;
use crate::host::{EntryKind, FileEntry, FileError, FileErrorKind, Files, Source as _};
use crate::sort;

/// What the data folder holds.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Discovered {
    /// The endpoints that have files, in the order they were given.
    pub endpoints: Vec<EndpointFiles>,
    /// Files and folders that were probably meant to be read, but are not; sorted by path.
    pub unused: Vec<Unused>,
}

/// The files of one endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndpointFiles {
    /// The endpoint.
    pub endpoint: EndpointId,
    /// Its files in reading order, at least one: files before those in folders, else by the bytes of their paths.
    pub files: Vec<Rc<str>>,
}

impl EndpointFiles {
    /// The length of all files together in bytes, packed where packed, for progress. Opens each of them, so a file
    /// that cannot be read is found before anything is sent.
    pub async fn size<F: Files>(&self, files: &F) -> Result<u64, FileError> {
        let mut size = 0;
        for path in &self.files {
            size += files.open(path).await?.len();
        }
        Ok(size)
    }
}

/// Finds the files of each endpoint in `data_dir`.
///
/// A file is `{endpoint}.ext`, one in the folder `{endpoint}`, or either of these in a folder named after a namespace;
/// the extensions are json, jsonl and ndjson, each also with `.gz`. Case plays no part in names. A name without
/// namespace belongs to `main_namespace` if that has such an endpoint, else to the only one that has it. Names that
/// begin with a dot are passed over.
///
/// `endpoints` are all that the API has, whatever is selected, or files would be told to have no use. Fails if
/// `data_dir` or the folder of an endpoint cannot be listed.
pub async fn discover<F: Files>(
    files: &F,
    data_dir: &str,
    endpoints: &[EndpointId],
    main_namespace: &str,
) -> Result<Discovered, FileError> {
    let root = match data_dir.trim_end_matches(['/', '\\']) {
        "" if data_dir.is_empty() => ".",
        "" => "/",
        trimmed => trimmed,
    };
    let names = Names::new(endpoints, main_namespace);
    let mut search = Search { files, names, found: vec![Vec::new(); endpoints.len()], unused: Vec::new() };
    search.root(root).await.map_err(|error| explained(error, root))?;
    let Search { found, mut unused, .. } = search;
    sort::by(&mut unused, |one, other| one.path.cmp(&other.path));
    let endpoints = endpoints.iter().zip(found).filter(|(_, files)| !files.is_empty());
    let endpoints = endpoints.map(|(endpoint, mut files)| {
        sort::by(&mut files, Ord::cmp);
        let files = files.into_iter().map(|file| file.path.into()).collect();
        EndpointFiles { endpoint: endpoint.clone(), files }
    });
    Ok(Discovered { endpoints: endpoints.collect(), unused })
}

fn explained(mut error: FileError, root: &str) -> FileError {
    if error.path.trim_end_matches(['/', '\\']) == root && error.hint.is_none() {
        error.hint = match error.kind {
            FileErrorKind::NotFound => Some("data_dir in the configuration names a folder that is not there".into()),
            FileErrorKind::WrongKind => Some("data_dir in the configuration must name a folder, not a file".into()),
            _ => None,
        };
    }
    error
}

/// A file that was found; sorted as it is read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Found {
    folders: u8,
    path: String,
}

struct Search<'a, F> {
    files: &'a F,
    names: Names<'a>,
    found: Vec<Vec<Found>>,
    unused: Vec<Unused>,
}

impl<F: Files> Search<'_, F> {
    async fn root(&mut self, root: &str) -> Result<(), FileError> {
        for entry in self.list(root).await? {
            let path = join(root, &entry.name);
            let is_folder = entry.kind == EntryKind::Folder;
            let namespace = is_folder && self.names.is_namespace(&entry.name);
            if namespace && matches!(self.names.bare(&entry.name), Meaning::Nothing | Meaning::Several(_)) {
                for inner in self.list(&path).await? {
                    self.entry(Some(&entry.name), &path, inner).await?;
                }
            } else {
                self.entry(None, root, entry).await?;
            }
        }
        Ok(())
    }

    /// An entry of the data folder, or of the folder of a namespace in it.
    async fn entry(&mut self, namespace: Option<&str>, dir: &str, entry: FileEntry) -> Result<(), FileError> {
        let path = join(dir, &entry.name);
        let folders = u8::from(namespace.is_some());
        let is_folder = entry.kind == EntryKind::Folder;
        let stem = if is_folder { Some(&*entry.name) } else { data_stem(&entry.name) };
        let Some(stem) = stem else {
            self.other_extension(namespace, &entry.name, path);
            return Ok(());
        };
        match self.meaning(namespace, stem) {
            Meaning::One(index) if is_folder => self.endpoint_folder(index, folders + 1, &path).await?,
            Meaning::One(index) if entry.kind == EntryKind::File => self.found[index].push(Found { folders, path }),
            Meaning::One(index) => self.note(path, UnusedReason::NotAFile { endpoint: self.names.endpoint(index) }),
            _ if is_folder && !self.holds_data(&path).await => {}
            Meaning::Several(indexes) => {
                let endpoints = indexes.into_iter().map(|index| self.names.endpoint(index)).collect();
                self.note(folder_path(path, is_folder), UnusedReason::Ambiguous { endpoints });
            }
            Meaning::Nothing => {
                let nearest = self.names.nearest(namespace, stem);
                self.note(folder_path(path, is_folder), UnusedReason::NoEndpoint { nearest });
            }
        }
        Ok(())
    }

    async fn endpoint_folder(&mut self, index: usize, folders: u8, dir: &str) -> Result<(), FileError> {
        for entry in self.list(dir).await? {
            let path = join(dir, &entry.name);
            let endpoint = || self.names.endpoint(index);
            match entry.kind {
                EntryKind::File if data_stem(&entry.name).is_some() => self.found[index].push(Found { folders, path }),
                EntryKind::File if is_foreign_data(&entry.name) => {
                    self.note(path, UnusedReason::Extension { endpoint: endpoint() });
                }
                EntryKind::Folder if self.holds_data(&path).await => {
                    self.note(folder_path(path, true), UnusedReason::TooDeep { endpoint: endpoint() });
                }
                EntryKind::Other if data_stem(&entry.name).is_some() => {
                    self.note(path, UnusedReason::NotAFile { endpoint: endpoint() });
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// A file without an extension that is read is told only if it is named after an endpoint.
    fn other_extension(&mut self, namespace: Option<&str>, name: &str, path: String) {
        let stem = name.split('.').next().unwrap_or_default();
        if let Meaning::One(index) = self.meaning(namespace, stem) {
            self.note(path, UnusedReason::Extension { endpoint: self.names.endpoint(index) });
        }
    }

    fn meaning(&self, namespace: Option<&str>, name: &str) -> Meaning {
        match namespace {
            None => self.names.bare(name),
            Some(namespace) => self.names.within(namespace, name).map_or(Meaning::Nothing, Meaning::One),
        }
    }

    fn note(&mut self, path: String, reason: UnusedReason) {
        self.unused.push(Unused { path, reason });
    }

    /// Whether data files stand in a folder that is none of ours; one that cannot be listed is nobody's concern.
    async fn holds_data(&self, dir: &str) -> bool {
        let Ok(entries) = self.list(dir).await else { return false };
        entries.iter().any(|entry| entry.kind == EntryKind::File && data_stem(&entry.name).is_some())
    }

    /// What stands in a folder, hidden entries left out.
    async fn list(&self, dir: &str) -> Result<Vec<FileEntry>, FileError> {
        let mut entries = self.files.list(dir).await?;
        entries.retain(|entry| !entry.name.starts_with('.'));
        Ok(entries)
    }
}

/// Extensions that data usually has; other files in the folder of an endpoint are nobody's concern.
fn is_foreign_data(name: &str) -> bool {
    const FOREIGN: [&str; 13] =
        ["csv", "tsv", "txt", "xml", "parquet", "xlsx", "xls", "zip", "tgz", "gz", "bz2", "xz", "zst"];
    name.rsplit_once('.').is_some_and(|(_, last)| FOREIGN.iter().any(|known| last.eq_ignore_ascii_case(known)))
}

fn join(dir: &str, name: &str) -> String {
    if dir.ends_with('/') { format!("{dir}{name}") } else { format!("{dir}/{name}") }
}

fn folder_path(mut path: String, is_folder: bool) -> String {
    if is_folder {
        path.push('/');
    }
    path
}

#[cfg(test)]
mod tests;

//! The granted folders, through the bindings: `std::fs` does not work on every toolchain, and has neither `sync-data`
//! on folders nor a way to tell a missing grant from a missing file.

use lightbeam_core::host::{EntryKind, FileError, FileErrorKind};
use wasip2::cli::environment;
use wasip2::filesystem::preopens;
use wasip2::filesystem::types::{Descriptor, DescriptorFlags, DescriptorType, ErrorCode, OpenFlags, PathFlags};

use lightbeam_wasi::grants::{Grants, Location, Meant};
use lightbeam_wasi::runtime::Runtime;

/// How many bytes one call moves at most. The stock host allocates what is asked for.
const BLOCK: usize = 1 << 20;

/// The granted folders.
#[derive(Debug)]
pub(super) struct FileSystem {
    grants: Grants,
    folders: Vec<Descriptor>,
    runtime: Runtime,
}

/// A place below a granted folder.
#[derive(Debug)]
pub(super) struct Spot<'a> {
    /// The granted folder.
    pub(super) folder: &'a Descriptor,
    /// The way from there; `.` for the folder itself.
    pub(super) path: String,
}

impl FileSystem {
    /// What this sandbox was granted by this runtime.
    pub(super) fn granted(runtime: Runtime) -> Self {
        let (folders, names): (Vec<_>, Vec<_>) = preopens::get_directories().into_iter().unzip();
        let grants = Grants::new(names.iter().map(String::as_str), environment::initial_cwd().as_deref());
        Self { grants, folders, runtime }
    }

    /// The grants by name.
    pub(super) fn grants(&self) -> &Grants {
        &self.grants
    }

    /// Where a path lies.
    pub(super) fn locate(&self, path: &str, meant: Meant) -> Result<Spot<'_>, FileError> {
        let location = self.grants.locate(path, meant).map_err(|missing| {
            let detail = if self.grants.is_empty() {
                "no folder at all was granted to this run"
            } else {
                "this folder was not granted to this run"
            };
            let error = FileError::new(FileErrorKind::Denied, path, detail);
            FileError { hint: Some(missing.hint(self.runtime)), ..error }
        })?;
        Ok(self.spot(&location))
    }

    /// The place of a location.
    pub(super) fn spot(&self, location: &Location) -> Spot<'_> {
        let path = if location.path.is_empty() { ".".to_owned() } else { location.path.clone() };
        Spot { folder: &self.folders[location.grant], path }
    }
}

impl Spot<'_> {
    /// Opens the file or folder, links followed.
    pub(super) fn open(&self, how: OpenFlags, flags: DescriptorFlags) -> Result<Descriptor, ErrorCode> {
        self.folder.open_at(PathFlags::SYMLINK_FOLLOW, &self.path, how, flags)
    }

    /// What stands there, and its length.
    pub(super) fn stat(&self) -> Result<(EntryKind, u64), ErrorCode> {
        let stat = self.folder.stat_at(PathFlags::SYMLINK_FOLLOW, &self.path)?;
        Ok((kind(stat.type_), stat.size))
    }

    /// The folder it stands in, and its name there.
    pub(super) fn parent(&self) -> (Self, &str) {
        let (parent, name) = self.path.rsplit_once('/').unwrap_or((".", &self.path));
        (Self { folder: self.folder, path: parent.to_owned() }, name)
    }

    /// The place of `name` in this folder.
    pub(super) fn child(&self, name: &str) -> Self {
        let path = if self.path == "." { name.to_owned() } else { format!("{}/{name}", self.path) };
        Self { folder: self.folder, path }
    }

    /// Makes this folder, and those above it, where they are missing.
    pub(super) fn make_folder(&self) -> Result<(), ErrorCode> {
        if self.path == "." {
            return Ok(());
        }
        match self.folder.create_directory_at(&self.path) {
            Ok(()) => sync_folder(&self.parent().0),
            Err(ErrorCode::Exist) => Ok(()),
            Err(ErrorCode::NoEntry) => {
                self.parent().0.make_folder()?;
                self.folder.create_directory_at(&self.path)?;
                sync_folder(&self.parent().0)
            }
            Err(code) => Err(code),
        }
    }

    /// Renames the file to `name` in the same folder, in place of what may have that name, and makes that durable.
    pub(super) fn rename_to(&self, name: &str) -> Result<(), ErrorCode> {
        let folder = self.parent().0;
        self.folder.rename_at(&self.path, self.folder, &folder.child(name).path)?;
        sync_folder(&folder)
    }

    /// Removes the file.
    pub(super) fn unlink(&self) -> Result<(), ErrorCode> {
        self.folder.unlink_file_at(&self.path)
    }
}

/// What an entry is.
pub(super) fn kind(kind: DescriptorType) -> EntryKind {
    match kind {
        DescriptorType::RegularFile => EntryKind::File,
        DescriptorType::Directory => EntryKind::Folder,
        _ => EntryKind::Other,
    }
}

/// Makes the entries of a folder durable. Where the platform cannot (Windows), the rename itself has to do.
pub(super) fn sync_folder(folder: &Spot<'_>) -> Result<(), ErrorCode> {
    match folder.open(OpenFlags::DIRECTORY, DescriptorFlags::READ).and_then(|folder| folder.sync()) {
        Ok(()) | Err(ErrorCode::Unsupported | ErrorCode::Invalid | ErrorCode::Access | ErrorCode::NotPermitted) => {
            Ok(())
        }
        Err(code) => Err(code),
    }
}

/// The bytes from `start` to `end`, fewer where the file ends before.
pub(super) fn read(file: &Descriptor, start: u64, end: u64) -> Result<Vec<u8>, ErrorCode> {
    let mut bytes = Vec::new();
    let mut at = start;
    while at < end {
        let (part, ended) = file.read((end - at).min(BLOCK as u64), at)?;
        at += part.len() as u64;
        if bytes.is_empty() {
            bytes = part;
            bytes.reserve_exact(usize::try_from(end - at).unwrap_or(0).min(BLOCK));
        } else {
            bytes.extend_from_slice(&part);
        }
        if ended {
            break;
        }
    }
    Ok(bytes)
}

/// Writes all bytes from `start` on.
pub(super) fn write(file: &Descriptor, bytes: &[u8], start: u64) -> Result<(), ErrorCode> {
    let mut at = start;
    for block in bytes.chunks(BLOCK) {
        let mut rest = block;
        while !rest.is_empty() {
            let written = file.write(rest, at)?;
            let count = usize::try_from(written).unwrap_or(0).min(rest.len());
            if count == 0 {
                return Err(ErrorCode::Io);
            }
            at += written;
            rest = &rest[count..];
        }
    }
    Ok(())
}

/// The error as the engine knows it.
pub(super) fn failure(path: &str, code: ErrorCode) -> FileError {
    use ErrorCode as E;
    let (kind, detail) = match code {
        E::NoEntry => (FileErrorKind::NotFound, "there is no such file or folder"),
        E::IsDirectory => (FileErrorKind::WrongKind, "this is a folder"),
        E::NotDirectory => (FileErrorKind::WrongKind, "this is no folder"),
        E::Access => (FileErrorKind::Denied, "the file's permissions do not allow this"),
        E::NotPermitted => {
            (FileErrorKind::Denied, "not permitted: perhaps a link that leads out of the granted folder")
        }
        E::ReadOnly => (FileErrorKind::Denied, "this folder can only be read"),
        E::InsufficientSpace => (FileErrorKind::Full, "no space is left on the device"),
        E::Quota => (FileErrorKind::Full, "the storage quota is used up"),
        E::FileTooLarge => (FileErrorKind::Full, "the file would become too large"),
        E::NameTooLong => (FileErrorKind::Failed, "the name is too long"),
        E::Busy | E::TextFileBusy => (FileErrorKind::Failed, "another program is using this file"),
        E::Loop => (FileErrorKind::Failed, "these links lead in a circle"),
        E::Io => (FileErrorKind::Failed, "the device could not read or write"),
        E::IllegalByteSequence => (FileErrorKind::Failed, "the name is not UTF-8"),
        other => return FileError::new(FileErrorKind::Failed, path, other.message()),
    };
    FileError::new(kind, path, detail)
}

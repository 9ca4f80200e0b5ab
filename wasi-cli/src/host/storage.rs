use std::cell::RefCell;
use std::collections::HashMap;
use std::ops::Range;
use std::rc::Rc;

use lightbeam_core::host::heartbeat::HeartbeatLock;
use lightbeam_core::host::{
    Acquired, EntryKind, FileError, FileErrorKind, LockRefused, Storage, StorageError, StorageErrorKind, Takeover,
};
use wasip2::filesystem::types::{Descriptor, DescriptorFlags, ErrorCode, OpenFlags};
use wasip2::random::insecure;

use super::clock::WasiClock;
use super::filesystem::{self, FileSystem, Spot, failure, sync_folder};
use lightbeam_wasi::grants::Location;

/// How many appended files are kept open; a run appends to one log for each endpoint.
const OPEN_LOGS: usize = 256;

/// The character that no blob's name has, so that unfinished files are never taken for blobs.
const UNFINISHED: char = '~';

/// Blobs as files below one folder.
#[derive(Debug, Clone)]
pub(crate) struct FileStorage(Rc<Inner>);

#[derive(Debug)]
struct Inner {
    files: Rc<FileSystem>,
    base: Location,
    /// The folder as the user knows it, for messages.
    shown: String,
    logs: RefCell<HashMap<String, Descriptor>>,
}

impl FileStorage {
    /// Opens the folder, which is made if it is missing.
    pub(super) fn open(files: Rc<FileSystem>, base: Location, shown: &str) -> Result<Self, StorageError> {
        let made = files.spot(&base).make_folder();
        let storage = Self(Rc::new(Inner { files, base, shown: shown.to_owned(), logs: RefCell::default() }));
        made.map_err(|code| storage.error("", code))?;
        Ok(storage)
    }

    fn spot(&self, name: &str) -> Spot<'_> {
        let base = self.0.files.spot(&self.0.base);
        if name.is_empty() { base } else { base.child(name) }
    }

    fn error(&self, name: &str, code: ErrorCode) -> StorageError {
        let shown = self.0.shown.trim_end_matches('/');
        storage_error(failure(
            if name.is_empty() { shown.to_owned() } else { format!("{shown}/{name}") }.as_str(),
            code,
        ))
    }

    /// Puts the bytes at the end of the file. A write that failed half-way is taken back, so that what comes later
    /// does not stand behind a torn entry.
    fn append_to(&self, name: &str, bytes: &[u8]) -> Result<(), ErrorCode> {
        let mut logs = self.0.logs.borrow_mut();
        if !logs.contains_key(name) {
            if logs.len() >= OPEN_LOGS {
                logs.clear();
            }
            logs.insert(name.to_owned(), self.open_log(name)?);
        }
        let Some(log) = logs.get(name) else { return Err(ErrorCode::BadDescriptor) };
        // Asked each time, because another run may have taken the lock over and written to this file.
        let end = log.stat()?.size;
        if let Err(code) = filesystem::write(log, bytes, end) {
            log.set_size(end)?;
            return Err(code);
        }
        log.sync_data()
    }

    fn open_log(&self, name: &str) -> Result<Descriptor, ErrorCode> {
        let spot = self.spot(name);
        let flags = DescriptorFlags::READ | DescriptorFlags::WRITE;
        match spot.open(OpenFlags::empty(), flags) {
            Err(ErrorCode::NoEntry) => {
                let folder = spot.parent().0;
                folder.make_folder()?;
                let log = spot.open(OpenFlags::CREATE, flags)?;
                sync_folder(&folder)?;
                Ok(log)
            }
            opened => opened,
        }
    }

    fn replace(&self, name: &str, bytes: &[u8]) -> Result<(), ErrorCode> {
        let spot = self.spot(name);
        let (folder, last) = spot.parent();
        folder.make_folder()?;
        let unfinished =
            folder.child(&format!("{last}{UNFINISHED}{:08x}", insecure::get_insecure_random_u64() & 0xffff_ffff));
        let fill = || {
            let file = unfinished.open(OpenFlags::CREATE | OpenFlags::EXCLUSIVE, DescriptorFlags::WRITE)?;
            filesystem::write(&file, bytes, 0)?;
            file.sync_data()
        };
        // The open log would go on to be the old file; and Windows replaces no file that is open.
        self.0.logs.borrow_mut().remove(name);
        fill().and_then(|()| unfinished.rename_to(last)).inspect_err(|_| {
            // The first error is the one to tell.
            let _ = unfinished.unlink();
        })
    }

    /// Fails where the file is there already.
    fn create_new(&self, name: &str, bytes: &[u8]) -> Result<(), ErrorCode> {
        let spot = self.spot(name);
        let folder = spot.parent().0;
        folder.make_folder()?;
        let made = spot.open(OpenFlags::CREATE | OpenFlags::EXCLUSIVE, DescriptorFlags::WRITE)?;
        let filled = || {
            filesystem::write(&made, bytes, 0)?;
            made.sync_data()?;
            sync_folder(&folder)
        };
        filled().inspect_err(|_| {
            // It is ours; the first error is the one to tell.
            let _ = spot.unlink();
        })
    }

    fn collect(&self, folder: &str, prefix: &str, names: &mut Vec<String>) -> Result<(), ErrorCode> {
        let spot = self.spot(folder);
        let entries = match spot.open(OpenFlags::DIRECTORY, DescriptorFlags::READ) {
            Err(ErrorCode::NoEntry | ErrorCode::NotDirectory) => return Ok(()),
            opened => opened?.read_directory()?,
        };
        while let Some(entry) = entries.read_directory_entry()? {
            let name = if folder.is_empty() { entry.name.clone() } else { format!("{folder}/{}", entry.name) };
            let blob = !name.contains(UNFINISHED) && entry.name != "." && entry.name != "..";
            match filesystem::kind(entry.type_) {
                EntryKind::Folder if blob && (name.starts_with(prefix) || prefix.starts_with(&format!("{name}/"))) => {
                    self.collect(&name, prefix, names)?;
                }
                EntryKind::File if blob && name.starts_with(prefix) => names.push(name),
                _ => {}
            }
        }
        Ok(())
    }
}

impl Storage for FileStorage {
    type Lock = HeartbeatLock<FileStorage, WasiClock>;

    async fn len(&self, name: &str) -> Result<Option<u64>, StorageError> {
        match self.spot(name).stat() {
            Ok((EntryKind::File, len)) => Ok(Some(len)),
            Ok(_) | Err(ErrorCode::NoEntry | ErrorCode::NotDirectory) => Ok(None),
            Err(code) => Err(self.error(name, code)),
        }
    }

    async fn read(&self, name: &str, range: Range<u64>) -> Result<Vec<u8>, StorageError> {
        self.spot(name)
            .open(OpenFlags::empty(), DescriptorFlags::READ)
            .and_then(|file| filesystem::read(&file, range.start, range.end))
            .map_err(|code| self.error(name, code))
    }

    async fn write(&self, name: &str, bytes: &[u8]) -> Result<(), StorageError> {
        self.replace(name, bytes).map_err(|code| self.error(name, code))
    }

    async fn create(&self, name: &str, bytes: &[u8]) -> Result<Option<bool>, StorageError> {
        match self.create_new(name, bytes) {
            Ok(()) => Ok(Some(true)),
            Err(ErrorCode::Exist) => Ok(Some(false)),
            Err(code) => Err(self.error(name, code)),
        }
    }

    async fn append(&self, name: &str, bytes: &[u8]) -> Result<(), StorageError> {
        self.append_to(name, bytes).map_err(|code| self.error(name, code))
    }

    async fn truncate(&self, name: &str, len: u64) -> Result<(), StorageError> {
        let cut = || {
            let file = self.spot(name).open(OpenFlags::empty(), DescriptorFlags::READ | DescriptorFlags::WRITE)?;
            if file.stat()?.size > len {
                file.set_size(len)?;
                file.sync_data()?;
            }
            Ok(())
        };
        cut().map_err(|code| self.error(name, code))
    }

    async fn list(&self, prefix: &str) -> Result<Vec<String>, StorageError> {
        let mut names = Vec::new();
        self.collect("", prefix, &mut names).map_err(|code| self.error(prefix, code))?;
        names.sort();
        Ok(names)
    }

    async fn remove(&self, name: &str) -> Result<(), StorageError> {
        self.0.logs.borrow_mut().remove(name);
        let spot = self.spot(name);
        match spot.unlink() {
            Ok(()) => sync_folder(&spot.parent().0),
            Err(ErrorCode::NoEntry) => Ok(()),
            Err(code) => Err(code),
        }
        .map_err(|code| self.error(name, code))
    }

    async fn lock(&self, name: &str, run_id: &str, takeover: Takeover) -> Result<Acquired<Self::Lock>, LockRefused> {
        HeartbeatLock::acquire(self.clone(), WasiClock, name, run_id, takeover).await
    }
}

/// The same failure, as one of storage.
pub(super) fn storage_error(error: FileError) -> StorageError {
    let kind = match error.kind {
        FileErrorKind::NotFound => StorageErrorKind::NotFound,
        FileErrorKind::Denied => StorageErrorKind::Denied,
        FileErrorKind::Full => StorageErrorKind::Full,
        FileErrorKind::WrongKind | FileErrorKind::Failed => StorageErrorKind::Failed,
    };
    StorageError { kind, detail: error.to_string(), hint: error.hint }
}

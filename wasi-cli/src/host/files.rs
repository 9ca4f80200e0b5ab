use std::ops::Range;
use std::rc::Rc;

use lightbeam_core::host::{EntryKind, FileEntry, FileError, FileErrorKind, Files, Sink, Source};
use wasip2::filesystem::types::{Descriptor, DescriptorFlags, DescriptorType, ErrorCode, OpenFlags};
use wasip2::random::insecure;

use super::filesystem::{self, FileSystem, failure};
use lightbeam_wasi::grants::Meant;

/// Bytes that are collected before they are written.
const BUFFER: usize = 256 << 10;

/// The user's files below the granted folders.
#[derive(Debug, Clone)]
pub(crate) struct GrantedFiles(pub(super) Rc<FileSystem>);

impl Files for GrantedFiles {
    type Source = OpenFile;
    type Sink = NewFile;

    async fn list(&self, dir: &str) -> Result<Vec<FileEntry>, FileError> {
        let spot = self.0.locate(dir, Meant::Folder)?;
        let read = || -> Result<Vec<FileEntry>, ErrorCode> {
            let folder = spot.open(OpenFlags::DIRECTORY, DescriptorFlags::READ)?;
            let entries = folder.read_directory()?;
            let mut list = Vec::new();
            while let Some(entry) = entries.read_directory_entry()? {
                let kind = match entry.type_ {
                    // A link that leads nowhere, or out of the folder, is a file that cannot be read: who opens it is
                    // told why.
                    DescriptorType::SymbolicLink => {
                        spot.child(&entry.name).stat().map_or(EntryKind::File, |(kind, _)| kind)
                    }
                    DescriptorType::Unknown => {
                        spot.child(&entry.name).stat().map_or(EntryKind::Other, |(kind, _)| kind)
                    }
                    known => filesystem::kind(known),
                };
                if entry.name != "." && entry.name != ".." {
                    list.push(FileEntry { name: entry.name, kind });
                }
            }
            Ok(list)
        };
        read().map_err(|code| failure(dir, code))
    }

    async fn open(&self, path: &str) -> Result<OpenFile, FileError> {
        let spot = self.0.locate(path, Meant::File)?;
        // Opening a pipe would block, so the kind is looked at first.
        match spot.stat().map_err(|code| failure(path, code))? {
            (EntryKind::File, _) => {}
            (EntryKind::Folder, _) => return Err(failure(path, ErrorCode::IsDirectory)),
            (EntryKind::Other, _) => {
                return Err(FileError::new(FileErrorKind::WrongKind, path, "this is no ordinary file"));
            }
        }
        let open = || {
            let file = spot.open(OpenFlags::empty(), DescriptorFlags::READ)?;
            let len = file.stat()?.size;
            Ok(OpenFile { file, len, path: path.to_owned() })
        };
        open().map_err(|code| failure(path, code))
    }

    async fn create(&self, path: &str) -> Result<NewFile, FileError> {
        let spot = self.0.locate(path, Meant::File)?;
        let (folder, name) = spot.parent();
        match spot.stat() {
            Ok((EntryKind::Folder, _)) => return Err(failure(path, ErrorCode::IsDirectory)),
            // A device is written to, not replaced by a file; that is not what this is for.
            Ok((EntryKind::Other, _)) => {
                return Err(FileError::new(FileErrorKind::WrongKind, path, "this is no ordinary file"));
            }
            Ok((EntryKind::File, _)) | Err(_) => {}
        }
        let unfinished = format!(".{name}.{:08x}.part", insecure::get_insecure_random_u64() & 0xffff_ffff);
        let open = || {
            folder.make_folder()?;
            folder.child(&unfinished).open(OpenFlags::CREATE | OpenFlags::EXCLUSIVE, DescriptorFlags::WRITE)
        };
        let file = open().map_err(|code| failure(path, code))?;
        Ok(NewFile {
            files: self.0.clone(),
            file: Some(file),
            path: path.to_owned(),
            unfinished,
            buffer: Vec::new(),
            written: 0,
        })
    }
}

/// A file that is open for reading.
#[derive(Debug)]
pub(crate) struct OpenFile {
    file: Descriptor,
    len: u64,
    path: String,
}

impl Source for OpenFile {
    fn len(&self) -> u64 {
        self.len
    }

    async fn read(&self, range: Range<u64>) -> Result<Vec<u8>, FileError> {
        filesystem::read(&self.file, range.start, range.end).map_err(|code| failure(&self.path, code))
    }
}

/// A file that is being written under another name.
#[derive(Debug)]
pub(crate) struct NewFile {
    files: Rc<FileSystem>,
    /// `None` once the file is in its place.
    file: Option<Descriptor>,
    path: String,
    unfinished: String,
    buffer: Vec<u8>,
    written: u64,
}

impl NewFile {
    fn flush(&mut self) -> Result<(), ErrorCode> {
        if let Some(file) = &self.file {
            filesystem::write(file, &self.buffer, self.written)?;
            self.written += self.buffer.len() as u64;
            self.buffer.clear();
        }
        Ok(())
    }

    fn put_in_place(&mut self) -> Result<(), FileError> {
        let as_failure = |path: &str| {
            let path = path.to_owned();
            move |code| failure(&path, code)
        };
        self.flush().map_err(as_failure(&self.path))?;
        if let Some(file) = &self.file {
            file.sync().map_err(as_failure(&self.path))?;
        }
        let spot = self.files.locate(&self.path, Meant::File)?;
        let (folder, name) = spot.parent();
        // Windows renames no file that is open.
        let file = self.file.take();
        drop(file);
        let unfinished = folder.child(&self.unfinished);
        unfinished.rename_to(name).map_err(|code| {
            // The rename's own error is what the user must know; a file left behind is told by its name.
            let _ = unfinished.unlink();
            failure(&self.path, code)
        })
    }
}

impl Sink for NewFile {
    async fn write(&mut self, bytes: &[u8]) -> Result<(), FileError> {
        self.buffer.extend_from_slice(bytes);
        if self.buffer.len() >= BUFFER {
            self.flush().map_err(|code| failure(&self.path, code))?;
        }
        Ok(())
    }

    async fn commit(mut self) -> Result<(), FileError> {
        self.put_in_place()
    }
}

impl Drop for NewFile {
    fn drop(&mut self) {
        if self.file.take().is_some()
            && let Ok(spot) = self.files.locate(&self.path, Meant::File)
        {
            // Nobody is left to hear of a failure here; the name says that the file is unfinished.
            let _ = spot.parent().0.child(&self.unfinished).unlink();
        }
    }
}

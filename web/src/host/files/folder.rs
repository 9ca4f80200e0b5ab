use js_sys::Uint8Array;
use lightbeam_core::host::{FileError, FileErrorKind};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{
    Blob, DomException, FileSystemDirectoryHandle, FileSystemFileHandle, FileSystemGetDirectoryOptions,
    FileSystemGetFileOptions, FileSystemWritableFileStream,
};

/// A file of the user's folder that is being written. Until commit the browser writes beside it.
#[derive(Debug)]
pub(super) struct FolderFile {
    parent: FileSystemDirectoryHandle,
    name: String,
    file: FileSystemFileHandle,
    /// Gone after commit.
    stream: Option<FileSystemWritableFileStream>,
    /// Whether there was none; the browser makes an empty one then.
    is_new: bool,
}

impl FolderFile {
    /// Begins to write the file of this path below the folder, and makes folders that are missing.
    pub(super) async fn begin(folder: &FileSystemDirectoryHandle, path: &str) -> Result<Self, JsValue> {
        let (folders, name) = path.rsplit_once('/').unwrap_or(("", path));
        let mut parent = folder.clone();
        for folder in folders.split('/').filter(|folder| !folder.is_empty()) {
            let make = FileSystemGetDirectoryOptions::new();
            make.set_create(true);
            parent = JsFuture::from(parent.get_directory_handle_with_options(folder, &make)).await?.unchecked_into();
        }
        let (file, is_new) = match JsFuture::from(parent.get_file_handle(name)).await {
            Ok(file) => (file, false),
            Err(error) if error.dyn_ref::<DomException>().is_some_and(|error| error.name() == "NotFoundError") => {
                let make = FileSystemGetFileOptions::new();
                make.set_create(true);
                (JsFuture::from(parent.get_file_handle_with_options(name, &make)).await?, true)
            }
            Err(error) => return Err(error),
        };
        let file: FileSystemFileHandle = file.unchecked_into();
        let mut begun = Self { parent, name: name.to_owned(), file, stream: None, is_new };
        match JsFuture::from(begun.file.create_writable()).await {
            Ok(stream) => begun.stream = Some(stream.unchecked_into()),
            Err(error) => {
                begun.give_up();
                return Err(error);
            }
        }
        Ok(begun)
    }

    pub(super) async fn write(&self, bytes: &Uint8Array) -> Result<(), JsValue> {
        if let Some(stream) = &self.stream {
            JsFuture::from(stream.write_with_js_u8_array(bytes)?).await?;
        }
        Ok(())
    }

    /// Puts the file in its place; what is in it then.
    pub(super) async fn commit(mut self) -> Result<Blob, JsValue> {
        if let Some(stream) = &self.stream {
            JsFuture::from(stream.close()).await?;
            self.stream = None;
        }
        Ok(JsFuture::from(self.file.get_file()).await?.unchecked_into())
    }

    /// Drops what was written, and the empty file that the browser made for it.
    fn give_up(&mut self) {
        let stream = self.stream.take();
        let made = self.is_new.then(|| (self.parent.clone(), self.name.clone()));
        spawn_local(async move {
            // The failure that made the run give up is the one to tell, not what follows from it.
            if let Some(stream) = stream {
                let _ = JsFuture::from(stream.abort()).await;
            }
            if let Some((parent, name)) = made {
                let _ = JsFuture::from(parent.remove_entry(&name)).await;
            }
        });
    }
}

impl Drop for FolderFile {
    fn drop(&mut self) {
        if self.stream.is_some() {
            self.give_up();
        }
    }
}

/// Why a file cannot be written into the folder.
pub(super) fn unwritable(path: &str, error: &JsValue) -> FileError {
    let (name, message) = super::exception(error);
    let failed = |kind, detail: &str, hint: &str| FileError {
        hint: Some(hint.to_owned()),
        ..FileError::new(kind, path, detail)
    };
    match name.as_str() {
        "NotAllowedError" | "SecurityError" => failed(
            FileErrorKind::Denied,
            "the page may not write into the folder any more",
            "choose the folder for results again, and allow the page to change files in it",
        ),
        "QuotaExceededError" => failed(
            FileErrorKind::Full,
            "there is no room for the file",
            "free space on the disk, or choose another folder",
        ),
        "TypeMismatchError" => failed(
            FileErrorKind::WrongKind,
            "there is a folder where a file is wanted, or the other way round",
            "choose another folder for results",
        ),
        "NotFoundError" => failed(
            FileErrorKind::NotFound,
            "the folder for results was moved or removed",
            "choose the folder for results again",
        ),
        "NoModificationAllowedError" | "InvalidModificationError" | "InvalidStateError" => failed(
            FileErrorKind::Failed,
            "the file is in use by another program or tab",
            "close it there, and try again",
        ),
        // What is no exception of the file system is one about the name.
        "" => failed(FileErrorKind::Failed, "the browser does not accept the file's name", "use another name"),
        _ => FileError::new(FileErrorKind::Failed, path, format!("cannot be written ({name}: {message})")),
    }
}

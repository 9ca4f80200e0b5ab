use js_sys::{Reflect, Uint8Array};
use lightbeam_core::host::{FileErrorKind, Files, Sink, Source, conformance};
use lightbeam_web::host::{ChosenFiles, Output, archive};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{
    Blob, FileSystemDirectoryHandle, FileSystemFileHandle, FileSystemGetDirectoryOptions, FileSystemGetFileOptions,
    FileSystemRemoveOptions, FileSystemWritableFileStream, StorageManager,
};

/// A new, empty folder of the kind that the user lets the page write to. The origin's private files are of that kind.
async fn folder(name: &str) -> FileSystemDirectoryHandle {
    let member = |object: &_, name: &str| Reflect::get(object, &name.into()).unwrap();
    let manager: StorageManager = member(&member(&js_sys::global(), "navigator"), "storage").unchecked_into();
    let root: FileSystemDirectoryHandle = JsFuture::from(manager.get_directory()).await.unwrap().unchecked_into();
    let all = FileSystemRemoveOptions::new();
    all.set_recursive(true);
    // There is none the first time.
    let _ = JsFuture::from(root.remove_entry_with_options(name, &all)).await;
    let make = FileSystemGetDirectoryOptions::new();
    make.set_create(true);
    JsFuture::from(root.get_directory_handle_with_options(name, &make)).await.unwrap().unchecked_into()
}

async fn file(folder: &FileSystemDirectoryHandle, name: &str) -> Option<FileSystemFileHandle> {
    JsFuture::from(folder.get_file_handle(name)).await.ok().map(JsCast::unchecked_into)
}

async fn subfolder(folder: &FileSystemDirectoryHandle, name: &str) -> Option<FileSystemDirectoryHandle> {
    JsFuture::from(folder.get_directory_handle(name)).await.ok().map(JsCast::unchecked_into)
}

async fn bytes(content: &Blob) -> Vec<u8> {
    Uint8Array::new(&JsFuture::from(content.array_buffer()).await.unwrap()).to_vec()
}

async fn on_disk(folder: &FileSystemDirectoryHandle, name: &str) -> Option<Vec<u8>> {
    let content: Blob = JsFuture::from(file(folder, name).await?.get_file()).await.unwrap().unchecked_into();
    Some(bytes(&content).await)
}

async fn overwrite(folder: &FileSystemDirectoryHandle, name: &str, text: &str) {
    let make = FileSystemGetFileOptions::new();
    make.set_create(true);
    let file: FileSystemFileHandle =
        JsFuture::from(folder.get_file_handle_with_options(name, &make)).await.unwrap().unchecked_into();
    let stream: FileSystemWritableFileStream = JsFuture::from(file.create_writable()).await.unwrap().unchecked_into();
    JsFuture::from(stream.write_with_str(text).unwrap()).await.unwrap();
    JsFuture::from(stream.close()).await.unwrap();
}

#[wasm_bindgen_test]
async fn files_keep_their_promises() {
    conformance::check_files(&ChosenFiles::default(), "files").await.unwrap();
}

#[wasm_bindgen_test]
async fn files_of_a_folder_keep_their_promises() {
    let folder = folder("promises").await;
    let files = ChosenFiles::default().with_folder(folder.clone());
    conformance::check_files(&files, "files").await.unwrap();
    let inner = subfolder(&subfolder(&folder, "files").await.unwrap(), "new").await.unwrap();
    assert_eq!(on_disk(&inner, "a.jsonl").await.unwrap(), b"");
    assert_eq!(on_disk(&inner, "b with blanks é.jsonl").await.unwrap().len(), 3_000_000);
    let written: Vec<String> = files.written().into_iter().map(|output| output.path).collect();
    assert_eq!(written, ["files/new/a.jsonl", "files/new/b with blanks é.jsonl"]);
}

#[wasm_bindgen_test]
async fn a_file_that_is_given_up_leaves_the_folder_as_it_was() {
    let folder = folder("given-up").await;
    overwrite(&folder, "old.jsonl", "old").await;
    let files = ChosenFiles::default().with_folder(folder.clone());
    for path in ["./old.jsonl", "new.jsonl"] {
        let mut sink = files.create(path).await.unwrap();
        sink.write(&vec![b'x'; 3 << 20]).await.unwrap();
        sink.write(b"more").await.unwrap();
    }
    assert_eq!(on_disk(&folder, "old.jsonl").await.unwrap(), b"old");
    // What was given up is taken away some turns of the browser later.
    while file(&folder, "new.jsonl").await.is_some() {}
    assert!(files.written().is_empty());

    let mut sink = files.create("./old.jsonl").await.unwrap();
    sink.write(&vec![b'y'; 3 << 20]).await.unwrap();
    assert_eq!(on_disk(&folder, "old.jsonl").await.unwrap(), b"old");
    sink.commit().await.unwrap();
    assert_eq!(on_disk(&folder, "old.jsonl").await.unwrap(), vec![b'y'; 3 << 20]);
}

#[wasm_bindgen_test]
async fn a_folder_that_cannot_be_written_to_is_told() {
    let folder = folder("refused").await;
    subfolder_made(&folder, "results.jsonl").await;
    let files = ChosenFiles::default().with_folder(folder.clone());
    let error = files.create("results.jsonl").await.unwrap().commit().await.unwrap_err();
    assert_eq!((error.kind, error.path.as_str()), (FileErrorKind::WrongKind, "results.jsonl"));
    overwrite(&folder, "file", "").await;
    let error = files.create("file/inner.jsonl").await.unwrap().commit().await.unwrap_err();
    assert_eq!(error.kind, FileErrorKind::WrongKind);
    files.put_text("chosen", "x");
    let error = files.create("chosen/inner.jsonl").await.unwrap_err();
    assert_eq!(error.kind, FileErrorKind::WrongKind);
}

async fn subfolder_made(folder: &FileSystemDirectoryHandle, name: &str) {
    let make = FileSystemGetDirectoryOptions::new();
    make.set_create(true);
    JsFuture::from(folder.get_directory_handle_with_options(name, &make)).await.unwrap();
}

#[wasm_bindgen_test]
async fn a_file_that_was_changed_since_it_was_chosen_says_so() {
    let folder = folder("changed").await;
    overwrite(&folder, "students.jsonl", "{}\n").await;
    let content: Blob =
        JsFuture::from(file(&folder, "students.jsonl").await.unwrap().get_file()).await.unwrap().unchecked_into();
    let files = ChosenFiles::default();
    files.put("data/students.jsonl", content);
    let source = files.open("./data/students.jsonl").await.unwrap();
    assert_eq!(source.read(0..3).await.unwrap(), b"{}\n");
    overwrite(&folder, "students.jsonl", "{\"changed\": true}\n").await;
    let error = source.read(0..3).await.unwrap_err();
    assert!(error.detail.contains("changed since it was chosen"), "{error}");
    assert_eq!((error.path.as_str(), error.hint.as_deref()), ("./data/students.jsonl", Some("choose it again")));
}

#[wasm_bindgen_test]
async fn outputs_become_an_archive() {
    let files = ChosenFiles::default();
    let large: Vec<u8> = (0..2_500_000_u32).map(|n| n.to_le_bytes()[0]).collect();
    for (path, content) in [("results/a.jsonl", large.as_slice()), ("b é.json", b"{}"), ("empty", b"")] {
        let mut sink = files.create(path).await.unwrap();
        sink.write(content).await.unwrap();
        sink.commit().await.unwrap();
    }
    let written = files.written();
    assert_eq!(
        written.iter().map(|output| output.path.as_str()).collect::<Vec<_>>(),
        ["b é.json", "empty", "results/a.jsonl"]
    );
    let packed = archive(&written).await.unwrap();
    assert_eq!(packed.type_(), "application/zip");
    let packed = bytes(&packed).await;
    assert!(packed.starts_with(b"PK\x03\x04") && packed[packed.len() - 22..].starts_with(b"PK\x05\x06"));
    let begin = packed.windows(15).position(|part| part == b"results/a.jsonl").unwrap() + 15;
    assert!(packed[begin..begin + large.len()] == large);
    // Check sums that are not known come out the same.
    let unknown: Vec<Output> = written.into_iter().map(|output| Output { crc32: None, ..output }).collect();
    assert!(without_times(bytes(&archive(&unknown).await.unwrap()).await) == without_times(packed));
}

/// An archive without the times at which it was made, which have steps of two seconds: two that are made one after the
/// other may differ in them.
fn without_times(mut archive: Vec<u8>) -> Vec<u8> {
    for (header, time) in [(b"PK\x03\x04", 10), (b"PK\x01\x02", 12)] {
        let found = archive.windows(4).enumerate().filter(|(_, bytes)| bytes == header);
        let headers: Vec<usize> = found.map(|(at, _)| at).collect();
        for at in headers {
            archive[at + time..at + time + 4].fill(0);
        }
    }
    archive
}

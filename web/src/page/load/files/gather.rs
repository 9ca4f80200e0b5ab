use js_sys::{Array, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{DragEvent, File, FileSystemDirectoryEntry, FileSystemEntry, FileSystemFileEntry, HtmlInputElement};

/// The files of an input with their paths: from the chosen folder's name on, or their names.
pub(super) fn of_input(input: &HtmlInputElement) -> Vec<(String, File)> {
    let Some(list) = input.files() else { return Vec::new() };
    let path = |file: &File| {
        let path = Reflect::get(file, &JsValue::from_str("webkitRelativePath")).ok().and_then(|path| path.as_string());
        path.filter(|path| !path.is_empty()).unwrap_or_else(|| file.name())
    };
    (0..list.length()).filter_map(|at| list.get(at)).map(|file| (path(&file), file)).collect()
}

/// What was dropped; it is gone once the event is over, so this cannot wait.
pub(super) fn entries(event: &DragEvent) -> Vec<FileSystemEntry> {
    let Some(items) = event.data_transfer().map(|dropped| dropped.items()) else { return Vec::new() };
    let entries = (0..items.length()).filter_map(|at| items.get(at)?.webkit_get_as_entry().ok().flatten());
    entries.map(JsCast::unchecked_into::<FileSystemEntry>).collect()
}

/// All files of what was dropped, those in folders too, with their paths.
pub(super) async fn of_entries(mut open: Vec<FileSystemEntry>) -> Result<Vec<(String, File)>, String> {
    let mut files = Vec::new();
    while let Some(entry) = open.pop() {
        let path = entry.full_path();
        let unreadable = |_: JsValue| format!("{path} could not be read; choose it with the button instead");
        if entry.is_directory() {
            let reader = entry.unchecked_into::<FileSystemDirectoryEntry>().create_reader();
            loop {
                // A reader hands a folder out in parts, an empty one last.
                let part = Promise::new(&mut |resolve, reject| {
                    let asked = reader.read_entries_with_callback_and_callback(&resolve, &reject);
                    debug_assert!(asked.is_ok());
                });
                let part = JsFuture::from(part).await.map_err(unreadable)?.unchecked_into::<Array>();
                if part.length() == 0 {
                    break;
                }
                open.extend(part.iter().map(JsCast::unchecked_into::<FileSystemEntry>));
            }
        } else {
            let entry = entry.unchecked_into::<FileSystemFileEntry>();
            let file = Promise::new(&mut |resolve, reject| entry.file_with_callback_and_callback(&resolve, &reject));
            let file = JsFuture::from(file).await.map_err(unreadable)?.unchecked_into::<File>();
            files.push((path, file));
        }
    }
    Ok(files)
}

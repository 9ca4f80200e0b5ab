//! Messages of the browser to and from the types of the protocol.

use js_sys::{Array, Object, Reflect};
use serde::Serialize;
use serde::de::DeserializeOwned;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::Blob;

/// A message with its files.
#[derive(Debug)]
pub struct Message<T> {
    /// What is said.
    pub said: T,
    /// Files: path and content.
    pub files: Vec<(String, Blob)>,
    /// A folder that the user opened for writing.
    pub folder: Option<JsValue>,
}

/// Reads a message.
pub fn read<T: DeserializeOwned>(value: &JsValue) -> Result<Message<T>, String> {
    let member = |name: &str| Reflect::get(value, &JsValue::from_str(name)).unwrap_or(JsValue::UNDEFINED);
    let text = member("text").as_string().ok_or("a message without text")?;
    let said = serde_json::from_slice(text.as_bytes()).map_err(|error| error.to_string())?;
    let mut files = Vec::new();
    if let Ok(list) = member("files").dyn_into::<Array>() {
        for entry in list.iter() {
            let pair: Array = entry.dyn_into().map_err(|_| "a file without its path")?;
            let path = pair.get(0).as_string().ok_or("a file without its path")?;
            let content = pair.get(1).dyn_into::<Blob>().map_err(|_| "a path without its file")?;
            files.push((path, content));
        }
    }
    let folder = Some(member("folder")).filter(|folder| !folder.is_undefined() && !folder.is_null());
    Ok(Message { said, files, folder })
}

/// Makes a message.
pub fn write<T: Serialize>(said: &T, files: &[(String, Blob)], folder: Option<&JsValue>) -> JsValue {
    let text = serde_json::to_string(said).expect("the protocol's types are JSON");
    let list = Array::new();
    for (path, content) in files {
        list.push(&Array::of2(&JsValue::from_str(path), content));
    }
    let message = Object::new();
    let set = |name: &str, value: &JsValue| {
        Reflect::set(&message, &JsValue::from_str(name), value).expect("a plain object takes members");
    };
    set("text", &JsValue::from_str(&text));
    set("files", &list);
    if let Some(folder) = folder {
        set("folder", folder);
    }
    message.into()
}

//! The messages in an error body that is JSON.

use std::collections::HashSet;

use super::body::Node;
use super::{MESSAGE_CHARS, MESSAGES, NAME_CHARS, plain};

/// The messages of a body: the first source that has any wins, so that an empty `errors` never hides a `detail`.
pub(super) fn messages(body: &Node) -> Vec<String> {
    match body {
        Node::Object(_) => {
            let sources: [fn(&Node) -> Vec<String>; 6] = [
                |body| at_paths(body, "validationErrors"),
                |body| at_paths(body, "errors"),
                |body| texts(body, "detail"),
                message,
                error,
                |body| texts(body, "title"),
            ];
            sources.iter().map(|source| source(body)).find(|found| !found.is_empty()).unwrap_or_default()
        }
        Node::List(items) => items.iter().flat_map(messages).collect(),
        Node::Text(text) => some(text).into_iter().collect(),
        Node::Scalar(_) | Node::Nothing => Vec::new(),
    }
}

/// Drops what stands twice and what is beyond [`MESSAGES`], with a last entry that tells how much that was.
pub(super) fn bound(messages: &mut Vec<String>) {
    let mut seen = HashSet::new();
    messages.retain(|message| seen.insert(message.clone()));
    if messages.len() > MESSAGES {
        let more = messages.len() - (MESSAGES - 1);
        messages.truncate(MESSAGES - 1);
        messages.push(format!("({more} more messages)"));
    }
}

/// Every text below the members of that name, with the path under which it stands.
fn at_paths(body: &Node, name: &str) -> Vec<String> {
    let mut found = Vec::new();
    for member in body.members(name) {
        collect(member, "", &mut found);
    }
    found
}

fn collect(node: &Node, path: &str, found: &mut Vec<String>) {
    match node {
        Node::Nothing => {}
        Node::Text(text) | Node::Scalar(text) => {
            if let Some(text) = some(text) {
                let path = plain(path, NAME_CHARS);
                found.push(if path.is_empty() { text } else { format!("{text} (at {path})") });
            }
        }
        Node::List(items) => {
            for item in items {
                // A list of objects that are error bodies themselves.
                let own = if path.is_empty() && matches!(item, Node::Object(_)) { messages(item) } else { Vec::new() };
                if own.is_empty() {
                    collect(item, path, found);
                } else {
                    found.extend(own);
                }
            }
        }
        Node::Object(fields) => {
            for (key, value) in fields {
                if path.is_empty() {
                    collect(value, key, found);
                } else {
                    collect(value, &format!("{path}.{key}"), found);
                }
            }
        }
    }
}

/// The texts of the members of that name, wherever in them.
fn texts(body: &Node, name: &str) -> Vec<String> {
    body.members(name).flat_map(leaves).collect()
}

fn leaves(node: &Node) -> Vec<String> {
    match node {
        Node::Nothing => Vec::new(),
        Node::Text(text) | Node::Scalar(text) => some(text).into_iter().collect(),
        Node::List(items) => items.iter().flat_map(leaves).collect(),
        Node::Object(fields) => fields.iter().flat_map(|(_, value)| leaves(value)).collect(),
    }
}

/// `message`, followed by each path of `modelState` and its texts; one message.
fn message(body: &Node) -> Vec<String> {
    let mut parts = texts(body, "message");
    for state in body.members("modelState") {
        match state {
            Node::Object(fields) => {
                for (path, value) in fields {
                    let told = leaves(value).join(" ");
                    if !told.is_empty() {
                        parts.push(if path.is_empty() { told } else { format!("{path}: {told}") });
                    }
                }
            }
            other => parts.extend(leaves(other)),
        }
    }
    let mut whole = String::new();
    for part in parts {
        if !whole.is_empty() {
            whole.push_str(if whole.ends_with(['.', '!', '?', ':', ';']) { " " } else { "; " });
        }
        whole.push_str(&part);
    }
    some(&whole).into_iter().collect()
}

/// `error`: a text (with the `error_description` of a token server), a list, or an object that is an error body itself.
fn error(body: &Node) -> Vec<String> {
    let mut found = Vec::new();
    for member in body.members("error") {
        match member {
            Node::Object(_) => {
                let own = messages(member);
                if own.is_empty() {
                    collect(member, "", &mut found);
                } else {
                    found.extend(own);
                }
            }
            Node::Text(text) if !text.trim().is_empty() => {
                let description = body.word("error_description").unwrap_or_default();
                let separator = if description.trim().is_empty() { "" } else { ": " };
                found.extend(some(&format!("{text}{separator}{description}")));
            }
            other => collect(other, "", &mut found),
        }
    }
    found
}

fn some(text: &str) -> Option<String> {
    Some(plain(text, MESSAGE_CHARS)).filter(|text| !text.is_empty())
}

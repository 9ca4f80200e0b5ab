//! docs/configuration.md lists exactly the keys that there are. With `LIGHTBEAM_WRITE_DOCS` set, the list is written.
#![allow(clippy::unwrap_used, reason = "a whole file of tests")]

use std::path::Path;

use lightbeam_core::config::{KEYS, Key, Wants};

/// The end of what people write.
const MARK: &str = "<!-- From here on: written by `cargo xtask docs` from core/src/config/keys.rs. -->\n";

fn kind(wants: Wants) -> String {
    match wants {
        Wants::Text => "text".to_owned(),
        Wants::Secret => "text, never shown".to_owned(),
        Wants::Path => "path".to_owned(),
        Wants::Url => "http or https URL".to_owned(),
        Wants::Switch => "true or false".to_owned(),
        Wants::Whole => "whole number".to_owned(),
        Wants::Number => "number".to_owned(),
        Wants::Choice(words) => {
            let words: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
            format!("one of {}", words.join(", "))
        }
        Wants::List => "list".to_owned(),
        Wants::Lists => "names, each with a list".to_owned(),
    }
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

fn row(key: &Key) -> String {
    let cells = [format!("`{}`", key.path), kind(key.wants), key.default.to_owned(), key.meaning.to_owned()];
    format!("| {} |\n", cells.map(|text| cell(&text)).join(" | "))
}

/// The keys in their sections, those without one first.
fn reference() -> String {
    let section = |key: &Key| key.path.split_once('.').map_or("", |(section, _)| section);
    let mut sections: Vec<&str> = Vec::new();
    for key in KEYS {
        if !sections.contains(&section(key)) {
            sections.push(section(key));
        }
    }
    let table = |wanted: &str| {
        let title = if wanted.is_empty() { "Without a section".to_owned() } else { format!("`{wanted}`") };
        let rows: String = KEYS.iter().filter(|key| section(key) == wanted).map(row).collect();
        format!("\n## {title}\n\n| key | kind | default | what it does |\n|---|---|---|---|\n{rows}")
    };
    sections.into_iter().map(table).collect()
}

#[test]
fn the_list_of_keys_is_that_of_the_code() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/configuration.md");
    let text = std::fs::read_to_string(&file).unwrap();
    let (introduction, list) = text.split_once(MARK).expect("docs/configuration.md has its mark");
    let reference = reference();
    if std::env::var_os("LIGHTBEAM_WRITE_DOCS").is_some() {
        std::fs::write(&file, format!("{introduction}{MARK}{reference}")).unwrap();
    } else {
        assert!(list == reference, "docs/configuration.md is out of date: run `cargo xtask docs`\n{reference}");
    }
}

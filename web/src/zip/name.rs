use std::collections::BTreeSet;

/// The longest name of a file or folder, in bytes.
const MAX_PART: usize = 200;
/// The longest name of a member, in bytes; the format has room for 65,535.
const MAX_NAME: usize = 4000;

/// The names that an archive has so far.
#[derive(Debug, Default)]
pub(super) struct Names(BTreeSet<String>);

impl Names {
    /// The path as a name that no program unpacks outside of its folder, that Windows takes too, and that no other
    /// member has, not even in other letter case.
    pub(super) fn unique(&mut self, path: &str) -> String {
        let name = harmless(path);
        let (folder, file) = name.rsplit_once('/').map_or(("", name.as_str()), |(folder, file)| (folder, file));
        let slash = if folder.is_empty() { "" } else { "/" };
        let (stem, extension) = match file.find('.') {
            Some(at) if at > 0 => file.split_at(at),
            _ => (file, ""),
        };
        let numbered = (2..).map(|n| format!("{folder}{slash}{stem} ({n}){extension}"));
        std::iter::once(name.clone())
            .chain(numbered)
            .find(|name| self.0.insert(name.to_lowercase()))
            .expect("there are more numbers than files")
    }
}

fn harmless(path: &str) -> String {
    let parts = path.split(['/', '\\']).filter(|part| !matches!(*part, "" | "." | ".."));
    let mut name = String::new();
    for part in parts.map(harmless_part) {
        if name.len() + part.len() >= MAX_NAME {
            break;
        }
        if !name.is_empty() {
            name.push('/');
        }
        name.push_str(&part);
    }
    if name.is_empty() { "file".to_owned() } else { name }
}

fn harmless_part(part: &str) -> String {
    let mut part: String = part
        .chars()
        .map(|c| if c.is_control() || matches!(c, '<' | '>' | ':' | '"' | '|' | '?' | '*') { '_' } else { c })
        .collect();
    if part.len() > MAX_PART {
        // The end has the extension.
        let tail = part.split_off(part.ceil_char_boundary(part.len() - MAX_PART / 2));
        part.truncate(part.floor_char_boundary(MAX_PART / 2));
        part.push_str(&tail);
    }
    if part.ends_with(['.', ' ']) {
        part.pop();
        part.push('_');
    }
    let stem = part.split('.').next().unwrap_or_default().to_ascii_uppercase();
    let device = matches!(stem.as_str(), "CON" | "PRN" | "AUX" | "NUL")
        || ["COM", "LPT"]
            .into_iter()
            .any(|kind| stem.strip_prefix(kind).is_some_and(|number| matches!(number.as_bytes(), [b'0'..=b'9'])));
    if device { format!("_{part}") } else { part }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn unique(paths: &[&str]) -> Vec<String> {
        let mut names = Names::default();
        paths.iter().map(|path| names.unique(path)).collect()
    }

    #[test]
    fn names_lead_nowhere_else() {
        for (path, expected) in [
            ("results/failed.jsonl", "results/failed.jsonl"),
            ("../../etc/passwd", "etc/passwd"),
            ("/etc/passwd", "etc/passwd"),
            ("a/../b", "a/b"),
            (r"C:\data\..\x.jsonl", "C_/data/x.jsonl"),
            (r"\\server\share\x", "server/share/x"),
            ("..", "file"),
            ("a/nul.txt", "a/_nul.txt"),
            ("com1", "_com1"),
            ("company.jsonl", "company.jsonl"),
            ("end.", "end_"),
            ("a?b\n.jsonl", "a_b_.jsonl"),
            ("Schüler/é.jsonl", "Schüler/é.jsonl"),
        ] {
            assert_eq!(unique(&[path]), [expected], "{path}");
        }
    }

    #[test]
    fn no_name_is_there_twice() {
        assert_eq!(
            unique(&["a/x.jsonl", "a/X.jsonl", "./a/x.jsonl", "x.jsonl", ".hidden", ".hidden"]),
            ["a/x.jsonl", "a/X (2).jsonl", "a/x (3).jsonl", "x.jsonl", ".hidden", ".hidden (2)"]
        );
    }

    proptest! {
        #[test]
        fn whatever_the_path(paths in prop::collection::vec(any::<String>(), 1..5), long in ".{0,5000}") {
            let mut names = Names::default();
            let mut seen = BTreeSet::new();
            for path in paths.iter().chain([&long, &long]) {
                let name = names.unique(path);
                prop_assert!(!name.is_empty() && !name.starts_with('/') && !name.contains(['\\', '\0', ':']));
                prop_assert!(name.split('/').all(|part| !part.is_empty() && part != "." && part != ".."));
                prop_assert!(name.len() < MAX_NAME + 100);
                prop_assert!(seen.insert(name.to_lowercase()));
            }
        }
    }
}

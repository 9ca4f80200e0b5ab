//! Which granted folder a path belongs to. Free of any host, so that it is tested natively.

use crate::runtime::Runtime;

/// The folders that the sandbox was granted, by the names the user gave them.
#[derive(Debug)]
pub struct Grants {
    granted: Vec<Place>,
    working_dir: Option<Place>,
    windows: bool,
}

/// A path as the sandbox sees it: a grant, and the way from there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Location {
    /// The grant's place in the list given to [`Grants::new`].
    pub grant: usize,
    /// The way from the grant, with `/` and without `..`; empty for the grant itself.
    pub path: String,
}

/// No grant holds a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotGranted {
    /// The folder that would have to be granted.
    pub folder: String,
}

impl NotGranted {
    /// What the user can do about it under this runtime.
    pub fn hint(&self, runtime: Runtime) -> String {
        match runtime {
            Runtime::Plain => format!("add --dir {} before lightbeam.wasm", quoted(&self.folder)),
            Runtime::Launcher => {
                format!("only folders that the configuration or a flag names are granted: name {} there", self.folder)
            }
        }
    }
}

/// What a path is meant to be; a file is granted through its folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meant {
    /// A file.
    File,
    /// A folder.
    Folder,
}

/// A path taken apart. `.` and blank parts are gone, and `..` wherever something stood before it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Place {
    /// `/`, or a drive such as `c:`; `None` for a relative path.
    root: Option<String>,
    parts: Vec<String>,
}

impl Grants {
    /// Grants by their names, and the working directory where the host tells one.
    pub fn new<'a>(names: impl IntoIterator<Item = &'a str>, working_dir: Option<&str>) -> Self {
        let names: Vec<&str> = names.into_iter().collect();
        let windows = names.iter().copied().chain(working_dir).any(|name| has_drive(name) || name.contains('\\'));
        Self {
            granted: names.iter().map(|name| Place::new(name, windows)).collect(),
            working_dir: working_dir.map(|dir| Place::new(dir, windows)),
            windows,
        }
    }

    /// Whether nothing at all was granted.
    pub fn is_empty(&self) -> bool {
        self.granted.is_empty()
    }

    /// The grant with the longest name that holds the path.
    pub fn locate(&self, path: &str, meant: Meant) -> Result<Location, NotGranted> {
        let place = Place::new(path, self.windows);
        let absolute = match (&self.working_dir, &place.root) {
            (Some(dir), None) => Some(dir.join(&place)),
            _ => None,
        };
        let mut best: Option<(usize, Location)> = None;
        for wanted in [Some(&place), absolute.as_ref()].into_iter().flatten() {
            for (grant, granted) in self.granted.iter().enumerate() {
                if let Some(rest) = granted.way_to(wanted) {
                    let length = granted.parts.len();
                    if best.as_ref().is_none_or(|(longest, _)| length > *longest) {
                        best = Some((length, Location { grant, path: rest.join("/") }));
                    }
                }
            }
        }
        best.map(|(_, location)| location).ok_or_else(|| NotGranted { folder: place.folder(meant) })
    }

    /// The first grant whose last part has this name.
    pub fn named(&self, name: &str) -> Option<Location> {
        let grant = self.granted.iter().position(|place| place.parts.last().is_some_and(|part| part == name))?;
        Some(Location { grant, path: String::new() })
    }
}

impl Place {
    fn new(path: &str, windows: bool) -> Self {
        // On a POSIX host a backslash may be part of a name; the sandbox does not tell which host it is.
        let separators: &[char] = if windows || has_drive(path) || !path.contains('/') { &['/', '\\'] } else { &['/'] };
        let (root, rest) = if has_drive(path) {
            (Some(path[..2].to_ascii_lowercase()), &path[2..])
        } else if path.starts_with(separators) {
            (Some("/".to_owned()), path)
        } else {
            (None, path)
        };
        let mut place = Self { root, parts: Vec::new() };
        for part in rest.split(separators) {
            place.push(part);
        }
        place
    }

    fn push(&mut self, part: &str) {
        match part {
            "" | "." => {}
            ".." if self.parts.last().is_some_and(|last| last != "..") => {
                self.parts.pop();
            }
            // There is nothing above the root.
            ".." if self.root.is_some() => {}
            part => self.parts.push(part.to_owned()),
        }
    }

    fn join(&self, relative: &Self) -> Self {
        let mut place = self.clone();
        for part in &relative.parts {
            place.push(part);
        }
        place
    }

    /// The parts from here to `wanted`, if it lies here.
    fn way_to<'a>(&self, wanted: &'a Self) -> Option<&'a [String]> {
        let drive = self.root.as_deref().is_some_and(|root| root != "/");
        let same = |(a, b): (&String, &String)| if drive { a.eq_ignore_ascii_case(b) } else { a == b };
        let lies_here = self.root == wanted.root
            && wanted.parts.len() >= self.parts.len()
            && self.parts.iter().zip(&wanted.parts).all(same);
        let rest = lies_here.then(|| &wanted.parts[self.parts.len()..])?;
        (rest.first().is_none_or(|part| part != "..")).then_some(rest)
    }

    /// The folder to grant so that this can be used.
    fn folder(&self, meant: Meant) -> String {
        let up = usize::from(meant == Meant::File);
        let parts = &self.parts[..self.parts.len().saturating_sub(up)];
        match (&self.root, parts) {
            (None, []) => ".".to_owned(),
            (None, [first, ..]) if first != ".." => ".".to_owned(),
            (None, parts) => parts.join("/"),
            (Some(root), parts) if root == "/" => format!("/{}", parts.join("/")),
            (Some(drive), parts) => format!("{}\\{}", drive.to_ascii_uppercase(), parts.join("\\")),
        }
    }
}

/// Whether a path begins with a drive, such as `C:\`.
fn has_drive(path: &str) -> bool {
    matches!(path.as_bytes(), [letter, b':', b'/' | b'\\', ..] | [letter, b':'] if letter.is_ascii_alphabetic())
}

/// The text as a shell takes it for one word.
fn quoted(text: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "/._-:\\~".contains(c);
    if text.chars().all(plain) { text.to_owned() } else { format!("\"{text}\"") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(grants: &[&str], path: &str) -> (usize, String) {
        let location = Grants::new(grants.iter().copied(), None).locate(path, Meant::File).unwrap();
        (location.grant, location.path)
    }

    fn missing(grants: &[&str], path: &str, meant: Meant) -> String {
        Grants::new(grants.iter().copied(), None).locate(path, meant).unwrap_err().folder
    }

    #[test]
    fn relative_paths_belong_to_the_grant_named_dot() {
        assert_eq!(found(&["."], "a/b.jsonl"), (0, "a/b.jsonl".into()));
        assert_eq!(found(&["."], "./a//./b/../c"), (0, "a/c".into()));
        assert_eq!(found(&["."], "./"), (0, String::new()));
        assert_eq!(missing(&["."], "../a/b.jsonl", Meant::File), "../a");
        assert_eq!(missing(&["."], "a/../../b", Meant::Folder), "../b");
        assert_eq!(missing(&["/data"], "a/b.jsonl", Meant::File), ".");
    }

    #[test]
    fn the_longest_grant_wins() {
        assert_eq!(found(&[".", "/", "/data", "/data/deep", "data"], "/data/deep/x"), (3, "x".into()));
        assert_eq!(found(&[".", "/", "/data", "/data/deep", "data"], "/data/deeper/x"), (2, "deeper/x".into()));
        assert_eq!(found(&[".", "/", "/data", "/data/deep", "data"], "/other"), (1, "other".into()));
        assert_eq!(found(&[".", "/", "/data", "/data/deep", "data"], "data/x"), (4, "x".into()));
        assert_eq!(found(&["../shared", "."], "../shared/x"), (0, "x".into()));
    }

    #[test]
    fn dots_never_lead_out_of_a_grant() {
        assert_eq!(missing(&["/data"], "/data/../secret/x", Meant::File), "/secret");
        assert_eq!(found(&["/"], "/../../x"), (0, "x".into()));
        assert_eq!(missing(&[".."], "../../x", Meant::File), "../..");
        assert_eq!(found(&[".."], "../x"), (0, "x".into()));
    }

    #[test]
    fn the_working_directory_makes_relative_paths_absolute() {
        let grants = Grants::new(["/home/me/load", "/home/me"], Some("/home/me/load/today"));
        let location = |path| grants.locate(path, Meant::File).map(|found| (found.grant, found.path));
        assert_eq!(location("x.yaml"), Ok((0, "today/x.yaml".into())));
        assert_eq!(location("../x.yaml"), Ok((0, "x.yaml".into())));
        assert_eq!(location("../../x.yaml"), Ok((1, "x.yaml".into())));
    }

    #[test]
    fn windows_paths() {
        assert_eq!(found(&[r"C:\data"], r"c:\Data\x\y.jsonl"), (0, "x/y.jsonl".into()));
        assert_eq!(found(&[r"C:\data", "."], r"a\b.jsonl"), (1, "a/b.jsonl".into()));
        assert_eq!(found(&["."], r"a\b.jsonl"), (0, "a/b.jsonl".into()));
        assert_eq!(found(&["."], r"./a\b.jsonl"), (0, r"a\b.jsonl".into()));
        assert_eq!(missing(&["."], r"D:\load\x.jsonl", Meant::File), r"D:\load");
    }

    #[test]
    fn the_hint_is_the_exact_flag() {
        let hint = |path| Grants::new([], None).locate(path, Meant::Folder).unwrap_err().hint(Runtime::Plain);
        assert_eq!(hint("/srv/state"), "add --dir /srv/state before lightbeam.wasm");
        assert_eq!(hint("/srv/my state"), "add --dir \"/srv/my state\" before lightbeam.wasm");
        assert_eq!(hint("state"), "add --dir . before lightbeam.wasm");
        let missing = Grants::new([], None).locate("/srv/state", Meant::Folder).unwrap_err();
        assert!(missing.hint(Runtime::Launcher).contains("name /srv/state there"));
    }

    #[test]
    fn a_grant_is_found_by_its_last_part() {
        let grants = Grants::new([".", "/home/me/.lightbeam"], None);
        assert_eq!(grants.named(".lightbeam"), Some(Location { grant: 1, path: String::new() }));
        assert_eq!(grants.named("x"), None);
    }
}

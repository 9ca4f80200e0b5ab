//! Paths as texts: home folder, normal form, which folder lies in which.

/// The home folder: HOME, else USERPROFILE.
pub(super) fn home(variable: &dyn Fn(&str) -> Option<String>) -> Option<String> {
    ["HOME", "USERPROFILE"].iter().find_map(|name| variable(name).filter(|value| !value.is_empty()))
}

/// Whether a path begins in the home folder: `~` or `~/…`. Other people's homes (`~name`) are not known here.
pub(super) fn begins_at_home(path: &str) -> bool {
    path.strip_prefix('~').is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '\\']))
}

/// The path with `~` replaced by the home folder.
pub(super) fn expand(path: &str, home: &str) -> String {
    if begins_at_home(path) { format!("{}{}", home.trim_end_matches(['/', '\\']), &path[1..]) } else { path.to_owned() }
}

/// The folder that a file lies in; `.` for the working directory.
pub(super) fn folder(file: &str) -> &str {
    match file.rfind(['/', '\\']) {
        Some(0) => &file[..1],
        Some(end) => &file[..end],
        None => ".",
    }
}

/// The parts of a path without `.` and empty ones, `..` resolved as far as can be told from the text. An absolute path
/// begins with an empty part or a drive.
fn parts(path: &str, working_dir: &str) -> Vec<String> {
    let is_absolute = |path: &str| path.starts_with(['/', '\\']) || path.as_bytes().get(1) == Some(&b':');
    let whole =
        if is_absolute(path) || !is_absolute(working_dir) { path.to_owned() } else { format!("{working_dir}/{path}") };
    let mut parts: Vec<String> = Vec::new();
    if whole.starts_with(['/', '\\']) {
        parts.push(String::new());
    }
    for part in whole.split(['/', '\\']) {
        match part {
            "" | "." => {}
            ".." => match parts.last().map(String::as_str) {
                Some("") => {}
                Some("..") | None => parts.push(part.to_owned()),
                Some(_) => {
                    parts.pop();
                }
            },
            _ => parts.push(part.to_owned()),
        }
    }
    parts
}

/// Whether `path` is `folder` or lies in it, as far as the texts tell.
pub(super) fn lies_in(path: &str, folder: &str, working_dir: &str) -> bool {
    // Some file systems do not tell case apart, and a folder refused for that on another one is easily renamed.
    let lower = |text: &str| parts(text, working_dir).iter().map(|part| part.to_lowercase()).collect::<Vec<_>>();
    let (path, folder) = (lower(path), lower(folder));
    let Some(rest) = path.strip_prefix(folder.as_slice()) else { return false };
    // Above a folder that is known by `..` alone, or elsewhere altogether.
    match rest.first().map(String::as_str) {
        Some("..") => false,
        Some(first) if folder.is_empty() => !(first.is_empty() || first.ends_with(':')),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn home_comes_from_either_variable() {
        let unix = |name: &str| (name == "HOME").then(|| "/home/ana/".to_owned());
        let windows = |name: &str| (name == "USERPROFILE").then(|| "C:\\Users\\ana".to_owned());
        assert_eq!(expand("~/.lightbeam/", &home(&unix).unwrap()), "/home/ana/.lightbeam/");
        assert_eq!(expand("~\\data", &home(&windows).unwrap()), "C:\\Users\\ana\\data");
        assert_eq!(expand("~", "/home/ana"), "/home/ana");
        assert_eq!(expand("~bob/x", "/home/ana"), "~bob/x");
        assert_eq!(expand("a/~/b", "/home/ana"), "a/~/b");
        assert_eq!(home(&|_| Some(String::new())), None);
    }

    #[test]
    fn folders_in_folders() {
        for (path, folder, working_dir, expected) in [
            ("failed", "./", "", true),
            ("./failed", ".", "/srv", true),
            ("../failed", "./", "", false),
            ("../failed", "./", "/srv", false),
            ("data/../failed", "data", "", false),
            ("data", "./data/", "", true),
            ("data/x/y", "data", "", true),
            ("database", "data", "", false),
            ("/srv/data/f", "data", "/srv", true),
            ("/srv/data/f", "data", "", false),
            ("/other/f", ".", "/srv", false),
            ("/other/f", ".", "", false),
            ("/srv/f", "/", "", true),
            ("C:\\data\\f", "C:/data", "", true),
            ("../../data/f", "..", "", false),
        ] {
            assert_eq!(lies_in(path, folder, working_dir), expected, "{path} in {folder} at {working_dir}");
        }
    }

    #[test]
    fn folders_of_files() {
        assert_eq!(folder("lightbeam.yaml"), ".");
        assert_eq!(folder("conf/lightbeam.yaml"), "conf");
        assert_eq!(folder("/lightbeam.yaml"), "/");
    }
}

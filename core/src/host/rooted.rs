//! Paths of files on hosts whose working directory is the root: in memory, and in a page.

/// The path without `.`, `..` and needless separators, relative to the root: two paths of one file are the same then.
///
/// ```
/// use lightbeam_core::host::rooted::normal;
/// assert_eq!(normal("./files//a/../b.jsonl"), "files/b.jsonl");
/// ```
pub fn normal(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split(['/', '\\']) {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_leads_nowhere_goes() {
        for (path, is) in [
            ("./files//a.jsonl", "files/a.jsonl"),
            ("/files/b/../a.jsonl", "files/a.jsonl"),
            ("files\\b\\", "files/b"),
            ("../..", ""),
        ] {
            assert_eq!(normal(path), is, "{path}");
        }
    }
}

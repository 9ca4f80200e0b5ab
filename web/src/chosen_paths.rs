//! The paths that chosen files get below the data folder.

use crate::protocol::EndpointName;

/// The extensions of files with records, each also with `.gz`.
const EXTENSIONS: [&str; 3] = ["json", "jsonl", "ndjson"];

/// The paths of files that were chosen or dropped together, as they are found by endpoint: folders that all of them
/// are in are left out, up to one that is named after an endpoint or a namespace. Without known endpoints only the
/// outermost folder is left out.
pub fn relative(paths: &[String], endpoints: &[EndpointName]) -> Vec<String> {
    let parts: Vec<Vec<&str>> =
        paths.iter().map(|path| path.split('/').filter(|part| !part.is_empty()).collect()).collect();
    let is_meant = |folder: &str| {
        let same = |name: &str| name.eq_ignore_ascii_case(folder);
        endpoints.iter().any(|endpoint| same(&endpoint.name) || same(&endpoint.namespace))
    };
    let mut skipped = 0;
    while let Some(folder) = parts.first().and_then(|path| path.get(skipped)) {
        let in_all = parts.iter().all(|path| path.len() > skipped + 1 && path[skipped] == *folder);
        if !in_all || is_meant(folder) || (skipped > 0 && endpoints.is_empty()) {
            break;
        }
        skipped += 1;
    }
    parts.iter().map(|path| path[skipped.min(path.len())..].join("/")).collect()
}

/// The path of a file that is assigned to an endpoint by hand: in the endpoint's folder, with an extension of records.
pub fn assigned(path: &str, endpoint: &EndpointName, main_namespace: &str) -> String {
    let name = path.rsplit('/').next().unwrap_or(path);
    let lower = name.to_ascii_lowercase();
    let stem = lower.strip_suffix(".gz").unwrap_or(&lower);
    let is_data = stem.rsplit_once('.').is_some_and(|(_, extension)| EXTENSIONS.contains(&extension));
    let name = if is_data { name.to_owned() } else { format!("{name}.jsonl") };
    if endpoint.namespace.eq_ignore_ascii_case(main_namespace) {
        format!("{}/{name}", endpoint.name)
    } else {
        format!("{}/{}/{name}", endpoint.namespace, endpoint.name)
    }
}

/// Whether a path is of something that is never meant: hidden, or what systems leave in folders.
pub fn is_hidden(path: &str) -> bool {
    path.split('/').any(|part| part.starts_with('.') || part == "__MACOSX" || part.eq_ignore_ascii_case("thumbs.db"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn endpoint(namespace: &str, name: &str) -> EndpointName {
        EndpointName { namespace: namespace.to_owned(), name: name.to_owned() }
    }

    fn below(paths: &[&str], endpoints: &[EndpointName]) -> Vec<String> {
        relative(&paths.iter().map(|path| (*path).to_owned()).collect::<Vec<_>>(), endpoints)
    }

    #[test]
    fn folders_around_all_files_are_left_out() {
        let known = [endpoint("ed-fi", "students"), endpoint("tpdm", "candidates")];
        assert_eq!(below(&["out/students.jsonl"], &known), ["students.jsonl"]);
        assert_eq!(
            below(&["/a/2026/students.jsonl", "/a/2026/students/1.jsonl"], &known),
            ["students.jsonl", "students/1.jsonl"]
        );
        assert_eq!(below(&["students.jsonl", "out/schools.jsonl"], &known), ["students.jsonl", "out/schools.jsonl"]);
    }

    #[test]
    fn folders_of_endpoints_and_namespaces_stay() {
        let known = [endpoint("ed-fi", "students"), endpoint("tpdm", "candidates")];
        assert_eq!(below(&["Students/1.jsonl", "Students/2.jsonl"], &known), ["Students/1.jsonl", "Students/2.jsonl"]);
        assert_eq!(below(&["out/tpdm/candidates.jsonl"], &known), ["tpdm/candidates.jsonl"]);
        assert_eq!(below(&["out/deep/a.jsonl"], &[]), ["deep/a.jsonl"]);
        assert!(below(&[], &known).is_empty());
    }

    #[test]
    fn assigned_files_are_found_by_their_folder() {
        let students = endpoint("ed-fi", "students");
        assert_eq!(assigned("x/pupils.jsonl", &students, "ed-fi"), "students/pupils.jsonl");
        assert_eq!(assigned("pupils.JSON.gz", &students, "ed-fi"), "students/pupils.JSON.gz");
        assert_eq!(assigned("pupils.txt", &students, "ed-fi"), "students/pupils.txt.jsonl");
        assert_eq!(assigned("c.jsonl", &endpoint("tpdm", "candidates"), "ed-fi"), "tpdm/candidates/c.jsonl");
    }

    #[test]
    fn hidden_files_are_told() {
        assert!(is_hidden("a/.DS_Store") && is_hidden("__MACOSX/a.jsonl") && !is_hidden("a.b/c.jsonl"));
    }
}

use proptest::prelude::*;

use super::*;
use crate::host::Host;
use crate::host::memory::MemoryHost;

fn api() -> Vec<EndpointId> {
    [
        ("ed-fi", "schools"),
        ("ed-fi", "students"),
        ("ed-fi", "studentSchoolAssociations"),
        ("ed-fi", "candidates"),
        ("tpdm", "candidates"),
        ("tpdm", "goals"),
        ("one", "visits"),
        ("two", "visits"),
    ]
    .map(|(namespace, name)| EndpointId::new(namespace, name))
    .to_vec()
}

fn discover_in(dir: &str, paths: &[&str]) -> Result<Discovered, FileError> {
    let host = MemoryHost::new();
    for path in paths {
        host.files().put(path, "{}");
    }
    host.block_on(discover(host.files(), dir, &api(), "ed-fi")).unwrap()
}

fn found(discovered: &Discovered) -> Vec<(String, Vec<&str>)> {
    let one = |found: &'_ EndpointFiles| found.endpoint.to_string();
    discovered.endpoints.iter().map(|f| (one(f), f.files.iter().map(|path| &**path).collect())).collect()
}

fn unused(paths: &[&str]) -> Vec<String> {
    let discovered = discover_in("", paths).unwrap();
    assert_eq!(found(&discovered), vec![]);
    discovered.unused.iter().map(ToString::to_string).collect()
}

#[test]
fn every_place_and_spelling_is_found_in_order() {
    let paths = [
        "data/students/b.jsonl",
        "data/students/a.ndjson.gz",
        "data/Students.JSON",
        "data/students.jsonl",
        "data/ed-fi/students/c.json",
        "data/Ed-Fi/STUDENTS.jsonl",
        "data/TPDM/goals/x.jsonl",
        "data/studentschoolassociations.jsonl",
        "data/.students.jsonl",
        "data/students/.hidden.jsonl",
        "data/students/README.md",
        "data/lightbeam.yaml",
    ];
    let expected = vec![
        (
            "ed-fi/students".to_owned(),
            vec![
                "data/Students.JSON",
                "data/students.jsonl",
                "data/Ed-Fi/STUDENTS.jsonl",
                "data/students/a.ndjson.gz",
                "data/students/b.jsonl",
                "data/ed-fi/students/c.json",
            ],
        ),
        ("ed-fi/studentSchoolAssociations".to_owned(), vec!["data/studentschoolassociations.jsonl"]),
        ("tpdm/goals".to_owned(), vec!["data/TPDM/goals/x.jsonl"]),
    ];
    for dir in ["data", "data/", "data//", "data\\"] {
        let discovered = discover_in(dir, &paths).unwrap();
        assert_eq!(found(&discovered), expected, "{dir}");
        assert_eq!(discovered.unused, vec![]);
    }
    assert_eq!(found(&discover_in("/data", &paths).unwrap())[1].1, vec!["/data/studentschoolassociations.jsonl"]);
    assert_eq!(found(&discover_in("./", &["schools.json"]).unwrap())[0].1, vec!["./schools.json"]);
    assert_eq!(found(&discover_in("/", &["schools.json"]).unwrap())[0].1, vec!["/schools.json"]);
}

#[test]
fn a_bare_name_belongs_to_the_main_namespace_else_to_the_only_one() {
    let discovered = discover_in("", &["candidates.jsonl", "goals.jsonl", "tpdm/candidates.jsonl"]).unwrap();
    let expected = vec![
        ("ed-fi/candidates".to_owned(), vec!["./candidates.jsonl"]),
        ("tpdm/candidates".to_owned(), vec!["./tpdm/candidates.jsonl"]),
        ("tpdm/goals".to_owned(), vec!["./goals.jsonl"]),
    ];
    assert_eq!(found(&discovered), expected);
    let told = unused(&["visits.jsonl"]);
    assert_eq!(told.len(), 1);
    assert!(told[0].ends_with("put it into a folder named after one of them: one/, two/"), "{}", told[0]);
}

#[test]
fn what_leads_nowhere_is_told_once_with_the_nearest_endpoint() {
    let nearest = |path: &str| format!("./{path}: no endpoint has this name; the nearest is ed-fi/students");
    assert_eq!(unused(&["student.jsonl"]), [nearest("student.jsonl")]);
    assert_eq!(unused(&["students_2.jsonl"]), [nearest("students_2.jsonl")]);
    assert_eq!(unused(&["students.2024.jsonl.gz"]), [nearest("students.2024.jsonl.gz")]);
    assert_eq!(unused(&["Stduents/a.jsonl", "Stduents/b.jsonl"]), [nearest("Stduents/")]);
    assert_eq!(unused(&["ed-fi/student.jsonl"]), [nearest("ed-fi/student.jsonl")]);
    assert_eq!(unused(&["package.json"]), ["./package.json: no endpoint has this name"]);
    assert_eq!(unused(&["tpdm/goal.json"]), ["./tpdm/goal.json: no endpoint has this name; the nearest is tpdm/goals"]);
    let none: [String; 0] = [];
    assert_eq!(unused(&["lightbeam.yaml", "notes.txt", "src/main.rs", ".git/x.json", "a/b/students.jsonl"]), none);
}

#[test]
fn other_extensions_and_deeper_folders_are_told() {
    let told = unused(&["students.csv", "students/1.csv", "schools/2024/a.jsonl", "schools.jsonl.bak"]);
    let paths: Vec<_> = told.iter().map(|told| told.split(": ").next().unwrap()).collect();
    let expected = ["./schools.jsonl.bak", "./schools/2024/", "./students.csv", "./students/1.csv"];
    assert_eq!(paths, expected, "{told:?}");
    assert!(told[2].contains("are read from .json, .jsonl and .ndjson files"), "{told:?}");
}

#[test]
fn a_missing_folder_says_which_setting_names_it() {
    let error = discover_in("nowhere/", &["students.jsonl"]).unwrap_err();
    assert_eq!(error.kind, FileErrorKind::NotFound);
    assert!(error.hint.unwrap().contains("data_dir"));
    let error = discover_in("students.jsonl", &["students.jsonl"]).unwrap_err();
    assert_eq!(error.kind, FileErrorKind::WrongKind);
}

#[test]
fn sizes_are_those_of_the_files() {
    let host = MemoryHost::new();
    host.files().put("students.jsonl", vec![b' '; 10]);
    host.files().put("students/b.json", vec![b' '; 5]);
    let work = async {
        let discovered = discover(host.files(), "", &api(), "ed-fi").await.unwrap();
        assert_eq!(discovered.endpoints[0].size(host.files()).await.unwrap(), 15);
        host.files().remove("students/b.json");
        assert_eq!(discovered.endpoints[0].size(host.files()).await.unwrap_err().path, "./students/b.json");
    };
    host.block_on(work).unwrap();
}

proptest! {
    #[test]
    fn any_names_are_sorted_out(
        paths in proptest::collection::vec("(students|Tpdm|goal|[a-zé.]{1,6}|\\PC{0,8})(/[a-zé.]{0,6}|/students|/){0,2}(\\.[jJ]son[lL]?)?(\\.gz)?", 0..12),
        name in "\\PC{0,12}",
        dir in "\\PC{0,8}",
    ) {
        let host = MemoryHost::new();
        for path in &paths {
            host.files().put(path, "{}");
        }
        let mut endpoints = api();
        endpoints.push(EndpointId::new(name.clone(), name));
        let _ = host.block_on(discover(host.files(), &dir, &endpoints, "ed-fi")).unwrap();
        if let Ok(discovered) = host.block_on(discover(host.files(), ".", &endpoints, "ed-fi")).unwrap() {
            let mut paths: Vec<&str> = discovered.endpoints.iter().flat_map(|f| f.files.iter().map(|p| &**p)).collect();
            paths.extend(discovered.unused.iter().map(|unused| &*unused.path));
            let all = paths.len();
            paths.sort_unstable();
            paths.dedup();
            prop_assert_eq!(paths.len(), all, "nothing is used or told twice");
        }
    }
}

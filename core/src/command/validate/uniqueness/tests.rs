use super::*;
use crate::command::validate::record::Place;
use crate::data::Span;
use crate::event::EndpointId;

fn endpoint() -> Endpoint {
    let part = |name: &str, paths: &[&[&str]]| KeyPart {
        name: name.to_owned(),
        paths: paths.iter().map(|path| path.iter().map(|step| (*step).to_owned()).collect()).collect(),
    };
    let key = NaturalKey {
        parts: vec![
            part("code", &[&["code"]]),
            part("schoolId", &[&["schoolReference", "schoolId"], &["sessionReference", "schoolId"]]),
        ],
        complete: true,
    };
    let id = EndpointId::new("ed-fi", "things");
    Endpoint { id, order: 1, update_order: None, key: Some(Rc::new(key)), described: None }
}

/// The findings of records, given as file, line and text.
fn check(records: &[(usize, u64, &str)]) -> Vec<Vec<String>> {
    let endpoint = endpoint();
    let files: Vec<Rc<str>> = ["a", "b", "c", "d"].map(Into::into).to_vec();
    let mut check = Uniqueness::new(&|_: &Event| {}, &endpoint, false).unwrap();
    let mut keys = Keys::new(&files);
    let findings = records.iter().map(|(file, line, text)| {
        let tree = Object::parse(text.as_bytes()).unwrap();
        let place = Place { file: *file, line: *line, span: Span { offset: 0, length: 0 }, digest: None };
        let mut found = Vec::new();
        let record = Record { endpoint: &endpoint, bytes: text.as_bytes(), tree: &tree };
        if let Some(key) = check.check(&record, &mut found) {
            keys.compare(&endpoint, place, key, &mut found);
        }
        found.into_iter().map(|finding| finding.message).collect()
    });
    findings.collect()
}

fn record(code: &str, school: &str) -> String {
    format!(r#"{{"code":{code},"schoolReference":{{"schoolId":{school}}}}}"#)
}

#[test]
fn the_first_place_is_found_again_over_all_files() {
    let (one, two, three) = (record("\"1\"", "7"), record("\"2\"", "7"), record("\"3\"", "7"));
    let found = check(&[
        (0, 2, &one),
        (0, 9, &two),
        (1, 1, &three),
        // File c has no record, and d begins with blank lines.
        (3, 5, &one),
        (3, 6, &two),
        (3, 7, &three),
        (3, 9, &record("\"9\"", "7")),
        (3, 10, &record("\"9\"", "7")),
    ]);
    let places: Vec<_> = found.iter().flatten().map(|message| message.rsplit_once(" at ").unwrap().1).collect();
    assert_eq!(places, ["a line 2", "a line 9", "b line 1", "d line 9"]);
}

/// As the state and `delete` read natural keys: a number and its text are alike, case is not folded, the first path
/// that is there counts, and no two different keys read alike.
#[test]
fn keys_are_compared_exactly() {
    let same = |one: &str, other: &str| !check(&[(0, 1, one), (0, 2, other)])[1].is_empty();
    assert!(same(&record("\"1\"", "7"), &record("1", "\"7\"")));
    assert!(same(&record("\"1\"", "7"), &record("1", "7.0")));
    assert!(same(&record("1", "7"), r#"{"Code":1,"sessionReference":{"schoolId":7}}"#));
    assert!(!same(&record("\"a\"", "7"), &record("\"A\"", "7")));
    assert!(!same(&record("\"a\"", "7"), &record("\"a \"", "7")));
    assert!(!same(&record("\"1\"", "17"), &record("\"11\"", "7")));
    assert!(!same(&record("\"\\u0000\"", "\"\""), &record("\"\"", "\"\\u0000\"")));
}

#[test]
fn the_same_record_and_the_same_key_are_told_apart() {
    let more = r#"{"code":1,"schoolReference":{"schoolId":7},"more":1}"#;
    let found = check(&[(0, 1, &record("1", "7")), (0, 2, &record("1", "7")), (0, 3, more)]);
    assert_eq!(found[1], ["the same record stands at a line 1"]);
    assert_eq!(found[2], ["a record with the same natural key (code, schoolId) stands at a line 1"]);
}

#[test]
fn a_part_that_is_missing_is_told_with_all_its_places() {
    let found = check(&[(0, 1, r#"{"code":null,"schoolReference":{}}"#)]);
    assert_eq!(
        found[0],
        [
            "code is missing, which is part of the natural key",
            "schoolReference.schoolId or sessionReference.schoolId is missing, which is part of the natural key",
        ]
    );
}

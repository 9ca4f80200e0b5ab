use std::io::{Read as _, Write as _};

use lightbeam_core::host::Host as _;
use lightbeam_core::host::memory::MemoryHost;
use lightbeam_core::invocation::Command;
use lightbeam_core::probe;

use super::{connection, lines, record, survey};
use crate::advice::{Advisor, Aspect, Known};
use crate::protocol::{Check, EndpointName, Mark, SurveyedFile};

fn packed(text: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

fn endpoint(name: &str) -> EndpointName {
    EndpointName { namespace: "ed-fi".to_owned(), name: name.to_owned() }
}

fn surveyed(files: &[(&str, &[u8])], endpoints: &[&str], data_dir: &str) -> Vec<SurveyedFile> {
    let host = MemoryHost::new();
    for (path, content) in files {
        host.files().put(path, content.to_vec());
    }
    let endpoints: Vec<_> = endpoints.iter().map(|name| endpoint(name)).collect();
    let paths: Vec<String> = files.iter().map(|(path, _)| (*path).to_owned()).collect();
    let place = survey::Place { endpoints: &endpoints, namespace: "ed-fi", data_dir };
    host.block_on(survey::survey(host.files(), host.clock(), &paths, place)).unwrap()
}

#[test]
fn files_and_what_is_in_them() {
    let found = surveyed(
        &[
            ("data/students.jsonl", b"{\"a\":1}\n\n{\"a\":2}"),
            ("data/schools/part.ndjson.gz", &packed(b"{}\n{}\n{}\n")),
            ("data/studnets.jsonl", b"{}\n"),
            ("data/schools.jsonl", b" \n"),
            ("data/staffs.csv", b"a,b\n"),
            ("data/notes.txt", b"x"),
        ],
        &["students", "schools", "staffs"],
        "data",
    );
    let short: Vec<_> = found.iter().map(|file| (file.endpoint.as_ref().map(|of| &*of.name), file.records)).collect();
    assert_eq!(
        short,
        [
            (Some("students"), Some(2)),
            (Some("schools"), Some(3)),
            (None, Some(1)),
            (Some("schools"), Some(0)),
            (None, None),
            (None, None)
        ]
    );
    assert_eq!(found[0].bytes, 16);
    assert!(found[0].problems.is_empty() && found[1].problems.is_empty(), "{found:?}");
    assert_eq!(found[2].problems, ["no endpoint has this name; the nearest is ed-fi/students"]);
    assert_eq!(found[3].problems, ["it holds no record"]);
    assert!(found[4].problems[0].starts_with("the records of ed-fi/staffs are read from"), "{found:?}");
    assert!(found[5].problems[0].starts_with("its records are not read"), "{found:?}");
}

#[test]
fn what_is_wrong_with_a_file() {
    let gz = packed(&b"{\"name\":\"a name that is long enough\"}\n".repeat(100));
    let found = surveyed(
        &[
            ("students.jsonl", b"{}\n\xff\n{\"a\":\"\xe9\"}\nhello\n"),
            ("schools.json", b"[\n{},\n{}\n]"),
            ("staffs.jsonl.gz", &gz[..gz.len() / 2]),
            ("parents.jsonl.gz", b"{\"name\":\"a text that nobody packed\"}\n"),
        ],
        &["students", "schools", "staffs", "parents"],
        ".",
    );
    assert_eq!(found[0].records, Some(4));
    assert_eq!(found[0].problems, ["line 4 is no JSON object", "2 lines are not UTF-8 text; the first is line 2"]);
    assert_eq!(found[1].problems.len(), 1);
    assert!(found[1].problems[0].starts_with("it begins with ["), "{found:?}");
    assert_eq!((found[2].records, found[3].records), (None, None));
    assert!(found[2].problems[0].contains("ends too early"), "{found:?}");
    assert!(found[3].problems[0].contains("take .gz off its name"), "{found:?}");
}

#[test]
fn without_endpoints_files_are_counted_all_the_same() {
    let found = surveyed(&[("data/whatever.jsonl", b"{}\n")], &[], "data");
    assert_eq!((found[0].records, found[0].problems.len(), &found[0].endpoint), (Some(1), 0, &None));
    let elsewhere = surveyed(&[("other/students.jsonl", b"{}\n")], &["students"], "data");
    assert!(elsewhere[0].problems[0].contains("data_dir"), "{elsewhere:?}");
}

#[test]
fn a_record_as_it_stands() {
    let host = MemoryHost::new();
    let text = b"\xef\xbb\xbf{\"a\":1}\r\n\n  {\"b\": 2} \nx\xffy\n";
    host.files().put("plain.jsonl", text.to_vec());
    host.files().put("packed.jsonl.gz", packed(text));
    let long = 17 << 20;
    host.files().put("long.jsonl", [vec![b'x'; long], b"\n".to_vec()].concat());
    let at = |file: &str, line| host.block_on(record::record(host.files(), host.clock(), file, line)).unwrap();
    for file in ["plain.jsonl", "packed.jsonl.gz"] {
        assert_eq!(at(file, 1).unwrap().text, "{\"a\":1}");
        assert_eq!(at(file, 3).unwrap().text, "{\"b\": 2}");
        assert_eq!(at(file, 4).unwrap().text, "x\u{fffd}y");
        for line in [2, 5] {
            assert!(at(file, line).unwrap_err().contains(&format!("no record on line {line}")));
        }
    }
    let cut = at("long.jsonl", 1).unwrap().text;
    assert_eq!((cut.len(), cut.ends_with('…')), ((1 << 20) + '…'.len_utf8(), true));
    assert!(at("none.jsonl", 1).unwrap_err().contains("none.jsonl"));
}

#[test]
fn lines_are_copied_byte_by_byte() {
    let host = MemoryHost::new();
    host.files().put("data/a.jsonl", b"1\r\n\n 2\n\xff3\n4".to_vec());
    host.files().put("data/b.jsonl", b"b1\nb2\n".to_vec());
    host.files().put("data/b.jsonl.gz", packed(b"p1\np2\n"));
    let copy = |wanted: &[(&str, &[u64])]| {
        let wanted: Vec<_> = wanted.iter().map(|(path, lines)| ((*path).to_owned(), lines.to_vec())).collect();
        host.block_on(lines::copy(host.files(), host.clock(), &wanted)).unwrap()
    };
    copy(&[("data/a.jsonl", &[5, 1, 4]), ("./data/b.jsonl", &[2]), ("data/b.jsonl.gz", &[2])]).unwrap();
    assert_eq!(&host.files().get("data/a.jsonl").unwrap()[..], b"1\n\n\n\xff3\n4\n");
    assert_eq!(&host.files().get("data/b.jsonl").unwrap()[..], b"\nb2\n");
    let mut unpacked = Vec::new();
    let packed = host.files().get("data/b.jsonl.gz").unwrap();
    flate2::read::GzDecoder::new(&packed[..]).read_to_end(&mut unpacked).unwrap();
    assert_eq!(unpacked, b"\np2\n");
    let error = copy(&[("data/a.jsonl", &[9])]).unwrap_err();
    assert!(error.contains("data/a.jsonl") && error.contains("line 9"), "{error}");
}

#[test]
fn copied_lines_keep_their_numbers_and_nothing_is_a_record_beside_them() {
    let host = MemoryHost::new();
    let text: String = (1..=20_000).map(|number| format!("{{\"n\":{number}}}\n")).collect();
    host.files().put("files/plain.jsonl", text.clone().into_bytes());
    host.files().put("files/packed.jsonl.GZ", packed(text.as_bytes()));
    let chosen = vec![1, 2, 9_000, 19_999];
    let wanted: Vec<_> =
        ["files/plain.jsonl", "files/packed.jsonl.GZ"].map(|path| (path.to_owned(), chosen.clone())).to_vec();
    host.block_on(lines::copy(host.files(), host.clock(), &wanted)).unwrap().unwrap();
    for (path, _) in &wanted {
        let endpoints = [];
        let place = survey::Place { endpoints: &endpoints, namespace: "ed-fi", data_dir: "files" };
        let paths = std::slice::from_ref(path);
        let found = host.block_on(survey::survey(host.files(), host.clock(), paths, place)).unwrap();
        assert_eq!((found[0].records, found[0].problems.len()), (Some(4), 0), "{found:?}");
        for line in &chosen {
            let record = host.block_on(record::record(host.files(), host.clock(), path, *line)).unwrap().unwrap();
            assert_eq!(record.text, format!("{{\"n\":{line}}}"), "{path}");
        }
    }
}

fn steps(outcomes: [probe::Outcome; 6]) -> Vec<probe::Check> {
    let check = |(step, outcome)| probe::Check { step, outcome, seen: "seen".to_owned(), fix: None };
    probe::Step::ALL.into_iter().zip(outcomes).map(check).collect()
}

fn arranged(outcomes: [probe::Outcome; 6], known: [Known; 3]) -> Vec<Check> {
    let [readable, signed, headers] = known;
    let of = |aspect| match aspect {
        Aspect::Readable => readable,
        Aspect::Signed => signed,
        Aspect::Headers => headers,
    };
    let advisor = Advisor { page_origin: "https://page.example".to_owned(), command: Some(Command::Send) };
    connection::arrange(steps(outcomes), of, &advisor)
}

fn marks(checks: &[Check]) -> String {
    checks
        .iter()
        .map(|check| match check.mark {
            Mark::Good => 'g',
            Mark::Fair => 'f',
            Mark::Bad => 'b',
            Mark::Untried => '-',
        })
        .collect()
}

#[test]
fn the_test_of_the_connection_tells_what_a_page_may() {
    use probe::Outcome::{Bad, Good, Untried};
    assert_eq!(marks(&arranged([Good; 6], [Known::Works; 3])), "ggggggggg");

    let refused =
        arranged([Good, Bad, Untried, Untried, Untried, Untried], [Known::Refused, Known::Nothing, Known::Nothing]);
    assert_eq!(marks(&refused), "gfb------");
    assert!(refused[2].seen.contains("does not allow pages of https://page.example"), "{refused:?}");
    assert!(refused[2].fix.as_ref().unwrap().contains("Cors__SwaggerUIOrigin=https://page.example"));

    let unsigned = arranged([Good, Good, Good, Good, Bad, Untried], [Known::Works, Known::Refused, Known::Nothing]);
    assert_eq!(marks(&unsigned), "gggggb---");

    let hidden = arranged([Good; 6], [Known::Works, Known::Works, Known::Nothing]);
    assert_eq!(marks(&hidden), "ggggggggf");

    let down = arranged([Good, Bad, Untried, Untried, Untried, Untried], [Known::Nothing; 3]);
    assert_eq!(marks(&down), "gb-------");
}

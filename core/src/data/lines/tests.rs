use std::cell::Cell;
use std::fmt::Write as _;
use std::io::Write as _;
use std::ops::Range;

use flate2::Compression;
use flate2::GzBuilder;
use flate2::write::GzEncoder;
use proptest::prelude::*;

use super::*;
use crate::host::memory::MemoryHost;
use crate::host::{FileErrorKind, Files, Host};

fn read(path: &str, content: impl Into<Bytes>, block_size: usize, limit: usize) -> (Vec<Line>, Option<FileError>) {
    let host = MemoryHost::new();
    host.files().put(path, content);
    let lines = async {
        let source = host.files().open(path).await.unwrap();
        let mut lines = Lines::with(source, path.into(), block_size, limit);
        let mut read = Vec::new();
        loop {
            match lines.next().await {
                Ok(Some(line)) => read.push(line),
                Ok(None) => return (read, None),
                Err(error) => {
                    assert_eq!(lines.next().await, Ok(None), "nothing comes after an error");
                    return (read, Some(error));
                }
            }
        }
    };
    host.block_on(lines).unwrap()
}

fn texts(path: &str, content: &[u8]) -> Vec<(u64, String)> {
    let (lines, error) = read(path, content.to_vec(), 7, 1000);
    assert_eq!(error, None);
    lines.into_iter().map(|line| (line.number, String::from_utf8(line.bytes.unwrap().to_vec()).unwrap())).collect()
}

fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

/// With all that the header of a file may hold beside what is packed.
fn gzip_with_header(content: &[u8]) -> Vec<u8> {
    let header =
        GzBuilder::new().filename("students.jsonl").comment("of school 255901001").extra(*b"LB\x02\0ok").mtime(7);
    let mut encoder = header.write(Vec::new(), Compression::fast());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

/// As `gzip_with_header`, and with a check sum of the header, which is what no common program writes, but may.
fn gzip_with_header_sum(content: &[u8]) -> Vec<u8> {
    const HEADER_SUM: u8 = 2;
    let mut packed = gzip_with_header(content);
    // The comment stands last, and ends with a zero.
    let end = packed.windows(20).position(|text| text == b"of school 255901001\0").unwrap() + 20;
    packed[3] |= HEADER_SUM;
    let sum = crc32fast::hash(&packed[..end]).to_le_bytes();
    packed.splice(end..end, [sum[0], sum[1]]);
    packed
}

/// What the reader must give, said in the simplest way.
fn model(content: &[u8], limit: usize) -> Vec<Line> {
    let mut offset = 0;
    let mut lines = Vec::new();
    for (index, raw) in content.split(|byte| *byte == b'\n').enumerate() {
        let begin = offset;
        offset += raw.len() + 1;
        let number = index as u64 + 1;
        if raw.len() > limit {
            let bytes = Err(LineProblem::TooLong);
            lines.push(Line { number, offset: begin as u64, length: raw.len() as u64, bytes });
            continue;
        }
        let mark = if index == 0 && raw.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
        let text = &raw[mark..];
        let blank = |byte: &u8| b" \t\r\n\x0b\x0c".contains(byte);
        let Some(first) = text.iter().position(|byte| !blank(byte)) else { continue };
        let last = text.iter().rposition(|byte| !blank(byte)).unwrap();
        let text = &text[first..=last];
        let bytes = match String::from_utf8(text.to_vec()) {
            Ok(text) => Ok(Bytes::from(text)),
            Err(_) => Err(LineProblem::NotUtf8),
        };
        lines.push(Line { number, offset: (begin + mark + first) as u64, length: text.len() as u64, bytes });
    }
    lines
}

#[test]
fn blank_lines_are_passed_over_but_counted() {
    let content = b"\xef\xbb\xbf{\"a\":1}\r\n\r\n  \n\t{\"b\":2}\x0c \n\n{\"c\":3}";
    let expected = vec![(1, "{\"a\":1}".to_owned()), (4, "{\"b\":2}".to_owned()), (6, "{\"c\":3}".to_owned())];
    assert_eq!(texts("a.jsonl", content), expected);
    assert_eq!(texts("a.jsonl.GZ", &gzip(content)), expected);
    let two_members = [gzip(&content[..20]), gzip(b""), gzip(&content[20..])].concat();
    assert_eq!(texts("a.jsonl.gz", &two_members), expected);
    assert_eq!(texts("empty.jsonl", b""), vec![]);
    assert_eq!(texts("mark.jsonl", b"\xef\xbb\xbf\n"), vec![]);
}

#[test]
fn lines_inside_a_block_are_not_copied() {
    let (lines, _) = read("a.jsonl", &b"{\"a\":1}\n{\"b\":2}\n"[..], 1000, 1000);
    let [one, other] = &lines[..] else { panic!("two lines") };
    let distance = other.bytes.as_ref().unwrap().as_ptr().addr() - one.bytes.as_ref().unwrap().as_ptr().addr();
    assert_eq!(distance, 8);
}

#[test]
fn a_line_that_is_too_long_is_not_kept() {
    let host = MemoryHost::new();
    let mut content = vec![b'x'; MAX_LINE + 1];
    content.extend_from_slice(b"\nshort\n");
    content.extend(vec![b'y'; MAX_LINE]);
    host.files().put("a.jsonl", content);
    let read = async {
        let mut lines = Lines::new(host.files().open("a.jsonl").await.unwrap(), "a.jsonl");
        let long = lines.next().await.unwrap().unwrap();
        assert_eq!((long.number, long.length, long.bytes), (1, MAX_LINE as u64 + 1, Err(LineProblem::TooLong)));
        assert_eq!(lines.carry.capacity(), 0);
        assert_eq!(lines.next().await.unwrap().unwrap().bytes.unwrap(), "short");
        assert_eq!(lines.next().await.unwrap().unwrap().bytes.unwrap().len(), MAX_LINE);
        assert_eq!(lines.next().await.unwrap(), None);
        assert_eq!(lines.bytes_read(), 2 * MAX_LINE as u64 + 8);
    };
    host.block_on(read).unwrap();
}

#[test]
fn damaged_gzip_ends_the_file_and_names_the_line() {
    let mut content = String::new();
    for number in 0..5000 {
        writeln!(content, "{{\"studentUniqueId\":\"{}\"}}", number * 7919 % 10007).unwrap();
    }
    let packed = gzip(content.as_bytes());
    let (lines, error) = read("students.jsonl.gz", packed[..packed.len() / 2].to_vec(), 1000, 1000);
    let error = error.unwrap();
    assert_eq!((error.kind, &*error.path), (FileErrorKind::Failed, "students.jsonl.gz"));
    assert!(error.detail.starts_with(&format!("cannot be read beyond line {}: ", lines.len())), "{}", error.detail);
    assert!(lines.len() > 1000);
    assert_eq!(lines, model(content.as_bytes(), 1000)[..lines.len()], "no half line is given out");

    let mut flipped = packed.clone();
    let last = flipped.len() - 5;
    flipped[last] ^= 1;
    let (lines, error) = read("a.gz", flipped, 1000, 1000);
    assert_eq!((lines.len(), error.is_some()), (5000, true), "the checksum is looked at");

    let (lines, error) = read("a.json.gz", &b"{\"studentUniqueId\":\"1\"}\n"[..], 1000, 1000);
    assert!(lines.is_empty());
    assert!(error.unwrap().hint.unwrap().contains("take .gz off"));
}

/// A file that grows shorter while it is read, or fails.
struct Shrinking(Cell<u32>);

impl Source for Shrinking {
    fn len(&self) -> u64 {
        20
    }

    async fn read(&self, range: Range<u64>) -> Result<Vec<u8>, FileError> {
        self.0.set(self.0.get() + 1);
        let whole = b"{\"a\":1}\n{\"b\":2}\n{\"c\"";
        let end = usize::try_from(range.end).unwrap().min(18);
        Ok(whole[usize::try_from(range.start).unwrap()..end].to_vec())
    }
}

#[test]
fn a_file_that_shrinks_is_an_error_not_a_cut_record() {
    let host = MemoryHost::new();
    let read = async {
        let mut lines = Lines::with(Shrinking(Cell::new(0)), "a.jsonl".into(), 9, 1000);
        assert_eq!(lines.next().await.unwrap().unwrap().number, 1);
        assert_eq!(lines.next().await.unwrap().unwrap().number, 2);
        let error = lines.next().await.unwrap_err();
        assert!(error.detail.starts_with("cannot be read beyond line 2: it has become shorter"), "{error}");
    };
    host.block_on(read).unwrap();
}

/// Bytes in which line ends, blanks and damage are frequent.
fn content() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        3 => Just(b"\n".to_vec()),
        1 => Just(b"\r\n".to_vec()),
        1 => Just(b"\xef\xbb\xbf".to_vec()),
        1 => proptest::sample::select(b" \t\x0b\x0c\r".to_vec()).prop_map(|byte| vec![byte]),
        3 => "[{}a-zé]{0,12}".prop_map(String::into_bytes),
        1 => proptest::collection::vec(any::<u8>(), 0..20),
    ];
    proptest::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn equals_the_simple_model(content in content(), block_size in 1_usize..60, limit in 0_usize..40) {
        let (lines, error) = read("a.jsonl", content.clone(), block_size, limit);
        prop_assert_eq!(error, None);
        prop_assert_eq!(lines, model(&content, limit));
    }

    #[test]
    fn packed_equals_plain(content in content(), cut in any::<prop::sample::Index>(), block_size in 1_usize..60) {
        let cut = cut.index(content.len() + 1);
        let packed = [gzip(&content[..cut]), gzip(&content[cut..])].concat();
        let (lines, error) = read("a.jsonl.gz", packed, block_size, 30);
        prop_assert_eq!(error, None);
        prop_assert_eq!(lines, model(&content, 30));
    }

    #[test]
    fn damage_is_an_error_or_harmless_but_never_a_panic(
        content in content(), at in any::<prop::sample::Index>(), bit in 0_u8..8, block_size in 1_usize..60
    ) {
        let mut packed = gzip(&content);
        let at = at.index(packed.len());
        packed[at] ^= 1 << bit;
        let (lines, error) = read("a.jsonl.gz", packed, block_size, 30);
        // Bits of the header that do not matter (time, operating system) may be flipped without harm.
        prop_assert!(error.is_some() || lines == model(&content, 30));
    }
}

#[test]
fn headers_of_packed_files_are_passed_over_wherever_a_block_ends() {
    let content = b"{\"a\":1}\n{\"a\":2}\n";
    for packed in [gzip_with_header(content), gzip_with_header_sum(content)] {
        for block in 1..=packed.len() {
            let (lines, error) = read("students.jsonl.gz", packed.clone(), block, 1000);
            assert_eq!(error, None, "blocks of {block}");
            assert_eq!(lines.len(), 2, "blocks of {block}");
        }
    }
    let mut damaged = gzip_with_header_sum(content);
    let at = damaged.windows(4).position(|text| text == b"2559").unwrap();
    damaged[at] = b'3';
    let (_, error) = read("students.jsonl.gz", damaged, 7, 1000);
    assert!(error.is_some(), "a header that is not what its sum says");
}

#[test]
fn what_stands_behind_a_packed_file_is_an_error_whatever_its_length() {
    for length in 1..=12 {
        let packed = [gzip(b"{}\n"), vec![b'x'; length]].concat();
        let (lines, error) = read("students.jsonl.gz", packed, 7, 1000);
        assert_eq!(lines.len(), 1, "{length} bytes too many");
        assert!(error.is_some(), "{length} bytes too many");
    }
}

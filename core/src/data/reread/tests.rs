use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use proptest::prelude::*;

use super::*;
use crate::data::Lines;
use crate::host::memory::MemoryHost;
use crate::host::{Files, Host};

fn reread(path: &str, content: Vec<u8>, spans: Vec<Span>, block: usize) -> Result<Vec<(Span, Vec<u8>)>, FileError> {
    let host = MemoryHost::new();
    host.files().put(path, content);
    let work = async {
        let mut reread = Reread::with(host.files().open(path).await?, path.into(), spans, block);
        let mut records = Vec::new();
        let mut record = Vec::new();
        while let Some(piece) = reread.next().await? {
            record.extend_from_slice(&piece.bytes);
            if piece.last {
                records.push((piece.span, std::mem::take(&mut record)));
            }
        }
        assert!(record.is_empty());
        Ok(records)
    };
    host.block_on(work).unwrap()
}

proptest! {
    #[test]
    fn gives_the_very_bytes_of_the_lines(
        lines in proptest::collection::vec("[a-zé ]{0,30}", 0..30),
        wanted in proptest::collection::vec(any::<bool>(), 30),
        block in 1_usize..50,
        packed: bool,
    ) {
        let content = lines.join("\n").into_bytes();
        let (path, stored) = if packed {
            let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
            encoder.write_all(&content).unwrap();
            ("a.jsonl.gz", encoder.finish().unwrap())
        } else {
            ("a.jsonl", content)
        };
        let host = MemoryHost::new();
        host.files().put(path, stored.clone());
        let expected = host.block_on(async {
            let mut lines = Lines::new(host.files().open(path).await.unwrap(), path);
            let mut expected = Vec::new();
            while let Some(line) = lines.next().await.unwrap() {
                if wanted[expected.len() % wanted.len()] {
                    let span = Span { offset: line.offset, length: line.length };
                    expected.push((span, line.bytes.unwrap().to_vec()));
                }
            }
            expected
        }).unwrap();
        let spans = expected.iter().rev().map(|(span, _)| *span).collect();
        prop_assert_eq!(reread(path, stored, spans, block).unwrap(), expected);
    }
}

#[test]
fn what_is_not_there_any_more_is_an_error() {
    let spans = vec![Span { offset: 2, length: 3 }, Span { offset: 8, length: 5 }];
    let error = reread("a.jsonl", b"0123456789".to_vec(), spans, 4).unwrap_err();
    assert_eq!((&*error.path, &*error.detail), ("a.jsonl", "it has become shorter since it was first read"));
    let overlapping = vec![Span { offset: 0, length: 8 }, Span { offset: 1, length: 2 }];
    assert!(reread("a.jsonl", b"0123456789".to_vec(), overlapping, 4).is_err());
}

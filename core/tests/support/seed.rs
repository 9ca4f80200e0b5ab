//! What an API holds before a run, and what `validate` says of records.
#![allow(unreachable_pub, clippy::unwrap_used, reason = "a test that cannot go on ends")]

use lightbeam_core::event::Outcome;
use lightbeam_core::exit::Exit;
use lightbeam_core::host::Host as _;
use lightbeam_core::invocation::Command;
use lightbeam_sim::builtin;
use serde_json::json;

use crate::support::{Ran, Stage};

/// Sends records to the API, which then holds them; files and results of that run do not stay.
pub fn seed<L: AsRef<str>>(stage: &Stage, records: &[(&str, &[L])]) {
    for (endpoint, lines) in records {
        let lines: Vec<&str> = lines.iter().map(AsRef::as_ref).collect();
        stage.put(&format!("seed/{endpoint}.jsonl"), &lines);
    }
    let kept = || -> Vec<String> {
        stage.host.storage().names().into_iter().filter(|name| name.contains("/cache/values.")).collect()
    };
    let kept_before = kept();
    let seeded = stage.run(Command::Send, |invocation| {
        let set = [("data_dir", "seed"), ("state_dir", "seed-state")];
        invocation.set = set.map(|(key, value)| (key.to_owned(), value.to_owned())).to_vec();
    });
    for (endpoint, lines) in records {
        let name = endpoint.rsplit('/').next().unwrap();
        let failures = &seeded.results["resources"][name]["failures"];
        assert_eq!(seeded.counts(name), [u64::try_from(lines.len()).unwrap(), 0, 0], "{endpoint}: {failures}");
        stage.host.files().remove(&format!("seed/{endpoint}.jsonl"));
    }
    assert_eq!(seeded.exit, Exit::Done);
    stage.host.files().remove("results.json");
    assert_eq!(kept(), kept_before, "send reads no descriptor values");
}

/// A descriptor record.
pub fn value(namespace: &str, code_value: &str) -> String {
    json!({"namespace": namespace, "codeValue": code_value, "shortDescription": "x"}).to_string()
}

/// Gives the API the values of the built-in descriptors.
pub fn seed_descriptors(stage: &Stage) {
    let values = builtin::descriptors().into_iter().map(|(name, codes)| {
        let namespace = builtin::descriptor_namespace(&name);
        (format!("{name}Descriptors"), codes.iter().map(|code| value(&namespace, code)).collect::<Vec<String>>())
    });
    let values: Vec<(String, Vec<String>)> = values.collect();
    let records: Vec<(&str, &[String])> =
        values.iter().map(|(name, lines)| (name.as_str(), lines.as_slice())).collect();
    seed(stage, &records);
}

/// The messages of the findings of each record, in the order of their words.
pub fn messages(ran: &Ran) -> Vec<Vec<String>> {
    let of = |outcome: &Outcome| match outcome {
        Outcome::Invalid(found) => found.iter().map(|finding| finding.message.clone()).collect(),
        Outcome::Valid => Vec::new(),
        other => panic!("validate says nothing else: {other:?}"),
    };
    ran.records.iter().map(|record| of(&record.outcome)).collect()
}

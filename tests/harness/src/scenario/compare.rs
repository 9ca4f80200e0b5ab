//! Whether two hosts did the same, in the sense of the product documentation ("The same everywhere").

use std::collections::BTreeSet;

use serde_json::Value;

use super::observed::{Observed, Request, results_of};

/// Keys of the results file that differ from run to run, or from host to host.
const OWN: [&str; 8] =
    ["started_at", "completed_at", "runtime_sec", "run_id", "working_dir", "config_file", "data_dir", "api_url"];

/// How much of a run has to be the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sameness {
    /// Everything.
    Whole,
    /// Everything but the messages of failures without an answer.
    ButWords,
    /// The exit code, what the API holds, the state, and the results but for messages and causes.
    Outcome,
}

/// What differs between the same run on two hosts; empty when nothing does.
pub(crate) fn compare(one: &Observed, other: &Observed, sameness: Sameness) -> Vec<String> {
    let mut differences = Vec::new();
    if one.exit != other.exit {
        differences.push(format!("exit {:?} and {:?}", one.exit, other.exit));
    }
    let (results, other_results) = (normal(one.results.as_ref(), sameness), normal(other.results.as_ref(), sameness));
    if results != other_results {
        differences.push(format!("results\n{results:#}\nand\n{other_results:#}"));
    }
    if one.state != other.state {
        differences.push(format!("state {:?} and {:?}", one.state, other.state));
    }
    if one.records != other.records {
        differences.push("what the API holds".to_owned());
    }
    if sameness == Sameness::Outcome {
        return differences;
    }
    let (requests, others) = (multiset(one), multiset(other));
    for request in &requests {
        if count(&requests, request) != count(&others, request) {
            differences.push(format!(
                "{} and {} times: {request:?}",
                count(&requests, request),
                count(&others, request)
            ));
        }
    }
    for request in others.iter().filter(|request| !requests.contains(request)) {
        differences.push(format!("only one made: {request:?}"));
    }
    let paths: BTreeSet<&String> = one.files.keys().chain(other.files.keys()).collect();
    for path in paths {
        match (one.files.get(path), other.files.get(path)) {
            (Some(ours), Some(theirs)) => text(path, ours, theirs, sameness, &mut differences),
            _ => differences.push(format!("only one has the file {path}")),
        }
    }
    text("standard output", one.stdout.as_bytes(), other.stdout.as_bytes(), sameness, &mut differences);
    differences.dedup();
    differences
}

fn multiset(observed: &Observed) -> Vec<&Request> {
    observed.requests.iter().filter(|request| request.counts()).collect()
}

fn count(requests: &[&Request], request: &Request) -> usize {
    requests.iter().filter(|other| **other == request).count()
}

/// Members of a line that the API makes anew for each answer, or from the time.
const OF_THE_API: [&str; 2] = ["correlation_id", "_lastModifiedDate"];

/// A file or a stream, byte by byte but for what the API makes anew and what each host has for itself.
fn text(place: &str, ours: &[u8], theirs: &[u8], sameness: Sameness, differences: &mut Vec<String>) {
    if let (Some(ours), Some(theirs)) = (results_of(ours), results_of(theirs)) {
        let (ours, theirs) = (normal(Some(&ours), sameness), normal(Some(&theirs), sameness));
        if ours != theirs {
            differences.push(format!("{place}\n{ours:#}\nand\n{theirs:#}"));
        }
        return;
    }
    let (ours, theirs) = (lines(ours), lines(theirs));
    if ours != theirs {
        differences.push(format!(
            "{place}\n{}\nand\n{}",
            String::from_utf8_lossy(&ours.concat()),
            String::from_utf8_lossy(&theirs.concat())
        ));
    }
}

/// The lines with their ends. Those without a member of the API are not touched: failed records must be the original
/// ones, and records that were read must be as the API gave them.
fn lines(bytes: &[u8]) -> Vec<Vec<u8>> {
    let line = |line: &[u8]| match serde_json::from_slice(line) {
        Ok(Value::Object(mut record)) if OF_THE_API.iter().any(|member| record.contains_key(*member)) => {
            record.retain(|name, _| !OF_THE_API.contains(&name.as_str()));
            format!("{}\n", Value::Object(record)).into_bytes()
        }
        _ => line.to_vec(),
    };
    bytes.split_inclusive(|byte| *byte == b'\n').map(line).collect()
}

/// The results file without what each host may have for itself.
fn normal(results: Option<&Value>, sameness: Sameness) -> Value {
    let mut results = results.cloned().unwrap_or(Value::Null);
    let data_dir = results["data_dir"].as_str().unwrap_or_default().trim_end_matches('/').to_owned();
    if let Some(map) = results.as_object_mut() {
        map.retain(|key, _| !OWN.contains(&key.as_str()));
    }
    relative(&mut results, &data_dir);
    if sameness != Sameness::Whole {
        forget_words(&mut results, sameness);
    }
    results
}

/// Removes what a host may say in words of its own.
fn forget_words(results: &mut Value, sameness: Sameness) {
    let Some(results) = results.as_object_mut() else { return };
    if sameness == Sameness::Outcome {
        results.remove("causes");
    }
    for cause in results.get_mut("causes").and_then(Value::as_array_mut).into_iter().flatten() {
        if let Some(cause) = cause.as_object_mut().filter(|cause| cause["cause"] == "no connection") {
            cause.remove("message");
        }
    }
    let resources = results.get_mut("resources").and_then(Value::as_object_mut);
    for resource in resources.into_iter().flat_map(|resources| resources.values_mut()) {
        for failure in resource["failures"].as_array_mut().into_iter().flatten().filter_map(Value::as_object_mut) {
            if sameness == Sameness::Outcome || failure.get("status_code").is_none_or(Value::is_null) {
                failure.remove("message");
            }
        }
    }
}

fn relative(value: &mut Value, data_dir: &str) {
    match value {
        Value::Object(map) => {
            map.remove("retries");
            map.remove("correlation_ids");
            if let Some(Value::String(file)) = map.get_mut("file") {
                let rest = file.strip_prefix(data_dir).map(|rest| rest.trim_start_matches('/').to_owned());
                *file = rest.unwrap_or_else(|| file.clone());
            }
            map.values_mut().for_each(|value| relative(value, data_dir));
        }
        Value::Array(list) => list.iter_mut().for_each(|value| relative(value, data_dir)),
        _ => {}
    }
}

//! Whether a run did what the scenario says.

use std::collections::BTreeMap;

use serde_json::Value;

use super::format::{Endpoint, Expect, FailureGroup, Texts};
use super::observed::{Observed, Records, Request, results_of};

/// What differs from the expectation; empty when nothing does.
pub(crate) fn check(expect: &Expect, seen: &Observed) -> Vec<String> {
    let mut wrong = Vec::new();
    if seen.exit != expect.exit {
        wrong.push(format!("exit {:?} instead of {:?}", seen.exit, expect.exit));
    }
    texts(&expect.stderr, &seen.stderr, "standard error", &mut wrong);
    texts(&expect.stdout, &seen.stdout, "standard output", &mut wrong);
    for (path, expected) in &expect.files {
        match (expected, seen.files.get(path.strip_prefix("./").unwrap_or(path))) {
            (None, None) => {}
            (None, Some(_)) => wrong.push(format!("{path} is there")),
            (Some(_), None) => wrong.push(format!("{path} is not there")),
            (Some(expected), Some(bytes)) => texts(expected, &String::from_utf8_lossy(bytes), path, &mut wrong),
        }
    }
    for (folder, expected) in &expect.folders {
        let prefix = format!("{}/", folder.trim_end_matches('/'));
        let names: Vec<&str> = seen.files.keys().filter_map(|path| path.strip_prefix(&prefix)).collect();
        if names != *expected {
            wrong.push(format!("{folder} holds {names:?} instead of {expected:?}"));
        }
    }
    for (path, expected) in &expect.records {
        let held = seen.records.get(path).map_or(0, Vec::len) as u64;
        if held != *expected {
            wrong.push(format!("the API holds {held} records of {path} instead of {expected}"));
        }
    }
    for (path, parts) in &expect.holds {
        let held = seen.records.get(path).map(Vec::as_slice).unwrap_or_default();
        for part in parts {
            if !held.iter().any(|record| part.iter().all(|(key, value)| record.get(key) == Some(value))) {
                wrong.push(format!("the API holds no record of {path} with {part:?}"));
            }
        }
    }
    requests(expect, &seen.requests, &mut wrong);
    if let Some(completed) = expect.completed {
        match &seen.results {
            None => wrong.push("no results file".to_owned()),
            Some(results) if results["completed"] != completed => {
                wrong.push(format!("completed is {} instead of {completed}", results["completed"]));
            }
            Some(_) => {}
        }
    }
    if let Some(causes) = &expect.causes {
        let entries = seen.results.as_ref().and_then(|results| results["causes"].as_array());
        let named: Vec<_> = entries.into_iter().flatten().filter_map(|entry| entry["cause"].as_str()).collect();
        if named != *causes {
            wrong.push(format!("the causes are {named:?} instead of {causes:?}"));
        }
    }
    if let Some(endpoints) = &expect.endpoints {
        match &seen.results {
            None => wrong.push("no results file".to_owned()),
            Some(results) => resources(endpoints, &results["resources"], &mut wrong),
        }
    }
    wrong
}

/// What a dry run has changed, though it must not: at the API, in the state, and among the user's files.
pub(crate) fn changes_of_a_dry_run(
    seen: &Observed,
    files: &BTreeMap<String, Vec<u8>>,
    records: &Records,
    state: Option<&BTreeMap<String, Vec<String>>>,
) -> Vec<String> {
    let mut wrong = Vec::new();
    let writes = |request: &&Request| request.counts() && request.method != "GET";
    for request in seen.requests.iter().filter(writes) {
        wrong.push(format!("the dry run made the request {} {}", request.method, request.path));
    }
    if seen.records != *records {
        wrong.push("the dry run changed what the API holds".to_owned());
    }
    let known = |state: &BTreeMap<String, Vec<String>>| -> Vec<(String, Vec<String>)> {
        state.clone().into_iter().filter(|(_, entries)| !entries.is_empty()).collect()
    };
    if known(&seen.state) != state.map(known).unwrap_or_default() {
        wrong.push("the dry run changed the state".to_owned());
    }
    let is_kept = |(path, bytes): &(&String, &Vec<u8>)| files.get(*path) == Some(*bytes) || results_of(bytes).is_some();
    for (path, _) in seen.files.iter().filter(|file| !is_kept(file)) {
        wrong.push(format!("the dry run wrote {path}"));
    }
    for path in files.keys().filter(|path| !seen.files.contains_key(*path) && results_of(&files[*path]).is_none()) {
        wrong.push(format!("the dry run removed {path}"));
    }
    wrong
}

fn texts(expected: &Texts, text: &str, place: &str, wrong: &mut Vec<String>) {
    for part in &expected.contains {
        if !text.contains(part) {
            wrong.push(format!("{place} lacks {part:?}"));
        }
    }
    for part in &expected.lacks {
        if text.contains(part) {
            wrong.push(format!("{place} contains {part:?}"));
        }
    }
    if let Some(expected) = expected.exactly.as_ref().filter(|expected| *expected != text) {
        wrong.push(format!("{place} is {text:?} instead of {expected:?}"));
    }
    if let Some(expected) = &expected.records {
        records(expected, text, place, wrong);
    }
    let lines = text.lines().count();
    if let Some(expected) = expected.lines.filter(|expected| *expected != lines) {
        wrong.push(format!("{place} has {lines} lines instead of {expected}"));
    }
}

/// Lines of JSON as a multiset.
fn records(expected: &[Value], text: &str, place: &str, wrong: &mut Vec<String>) {
    let mut missing = expected.to_vec();
    for (line, number) in text.lines().zip(1..) {
        match serde_json::from_str::<Value>(line) {
            Err(error) => wrong.push(format!("{place}: line {number} is no JSON: {error}")),
            Ok(record) => match missing.iter().position(|other| *other == record) {
                Some(at) => drop(missing.swap_remove(at)),
                None => wrong.push(format!("{place}: line {number} is not expected: {record}")),
            },
        }
    }
    wrong.extend(missing.iter().map(|record| format!("{place} lacks the record {record}")));
}

fn requests(expect: &Expect, requests: &[Request], wrong: &mut Vec<String>) {
    for (what, expected) in &expect.requests {
        let (method, path) = what.split_once(' ').unwrap_or((what, ""));
        let made = requests.iter().filter(|request| request.method == method && is_at(request, path)).count() as u64;
        if made != *expected {
            wrong.push(format!("{made} requests {what} instead of {expected}"));
        }
    }
    let changes = |request: &Request, path: &str| {
        (request.method == "POST" || request.method == "DELETE") && request.path.contains(path)
    };
    for pair in expect.order.windows(2) {
        let last = requests.iter().rposition(|request| changes(request, &pair[0]));
        let first = requests.iter().position(|request| changes(request, &pair[1]));
        match (last, first) {
            (Some(last), Some(first)) if last < first => {}
            (Some(_), Some(_)) => wrong.push(format!("a request to {} came after one to {}", pair[0], pair[1])),
            _ => wrong.push(format!("no request to {} or to {}", pair[0], pair[1])),
        }
    }
}

/// Whether a request's path, with its query where that is asked for, holds this part.
fn is_at(request: &Request, part: &str) -> bool {
    let place =
        if part.contains(['?', '=']) { format!("{}?{}", request.path, request.query) } else { request.path.clone() };
    match part.strip_suffix('$') {
        Some(end) => place.ends_with(end),
        None => place.contains(part),
    }
}

fn resources(expected: &BTreeMap<String, Endpoint>, resources: &Value, wrong: &mut Vec<String>) {
    let Some(resources) = resources.as_object() else {
        wrong.push("the results file has no resources".to_owned());
        return;
    };
    for (name, resource) in resources {
        if !expected.contains_key(name) && resource["records_processed"] != 0 {
            wrong.push(format!("unexpected results of {name}: {resource}"));
        }
    }
    for (name, expected) in expected {
        match resources.get(name) {
            None => wrong.push(format!("no results of {name}")),
            Some(resource) => endpoint(name, expected, resource, wrong),
        }
    }
}

fn endpoint(name: &str, expected: &Endpoint, resource: &Value, wrong: &mut Vec<String>) {
    let counts = [
        ("records_processed", expected.processed),
        ("records_skipped", expected.skipped),
        ("records_failed", Some(expected.failed)),
    ];
    for (key, expected) in counts {
        if let Some(expected) = expected
            && resource[key] != expected
        {
            wrong.push(format!("{name}: {key} is {} instead of {expected}", resource[key]));
        }
    }
    if let Some(expected) = &expected.successes {
        let list = resource["successes"].as_array().map(Vec::as_slice).unwrap_or_default();
        let seen: BTreeMap<String, u64> = list
            .iter()
            .map(|entry| (entry["status_code"].to_string(), entry["count"].as_u64().unwrap_or_default()))
            .collect();
        if seen != *expected {
            wrong.push(format!("{name}: successes are {seen:?} instead of {expected:?}"));
        }
    }
    if let Some(expected) = &expected.failures {
        let list = resource["failures"].as_array().map(Vec::as_slice).unwrap_or_default();
        for group in expected {
            if !list.iter().any(|entry| is_group(group, entry)) {
                wrong.push(format!("{name}: no failure like {group:?} among {list:?}"));
            }
        }
        if list.len() != expected.len() {
            wrong.push(format!("{name}: {} failures instead of {}: {list:?}", list.len(), expected.len()));
        }
    }
}

fn is_group(group: &FailureGroup, entry: &Value) -> bool {
    let status = entry["status_code"].as_u64() == group.status.map(u64::from);
    let message = entry["message"].as_str().is_some_and(|message| message.contains(&group.message));
    let file = group.file.as_ref().is_none_or(|end| entry["file"].as_str().is_some_and(|file| file.ends_with(end)));
    let method = group.method.as_ref().is_none_or(|method| entry["method"] == **method);
    status && message && file && method && entry["line_numbers"] == Value::from(group.lines.clone())
}

//! Whether a run did what the scenario says.

use std::collections::BTreeMap;

use serde_json::Value;

use super::format::{Endpoint, Expect, FailureGroup, Texts};
use super::observed::{Observed, Request};

/// What differs from the expectation; empty when nothing does.
pub(crate) fn check(expect: &Expect, seen: &Observed) -> Vec<String> {
    let mut wrong = Vec::new();
    if seen.exit != expect.exit {
        wrong.push(format!("exit {:?} instead of {:?}", seen.exit, expect.exit));
    }
    texts(&expect.stderr, &seen.stderr, "standard error", &mut wrong);
    texts(&expect.stdout, &seen.stdout, "standard output", &mut wrong);
    for (path, expected) in &expect.files {
        match (expected, seen.files.get(path).and_then(Option::as_deref)) {
            (None, None) => {}
            (None, Some(_)) => wrong.push(format!("{path} is there")),
            (Some(_), None) => wrong.push(format!("{path} is not there")),
            (Some(expected), Some(bytes)) => texts(expected, &String::from_utf8_lossy(bytes), path, &mut wrong),
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
    let lines = text.lines().count();
    if let Some(expected) = expected.lines.filter(|expected| *expected != lines) {
        wrong.push(format!("{place} has {lines} lines instead of {expected}"));
    }
}

fn requests(expect: &Expect, requests: &[Request], wrong: &mut Vec<String>) {
    for (what, expected) in &expect.requests {
        let (method, path) = what.split_once(' ').unwrap_or((what, ""));
        let made =
            requests.iter().filter(|request| request.method == method && request.path.contains(path)).count() as u64;
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
        ("records_skipped", Some(expected.skipped)),
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
    status && message && file && entry["line_numbers"] == Value::from(group.lines.clone())
}

//! Whether two hosts did the same, in the sense of the product documentation ("The same everywhere").

use serde_json::Value;

use super::observed::{Observed, Request};

/// Keys of the results file that differ from run to run, or from host to host.
const OWN: [&str; 8] =
    ["started_at", "completed_at", "runtime_sec", "run_id", "working_dir", "config_file", "data_dir", "api_url"];

/// What differs between the same run on two hosts; empty when nothing does.
pub(crate) fn compare(one: &Observed, other: &Observed) -> Vec<String> {
    let mut differences = Vec::new();
    if one.exit != other.exit {
        differences.push(format!("exit {:?} and {:?}", one.exit, other.exit));
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
    let (results, other_results) = (normal(one.results.as_ref()), normal(other.results.as_ref()));
    if results != other_results {
        differences.push(format!("results\n{results:#}\nand\n{other_results:#}"));
    }
    if one.state != other.state {
        differences.push(format!("state {:?} and {:?}", one.state, other.state));
    }
    if one.records != other.records {
        differences.push("what the API holds".to_owned());
    }
    for (path, bytes) in &one.files {
        let (ours, theirs) = (lines(bytes.as_deref()), lines(other.files.get(path).and_then(Option::as_deref)));
        if ours != theirs {
            differences.push(format!("{path}\n{}\nand\n{}", ours.join("\n"), theirs.join("\n")));
        }
    }
    differences.dedup();
    differences
}

fn multiset(observed: &Observed) -> Vec<&Request> {
    observed.requests.iter().filter(|request| request.counts()).collect()
}

fn count(requests: &[&Request], request: &Request) -> usize {
    requests.iter().filter(|other| **other == request).count()
}

/// The lines of a file, without what the API makes anew for each answer.
fn lines(bytes: Option<&[u8]>) -> Vec<String> {
    let text = String::from_utf8_lossy(bytes.unwrap_or_default()).into_owned();
    // Any other line is compared byte by byte: failed records must be the original ones.
    let line = |line: &str| match serde_json::from_str(line) {
        Ok(Value::Object(mut record)) if record.contains_key("correlation_id") => {
            record.remove("correlation_id");
            Value::Object(record).to_string()
        }
        _ => line.to_owned(),
    };
    text.lines().map(line).collect()
}

/// The results file without what each host may have for itself.
fn normal(results: Option<&Value>) -> Value {
    let mut results = results.cloned().unwrap_or(Value::Null);
    let data_dir = results["data_dir"].as_str().unwrap_or_default().trim_end_matches('/').to_owned();
    if let Some(map) = results.as_object_mut() {
        map.retain(|key, _| !OWN.contains(&key.as_str()));
    }
    relative(&mut results, &data_dir);
    results
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

//! Orders out of JSON, by hand: derived, that is 15 kB of WebAssembly more.

use std::collections::BTreeMap;

use lightbeam_core::invocation::Invocation;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::{EndpointName, Job, Order, Secretive, Task, Want};

impl<'de> Deserialize<'de> for Order {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        order(&Value::deserialize(deserializer)?).ok_or_else(|| D::Error::custom("no order"))
    }
}

fn order(json: &Value) -> Option<Order> {
    let (kind, content) = variant(json)?;
    let id = u32::try_from(content["id"].as_u64()?).ok()?;
    Some(match kind {
        "Begin" => Order::Begin { id, job: Box::new(job(&content["job"])?) },
        "Answer" => Order::Answer { id, yes: content["yes"].as_bool()? },
        "Want" => {
            let want = match content["want"].as_str()? {
                "Run" => Want::Run,
                "Pause" => Want::Pause,
                "Stop" => Want::Stop,
                _ => return None,
            };
            Order::Want { id, want }
        }
        _ => return None,
    })
}

fn job(json: &Value) -> Option<Job> {
    let mut variables = BTreeMap::new();
    for (name, value) in json["variables"].as_object()? {
        variables.insert(name.clone(), Secretive(text(value)?));
    }
    let texts = list(&json["texts"], |pair| Some((text(&pair[0])?, text(&pair[1])?)))?;
    Some(Job { task: task(&json["task"])?, variables, texts })
}

fn task(json: &Value) -> Option<Task> {
    let (kind, content) = variant(json)?;
    let invocation = || Some(Box::new(Invocation::from_json(content)?));
    Some(match kind {
        "Run" => Task::Run(invocation()?),
        "CheckConnection" => Task::CheckConnection(invocation()?),
        "Endpoints" => Task::Endpoints(invocation()?),
        "Survey" => {
            let endpoint =
                |json: &Value| Some(EndpointName { namespace: text(&json["namespace"])?, name: text(&json["name"])? });
            Task::Survey {
                endpoints: list(&content["endpoints"], endpoint)?,
                namespace: text(&content["namespace"])?,
                data_dir: text(&content["data_dir"])?,
            }
        }
        "Record" => Task::Record { file: text(&content["file"])?, line: content["line"].as_u64()? },
        "Lines" => {
            let file = |json: &Value| Some((text(&json[0])?, list(&json[1], Value::as_u64)?));
            Task::Lines { files: list(&content["files"], file)? }
        }
        _ => return None,
    })
}

/// The only member of an object, by which a variant is told.
fn variant(json: &Value) -> Option<(&str, &Value)> {
    let (kind, content) = json.as_object()?.iter().next()?;
    Some((kind, content))
}

fn text(json: &Value) -> Option<String> {
    Some(json.as_str()?.to_owned())
}

fn list<T>(json: &Value, item: impl Fn(&Value) -> Option<T>) -> Option<Vec<T>> {
    json.as_array()?.iter().map(item).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn comes_back(order: &Order) {
        let json = serde_json::to_string(order).unwrap();
        let back: Order = serde_json::from_slice(json.as_bytes()).unwrap();
        assert_eq!(format!("{back:?}"), format!("{order:?}"));
        assert_eq!(serde_json::to_string(&back).unwrap(), json);
    }

    #[test]
    fn every_order_comes_back() {
        let invocation = || Box::new(Invocation { selector: Some("students".into()), ..Invocation::default() });
        let tasks = [
            Task::Run(invocation()),
            Task::CheckConnection(invocation()),
            Task::Endpoints(invocation()),
            Task::Survey {
                endpoints: vec![EndpointName { namespace: "ed-fi".into(), name: "students".into() }],
                namespace: "tpdm".into(),
                data_dir: "data".into(),
            },
            Task::Record { file: "a.jsonl".into(), line: u64::MAX },
            Task::Lines { files: vec![("a.jsonl".into(), vec![1, 7]), ("b.jsonl".into(), vec![])] },
        ];
        for task in tasks {
            let variables = BTreeMap::from([("SECRET".to_owned(), Secretive("x".into()))]);
            let texts = vec![("lightbeam.yaml".to_owned(), "[]".to_owned())];
            comes_back(&Order::Begin { id: 3, job: Box::new(Job { task, variables, texts }) });
        }
        comes_back(&Order::Answer { id: u32::MAX, yes: true });
        for want in [Want::Run, Want::Pause, Want::Stop] {
            comes_back(&Order::Want { id: 1, want });
        }
    }

    #[test]
    fn what_is_no_order_is_refused() {
        for json in [
            "null",
            "{}",
            "\"Begin\"",
            "{\"Want\":{\"id\":1,\"want\":\"Fly\"}}",
            "{\"Answer\":{\"id\":-1,\"yes\":true}}",
        ] {
            assert!(serde_json::from_str::<Order>(json).is_err(), "{json}");
        }
    }
}

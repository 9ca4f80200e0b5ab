use std::path::Path;

use proptest::prelude::*;

use super::*;
use crate::event::Cause;

fn messages(status: u16, body: &str) -> Vec<String> {
    Problem::read(status, Some("application/json"), body.as_bytes()).messages
}

#[test]
fn the_first_source_that_says_something_wins() {
    let cases: &[(&str, &[&str])] = &[
        (
            r#"{"detail":"d","validationErrors":{"$.b":["B is required.","B is short."],"$.a":["A."]},"errors":["e"]}"#,
            &["B is required. (at $.b)", "B is short. (at $.b)", "A. (at $.a)"],
        ),
        (r#"{"validationErrors":{},"errors":["e1","e2"],"detail":"d"}"#, &["e1", "e2"]),
        (r#"{"validationErrors":{"$.a":[]},"errors":[],"detail":"d","title":"t"}"#, &["d"]),
        (r#"{"validationErrors":null,"errors":["", null],"detail":" ","message":"m"}"#, &["m"]),
        (r#"{"errors":{"$.x":"wrong"}}"#, &["wrong (at $.x)"]),
        (r#"{"errors":[{"message":"inner"},{"detail":"other"}]}"#, &["inner", "other"]),
        (
            r#"{"message":"The request is invalid.","modelState":{"request.z":["Bad z."],"request.a":["Bad a","worse"]}}"#,
            &["The request is invalid. request.z: Bad z. request.a: Bad a worse"],
        ),
        (r#"{"Message":"Old server","ModelState":{"":["no path"]}}"#, &["Old server; no path"]),
        (
            "{\"message\":\"Validation of 'X' failed.\\n\\tY is required.\\n\"}",
            &["Validation of 'X' failed. Y is required."],
        ),
        (
            r#"{"message":"","error":"invalid_client","error_description":"Unknown key"}"#,
            &["invalid_client: Unknown key"],
        ),
        (r#"{"error":["one","two"]}"#, &["one", "two"]),
        (r#"{"error":{"code":7,"message":"deep"}}"#, &["deep"]),
        (r#"{"error":{"reason":"odd"}}"#, &["odd (at reason)"]),
        (r#"{"title":"Just a title","status":400}"#, &["Just a title"]),
        (r#"["one", {"message":"two"}, "one"]"#, &["one", "two"]),
        (r#""only text""#, &["only text"]),
        (r#"{"detail":"same","detail":""}"#, &["same"]),
        (r#"{"foo": "bar"}"#, &[r#"{"foo": "bar"}"#]),
        ("{}", &["Conflict"]),
        ("null", &["Conflict"]),
        (r#"{"errors":[],"detail":null}"#, &["Conflict"]),
        ("\u{feff}{\"detail\":\"after a mark\"}", &["after a mark"]),
        ("", &["Conflict"]),
    ];
    for (body, expected) in cases {
        assert_eq!(messages(409, body), *expected, "{body}");
    }
}

#[test]
fn bodies_that_are_no_json_are_told_as_text() {
    let read = |status, kind, body: &[u8]| Problem::read(status, kind, body).messages.remove(0);
    let page = "<html>\r\n<head><title>502 Bad Gateway</title><style>b{}</style></head><body><center><h1>502 Bad \
                Gateway</h1></center><script>if (a < b) alert(1)</script><hr>proxy&nbsp;1 &amp; 2 &#8211; &#x41;</body></html>";
    assert_eq!(read(502, Some("text/html"), page.as_bytes()), "502 Bad Gateway proxy 1 & 2 – A");
    assert_eq!(read(502, None, b"<html><title>Sorry</title><p>Try <b>later"), "Sorry Try later");
    assert_eq!(read(400, Some("text/html"), b"a < b && c &unknown; <!-- gone"), "a < b && c &unknown;");
    assert_eq!(read(500, Some("text/plain"), b"caf\xe9 closed"), "caf\u{fffd} closed");
    assert_eq!(read(500, None, "x".repeat(5_000).as_bytes()), format!("{}…", "x".repeat(300)));
    assert_eq!(read(401, None, b""), "Unauthorized");
    assert_eq!(read(799, None, b" \n"), "status 799 without explanation");
    assert_eq!(read(500, Some("text/html"), b"<html></html>"), "Internal Server Error");
}

#[test]
fn what_steers_a_terminal_is_dropped() {
    let body =
        "{\"detail\":\"red \\u001b[31m \\u0007\\u009b2J \\u202Eevil\",\"correlationId\":\"a\\u001bb\",\"type\":\"\"}";
    let problem = Problem::read(400, None, body.as_bytes());
    assert_eq!(problem.messages, ["red [31m 2J evil"]);
    assert_eq!(problem.correlation_id.as_deref(), Some("ab"));
    assert_eq!(problem.problem_type, None);
}

#[test]
fn size_is_bounded() {
    let many: Vec<String> = (0..1_000).map(|n| format!("\"message {n}\"")).collect();
    let found = messages(400, &format!("{{\"errors\":[{}]}}", many.join(",")));
    assert_eq!(found.len(), MESSAGES);
    assert_eq!(found.last().unwrap(), "(801 more messages)");

    let found = messages(400, &format!("{{\"detail\":\"{}\"}}", "y".repeat(9_000)));
    assert_eq!(found[0].chars().count(), MESSAGE_CHARS + 1);
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    assert_eq!(messages(400, &deep).len(), 1);
}

#[test]
fn causes_by_status_type_and_text() {
    use Cause::{
        Duplicate, InvalidValue, MissingParent, NotAuthorized, Other, ServerFault, StillReferenced, UnknownDescriptor,
    };
    let cases = [
        (409, r#"{"message":"The value supplied for the related 'student' resource does not exist."}"#, MissingParent),
        (400, r#"{"message":"Validation of 'A' failed. Student reference could not be resolved."}"#, MissingParent),
        (409, r#"{"detail":"The referenced School item(s) do not exist.","errors":[]}"#, MissingParent),
        (409, r#"{"detail":"x","type":"urn:ed-fi:api:data-conflict:unresolved-reference"}"#, MissingParent),
        (
            400,
            r#"{"message":"Unable to resolve value 'uri://x#Y' to an existing 'TermDescriptor' resource."}"#,
            UnknownDescriptor,
        ),
        (
            400,
            r#"{"validationErrors":{"$.a[0].gradeLevelDescriptor":["Value 'uri://x#Y' does not exist."]}}"#,
            UnknownDescriptor,
        ),
        (400, r#"{"validationErrors":{"$.termDescriptor":["TermDescriptor is required."]}}"#, InvalidValue),
        (409, r#"{"message":"The value(s) 'a' supplied for property 'p' of entity 'e' are not unique."}"#, Duplicate),
        (409, r#"{"message":"A natural key conflict occurred when attempting to update"}"#, Duplicate),
        (409, r#"{"detail":"x","type":"urn:ed-fi:api:data-conflict:non-unique-values"}"#, Duplicate),
        (409, r#"{"detail":"x","type":"urn:ed-fi:api:data-conflict:multi-user-conflict"}"#, Other),
        (
            409,
            r#"{"message":"The resource (or a subordinate entity of the resource) cannot be deleted because it is a dependency of the 'a' value of the 'b' entity."}"#,
            StillReferenced,
        ),
        (401, "", NotAuthorized),
        (403, r#"{"message":"The referenced 'Student' item does not exist."}"#, NotAuthorized),
        (429, r#"{"type":"urn:ed-fi:api:security:authentication:too-many-tokens"}"#, ServerFault),
        (500, r#"{"message":"The referenced 'Student' item does not exist."}"#, ServerFault),
        (503, "", ServerFault),
        (400, "", InvalidValue),
        (413, "", InvalidValue),
        (415, "", InvalidValue),
        (404, "", Other),
        (405, "", Other),
        (301, "", Other),
        (409, "", Other),
    ];
    for (status, body, expected) in cases {
        let problem = Problem::read(status, None, body.as_bytes());
        assert_eq!(cause(Some(status), &problem), expected, "{status} {body}");
    }
    assert_eq!(cause(None, &Problem::read(0, None, b"")), Cause::NoConnection);
}

#[test]
fn what_is_missing_is_named() {
    let cases = [
        (
            "The value supplied for the related 'studentSchoolAssociation' resource does not exist.",
            "studentSchoolAssociation",
            None,
        ),
        ("The referenced 'FundDimension' item does not exist.", "FundDimension", None),
        ("The referenced School item(s) do not exist.", "School", None),
        ("Validation of 'A' failed. Student reference could not be resolved.", "Student", None),
        (
            "Unable to resolve value 'uri://x#O'Neill' to an existing 'TermDescriptor' resource.",
            "TermDescriptor",
            Some("uri://x#O'Neill"),
        ),
        (
            "TermDescriptor value 'uri://x#Women's' does not exist. (at $.termDescriptor)",
            "TermDescriptor",
            Some("uri://x#Women's"),
        ),
    ];
    for (message, thing, value) in cases {
        assert_eq!(missing(message), Some(Missing { thing, value }), "{message}");
    }
    for message in ["", "Name is required.", "The referenced '", "Descriptor value '", "related '' does not exist"] {
        assert_eq!(missing(message), None, "{message}");
    }
}

/// The 45 error bodies that the Ed-Fi Alliance documents for ODS/API 7.3, where the shared data stands beside the
/// repository.
#[test]
fn real_bodies() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/edfi/errors/problem-details-ods7.3.jsonl");
    let Ok(lines) = std::fs::read_to_string(&path) else {
        eprintln!("not checked: ../shared/edfi is not there");
        return;
    };
    let mut checked = 0;
    for line in lines.lines() {
        let case: serde_json::Value = serde_json::from_str(line).unwrap();
        let status = u16::try_from(case["status"].as_u64().unwrap()).unwrap();
        let body = &case["body"];
        let problem = Problem::read(status, Some("application/problem+json"), body.to_string().as_bytes());

        let expected = if let Some(errors) = body["validationErrors"].as_object() {
            let at = |(path, texts): (&String, &serde_json::Value)| -> Vec<String> {
                let texts = texts.as_array().unwrap();
                texts.iter().map(|text| format!("{} (at {path})", text.as_str().unwrap())).collect()
            };
            errors.iter().flat_map(at).collect()
        } else if let Some(errors) = body["errors"].as_array() {
            errors.iter().map(|text| text.as_str().unwrap().to_owned()).collect()
        } else {
            vec![body["detail"].as_str().unwrap().to_owned()]
        };
        assert_eq!(problem.messages, expected, "{line}");
        assert_eq!(problem.problem_type.as_deref(), body["type"].as_str(), "{line}");
        assert_eq!(problem.correlation_id.as_deref(), body["correlationId"].as_str(), "{line}");

        let name = body["type"].as_str().unwrap();
        let expected = match (status, case["case"].as_str().unwrap()) {
            (400, "Descriptor Does Not Exist") => Cause::UnknownDescriptor,
            (400, "Invalid Profile Usage") | (405, "Invalid Method Usage") | (401 | 403, _) => Cause::NotAuthorized,
            (400 | 415, _) => Cause::InvalidValue,
            (409, "Unresolved Reference") => Cause::MissingParent,
            (409, "Dependent Item Exists") => Cause::StillReferenced,
            (409, "Identifying Values Are Not Unique") => Cause::Duplicate,
            (404 | 405 | 412, _) => Cause::Other,
            other => panic!("unexpected case {other:?}"),
        };
        assert_eq!(cause(Some(status), &problem), expected, "{name}");
        let names_it = matches!(expected, Cause::UnknownDescriptor | Cause::MissingParent);
        assert_eq!(missing(&problem.messages[0]).is_some(), names_it, "{line}");
        checked += 1;
    }
    assert_eq!(checked, 45);
}

/// Any JSON, with the names that mean something more likely than others.
fn any_json() -> impl Strategy<Value = serde_json::Value> {
    use serde_json::Value;
    let key = prop_oneof![
        prop::sample::select(vec![
            "validationErrors",
            "errors",
            "detail",
            "message",
            "modelState",
            "error",
            "error_description",
            "title",
            "type",
            "correlationId",
        ])
        .prop_map(str::to_owned),
        ".{0,6}",
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 64, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::vec((key.clone(), inner), 0..6)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

fn check(status: u16, kind: Option<&str>, body: &[u8]) {
    let problem = Problem::read(status, kind, body);
    assert!(!problem.messages.is_empty() && problem.messages.len() <= MESSAGES);
    for message in &problem.messages {
        assert!(!message.is_empty() && message.trim() == message, "{message:?}");
        assert!(!message.chars().any(char::is_control), "{message:?}");
        // A path stands after its text.
        assert!(message.chars().count() <= MESSAGE_CHARS + NAME_CHARS + 10, "{message:?}");
        let _ = missing(message);
    }
    let _ = cause(Some(status), &problem);
}

proptest! {
    #[test]
    fn any_json_is_read(status in 0_u16..1_000, body in any_json()) {
        check(status, None, body.to_string().as_bytes());
    }

    #[test]
    fn any_bytes_are_read(status in any::<u16>(), html in any::<bool>(), body in prop::collection::vec(any::<u8>(), 0..400)) {
        check(status, html.then_some("text/html"), &body);
    }

    #[test]
    fn any_markup_is_read(body in "[<>/!&;#x0-9a-eé -]{0,80}(<script|</title|<!--|<style>)?[<>/!&;#a-e-]{0,20}") {
        check(502, Some("text/html"), body.as_bytes());
    }

    #[test]
    fn any_wording_is_read(message in "(Unable to resolve value '|Descriptor value '|related '|The referenced '?|é)*(' to an existing '|' does not exist| item| reference could not be resolved)*.{0,9}") {
        let _ = missing(&message);
    }
}

use std::cell::RefCell;
use std::rc::Rc;

use super::*;
use crate::event::{EndpointId, Event};
use crate::model::Document;

/// An endpoint whose body has lists in lists, an object, and a closed object.
fn endpoint() -> Endpoint {
    let document = r##"{"openapi":"3.0.1",
        "paths":{"/ed-fi/things":{"post":{"requestBody":{"content":{"application/json":{"schema":
            {"$ref":"#/components/schemas/edFi_thing"}}}}}}},
        "components":{"schemas":{
            "edFi_thing":{"type":"object","required":["name","placeReference"],"properties":{
                "name":{"type":"string","maxLength":9},
                "kind":{"type":"string","enum":["a","b"]},
                "ratio":{"type":"number","minimum":0,"exclusiveMinimum":true},
                "flags":{"type":"array","minItems":1,"maxItems":2,"items":{"type":"boolean"}},
                "placeReference":{"$ref":"#/components/schemas/edFi_placeReference"},
                "parts":{"type":"array","items":{"$ref":"#/components/schemas/edFi_part"}}}},
            "edFi_placeReference":{"type":"object","required":["placeId"],"properties":{
                "placeId":{"type":"integer","format":"int32"},"link":{"type":"object"}}},
            "edFi_part":{"type":"object","additionalProperties":false,"required":["at"],"properties":{
                "at":{"type":"string","format":"time"},
                "parts":{"type":"array","items":{"$ref":"#/components/schemas/edFi_part"}}}}}}}"##;
    let Document { resources, schemas } = Document::parse(document.as_bytes()).unwrap();
    let [resource] = <[_; 1]>::try_from(resources).unwrap();
    let described = Some(Described { resource: Rc::new(resource), schemas: Rc::new(schemas) });
    let key = None;
    Endpoint { id: EndpointId::new("ed-fi", "things"), order: 1, update_order: None, key, described }
}

/// The findings of records that are checked one after the other, and what was told beside.
fn check(records: &[&str]) -> (Vec<Vec<String>>, Vec<String>) {
    let endpoint = endpoint();
    let told = RefCell::new(Vec::new());
    let listener = |event: &Event| {
        if let Event::Notice(notice) = event {
            told.borrow_mut().push(notice.text.clone());
        }
    };
    let mut check = SchemaCheck::new(&listener, &endpoint).unwrap();
    let mut findings = Vec::new();
    for text in records {
        let tree = Object::parse(text.as_bytes()).unwrap();
        let record = Record { endpoint: &endpoint, bytes: text.as_bytes(), tree: &tree };
        let mut found = Vec::new();
        check.check(&record, &mut found);
        findings.push(found.into_iter().map(|finding| finding.message).collect());
    }
    drop(check);
    (findings, told.into_inner())
}

#[test]
fn every_rule_of_the_document_is_kept() {
    let (findings, told) = check(&[
        r#"{"name":"x","placeReference":{"placeId":1},"kind":"a","ratio":0.5,"flags":[true]}"#,
        r#"{"name":"0123456789","placeReference":{"link":1},"kind":"c","ratio":0,"flags":[]}"#,
        r#"{"placeReference":7,"ratio":"1","flags":[true,null,1,"x"]}"#,
        r#"{"name":null,"kind":null,"ratio":null,"flags":null,"placeReference":null,"parts":null}"#,
    ]);
    assert_eq!(findings[0], [""; 0]);
    assert_eq!(
        findings[1],
        [
            "name is longer than 9 characters (10)",
            "kind must be one of a, b",
            "ratio must be a number greater than 0",
            "flags has fewer than 1 elements (0)",
            "placeReference.placeId is missing",
            "placeReference.link must be an object, not a number",
        ]
    );
    assert_eq!(
        findings[2],
        [
            "name is missing",
            "ratio must be a number greater than 0, not a text",
            "flags has more than 2 elements (4)",
            "flags[] must be true or false, not null",
            "flags[] must be true or false, not a number",
            "flags[] must be true or false, not a text",
            "placeReference must be an object, not a number",
        ]
    );
    assert_eq!(findings[3], ["name must not be null", "placeReference must not be null"]);
    assert_eq!(told, [""; 0]);
}

#[test]
fn lists_in_lists_are_followed_and_the_same_fault_is_told_once() {
    let parts = r#"[{"at":"08:00","parts":[{"at":"8:00"},{"at":"9:00"},{"parts":[{"at":1}]}]},{"att":"08:00"}]"#;
    let (findings, _) = check(&[&format!(r#"{{"name":"x","placeReference":{{"placeId":1}},"parts":{parts}}}"#)]);
    assert_eq!(
        findings[0],
        [
            "parts[].parts[].at must be a time such as 08:15:00",
            "parts[].parts[].at is missing",
            "parts[].parts[].parts[].at must be a time such as 08:15:00, not a number",
            "parts[].att is not allowed",
            "parts[].at is missing",
        ]
    );
}

/// The check remembers how records are laid out, which must not change what it finds.
#[test]
fn the_order_of_properties_plays_no_part() {
    let (findings, told) = check(&[
        r#"{"name":"x","kind":"a","placeReference":{"placeId":1}}"#,
        r#"{"placeReference":{"placeId":1},"name":"x","kind":"a"}"#,
        r#"{"kind":"z","name":"x","ratio":-1,"placeReference":{"placeId":"1"}}"#,
        r#"{"NAME":"x","kinds":"a","placeReference":{"placeId":1}}"#,
        r#"{"name":1,"kind":"a","placeReference":{"placeId":1},"name":"x"}"#,
    ]);
    assert_eq!((&findings[0], &findings[1]), (&vec![], &vec![]));
    assert_eq!(
        findings[2],
        [
            "kind must be one of a, b",
            "ratio must be a number greater than 0",
            "placeReference.placeId must be a whole number between -2147483648 and 2147483647, not a text",
        ]
    );
    assert_eq!((&findings[3], &findings[4]), (&vec![], &vec![]));
    assert_eq!(
        told,
        [
            "ed-fi/things: the property NAME is called name in the API's document",
            "ed-fi/things: the API's document does not name the property kinds",
            "ed-fi/things: the property name stands twice in one object",
        ]
    );
}

#[test]
fn a_name_that_is_no_name_is_shown_harmlessly() {
    let name = format!("\\u001b[31m{}", "x".repeat(100));
    let (findings, told) = check(&[&format!(r#"{{"name":"x","placeReference":{{"placeId":1}},"{name}":1}}"#)]);
    assert_eq!(findings[0], [""; 0]);
    assert!(told[0].contains(r"\u{1b}[31mxxx") && told[0].len() < 200, "{told:?}");
}

#[test]
fn what_the_form_complains_of_is_known_by_its_path() {
    let finding = |message: &str| Finding { method: METHOD, message: message.to_owned(), cause: Cause::InvalidValue };
    let found = [finding("a.b is missing"), finding("ab must be a text")];
    let steps = |path: &str| path.split('.').map(str::to_owned).collect::<Vec<_>>();
    assert!(complains_of(&found, &steps("a.b")) && complains_of(&found, &steps("a.b.c")));
    assert!(!complains_of(&found, &steps("a")) && !complains_of(&found, &steps("a.c")));
    assert!(complains_of(&found, &steps("ab.x")) && !complains_of(&found, &steps("abc")));
}

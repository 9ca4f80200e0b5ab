use std::collections::{HashMap, HashSet};
use std::path::PathBuf;

use super::*;
use crate::model::schema::{Bounds, IntegerRule, IntegerWidth, Shape, TextFormat, TextRule};
use crate::model::{Dependencies, Described, Endpoints};

fn key_of(document: &Document, name: &str) -> Vec<String> {
    let resource = document.resources.iter().find(|resource| resource.name == name).unwrap();
    let part = |part: &crate::model::KeyPart| {
        format!("{}={}", part.name, part.paths.iter().map(|path| path.join(".")).collect::<Vec<_>>().join("|"))
    };
    resource.key.as_ref().unwrap().parts.iter().map(part).collect()
}

/// A document in both generations.
fn both(properties: &str, required: &str, parameters: &str) -> [Document; 2] {
    let schemas = format!(
        r##""edFi_thing":{{"type":"object","required":[{required}],"properties":{{{properties}}}}},
        "edFi_schoolReference":{{"properties":{{"schoolId":{{"type":"integer"}},"link":{{"$ref":"#/x/link"}}}}}},
        "edFi_educationOrganizationReference":{{"properties":{{"educationOrganizationId":{{"type":"integer"}},"link":{{"$ref":"#/x/link"}}}}}},
        "edFi_programReference":{{"properties":{{"educationOrganizationId":{{"type":"integer"}},"programName":{{"type":"string"}},"link":{{"$ref":"#/x/link"}}}}}},
        "edFi_studentAssessmentReference":{{"properties":{{"assessmentIdentifier":{{"type":"string"}},"studentAssessmentIdentifier":{{"type":"string"}},"link":{{"$ref":"#/x/link"}}}}}},
        "link":{{"type":"object","properties":{{"rel":{{"type":"string"}}}}}}"##
    );
    let swagger = format!(
        r##"{{"swagger":"2.0","definitions":{{{schemas}}},"paths":{{"/ed-fi/things":{{
        "get":{{"parameters":[{{"$ref":"#/parameters/offset"}},{parameters}]}},
        "post":{{"parameters":[{{"in":"body","name":"thing","schema":{{"$ref":"#/definitions/edFi_thing"}}}}]}}}},
        "/ed-fi/things/{{id}}":{{"put":{{}}}}}}}}"##
    );
    let openapi = format!(
        r##"{{"openapi":"3.0.1","components":{{"schemas":{{{schemas}}}}},"paths":{{"/ed-fi/things":{{
        "get":{{"parameters":[{{"$ref":""}},{parameters}]}},
        "post":{{"requestBody":{{"content":{{"application/json":{{"schema":{{"$ref":"#/components/schemas/edFi_thing"}}}}}}}}}}}}}}}}"##
    );
    [Document::parse(swagger.as_bytes()).unwrap(), Document::parse(openapi.as_bytes()).unwrap()]
}

fn parameters(names: &[&str]) -> String {
    let one = |name: &&str| format!(r#"{{"name":"{name}","in":"query","x-Ed-Fi-isIdentity":true}}"#);
    names.iter().map(one).collect::<Vec<_>>().join(",")
}

const SCHOOL: &str = r##""schoolReference":{"$ref":"#/d/edFi_schoolReference"}"##;

#[test]
fn own_properties_and_references() {
    let properties = format!(r#""beginDate":{{"type":"string"}},{SCHOOL}"#);
    for document in both(&properties, r#""schoolReference""#, &parameters(&["beginDate", "schoolId"])) {
        assert_eq!(key_of(&document, "things"), ["beginDate=beginDate", "schoolId=schoolReference.schoolId"]);
        assert_eq!(document.resources[0].references, ["edFi_schoolReference"]);
    }
}

#[test]
fn a_part_of_the_very_name_comes_before_one_with_a_role() {
    let property = r##""studentAssessmentReference":{"$ref":"#/d/edFi_studentAssessmentReference"}"##;
    let names = parameters(&["assessmentIdentifier", "studentAssessmentIdentifier"]);
    for document in both(property, r#""studentAssessmentReference""#, &names) {
        assert_eq!(
            key_of(&document, "things"),
            [
                "assessmentIdentifier=studentAssessmentReference.assessmentIdentifier",
                "studentAssessmentIdentifier=studentAssessmentReference.studentAssessmentIdentifier"
            ]
        );
    }
}

/// As in documents of v8: the reference itself is marked, and the parameters tell only the resource's own properties.
#[test]
fn marked_references_belong_to_the_key() {
    let school = r##""schoolReference":{"$ref":"#/d/edFi_schoolReference","x-Ed-Fi-isIdentity":true}"##;
    let program = r##""programReference":{"$ref":"#/d/edFi_programReference","x-Ed-Fi-isIdentity":true}"##;
    let date = r#""date":{"type":"string","x-Ed-Fi-isIdentity":true}"#;
    for document in both(&format!("{date},{school},{program}"), r#""schoolReference""#, &parameters(&["date"])) {
        let parts = ["date=date", "schoolId=schoolReference.schoolId"];
        assert_eq!(key_of(&document, "things")[..2], parts);
        let key = document.resources[0].key.as_ref().unwrap();
        assert!(key.complete && key.parts.len() == 4, "{key:?}");
    }
    // Two references to the same kind: one value or two, nothing tells.
    let other = r##""feederSchoolReference":{"$ref":"#/d/edFi_schoolReference","x-Ed-Fi-isIdentity":true}"##;
    let none = r#"{"name":"id","in":"query"}"#;
    for document in both(&format!("{school},{other}"), r#""schoolReference","feederSchoolReference""#, none) {
        assert!(!document.resources[0].key.as_ref().unwrap().complete);
    }
}

/// Only properties are marked, and a required reference may belong to the key: what was found is not taken for all.
#[test]
fn a_key_that_may_lack_a_reference_is_not_complete() {
    let properties = format!(r#""entryDate":{{"type":"string","x-Ed-Fi-isIdentity":true}},{SCHOOL}"#);
    let none = r#"{"name":"id","in":"query"}"#;
    for document in both(&properties, r#""schoolReference""#, none) {
        assert_eq!(key_of(&document, "things"), ["entryDate=entryDate"]);
        assert!(!document.resources[0].key.as_ref().unwrap().complete);
    }
    for document in both(&properties, "", none) {
        assert!(document.resources[0].key.as_ref().unwrap().complete);
    }
}

/// A parameter that is no part of the key may still claim a reference's part: that part is then not the plain one.
#[test]
fn parameters_beside_the_key_claim_their_parts() {
    let organization = r##""educationOrganizationReference":{"$ref":"#/d/edFi_educationOrganizationReference"}"##;
    let program = r##""programReference":{"$ref":"#/d/edFi_programReference"}"##;
    let required = r#""programReference","educationOrganizationReference""#;
    let names = format!(
        r#"{},{{"name":"programEducationOrganizationId","in":"query"}}"#,
        parameters(&["educationOrganizationId"])
    );
    for document in both(&format!("{program},{organization}"), required, &names) {
        let expected = ["educationOrganizationId=educationOrganizationReference.educationOrganizationId"];
        assert_eq!(key_of(&document, "things"), expected);
    }
}

#[test]
fn role_named_parts_do_not_stand_for_others() {
    let properties = format!(r##"{SCHOOL},"feederSchoolReference":{{"$ref":"#/d/edFi_schoolReference"}}"##);
    let required = r#""schoolReference","feederSchoolReference""#;
    for document in both(&properties, required, &parameters(&["feederSchoolId", "schoolId"])) {
        assert_eq!(
            key_of(&document, "things"),
            ["feederSchoolId=feederSchoolReference.schoolId", "schoolId=schoolReference.schoolId"]
        );
    }
    let properties = r##""programReference":{"$ref":"#/d/edFi_programReference"},
        "educationOrganizationReference":{"$ref":"#/d/edFi_educationOrganizationReference"}"##;
    let required = r#""programReference","educationOrganizationReference""#;
    let names = ["educationOrganizationId", "programEducationOrganizationId", "programName"];
    for document in both(properties, required, &parameters(&names)) {
        assert_eq!(
            key_of(&document, "things"),
            [
                "educationOrganizationId=educationOrganizationReference.educationOrganizationId",
                "programEducationOrganizationId=programReference.educationOrganizationId",
                "programName=programReference.programName",
            ]
        );
    }
}

#[test]
fn without_marked_parameters_the_marked_properties_count() {
    let properties = r#""code":{"type":"string","x-Ed-Fi-isIdentity":true},"name":{"type":"string"}"#;
    for document in both(properties, "", r#"{"name":"code","in":"query"}"#) {
        assert_eq!(key_of(&document, "things"), ["code=code"]);
    }
    for document in both(r#""name":{"type":"string"}"#, "", r#"{"name":"name","in":"query"}"#) {
        assert_eq!(document.resources[0].key, None);
    }
}

#[test]
fn what_is_no_document_is_refused() {
    assert!(matches!(Document::parse(b"<html>"), Err(DocumentError::Form(_))));
    assert!(matches!(Document::parse(br#"{"paths":{}}"#), Err(DocumentError::Empty)));
}

/// The folder of real documents and data, where it is at hand.
fn real() -> Option<PathBuf> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/edfi");
    if folder.is_dir() {
        return Some(folder);
    }
    println!("skipped: the real Ed-Fi documents are not at hand");
    None
}

#[test]
fn every_real_endpoint_has_a_natural_key() {
    let Some(real) = real() else { return };
    for (folder, names) in [
        ("ds-5.0", ["resources.openapi3.json", "descriptors.openapi3.json"]),
        ("ods-5.3", ["resources.swagger2.json", "descriptors.swagger2.derived.json"]),
    ] {
        let folder = real.join("metadata").join(folder);
        let documents = names.map(|name| Document::parse(&std::fs::read(folder.join(name)).unwrap()).unwrap());
        let dependencies = Dependencies::parse(&std::fs::read(folder.join("dependencies.json")).unwrap()).unwrap();
        let endpoints = Endpoints::new(&dependencies, documents.to_vec());
        for endpoint in endpoints.all() {
            let key = endpoint.key.as_ref();
            assert!(key.is_some_and(|key| key.complete), "{} has no whole key", endpoint.id);
        }
        let school_years = endpoints.all().iter().find(|endpoint| &*endpoint.id.name == "schoolYearTypes").unwrap();
        assert_eq!(school_years.order, 0);
    }
}

#[test]
fn no_two_real_records_share_a_key() {
    let Some(real) = real() else { return };
    let folder = real.join("metadata/ds-5.0");
    let documents = ["resources.openapi3.json", "descriptors.openapi3.json"]
        .map(|name| Document::parse(&std::fs::read(folder.join(name)).unwrap()).unwrap());
    let resources: HashMap<&str, &Resource> =
        documents.iter().flat_map(|document| &document.resources).map(|one| (one.name.as_str(), one)).collect();
    let mut records = 0;
    for folder in ["descriptors-ds5.0.0", "grandbend-ds5.0.0"] {
        for entry in std::fs::read_dir(real.join("samples").join(folder)).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_stem().unwrap().to_str().unwrap();
            let key = resources[name].key.as_ref().unwrap();
            let mut seen = HashSet::new();
            for line in std::fs::read_to_string(&path).unwrap().lines() {
                assert!(
                    seen.insert(key.hash(line.as_bytes()).expect(name).folded),
                    "{name}: {:?}",
                    key.values(line.as_bytes())
                );
                records += 1;
            }
        }
    }
    assert_eq!(records, 19_449);
}

/// The schemas of all references in a body, with the path of each.
fn references_below(schemas: &Schemas, body: SchemaId) -> Vec<(String, SchemaId)> {
    let mut found = Vec::new();
    let mut seen = HashSet::new();
    let mut open = vec![(String::new(), body)];
    while let Some((path, id)) = open.pop() {
        if !seen.insert(id) {
            continue;
        }
        for property in &schemas.get(id).properties {
            let path = format!("{path}.{}", property.name);
            let inner = match &property.shape {
                Shape::Object(inner) => *inner,
                Shape::Array(array) => match array.items {
                    Shape::Object(inner) => inner,
                    _ => continue,
                },
                _ => continue,
            };
            if property.is_reference() { found.push((path, inner)) } else { open.push((path, inner)) }
        }
    }
    found
}

#[test]
fn every_real_reference_points_to_something() {
    let Some(real) = real() else { return };
    for (folder, names) in [
        ("ds-5.0", ["resources.openapi3.json", "descriptors.openapi3.json"]),
        ("ods-5.3", ["resources.swagger2.json", "descriptors.swagger2.derived.json"]),
    ] {
        let folder = real.join("metadata").join(folder);
        let documents = names.map(|name| Document::parse(&std::fs::read(folder.join(name)).unwrap()).unwrap());
        let kept: Vec<Document> = documents
            .iter()
            .map(|document| serde_json::from_slice(&serde_json::to_vec(document).unwrap()).unwrap())
            .collect();
        assert_eq!(kept, documents);
        let endpoints = Endpoints::new(&Dependencies::default(), kept);
        let id = |at: usize| endpoints.all()[at].id.name.to_string();
        let (mut references, mut kinds) = (0, HashMap::new());
        for endpoint in endpoints.all() {
            let Described { resource, schemas } = endpoint.described.as_ref().unwrap();
            assert!(resource.reading.offers("minChangeVersion"), "{}", endpoint.id);
            assert_eq!(resource.reading.most_per_page, Some(500), "{}", endpoint.id);
            for (path, reference) in references_below(schemas, resource.body) {
                let schema = schemas.get(reference);
                let targets = endpoints.targets(schema);
                assert!(!targets.is_empty(), "{}{path} points to nothing ({})", endpoint.id, schema.name);
                references += 1;
                if targets.len() > 1 {
                    let names: Vec<String> = targets.iter().map(|target| id(target.endpoint)).collect();
                    kinds.insert(schema.name.clone(), names);
                }
            }
        }
        assert!(references > 300, "{references}");
        let mut abstracts: Vec<&String> = kinds.keys().collect();
        abstracts.sort();
        assert_eq!(
            abstracts,
            ["edFi_educationOrganizationReference", "edFi_generalStudentProgramAssociationReference"]
        );
        for kind in ["stateEducationAgencies", "localEducationAgencies", "schools"] {
            assert!(kinds["edFi_educationOrganizationReference"].contains(&kind.to_owned()), "{kind}");
        }
        let programs = &kinds["edFi_generalStudentProgramAssociationReference"];
        assert!(programs.contains(&"studentCTEProgramAssociations".to_owned()), "{programs:?}");
        assert!(!programs.contains(&"studentSchoolAssociations".to_owned()), "{programs:?}");
    }
}

#[test]
fn what_a_body_is_made_of() {
    let properties = r##""beginDate":{"type":"string","format":"date"},
        "count":{"type":"integer","format":"int32","minimum":0,"x-nullable":true},
        "share":{"type":"number","maximum":1,"exclusiveMaximum":true},
        "code":{"type":"string","minLength":1,"maxLength":30,"x-Ed-Fi-isIdentity":true},
        "levels":{"type":"array","minItems":1,"items":{"type":"string","enum":["a","b"]}},
        "things":{"type":"array","items":{"$ref":"#/d/edFi_thing"}},
        "place":{"type":"object","required":["x"],"properties":{"x":{"type":"boolean"}}},
        "nothing":{"$ref":"#/d/missing"},"bag":{"type":"object","additionalProperties":{"type":"string"}}"##;
    for document in both(properties, r#""code""#, r##"{"$ref":"#/parameters/limit"},{"$ref":"\"#/broken\""}"##) {
        let resource = &document.resources[0];
        let body = document.schemas.get(resource.body);
        let shape = |name: &str| &body.property(name).unwrap().shape;
        assert_eq!(body.name, "edFi_thing");
        let date = TextRule { format: Some(TextFormat::Date), ..TextRule::default() };
        assert_eq!(*shape("beginDate"), Shape::Text(date));
        let bounds = Bounds { minimum: Some(0.0), ..Bounds::default() };
        assert_eq!(*shape("count"), Shape::Integer(IntegerRule { width: Some(IntegerWidth::Int32), bounds }));
        assert!(body.property("count").unwrap().nullable);
        let bounds = Bounds { maximum: Some(1.0), exclusive_maximum: true, ..Bounds::default() };
        assert_eq!(*shape("share"), Shape::Number(bounds));
        let code = body.property("code").unwrap();
        assert!(code.required && code.identity && !body.property("share").unwrap().required);
        let Shape::Array(levels) = shape("levels") else { panic!() };
        assert_eq!(levels.min_items, Some(1));
        assert!(matches!(&levels.items, Shape::Text(rule) if rule.values == ["a", "b"]));
        let Shape::Array(things) = shape("things") else { panic!() };
        assert_eq!(things.items, Shape::Object(resource.body));
        let Shape::Object(place) = shape("place") else { panic!() };
        assert!(document.schemas.get(*place).property("x").unwrap().required);
        assert_eq!([shape("nothing"), shape("bag")], [&Shape::Any, &Shape::Any]);
    }
}

#[test]
fn a_kept_document_whose_parts_do_not_fit_is_refused() {
    let properties = r#""code":{"type":"string"}"#;
    let [document, _] = both(properties, "", &parameters(&["code"]));
    let mut kept = serde_json::to_value(&document).unwrap();
    kept["schemas"] = serde_json::json!([]);
    assert!(serde_json::from_value::<Document>(kept).is_err());
}

/// Namespaces of descriptor values have `CTEProgramServiceDescriptor`, which only names of operations tell.
#[test]
fn operations_tell_the_case_of_abbreviations() {
    let spelled = |operation: &str| {
        let text = format!(
            r##"{{"components":{{"schemas":{{"edFi_cteProgramServiceDescriptor":{{"properties":{{}}}}}}}},
            "paths":{{"/ed-fi/cteProgramServiceDescriptors":{{"post":{{{operation}"requestBody":{{"content":{{
            "application/json":{{"schema":{{"$ref":"#/components/schemas/edFi_cteProgramServiceDescriptor"}}}}}}}}}}}}}}}}"##
        );
        Document::parse(text.as_bytes()).unwrap().resources[0].spelling.clone()
    };
    let same = Some("CTEProgramServiceDescriptor".to_owned());
    assert_eq!(spelled(r#""operationId":"postCTEProgramServiceDescriptor","#), same);
    // Names that say nothing new, are of something else, or are none.
    for operation in [
        "",
        r#""operationId":"postCteProgramServiceDescriptor","#,
        r#""operationId":"createIt","#,
        r#""operationId":7,"#,
    ] {
        assert_eq!(spelled(operation), None, "{operation}");
    }
}

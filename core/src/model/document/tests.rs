use std::collections::{HashMap, HashSet};
use std::path::PathBuf;

use super::*;
use crate::model::{Dependencies, Endpoints};

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
        let endpoints = Endpoints::new(&dependencies, &documents);
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

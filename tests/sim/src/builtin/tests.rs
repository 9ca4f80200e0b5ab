use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{Style, documents};

const STYLES: [Style; 2] = [Style::Swagger2, Style::OpenApi3];

fn identity(document: &Value, path: &str) -> Vec<String> {
    let parameters = document["paths"][path]["get"]["parameters"].as_array().unwrap();
    let mut names: Vec<String> = parameters
        .iter()
        .filter(|parameter| parameter["x-Ed-Fi-isIdentity"] == json!(true))
        .map(|parameter| parameter["name"].as_str().unwrap().to_owned())
        .collect();
    names.sort();
    names
}

fn schema<'a>(document: &'a Value, style: Style, name: &str) -> &'a Value {
    match style {
        Style::Swagger2 => &document["definitions"][name],
        Style::OpenApi3 => &document["components"]["schemas"][name],
    }
}

fn pointers(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            if let Some(Value::String(pointer)) = members.get("$ref") {
                found.insert(pointer.clone());
            }
            members.values().for_each(|member| pointers(member, found));
        }
        Value::Array(items) => items.iter().for_each(|item| pointers(item, found)),
        _ => {}
    }
}

#[test]
fn every_pointer_leads_somewhere() {
    for style in STYLES {
        let documents = documents(style);
        for document in [&documents.resources, &documents.descriptors] {
            let mut found = BTreeSet::new();
            pointers(document, &mut found);
            assert!(found.len() > 20);
            for pointer in found {
                let target = document.pointer(pointer.strip_prefix('#').unwrap());
                assert!(target.is_some(), "{style:?}: {pointer}");
            }
        }
    }
}

#[test]
fn natural_keys_are_marked_flat_unified_and_named_after_their_role() {
    for style in STYLES {
        let resources = documents(style).resources;
        let identity = |path| identity(&resources, path);
        assert_eq!(identity("/ed-fi/students"), ["studentUniqueId"]);
        assert_eq!(identity("/tpdm/candidates"), ["candidateIdentifier"]);
        assert_eq!(identity("/ed-fi/studentSchoolAssociations"), ["entryDate", "schoolId", "studentUniqueId"]);
        assert_eq!(
            identity("/ed-fi/studentSchoolAttendanceEvents"),
            [
                "attendanceEventCategoryDescriptor",
                "eventDate",
                "schoolId",
                "schoolYear",
                "sessionName",
                "studentUniqueId"
            ]
        );
        assert_eq!(
            identity("/ed-fi/studentProgramAssociations"),
            [
                "beginDate",
                "educationOrganizationId",
                "programEducationOrganizationId",
                "programName",
                "programTypeDescriptor",
                "studentUniqueId"
            ]
        );
        assert_eq!(
            identity("/ed-fi/grades"),
            [
                "beginDate",
                "gradeTypeDescriptor",
                "gradingPeriodDescriptor",
                "gradingPeriodName",
                "gradingPeriodSchoolYear",
                "localCourseCode",
                "schoolId",
                "schoolYear",
                "sectionIdentifier",
                "sessionName",
                "studentUniqueId"
            ]
        );
        let names: Vec<&str> = resources["paths"]["/ed-fi/studentAssessments"]["get"]["parameters"]
            .as_array()
            .unwrap()
            .iter()
            .filter_map(|parameter| parameter["name"].as_str())
            .collect();
        assert!(names.contains(&"reportedSchoolId"), "{names:?}");
    }
}

#[test]
fn schemas_mark_scalar_keys_and_leave_references_unmarked() {
    for style in STYLES {
        let resources = documents(style).resources;
        let association = schema(&resources, style, "edFi_studentSchoolAssociation");
        assert_eq!(association["properties"]["entryDate"]["x-Ed-Fi-isIdentity"], json!(true));
        let reference = association["properties"]["schoolReference"].as_object().unwrap();
        assert_eq!(reference.keys().collect::<Vec<_>>(), ["$ref"]);
        assert_eq!(association["properties"]["entryGradeLevelDescriptor"]["maxLength"], json!(306));
        assert_eq!(
            association["required"],
            json!(["entryDate", "schoolReference", "studentReference", "entryGradeLevelDescriptor"])
        );
        let own = schema(&resources, style, "edFi_objectiveAssessment");
        let parent = own["properties"]["parentObjectiveAssessmentReference"]["$ref"].as_str().unwrap();
        assert!(parent.ends_with("/edFi_objectiveAssessmentReference"));
        let reference = schema(&resources, style, "edFi_educationOrganizationReference");
        assert_eq!(reference["required"], json!(["educationOrganizationId"]));
        assert!(reference["properties"]["link"].is_object());
        assert!(resources["paths"].get("/ed-fi/educationOrganizations").is_none());
        assert!(schema(&resources, style, "tpdm_candidateTelephone").is_object());
        let nested = schema(&resources, style, "edFi_studentAssessmentStudentObjectiveAssessmentScoreResult");
        assert_eq!(nested["properties"]["result"]["maxLength"], json!(35));
    }
}

#[test]
fn each_generation_has_its_own_form() {
    let old = documents(Style::Swagger2).resources;
    let new = documents(Style::OpenApi3).resources;
    assert_eq!(old["swagger"], json!("2.0"));
    assert!(new["openapi"].as_str().unwrap().starts_with("3.0"));
    assert!(old["paths"].get("/ed-fi/students/partitions").is_none());
    assert!(new["paths"].get("/ed-fi/students/partitions").is_some());
    for path in ["/ed-fi/students/deletes", "/ed-fi/students/keyChanges", "/ed-fi/students/{id}"] {
        assert!(old["paths"].get(path).is_some() && new["paths"].get(path).is_some());
    }
    let body = &old["paths"]["/ed-fi/students"]["post"]["parameters"][0];
    assert_eq!(body["in"], json!("body"));
    assert_eq!(body["schema"]["$ref"], json!("#/definitions/edFi_student"));
    let body = &new["paths"]["/ed-fi/students"]["post"]["requestBody"];
    assert_eq!(body["x-bodyName"], json!("student"));
    assert_eq!(body["content"]["application/json"]["schema"]["$ref"], json!("#/components/schemas/edFi_student"));
    assert!(documents(Style::OpenApi3).is_openapi3());
    assert!(!documents(Style::Swagger2).is_openapi3());
}

#[test]
fn the_dependency_list_is_sorted_and_has_the_known_oddities() {
    let dependencies = documents(Style::OpenApi3).dependencies;
    let entries: Vec<(u64, &str, &Value)> = dependencies
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| (entry["order"].as_u64().unwrap(), entry["resource"].as_str().unwrap(), &entry["operations"]))
        .collect();
    assert!(entries.is_sorted_by_key(|entry| entry.0));
    for (path, create, update) in [("students", 3, 14), ("staffs", 3, 9), ("contacts", 3, 15)] {
        let found: Vec<_> = entries.iter().filter(|entry| entry.1 == format!("/ed-fi/{path}")).collect();
        assert_eq!(
            found.iter().map(|entry| (entry.0, entry.2)).collect::<Vec<_>>(),
            [(create, &json!(["Create"])), (update, &json!(["Update"]))]
        );
    }
    assert!(!entries.iter().any(|entry| entry.1 == "/ed-fi/schoolYearTypes"));
    assert!(entries.iter().any(|entry| entry.1 == "/tpdm/candidates"));
    assert!(
        documents(Style::OpenApi3).resources["paths"]["/ed-fi/schoolYearTypes"]["post"].is_object(),
        "school years can be posted although they are not listed"
    );
}

#[test]
fn nothing_is_referred_to_before_it_can_be_there() {
    let documents = documents(Style::OpenApi3);
    let order = |path: &str| {
        let entries = documents.dependencies.as_array().unwrap();
        let entry = entries.iter().find(|entry| entry["resource"] == json!(path));
        entry.map(|entry| entry["order"].as_u64().unwrap())
    };
    let model = super::model();
    for resource in &model.resources {
        for property in &resource.properties {
            let super::model::Kind::Reference { target, .. } = &property.kind else {
                continue;
            };
            let target = model.resources.iter().find(|resource| &resource.name == target);
            if let Some(target) = target.filter(|target| target.name != resource.name)
                && let (Some(own), Some(other)) = (order(&resource.path()), order(&target.path()))
            {
                assert!(other < own, "{} needs {}", resource.path(), target.path());
            }
        }
    }
}

#[test]
fn a_faulty_model_is_told_not_guessed() {
    for text in [
        "resource ed-fi x",
        "table x",
        "resource ed-fi x y 1\n    a ! whatever",
        "resource ed-fi x y one",
        "resource ed-fi x y 1\n    a ! descriptor(nothing)",
        "resource ed-fi x y 1\n    aReference ! -> nothing",
    ] {
        assert!(super::model::Model::parse(text).is_err(), "{text}");
    }
}

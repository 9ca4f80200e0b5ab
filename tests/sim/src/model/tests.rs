use std::path::Path;

use super::*;

/// The model of a folder of real documents, or `None` (said so) when the folder is not there.
fn real(folder: &str) -> Option<Model> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/edfi/metadata").join(folder);
    if !path.is_dir() {
        eprintln!("skipped: {} is not there", path.display());
        return None;
    }
    let documents = Documents::from_folder(&path).expect("documents");
    Some(Model::read(&documents).expect("model"))
}

fn key(model: &Model, name: &str) -> Vec<String> {
    let at = model.find("ed-fi", name).expect("endpoint");
    let mut parts: Vec<String> = model.endpoints[at].key.iter().map(|part| part.path.join(".")).collect();
    parts.sort();
    parts
}

#[test]
fn real_documents_are_read_whole() {
    for (folder, count) in [("ds-5.0", 361), ("ods-5.3", 330)] {
        let Some(model) = real(folder) else { continue };
        assert_eq!(model.endpoints.len(), count, "{folder}");
        for schema in &model.schemas {
            if schema.name.ends_with("Reference") {
                assert!(!schema.targets.is_empty(), "{folder}: {} points nowhere", schema.name);
            }
        }
        for schema in &model.schemas {
            for (name, property) in &schema.properties {
                let is_descriptor = matches!(property.kind, Kind::Descriptor { .. });
                let looks_so = name.ends_with("Descriptor");
                assert_eq!(is_descriptor, looks_so, "{folder}: {}.{name}", schema.name);
            }
        }
    }
}

#[test]
fn real_natural_keys_are_found_in_the_body() {
    for folder in ["ds-5.0", "ods-5.3"] {
        let Some(model) = real(folder) else { continue };
        assert_eq!(key(&model, "students"), ["studentUniqueId"]);
        assert_eq!(
            key(&model, "studentSchoolAssociations"),
            ["entryDate", "schoolReference.schoolId", "studentReference.studentUniqueId"]
        );
        assert_eq!(
            key(&model, "studentProgramAssociations"),
            [
                "beginDate",
                "educationOrganizationReference.educationOrganizationId",
                "programReference.educationOrganizationId",
                "programReference.programName",
                "programReference.programTypeDescriptor",
                "studentReference.studentUniqueId",
            ]
        );
        assert_eq!(
            key(&model, "feederSchoolAssociations"),
            ["beginDate", "feederSchoolReference.schoolId", "schoolReference.schoolId"]
        );
        assert_eq!(key(&model, "termDescriptors"), ["codeValue", "namespace"]);
        assert_eq!(key(&model, "learningStandards"), ["learningStandardId"]);
    }
}

//! `create`: its templates, rendered as earthmover renders them, make records that the API takes.

mod jinja;
mod rows;
#[path = "../support/mod.rs"]
mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use lightbeam_core::exit::Exit;
use lightbeam_core::host::Host as _;
use lightbeam_core::invocation::Command;
use lightbeam_core::model::Document;
use lightbeam_sim::builtin::{self, Style};
use lightbeam_sim::{Documents, Settings, TokenService};
use serde_json::{Map, Value, json};

use self::rows::{Amount, row};
use self::support::Stage;

/// An API that asks for nothing but what its documents say of a record by itself.
fn settings() -> Settings {
    Settings {
        check_references: false,
        check_descriptors: false,
        relationships: false,
        strict_properties: true,
        strict_types: true,
        ..Settings::default()
    }
}

/// Makes a template for each endpoint, renders rows with each, compares the outcome with what it must be, and has it
/// validated and sent.
fn all_templates(documents: Documents) {
    let described: Vec<Document> = [&documents.resources, &documents.descriptors]
        .map(|document| Document::parse(document.to_string().as_bytes()).expect("the documents are sound"))
        .into();
    let stage = Stage::with(settings(), documents);
    let ran = stage.run(Command::Create, |_| {});
    assert_eq!(ran.exit, Exit::Done, "{:?}", ran.notices);
    let mut lines = 0;
    let mut files: BTreeMap<String, String> = BTreeMap::new();
    let mut values = BTreeSet::new();
    for document in &described {
        for resource in &document.resources {
            let folder = if resource.namespace == "ed-fi" { String::new() } else { format!("{}/", resource.namespace) };
            let name = format!("{folder}{}", resource.name);
            let template = stage.text(&format!("templates/{name}.jsont")).expect("each endpoint has a template");
            let file = files.entry(name.clone()).or_default();
            for amount in [Amount::Least, Amount::Empty, Amount::Whole] {
                let row = row(document, resource, amount);
                let line = jinja::render(&template, &row.columns);
                let record: Value =
                    serde_json::from_str(&line).unwrap_or_else(|error| panic!("{name}: {error}: {line}"));
                assert_eq!(record, row.record, "{name}, {amount:?}");
                *file += &format!("{line}\n");
                lines += 1;
                collect_descriptors(&row.record, &mut values);
            }
        }
    }
    assert_eq!(ran.results["total_records_processed"], lines / 3);
    for (namespace, code) in &values {
        // A value of a descriptor that the API has not would be taken for right.
        let endpoint = format!("{}s", namespace.rsplit('/').next().unwrap_or_default());
        let is_its = |name: &str| name.rsplit('/').next().is_some_and(|name| name.eq_ignore_ascii_case(&endpoint));
        let of: Vec<_> = files.iter_mut().filter(|(name, _)| is_its(name)).collect();
        assert!(!of.is_empty(), "{namespace}");
        for (_, file) in of {
            let value = json!({ "namespace": namespace, "codeValue": code, "shortDescription": code });
            *file += &format!("{value}\n");
            lines += 1;
        }
    }
    for (name, file) in files {
        stage.host.files().put(&format!("data/{name}.jsonl"), file);
    }
    // The three rows of an endpoint have one natural key, so uniqueness cannot be asked for.
    stage.configure("validate:\n  methods: [schema, descriptors]\n");
    let validated = stage.run(Command::Validate, |_| {});
    assert_eq!(validated.results["total_records_failed"], 0, "{:#}", validated.results["resources"]);
    assert_eq!(validated.results["total_records_processed"], lines);
    // `Least` and `Empty` make the same line, of which the second is skipped.
    let sent = stage.run(Command::Send, |_| {});
    assert_eq!(sent.results["total_records_failed"], 0, "{:#}", sent.results["causes"]);
    assert_eq!(sent.results["total_records_processed"], lines);
}

/// Namespaces and codes of the descriptor values in a record.
fn collect_descriptors(value: &Value, found: &mut BTreeSet<(String, String)>) {
    match value {
        Value::Array(elements) => elements.iter().for_each(|element| collect_descriptors(element, found)),
        Value::Object(members) => {
            for (name, member) in members {
                let value = member.as_str().filter(|_| name.ends_with("Descriptor"));
                if let Some((namespace, code)) = value.and_then(|value| value.split_once('#')) {
                    found.insert((namespace.to_owned(), code.to_owned()));
                } else {
                    collect_descriptors(member, found);
                }
            }
        }
        _ => {}
    }
}

#[test]
fn every_template_makes_records_that_the_api_takes() {
    all_templates(builtin::documents(Style::OpenApi3));
    all_templates(builtin::documents(Style::Swagger2));
}

#[test]
fn every_template_of_real_apis_makes_records_that_the_api_takes() {
    for name in ["ds-5.0", "ods-5.3"] {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/edfi/metadata").join(name);
        if folder.is_dir() {
            all_templates(Documents::from_folder(&folder).unwrap());
        } else {
            eprintln!("skipped: {} is not there", folder.display());
        }
    }
}

fn columns(pairs: &[(&str, &str)]) -> Map<String, Value> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).into())).collect()
}

#[test]
fn a_role_named_property_gets_the_descriptor_behind_the_role() {
    let stage = Stage::new(settings());
    stage
        .run(Command::Create, |invocation| invocation.selector = Some("students,studentSchoolAssociations".to_owned()));
    let student = stage.text("templates/students.jsont").unwrap();
    assert!(student.contains("/SexDescriptor#\" ~ birthSexDescriptor"), "{student}");
    let association = stage.text("templates/studentSchoolAssociations.jsont").unwrap();
    assert!(association.contains("/GradeLevelDescriptor#\" ~ entryGradeLevelDescriptor"), "{association}");
}

#[test]
fn comments_tell_the_grain_and_what_is_required() {
    let stage = Stage::new(settings());
    stage.run(Command::Create, |invocation| invocation.selector = Some("studentSchoolAssociations".to_owned()));
    let template = stage.text("templates/studentSchoolAssociations.jsont").unwrap();
    for told in [
        "Grain: one record for each entryDate, schoolReference_schoolId, studentReference_studentUniqueId.",
        "Required columns: entryDate, schoolReference_schoolId, studentReference_studentUniqueId,",
        "{# required, key: date, as in 2026-08-31 #}\n  \"entryDate\": {{ entryDate | string | tojson }},",
        "{# required, key: reference #}",
        "{# optional: date, as in 2026-08-31 #}\n  {% if exitWithdrawDate %}, \"exitWithdrawDate\"",
    ] {
        assert!(template.contains(told), "{told}\n{template}");
    }
}

#[test]
fn lists_of_plain_values_extensions_and_odd_names_are_rendered() {
    let mut documents = builtin::documents(Style::OpenApi3);
    let odd = "a\"b {{ 7 }} {# $HOME é\u{1f600}";
    let schemas = &mut documents.resources["components"]["schemas"];
    let properties = &mut schemas["edFi_student"]["properties"];
    properties["nickNames"] = json!({ "type": "array", "items": { "type": "string" } });
    properties["luckyNumbers"] = json!({ "type": "array", "items": { "type": "integer" } });
    properties[odd] = json!({ "type": "string" });
    properties["namespace"] = json!({ "type": "string" });
    properties["_ext"] = json!({ "$ref": "#/components/schemas/studentExtensions" });
    schemas["studentExtensions"] =
        json!({ "type": "object", "properties": { "my-district": { "$ref": "#/components/schemas/mine" } } });
    schemas["mine"] = json!({ "type": "object", "properties": {
        "busNumber": { "type": "integer" },
        "values": { "type": "array", "items": { "$ref": "#/components/schemas/pair" } },
    } });
    schemas["pair"] = json!({ "type": "object", "properties": {
        "values": { "type": "array", "items": { "type": "number" } },
        "kept": { "type": "boolean" },
        "self": { "$ref": "#/components/schemas/pair" },
    } });
    let stage = Stage::with(settings(), documents);
    let ran = stage.run(Command::Create, |invocation| invocation.selector = Some("students".to_owned()));
    assert_eq!(ran.exit, Exit::Done);
    let template = stage.text("templates/students.jsont").unwrap();
    assert!(!template.contains('$') && !template.contains("{{ 7 }}"), "{template}");
    let required =
        [("studentUniqueId", "1"), ("firstName", "Ada"), ("lastSurname", "Lee"), ("birthDate", "2010-01-01")];
    let mut row = columns(&required);
    let least = json!({ "studentUniqueId": "1", "firstName": "Ada", "lastSurname": "Lee", "birthDate": "2010-01-01" });
    let rendered = |row: &Map<String, Value>| serde_json::from_str::<Value>(&jinja::render(&template, row)).unwrap();
    assert_eq!(rendered(&row), least);
    row.append(&mut columns(&[
        ("nickNames", r#"["A\"d", "Ad"]"#),
        ("luckyNumbers", "[0, 7]"),
        ("a_b __ 7 __ __ _HOME __", "odd"),
        ("namespace", "uri://x"),
        ("_ext_my-district_busNumber", "12"),
        ("_ext_my-district_values", r#"[{"values": [0.5], "kept": false}, {"kept": true}, {}]"#),
    ]));
    let mut whole = least;
    whole["nickNames"] = json!(["A\"d", "Ad"]);
    whole["luckyNumbers"] = json!([0, 7]);
    whole[odd] = json!("odd");
    whole["namespace"] = json!("uri://x");
    whole["_ext"] = json!({ "my-district": {
        "busNumber": 12, "values": [{ "values": [0.5], "kept": false }, { "kept": true }, {}],
    } });
    assert_eq!(rendered(&row), whole);
}

/// An empty number must not end the file: the record stays JSON, and `validate` names what it lacks.
#[test]
fn an_empty_required_number_is_found_by_its_name() {
    let mut documents = builtin::documents(Style::OpenApi3);
    let schemas = &mut documents.resources["components"]["schemas"];
    schemas["edFi_school"]["properties"]["isOpen"] = json!({ "type": "boolean" });
    schemas["edFi_school"]["required"].as_array_mut().unwrap().push("isOpen".into());
    schemas["edFi_school"]["properties"]["rooms"] =
        json!({ "type": "array", "items": { "$ref": "#/components/schemas/edFi_room" } });
    schemas["edFi_room"] = json!({ "type": "object", "required": ["seats", "isOpen"], "properties": {
        "seats": { "type": "integer" }, "isOpen": { "type": "boolean" },
    } });
    let stage = Stage::with(settings(), documents);
    stage.run(Command::Create, |invocation| invocation.selector = Some("schools".to_owned()));
    let template = stage.text("templates/schools.jsont").unwrap();
    let rooms = r#"[{"seats": 0, "isOpen": false}, {"seats": null, "isOpen": null}, {}]"#;
    let mut lines = Vec::new();
    for (id, is_open, expected) in [
        (Some(""), Some(""), json!([null, null])),
        (None, None, json!([null, null])),
        (Some("0"), Some("False"), json!([0, false])),
    ] {
        let mut row =
            columns(&[("nameOfInstitution", "A"), ("educationOrganizationCategories", "[]"), ("rooms", rooms)]);
        row.extend(id.map(|id| ("schoolId".to_owned(), id.into())));
        row.extend(is_open.map(|is_open| ("isOpen".to_owned(), is_open.into())));
        let line = jinja::render(&template, &row);
        let record: Value = serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}"));
        assert_eq!(json!([record["schoolId"], record["isOpen"]]), expected, "{line}");
        let rooms = json!([
            { "seats": 0, "isOpen": false },
            { "seats": null, "isOpen": null },
            { "seats": null, "isOpen": null },
        ]);
        assert_eq!(record["rooms"], rooms, "{line}");
        lines.push(line);
    }
    stage.put("data/schools.jsonl", &[&lines[0]]);
    stage.configure("validate:\n  methods: [schema]\n");
    let validated = stage.run(Command::Validate, |_| {});
    let said = validated.results["resources"]["schools"]["failures"].to_string();
    assert!(said.contains("schoolId") && said.contains("isOpen"), "{said}");
}

#[test]
fn no_token_is_needed() {
    let stage = Stage::new(Settings { token_service: TokenService::Refusing, ..settings() });
    let ran = stage.run(Command::Create, |invocation| invocation.selector = Some("candidates,schools".to_owned()));
    assert_eq!((ran.exit, ran.counts("schools")), (Exit::Done, [1, 0, 0]), "{:?}", ran.notices);
    assert_eq!(ran.results["resources"]["schools"]["successes"], json!([{ "status_code": null, "count": 1 }]));
    assert!(stage.text("templates/tpdm/candidates.jsont").is_some());
    let project = stage.text("earthmover.yml").unwrap();
    assert!(project.contains("source: $sources.tpdm/candidates\n    template: ./templates/tpdm/candidates.jsont"));
    assert!(project.contains("output_dir: 'data'"), "{project}");
}

#[test]
fn what_is_there_is_kept_and_what_it_lacks_is_told() {
    let stage = Stage::new(settings());
    let select = |names: &str| Some(names.to_owned());
    stage.put("templates/schools.jsont", &["{ mine }"]);
    stage.put("earthmover.yml", &["version: 2", "destinations:", "  schools:", "    source: $sources.mine"]);
    let before = stage.text("earthmover.yml");
    let ran = stage.run(Command::Create, |invocation| invocation.selector = select("schools,students"));
    assert_eq!((ran.counts("schools"), ran.counts("students")), ([1, 1, 0], [1, 0, 0]));
    assert_eq!((ran.exit, stage.text("earthmover.yml")), (Exit::Done, before));
    assert_eq!(stage.text("templates/schools.jsont").as_deref(), Some("{ mine }\n"));
    assert!(ran.told("what was there is kept: templates/schools.jsont add --force"), "{:?}", ran.notices);
    assert!(ran.told("earthmover.yml is kept as it is, with no destination for students and no macro"));
    let addition = ran.report.stdout.unwrap();
    assert!(addition.contains("destinations:\n  students:\n    source: $sources.students"), "{addition}");
    assert!(!addition.contains("schools") && addition.contains("macro descriptor_namespace()"), "{addition}");
}

#[test]
fn a_project_that_has_all_is_kept_without_a_complaint() {
    let stage = Stage::new(settings());
    stage.run(Command::Create, |invocation| invocation.selector = Some("schools,students".to_owned()));
    let ran = stage.run(Command::Create, |invocation| invocation.selector = Some("students".to_owned()));
    assert!(ran.told("earthmover.yml is kept: it has all that is needed"), "{:?}", ran.notices);
    assert_eq!((ran.report.stdout, ran.exit), (None, Exit::Done));
}

#[test]
fn force_replaces_but_the_former_project_stays_beside_the_new_one() {
    let stage = Stage::new(settings());
    let forced = || {
        stage.run(Command::Create, |invocation| {
            invocation.selector = Some("students".to_owned());
            invocation.force = true;
        })
    };
    stage.put("templates/students.jsont", &["{ mine }"]);
    stage.put("earthmover.yml", &["mine"]);
    let ran = forced();
    assert_eq!(ran.counts("students"), [1, 0, 0]);
    assert!(ran.told("templates/students.jsont is replaced, as --force asks"), "{:?}", ran.notices);
    assert!(ran.told("what it held is now in earthmover.yml.old"), "{:?}", ran.notices);
    assert!(stage.text("templates/students.jsont").unwrap().contains("studentUniqueId"));
    stage.put("earthmover.yml", &["mine, too"]);
    assert!(forced().told("what it held is now in earthmover.yml.old2"));
    // What this command has made itself is not saved again and again.
    assert!(!forced().told(".old"));
    let held = ["earthmover.yml.old", "earthmover.yml.old2"].map(|path| stage.text(path).unwrap());
    assert_eq!(held, ["mine\n", "mine, too\n"]);
}

#[test]
fn a_project_under_the_name_that_earthmover_prefers_counts() {
    let stage = Stage::new(settings());
    stage.put("earthmover.yaml", &["version: 2"]);
    let ran = stage.run(Command::Create, |invocation| invocation.selector = Some("students".to_owned()));
    assert!(ran.told("earthmover.yaml is kept as it is, with no destination for students"), "{:?}", ran.notices);
    assert_eq!(stage.text("earthmover.yml"), None);
}

#[test]
fn a_dry_run_writes_nothing() {
    let stage = Stage::new(settings());
    let ran = stage.run(Command::Create, |invocation| {
        invocation.selector = Some("students".to_owned());
        invocation.dry_run = true;
    });
    assert!(ran.told("earthmover.yml would be written") && !ran.told("no effect"), "{:?}", ran.notices);
    assert_eq!(ran.exit, Exit::Done);
    assert!(stage.host.files().paths().iter().all(|path| !path.contains("templates") && path != "earthmover.yml"));
}

#[test]
fn an_endpoint_that_the_documents_do_not_describe_fails_alone() {
    let mut documents = builtin::documents(Style::OpenApi3);
    let ghost = json!({ "resource": "/ed-fi/ghosts", "order": 1, "operations": ["Create"] });
    documents.dependencies.as_array_mut().unwrap().push(ghost);
    let stage = Stage::with(settings(), documents);
    let ran = stage.run(Command::Create, |invocation| invocation.selector = Some("ghosts,students".to_owned()));
    assert_eq!((ran.counts("ghosts"), ran.counts("students")), ([1, 0, 1], [1, 0, 0]));
    assert!(ran.results.to_string().contains("the API's documents do not describe its records"));
    assert!(!stage.text("earthmover.yml").unwrap().contains("ghosts"));
}

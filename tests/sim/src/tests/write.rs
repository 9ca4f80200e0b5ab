use super::*;

#[test]
fn post_creates_then_updates_by_natural_key() {
    let mut client = Client::new(Settings::default());
    let first = client.post("/ed-fi/students", &student("604822"));
    assert_eq!((first.status, first.text()), (201, ""));
    let location = first.header("location").to_owned();
    assert!(location.starts_with("http://sim.test/data/v3/ed-fi/students/"), "{location}");
    assert_eq!(location.rsplit('/').next().unwrap().len(), 32);

    let same = client.post("/ed-fi/students", &student("604822"));
    assert_eq!((same.status, same.header("location")), (200, location.as_str()));
    assert_eq!(same.header("etag"), first.header("etag"), "an equal body changes nothing");

    let mut changed = student("604822");
    changed["firstName"] = "Grace".into();
    let second = client.post("/ed-fi/students", &changed);
    assert_eq!((second.status, second.header("location")), (200, location.as_str()));
    assert_ne!(second.header("etag"), first.header("etag"));
    let records = client.state.records("ed-fi", "students").unwrap();
    assert_eq!(records.len(), 1);
    assert_eq!(records[0].body["firstName"], "Grace");
    assert_eq!(records[0].key["studentUniqueId"], "604822");
}

#[test]
fn generation_8_has_dashes_in_ids() {
    let mut client = Client::new(Settings { shape: Shape::V8, relative_location: true, ..Settings::default() });
    let path = client.student("1");
    assert_eq!(path.rsplit('/').next().unwrap().len(), 36);
    let location = client.post("/ed-fi/students", &student("1")).header("location").to_owned();
    assert!(location.starts_with("/data/ed-fi/students/"), "{location}");
    assert_eq!(client.get(&path.replace('-', "").replace("/edfi/", "/ed-fi/")).status, 200, "dashes do not matter");
}

#[test]
fn names_are_respelt_links_dropped_and_unknown_properties_ignored() {
    let mut client = Client::new(Settings::default());
    client.school(7);
    let body = json!({
        "ClassPeriodName": "01", "color": "red", "_etag": "5",
        "schoolReference": { "schoolId": "7", "link": { "rel": "School", "href": "/x" } }
    });
    assert_eq!(client.post("/ed-fi/classPeriods", &body).status, 201);
    let stored = &client.state.records("ed-fi", "classPeriods").unwrap()[0].body;
    assert_eq!(Value::Object(stored.clone()), class_period(7, "01"));

    client.state.change(|settings| settings.strict_properties = true);
    let got = client.post("/ed-fi/classPeriods", &body);
    assert_eq!((got.status, got.json()["validationErrors"].as_object().unwrap().len()), (400, 1));

    let mut client = Client::new(Settings { shape: Shape::V8, ..Settings::default() });
    client.school(7);
    let got = client.post("/ed-fi/classPeriods", &body);
    assert_eq!(got.status, 400, "generation 8 minds the case of names");
    assert_eq!(got.json()["validationErrors"]["$.classPeriodName"][0], "ClassPeriodName is required.");
}

#[test]
fn types_are_converted_unless_that_is_switched_off() {
    let mut client = Client::new(Settings::default());
    let mut body = student("5");
    body["studentUniqueId"] = 5.into();
    body["multipleBirthStatus"] = "true".into();
    assert_eq!(client.post("/ed-fi/students", &body).status, 201);
    assert_eq!(client.get("/ed-fi/students?studentUniqueId=5").json()[0]["multipleBirthStatus"], true);
    client.state.change(|settings| settings.strict_types = true);
    let got = client.post("/ed-fi/students", &body);
    assert_eq!((got.status, got.json()["validationErrors"].as_object().unwrap().len()), (400, 2));
}

#[test]
fn what_others_point_to_cannot_be_deleted() {
    let mut client = Client::new(Settings::default());
    let school = client.school(7);
    let period = client.class_period(7, "01");
    let got = client.delete(&school);
    assert_eq!(got.status, 409);
    assert_eq!(got.json()["type"], "urn:ed-fi:api:data-conflict:dependent-item-exists");
    assert!(got.json()["detail"].as_str().unwrap().contains("'ClassPeriod'"));
    assert_eq!(client.delete(&period).status, 204);
    assert_eq!(client.delete(&school).status, 204);
    assert_eq!(client.delete(&school).status, 404);
}

#[test]
fn an_update_moves_the_protection_along() {
    let mut client = Client::new(Settings::default());
    let male = client.descriptor("sex", "Male");
    let female = client.descriptor("sex", "Female");
    let mut body = student("1");
    for value in [&male, &female] {
        body["birthSexDescriptor"] = value.as_str().into();
        assert!(client.post("/ed-fi/students", &body).status < 300);
    }
    let find = |client: &mut Client, code: &str| {
        let found = client.get(&format!("/ed-fi/sexDescriptors?codeValue={code}")).json();
        format!("/ed-fi/sexDescriptors/{}", found[0]["id"].as_str().unwrap())
    };
    let (male, female) = (find(&mut client, "male"), find(&mut client, "Female"));
    assert_eq!(client.delete(&female).status, 409);
    assert_eq!(client.delete(&male).status, 204);
}

#[test]
fn put_replaces_and_changes_keys_only_where_allowed() {
    let mut client = Client::new(Settings::default());
    client.school(7);
    let period = client.class_period(7, "01");
    let other = client.class_period(7, "02");
    let mut body = class_period(7, "01");
    body["officialAttendancePeriod"] = true.into();
    body["id"] = period.rsplit('/').next().unwrap().into();
    assert_eq!(client.put(&period, &body).status, 204);
    assert_eq!(client.get(&period).json()["officialAttendancePeriod"], true);
    body["id"] = other.rsplit('/').next().unwrap().into();
    assert_eq!(client.put(&period, &body).status, 400, "the id of another record");

    let got = client.put(&period, &class_period(7, "02"));
    assert_eq!((got.status, &got.json()["type"]), (409, &json!("urn:ed-fi:api:data-conflict:non-unique-identity")));
    assert_eq!(client.put(&period, &class_period(7, "03")).status, 204);
    assert_eq!(client.get("/ed-fi/classPeriods?classPeriodName=03&schoolId=7").json().as_array().unwrap().len(), 1);
    assert_eq!(client.get("/ed-fi/classPeriods?classPeriodName=01&schoolId=7").text(), "[]");
    let changes = client.get("/ed-fi/classPeriods/keyChanges").json();
    assert_eq!(changes[0]["oldKeyValues"]["classPeriodName"], "01");
    assert_eq!(changes[0]["newKeyValues"]["classPeriodName"], "03");

    let path = client.student("1");
    let got = client.put(&path, &student("2"));
    assert_eq!(got.status, 400);
    assert!(got.json()["type"].as_str().unwrap().ends_with("key-change-not-supported"));
    assert_eq!(client.put("/ed-fi/students/0123456789abcdef0123456789abcdef", &student("2")).status, 404);
}

#[test]
fn a_stale_entity_tag_stops_writes() {
    let mut client = Client::new(Settings::default());
    let path = client.student("1");
    let tag = client.get(&path).header("etag").to_owned();
    let mut body = student("1");
    body["firstName"] = "Grace".into();
    let text = body.to_string();
    let bare = tag.trim_matches('"').to_owned();
    for (method, path, wanted, status) in [
        (Method::POST, "/ed-fi/students", "\"1\"", 412),
        (Method::PUT, path.as_str(), "1", 412),
        (Method::DELETE, path.as_str(), "1", 412),
        (Method::PUT, path.as_str(), bare.as_str(), 204),
        (Method::DELETE, path.as_str(), tag.as_str(), 412),
        (Method::DELETE, path.as_str(), "*", 204),
    ] {
        let got = client.call(method.clone(), path, &text, &[("if-match", wanted)]);
        assert_eq!(got.status, status, "{method} {wanted}");
    }
}

#[test]
fn deletes_are_told() {
    let mut client = Client::new(Settings::default());
    let path = client.student("1");
    client.delete(&path);
    let got = client.get("/ed-fi/students/deletes?totalCount=true");
    assert_eq!(got.header("total-count"), "1");
    assert_eq!(got.json()[0]["keyValues"], json!({ "studentUniqueId": "1" }));
    assert_eq!(got.json()[0]["id"], path.rsplit('/').next().unwrap());
    let version = got.json()[0]["changeVersion"].as_u64().unwrap();
    let later = format!("/ed-fi/students/deletes?minChangeVersion={}", version + 1);
    assert_eq!(client.get(&later).text(), "[]");

    client.state.change(|settings| settings.change_queries = false);
    assert_eq!(client.get("/ed-fi/students/deletes").status, 404);

    let mut client = Client::new(legacy());
    let path = client.student("1");
    client.delete(&path);
    assert_eq!(client.get("/ed-fi/students/deletes").json()[0]["keyValues"], Value::Null);
}

#[test]
fn references_lead_to_abstract_role_named_and_own_kind() {
    let mut client = Client::new(Settings::default());
    let category = client.descriptor("educationOrganizationCategory", "Local Education Agency");
    let independent = client.descriptor("localEducationAgencyCategory", "Independent");
    let agency = |id: u64, parent: Option<u64>| {
        let mut body = json!({
            "localEducationAgencyId": id, "nameOfInstitution": "An agency",
            "localEducationAgencyCategoryDescriptor": independent,
            "categories": [{ "educationOrganizationCategoryDescriptor": category }],
        });
        if let Some(parent) = parent {
            body["parentLocalEducationAgencyReference"] = json!({ "localEducationAgencyId": parent });
        }
        body
    };
    let got = client.post("/ed-fi/localEducationAgencies", &agency(2, Some(1)));
    assert_eq!(
        (got.status, &got.json()["detail"]),
        (409, &json!("The referenced 'LocalEducationAgency' item does not exist."))
    );
    client.create("/ed-fi/localEducationAgencies", &agency(1, None));
    client.create("/ed-fi/localEducationAgencies", &agency(2, Some(1)));
    let own = client.create("/ed-fi/localEducationAgencies", &agency(3, None));
    assert_eq!(client.post("/ed-fi/localEducationAgencies", &agency(3, Some(3))).status, 200);
    assert_eq!(client.delete(&own).status, 204, "pointing to itself protects nothing");

    let kind = client.descriptor("programType", "Bilingual");
    let program = |organization: u64| {
        json!({
            "programName": "Bilingual", "programTypeDescriptor": kind.to_uppercase(),
            "educationOrganizationReference": { "educationOrganizationId": organization },
        })
    };
    let got = client.post("/ed-fi/programs", &program(7));
    assert_eq!(
        (got.status, &got.json()["detail"]),
        (409, &json!("The referenced 'EducationOrganization' item does not exist."))
    );
    client.school(7);
    client.create("/ed-fi/programs", &program(7));
    client.create("/ed-fi/programs", &program(2));
    assert_eq!(client.get("/ed-fi/programs?educationOrganizationId=2").json().as_array().unwrap().len(), 1);
}

use super::*;
use crate::ErrorStyle;

/// The same request to both styles: the status, the legacy body and the problem details.
fn both(settings: &Settings, prepare: impl Fn(&mut Client), call: impl Fn(&mut Client) -> Got) -> (u16, Value, Value) {
    let mut told = [ErrorStyle::Legacy, ErrorStyle::Problem].map(|style| {
        let mut client = Client::new(Settings { errors: Some(style), ..settings.clone() });
        prepare(&mut client);
        call(&mut client)
    });
    assert_eq!(told[0].status, told[1].status);
    let problem = told[1].json();
    assert_eq!(told[1].header("content-type"), "application/problem+json");
    assert_eq!(problem["status"], told[1].status);
    assert!(problem["correlationId"].is_string() && problem["title"].is_string());
    told[0].status = told[1].status;
    (told[0].status, told[0].json(), problem)
}

fn post(path: &'static str, body: Value) -> impl Fn(&mut Client) -> Got {
    move |client| client.post(path, &body)
}

fn kind(problem: &Value) -> &str {
    problem["type"].as_str().unwrap().strip_prefix("urn:ed-fi:api:").unwrap()
}

#[test]
fn an_empty_or_broken_body_is_no_json() {
    let settings = Settings::default();
    let (status, legacy, problem) =
        both(&settings, |_| {}, |client| client.call(Method::POST, "/ed-fi/students", "", &[]));
    assert_eq!(status, 400);
    assert_eq!(legacy, json!({ "message": "A non-empty request body is required." }));
    assert_eq!(
        (kind(&problem), &problem["errors"]),
        ("bad-request", &json!(["A non-empty request body is required."]))
    );
    for text in ["{\"studentUniqueId\": ", "[]", "17", "\u{feff}{}"] {
        let (status, legacy, problem) =
            both(&settings, |_| {}, |client| client.call(Method::POST, "/ed-fi/students", text, &[]));
        assert_eq!((status, kind(&problem)), (400, "bad-request"), "{text}");
        assert!(legacy["message"].is_string());
    }
}

#[test]
fn the_client_cannot_give_ids() {
    let mut body = student("1");
    body["id"] = "x".into();
    let (status, legacy, problem) = both(&Settings::default(), |_| {}, post("/ed-fi/students", body));
    assert_eq!(status, 400);
    assert_eq!(legacy["message"], "Resource identifiers cannot be assigned by the client.");
    assert_eq!(kind(&problem), "bad-request:data-validation-failed");
}

#[test]
fn everything_wrong_is_told_at_once() {
    let body = json!({
        "studentUniqueId": "123456789012345678901234567890123", "firstName": null, "lastSurname": "", "birthDate": "2010-01-31",
        "birthSexDescriptor": "uri://ed-fi.org/SexDescriptor#None",
        "otherNames": [{ "otherNameTypeDescriptor": "uri://ed-fi.org/OtherNameTypeDescriptor#None", "firstName": "A" }]
    });
    let (status, legacy, problem) = both(&Settings::default(), |_| {}, post("/ed-fi/students", body));
    assert_eq!(status, 400);
    assert_eq!(problem["detail"], "Data validation failed. See 'validationErrors' for details.");
    let fields: Vec<&String> = problem["validationErrors"].as_object().unwrap().keys().collect();
    assert_eq!(
        fields,
        [
            "$.birthSexDescriptor",
            "$.firstName",
            "$.lastSurname",
            "$.otherNames[0].lastSurname",
            "$.otherNames[0].otherNameTypeDescriptor",
            "$.studentUniqueId",
        ]
    );
    assert_eq!(problem["validationErrors"]["$.firstName"], json!(["FirstName is required."]));
    let message = legacy["message"].as_str().unwrap();
    assert!(message.starts_with("Validation of 'Student' failed.\n\t"), "{message}");
    assert!(message.contains("\tFirstName is required.\n"), "{message}");
    assert!(message.contains("maximum length of 32"), "{message}");
}

#[test]
fn values_of_another_type_cannot_be_read() {
    for (name, value) in [
        ("birthDate", json!("2010-02-30")),
        ("birthDate", json!("2010-01-31T00:00:00")),
        ("birthDate", json!(20_100_131)),
        ("firstName", json!({})),
        ("otherNames", json!("Ada")),
        ("multipleBirthStatus", json!("perhaps")),
    ] {
        let mut body = student("1");
        body[name] = value;
        let (status, legacy, problem) = both(&Settings::default(), |_| {}, post("/ed-fi/students", body));
        assert_eq!(status, 400);
        assert_eq!(
            legacy,
            json!({
                "message": "The request is invalid.",
                "modelState": { format!("request.{name}"): ["The supplied value is invalid."] },
            })
        );
        let fields = problem["validationErrors"].as_object().unwrap();
        assert_eq!(fields.keys().collect::<Vec<_>>(), [&format!("$.{name}")]);
    }
}

#[test]
fn numbers_have_their_range() {
    let body = |id: Value| json!({ "classPeriodName": "01", "schoolReference": { "schoolId": id } });
    for id in [json!(9_223_372_036_854_775_808_u64), json!(1.5), json!("seven")] {
        let (status, _, problem) = both(&Settings::default(), |_| {}, post("/ed-fi/classPeriods", body(id)));
        assert_eq!(status, 400);
        assert!(problem["validationErrors"]["$.schoolReference.schoolId"][0].is_string());
    }
    let year = json!({ "schoolYear": 3_000_000_000_u32, "currentSchoolYear": false, "schoolYearDescription": "x" });
    let (status, _, problem) = both(&Settings::default(), |_| {}, post("/ed-fi/schoolYearTypes", year));
    assert_eq!(status, 400);
    assert!(problem["validationErrors"]["$.schoolYear"][0].as_str().unwrap().contains("System.Int32"));
}

#[test]
fn a_missing_descriptor_is_400_and_a_missing_reference_409() {
    let mut body = student("1");
    body["birthSexDescriptor"] = "uri://ed-fi.org/SexDescriptor#None".into();
    let (status, legacy, problem) = both(&Settings::default(), |_| {}, post("/ed-fi/students", body.clone()));
    assert_eq!(status, 400);
    assert_eq!(
        legacy["message"],
        "Unable to resolve value 'uri://ed-fi.org/SexDescriptor#None' to an existing 'SexDescriptor' resource."
    );
    assert_eq!(
        problem["validationErrors"],
        json!({ "$.birthSexDescriptor": ["SexDescriptor value 'uri://ed-fi.org/SexDescriptor#None' does not exist."] })
    );
    let lenient = Settings { check_descriptors: false, check_references: false, ..Settings::default() };
    assert_eq!(Client::new(lenient.clone()).post("/ed-fi/students", &body).status, 201);

    let (status, legacy, problem) =
        both(&Settings::default(), |_| {}, post("/ed-fi/classPeriods", class_period(7, "01")));
    assert_eq!(status, 409);
    assert_eq!(legacy["message"], "The value supplied for the related 'school' resource does not exist.");
    assert_eq!(kind(&problem), "data-conflict:unresolved-reference");
    assert_eq!(problem["detail"], "The referenced 'School' item does not exist.");
    assert_eq!(Client::new(lenient).post("/ed-fi/classPeriods", &class_period(7, "01")).status, 201);
}

#[test]
fn lists_have_items_and_no_item_twice() {
    let category = json!({ "educationOrganizationCategoryDescriptor": "uri://ed-fi.org/EducationOrganizationCategoryDescriptor#School" });
    let school = json!({
        "schoolId": 7, "nameOfInstitution": "A school",
        "educationOrganizationCategories": [category, category], "gradeLevels": [],
    });
    let settings = Settings { check_descriptors: false, ..Settings::default() };
    let (status, _, problem) = both(&settings, |_| {}, post("/ed-fi/schools", school));
    assert_eq!(status, 400);
    assert_eq!(problem["validationErrors"]["$.gradeLevels"][0], "SchoolGradeLevels must have at least one item.");
    let twice = problem["validationErrors"]["$.educationOrganizationCategories[1]"][0].as_str().unwrap();
    assert!(twice.starts_with("The 2nd item of the EducationOrganizationCategories"), "{twice}");
}

#[test]
fn values_in_several_references_must_agree() {
    let body = json!({
        "localCourseCode": "ALG", "courseReference": { "courseCode": "ALG", "educationOrganizationId": 1 },
        "schoolReference": { "schoolId": 7 }, "sessionReference": { "schoolId": 8, "schoolYear": 2026, "sessionName": "Fall" },
    });
    let (status, _, problem) = both(&Settings::default(), |_| {}, post("/ed-fi/courseOfferings", body));
    assert_eq!(status, 400);
    let told = &problem["validationErrors"];
    let text = told["$.schoolReference.schoolId"][0].as_str().unwrap();
    assert!(text.contains("'7', '8'"), "{text}");
    assert_eq!(told["$.schoolReference.schoolId"], told["$.sessionReference.schoolId"]);
}

#[test]
fn methods_belong_to_their_place() {
    let item = "/ed-fi/students/0123456789abcdef0123456789abcdef";
    for (method, path) in [
        (Method::POST, item),
        (Method::PUT, "/ed-fi/students"),
        (Method::DELETE, "/ed-fi/students"),
        (Method::PATCH, "/ed-fi/students"),
        (Method::PATCH, item),
    ] {
        let (status, legacy, problem) =
            both(&Settings::default(), |_| {}, |client| client.call(method.clone(), path, "{}", &[]));
        assert_eq!((status, kind(&problem)), (405, "method-not-allowed"), "{method} {path}");
        assert_eq!(legacy, Value::Null, "the framework's answer has no body");
    }
}

#[test]
fn what_is_not_there_is_not_found() {
    for path in ["/ed-fi/pupils", "/tpdm/students", "//ed-fi/students", "/ed-fi/students/x/y"] {
        let (status, legacy, problem) = both(&Settings::default(), |_| {}, |client| client.get(path));
        assert_eq!((status, kind(&problem)), (404, "not-found"), "{path}");
        assert_eq!(legacy["message"], "The specified resource could not be found.");
    }
    let (status, legacy, _) =
        both(&Settings::default(), |_| {}, |client| client.get("/ed-fi/students/0123456789abcdef0123456789abcdef"));
    assert_eq!(status, 404);
    assert_eq!(legacy["message"], "Entity of type 'Student' with the specified id was not found.");
}

#[test]
fn deleting_what_is_used_is_refused_in_both_styles() {
    let prepare = |client: &mut Client| {
        client.school(7);
        client.class_period(7, "01");
    };
    let delete = |client: &mut Client| {
        let id = client.state.records("ed-fi", "schools").unwrap()[0].id.clone();
        client.delete(&format!("/ed-fi/schools/{id}"))
    };
    let (status, legacy, _) = both(&Settings::default(), prepare, delete);
    assert_eq!(status, 409);
    assert!(legacy["message"].as_str().unwrap().contains("'ClassPeriod' entity"), "{legacy}");
}

#[test]
fn body_size_and_media_type_are_checked() {
    let settings = Settings { max_body: Some(20), ..Settings::default() };
    let mut client = Client::without_token(settings);
    client.token = "x".to_owned();
    assert_eq!(client.post("/ed-fi/students", &student("1")).status, 413);

    let mut client = Client::new(Settings::default());
    let token = format!("Bearer {}", client.token);
    let mut send = |media_type: Option<&str>| {
        let mut request = Request::post("/data/v3/ed-fi/students").header("authorization", &token);
        if let Some(media_type) = media_type {
            request = request.header("content-type", media_type);
        }
        client.send(request, &student("1").to_string()).status
    };
    assert_eq!(send(None), 415);
    assert_eq!(send(Some("text/plain")), 415);
    assert_eq!(send(Some("application/json; charset=utf-8")), 201);
    assert_eq!(send(Some("application/vnd.ed-fi.student.sis.writable+json")), 200);
}

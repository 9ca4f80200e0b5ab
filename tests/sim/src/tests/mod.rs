//! Requests answered without sockets.

mod access;
mod control;
mod errors;
mod metadata;
mod read;
mod real;
mod scripted;
mod token;
mod write;

use std::sync::LazyLock;

use bytes::Bytes;
use http::{HeaderMap, Method, Request};
use serde_json::{Value, json};

use crate::builtin::{self, Style};
use crate::{Answer, Documents, Settings, Shape, State, answer};

const NOW: u64 = 1_760_000_000_000;

/// An API of the built-in model, and a client with a token.
struct Client {
    state: State,
    token: String,
    prefix: &'static str,
    /// Milliseconds since 1970.
    now: u64,
}

/// An answer, easy to look at.
struct Got {
    status: u16,
    headers: HeaderMap,
    body: Bytes,
    answer: Answer,
}

impl Got {
    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

impl Client {
    fn new(settings: Settings) -> Self {
        let mut client = Self::without_token(settings);
        let got = client.ask_token();
        assert_eq!(got.status, 200, "{}", got.text());
        client.token = got.json()["access_token"].as_str().unwrap().to_owned();
        client
    }

    fn without_token(settings: Settings) -> Self {
        let prefix = if settings.shape == Shape::V8 { "/data" } else { "/data/v3" };
        let documents = documents(settings.shape);
        Self {
            state: State::new(settings, documents, "http://sim.test".to_owned(), NOW).unwrap(),
            token: String::new(),
            prefix,
            now: NOW,
        }
    }

    fn ask_token(&mut self) -> Got {
        let body =
            json!({ "grant_type": "client_credentials", "client_id": "populated", "client_secret": "populatedSecret" });
        self.send(Request::post("/oauth/token").header("content-type", "application/json"), &body.to_string())
    }

    fn send(&mut self, request: http::request::Builder, body: &str) -> Got {
        let request = request.body(Bytes::from(body.to_owned())).unwrap();
        let answer = answer(&mut self.state, &request, self.now);
        Got {
            status: answer.response.status().as_u16(),
            headers: answer.response.headers().clone(),
            body: answer.response.body().clone(),
            answer,
        }
    }

    fn call(&mut self, method: Method, path: &str, body: &str, headers: &[(&str, &str)]) -> Got {
        let has_body = method == Method::POST || method == Method::PUT;
        let mut request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.prefix))
            .header("authorization", format!("Bearer {}", self.token));
        if has_body {
            request = request.header("content-type", "application/json");
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request, body)
    }

    fn get(&mut self, path: &str) -> Got {
        self.call(Method::GET, path, "", &[])
    }

    fn post(&mut self, path: &str, body: &Value) -> Got {
        self.call(Method::POST, path, &body.to_string(), &[])
    }

    fn put(&mut self, path: &str, body: &Value) -> Got {
        self.call(Method::PUT, path, &body.to_string(), &[])
    }

    fn delete(&mut self, path: &str) -> Got {
        self.call(Method::DELETE, path, "", &[])
    }

    /// Posts what must be new and gives the path of the item.
    fn create(&mut self, path: &str, body: &Value) -> String {
        let got = self.post(path, body);
        assert_eq!(got.status, 201, "{path}: {}", got.text());
        format!("{path}/{}", got.header("location").rsplit('/').next().unwrap())
    }

    /// A descriptor value that exists from now on.
    fn descriptor(&mut self, name: &str, code: &str) -> String {
        let namespace = builtin::descriptor_namespace(name);
        let body = json!({ "namespace": namespace, "codeValue": code, "shortDescription": code });
        let got = self.post(&format!("/ed-fi/{name}Descriptors"), &body);
        assert!(got.status < 300, "{}", got.text());
        format!("{namespace}#{code}")
    }

    fn student(&mut self, id: &str) -> String {
        self.create("/ed-fi/students", &student(id))
    }

    fn school(&mut self, id: u64) -> String {
        let category = self.descriptor("educationOrganizationCategory", "School");
        let grade = self.descriptor("gradeLevel", "Ninth grade");
        self.create(
            "/ed-fi/schools",
            &json!({
                "schoolId": id, "nameOfInstitution": "A school",
                "educationOrganizationCategories": [{ "educationOrganizationCategoryDescriptor": category }],
                "gradeLevels": [{ "gradeLevelDescriptor": grade }],
            }),
        )
    }

    /// A class period of a school that exists.
    fn class_period(&mut self, school: u64, name: &str) -> String {
        self.create("/ed-fi/classPeriods", &class_period(school, name))
    }
}

/// The built-in documents, read once, with one key that PUT may change.
fn documents(shape: Shape) -> Documents {
    static BOTH: LazyLock<[Documents; 2]> = LazyLock::new(|| {
        [Style::Swagger2, Style::OpenApi3].map(|style| {
            let mut documents = builtin::documents(style);
            documents.resources["paths"]["/ed-fi/classPeriods/{id}"]["put"]["x-Ed-Fi-isUpdatable"] = true.into();
            documents
        })
    });
    match shape {
        Shape::V3 | Shape::V5 => BOTH[0].clone(),
        Shape::V7 | Shape::V8 => BOTH[1].clone(),
    }
}

fn student(id: &str) -> Value {
    json!({ "studentUniqueId": id, "firstName": "Ada", "lastSurname": "Long", "birthDate": "2010-01-31" })
}

fn class_period(school: u64, name: &str) -> Value {
    json!({ "classPeriodName": name, "schoolReference": { "schoolId": school } })
}

fn legacy() -> Settings {
    Settings { shape: Shape::V5, ..Settings::default() }
}

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::join_all;
use http::{HeaderMap, HeaderName, HeaderValue};

use crate::api::{Answer, Api, FrontEnd, discover};
use crate::config::{
    Behavior, Config, Connection, EdFiApi, Fetch, LogLevel, Method as ValidateMethod, References, Validate,
};
use crate::event::{EndpointId, Event, Listener};
use crate::host::memory::{MemoryHost, Reply};
use crate::host::{Clock, Host, HttpError, HttpErrorKind, Request, Response};
use crate::secret::Secret;

/// A configuration that needs no discovery.
pub(crate) fn config() -> Config {
    let url = |path: &str| Some(format!("http://localhost:8000/{path}"));
    Config {
        file: "lightbeam.yaml".to_owned(),
        state_dir: None,
        state_dir_fell_back: false,
        data_dir: "./".to_owned(),
        namespace: "ed-fi".to_owned(),
        namespace_overrides: None,
        edfi_api: EdFiApi {
            base_url: "http://localhost:8000".to_owned(),
            oauth_url: url("oauth/token"),
            dependencies_url: url("metadata/dependencies"),
            open_api_metadata_url: url("metadata"),
            descriptors_swagger_url: None,
            resources_swagger_url: None,
            data_url: url("data/v3/"),
            tenant: None,
            mode: None,
            year: None,
            instance_code: None,
            client_id: Secret::new("key".to_owned()),
            client_secret: Secret::new("s3cr3t&=".to_owned()),
        },
        connection: Connection {
            pool_size: Some(8),
            timeout: Duration::from_mins(1),
            num_retries: 10,
            backoff_factor: 1.5,
            retry_statuses: vec![429, 500, 501, 502, 503, 504],
            verify_ssl: true,
            max_retry_wait: Duration::from_secs(30),
        },
        count_separator: "\t".to_owned(),
        fetch: Fetch { page_size: 100, output_dir: None },
        validate: Validate {
            methods: vec![ValidateMethod::Schema],
            max_failures: None,
            references: References {
                max_failures: None,
                selector: Vec::new(),
                behavior: Behavior::Exclude,
                remote: true,
            },
        },
        force_delete: false,
        log_level: LogLevel::Info,
        show_stacktrace: false,
    }
}

/// All events, in order.
#[derive(Debug, Default)]
pub(crate) struct Log(pub(crate) RefCell<Vec<Event>>);

impl Listener for Log {
    fn hear(&self, event: &Event) {
        self.0.borrow_mut().push(event.clone());
    }
}

impl Log {
    pub(crate) fn notices(&self) -> Vec<String> {
        let text = |event: &Event| match event {
            Event::Notice(notice) => Some(format!("{} ({})", notice.text, notice.hint.as_deref().unwrap_or("-"))),
            _ => None,
        };
        self.0.borrow().iter().filter_map(text).collect()
    }

    pub(crate) fn closings(&self) -> Vec<Duration> {
        let wait = |event: &Event| match event {
            Event::GateClosed { wait, .. } => Some(*wait),
            _ => None,
        };
        self.0.borrow().iter().filter_map(wait).collect()
    }
}

/// An answer at once.
pub(crate) fn reply(status: u16, headers: &[(&str, &str)], body: &str) -> Reply {
    let headers: HeaderMap = headers
        .iter()
        .map(|(name, value)| (name.parse::<HeaderName>().unwrap(), HeaderValue::from_str(value).unwrap()))
        .collect();
    Reply::now(Ok(Response { status, headers, body: Bytes::copy_from_slice(body.as_bytes()), truncated: false }))
}

pub(crate) fn students() -> EndpointId {
    EndpointId::new("ed-fi", "students")
}

pub(crate) fn no_answer(kind: HttpErrorKind) -> Reply {
    Reply::now(Err(HttpError::new(kind, "connection refused")))
}

/// A host, a configuration and a log of events.
pub(crate) struct Stage {
    pub(crate) host: MemoryHost,
    pub(crate) config: Config,
    pub(crate) log: Log,
    pub(crate) front_end: FrontEnd,
    /// Tokens granted so far.
    pub(crate) granted: Rc<RefCell<u32>>,
}

impl Stage {
    pub(crate) fn new() -> Self {
        Self {
            host: MemoryHost::new(),
            config: config(),
            log: Log::default(),
            front_end: FrontEnd::PROCESS,
            granted: Rc::default(),
        }
    }

    /// A server that grants tokens `t1`, `t2`, … and does with all else what `server` says.
    pub(crate) fn serve(&self, mut server: impl FnMut(&Request) -> Reply + 'static) {
        let granted = Rc::clone(&self.granted);
        self.host.http().serve(move |request| {
            if request.url.path() == "/oauth/token" {
                *granted.borrow_mut() += 1;
                let body =
                    format!(r#"{{"access_token":"t{}","expires_in":1800,"token_type":"bearer"}}"#, granted.borrow());
                return reply(200, &[], &body);
            }
            server(request)
        });
    }

    /// Posts `count` records, `pool_size` at a time; answers in the order of the records.
    pub(crate) fn post(&self, count: usize) -> Vec<Answer> {
        self.with_api(async |api| {
            join_all((0..count).map(async |index| {
                let _permit = api.pool().acquire().await;
                api.post(&students(), Bytes::from(format!("{{\"record\":{index}}}"))).await
            }))
            .await
        })
    }

    /// Does something with the API, in virtual time.
    pub(crate) fn with_api<T>(&self, work: impl AsyncFnOnce(&Api<'_, MemoryHost>) -> T) -> T {
        self.host
            .block_on(async {
                let target = discover(&self.host, &self.config, &self.log).await.unwrap();
                let api = Api::new(&self.host, &self.config, target, &self.log, self.front_end);
                work(&api).await
            })
            .unwrap()
    }

    /// The virtual time that has passed.
    pub(crate) fn elapsed(&self) -> Duration {
        self.host.clock().monotonic()
    }

    /// The same in seconds.
    pub(crate) fn seconds(&self) -> f64 {
        self.elapsed().as_secs_f64()
    }

    /// Requests to the data server.
    pub(crate) fn posts(&self) -> Vec<Request> {
        let all = self.host.http().requests();
        all.into_iter().filter(|request| request.url.path().starts_with("/data")).collect()
    }
}

/// The bearer token of a request.
pub(crate) fn bearer(request: &Request) -> String {
    request.headers.get("authorization").map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default()
}

/// The status of an answer, 0 for none.
pub(crate) fn status(answer: &Answer) -> u16 {
    answer.result.as_ref().map_or(0, |response| response.status)
}

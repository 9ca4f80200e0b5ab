//! The page below a path of a plain server, with its security headers; and whom it talks to.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

use lightbeam_harness::browser::Browser;
use lightbeam_sim::Settings;
use lightbeam_sim::pages::{PageServer, Security};
use serde_json::json;

use crate::person::{Person, dist};
use crate::records::Records;

/// A proxy that every request goes to which is not for this computer, and that answers none.
struct Others {
    address: String,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Others {
    fn watch() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let heard = Arc::clone(&asked);
        // It listens until the tests end.
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let mut line = String::new();
                if BufReader::new(&stream).read_line(&mut line).is_ok_and(|length| length > 0) {
                    heard.lock().unwrap().push(line.trim().to_owned());
                }
                // Whoever asked may have gone.
                let _ = (&stream).write_all(b"HTTP/1.1 502 Bad Gateway\r\nConnection: close\r\n\r\n");
            }
        });
        Self { address, asked }
    }

    /// What was asked for.
    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

/// Whether the browser asks this by itself, whatever page it shows.
fn is_of_chromium(asked: &str) -> bool {
    let host = asked.split(' ').nth(1).unwrap_or_default().trim_start_matches("http://");
    let host = host.split(['/', ':']).next().unwrap_or_default();
    ["google.com", "googleapis.com", "gvt1.com", "duckduckgo.com"]
        .iter()
        .any(|own| host.strip_suffix(own).is_some_and(|rest| rest.is_empty() || rest.ends_with('.')))
}

#[test]
fn below_a_path_with_all_headers_and_nobody_else_is_asked() {
    let others = Others::watch();
    let browser = Browser::start_with(&[format!("--proxy-server=http://{}", others.address)]).unwrap();
    let site = PageServer::start(dist(), "/some/path/", Security::On).unwrap();
    let person = Person::in_browser(browser, site, Settings::default());
    assert!(person.asks("location.pathname") == json!("/some/path/"));
    let records = Records::district(2, &["studentSchoolAssociations"]);
    person.connects();
    person.chooses_files(&records.files());
    assert_eq!(person.sends(), "✔ Done. Everything that was to be done was tried.");
    person.presses("See the results");
    person.sees(&format!("{} records accepted by the API, 0 failed.", records.count()));
    person.api_holds(&records);
    person.goes_to("Read");
    person.goes_to("Remove");
    person.goes_to("History");
    person.waits_for("navigator.serviceWorker.controller");

    assert_eq!(person.console_errors(), []);
    let own = person.asks("location.origin");
    let origins =
        person.asks("[...new Set(performance.getEntriesByType('resource').map(({ name }) => new URL(name).origin))]");
    assert_eq!(origins, json!([own]), "the page itself asks for its own files only");
    let of_the_page: Vec<String> = others.asked().into_iter().filter(|asked| !is_of_chromium(asked)).collect();
    assert_eq!(of_the_page, Vec::<String>::new());

    // The proxy would have heard of it.
    person.asks("void fetch('http://other.example/').catch(() => {})");
    person.waits_until("the proxy hears of it", || {
        others.asked().iter().any(|asked| asked.starts_with("GET http://other.example/"))
    });
}

#[test]
fn a_page_that_is_pinned_to_its_api_calls_no_other() {
    // The API is there before the page, whose headers name it.
    let pinned = crate::person::api(Settings::default());
    let site = PageServer::start(dist(), "/", Security::Pinned(vec![pinned.url()])).unwrap();
    let person = Person::at(site, Settings::default());
    person.types_credentials("populatedSecret");
    person.presses("Test connection");
    person.sees("The connection does not work yet.");
    assert_eq!(person.api.log(), [], "the other API is not called");
    person.types("Base URL", &pinned.url());
    person.presses("Test connection");
    person.sees("The connection works.");
}

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use super::*;

/// A folder with a page, and a secret beside it.
fn site() -> (tempfile::TempDir, PathBuf) {
    let above = tempfile::tempdir().unwrap();
    let folder = above.path().join("dist");
    std::fs::create_dir_all(folder.join("deep")).unwrap();
    for (name, text) in [
        ("secret.txt", "secret"),
        ("dist/index.html", "<p>page"),
        ("dist/app.wasm", "\0asm"),
        ("dist/app.js", "let a"),
        ("dist/a b.css", "b{}"),
        ("dist/deep/index.html", "<p>deep"),
        ("dist/site.webmanifest", "{}"),
    ] {
        std::fs::write(above.path().join(name), text).unwrap();
    }
    (above, folder)
}

/// The answer to one request as text, head in lower case.
fn ask(server: &PageServer, method: &str, path: &str) -> (String, String) {
    let mut stream = TcpStream::connect(server.address()).unwrap();
    // Only a bound for a test that goes wrong.
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    write!(stream, "{method} {path} HTTP/1.1\r\nHost: pages\r\nConnection: close\r\n\r\n").unwrap();
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).unwrap();
    let text = String::from_utf8(bytes).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    (head.to_ascii_lowercase(), body.to_owned())
}

#[test]
fn files_come_with_their_types() {
    let (_above, folder) = site();
    let server = PageServer::start(folder, "/", Security::Off).unwrap();
    for (path, kind, body) in [
        ("/", "text/html; charset=utf-8", "<p>page"),
        ("/?query=1", "text/html; charset=utf-8", "<p>page"),
        ("/index.html", "text/html; charset=utf-8", "<p>page"),
        ("/app.wasm", "application/wasm", "\0asm"),
        ("/app.js", "text/javascript; charset=utf-8", "let a"),
        ("/a%20b.css", "text/css; charset=utf-8", "b{}"),
        ("/deep/", "text/html; charset=utf-8", "<p>deep"),
        ("/site.webmanifest", "application/manifest+json", "{}"),
    ] {
        let (head, found) = ask(&server, "GET", path);
        assert!(head.starts_with("http/1.1 200"), "{path}: {head}");
        assert!(head.contains(&format!("content-type: {kind}")), "{path}: {head}");
        assert!(!head.contains("content-security-policy"), "{path}: {head}");
        assert_eq!(found, body, "{path}");
    }
}

#[test]
fn head_has_no_body_and_other_methods_are_refused() {
    let (_above, folder) = site();
    let server = PageServer::start(folder, "/", Security::Off).unwrap();
    let (head, body) = ask(&server, "HEAD", "/app.js");
    assert!(head.starts_with("http/1.1 200") && head.contains("content-length: 5"), "{head}");
    assert_eq!(body, "");
    let (head, _) = ask(&server, "POST", "/app.js");
    assert!(head.starts_with("http/1.1 405") && head.contains("allow: get, head"), "{head}");
}

#[test]
fn below_a_path_nothing_else_is_served() {
    let (_above, folder) = site();
    for prefix in ["/some/path/", "some/path", "/some/path"] {
        let server = PageServer::start(&folder, prefix, Security::Off).unwrap();
        assert_eq!(server.url(), format!("http://{}/some/path/", server.address()));
        assert!(ask(&server, "GET", "/some/path/").1.contains("page"));
        assert!(ask(&server, "GET", "/some/path/app.js").0.starts_with("http/1.1 200"));
        let (head, _) = ask(&server, "GET", "/some/path");
        assert!(head.starts_with("http/1.1 301") && head.contains("location: /some/path/\r\n"), "{head}");
        for path in ["/", "/index.html", "/app.js", "/some/", "/some/pathapp.js"] {
            assert!(ask(&server, "GET", path).0.starts_with("http/1.1 404"), "{path}");
        }
    }
}

#[test]
fn nothing_outside_of_the_folder_is_found() {
    let (_above, folder) = site();
    let server = PageServer::start(&folder, "/", Security::Off).unwrap();
    for path in [
        "/../secret.txt",
        "/%2e%2e/secret.txt",
        "/deep/../../secret.txt",
        "/..%2fsecret.txt",
        "/..%5csecret.txt",
        "//secret.txt",
        "/%00",
        "/%ff",
        "/deep",
        "/nothing.js",
    ] {
        let (head, body) = ask(&server, "GET", path);
        assert!(head.starts_with("http/1.1 404"), "{path}: {head}");
        assert_eq!(body, "There is no such file.\n", "{path}");
    }
}

#[cfg(unix)]
#[test]
fn links_that_lead_out_are_not_followed() {
    let (above, folder) = site();
    std::os::unix::fs::symlink(above.path().join("secret.txt"), folder.join("link.txt")).unwrap();
    let server = PageServer::start(&folder, "/", Security::Off).unwrap();
    assert!(ask(&server, "GET", "/link.txt").0.starts_with("http/1.1 404"));
}

#[test]
fn security_headers_come_with_every_file() {
    let (_above, folder) = site();
    let server = PageServer::start(&folder, "/", Security::On).unwrap();
    for path in ["/", "/app.js", "/app.wasm"] {
        let (head, _) = ask(&server, "GET", path);
        for header in ["content-security-policy: default-src 'none';", "frame-ancestors 'none'", "nosniff"] {
            assert!(head.contains(header), "{path}: {head}");
        }
    }
}

#[test]
fn a_changed_folder_is_served_as_it_is_now() {
    let (_above, folder) = site();
    let server = PageServer::start(&folder, "/", Security::Off).unwrap();
    std::fs::write(folder.join("app.js"), "let b").unwrap();
    assert_eq!(ask(&server, "GET", "/app.js").1, "let b");
}

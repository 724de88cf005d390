//! Who may ask from where, the headers of every answer, and how the server ends.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::Command;
use std::time::{Duration, Instant};

use super::Server;
use crate::support::{Enrichment, http, rapport};

#[test]
fn every_answer_has_the_headers_that_protect_it() {
    let server = Server::start(&[]);
    let mut replies: Vec<http::Reply> =
        ["/", "/customers", "/sql", "/style.css", "/script.js", "/nothing", "/runs"]
            .map(|path| server.get(path))
            .into();
    replies.push(http::ask(server.address, "GET", "/", &[("Host", "evil.example")], ""));
    replies.push(http::ask(
        server.address,
        "POST",
        "/sql",
        &[("Origin", "http://evil.example")],
        "",
    ));
    replies.push(server.post("/sql", &[("sql", "select 1")]));
    for reply in replies {
        let policy = reply.header("content-security-policy");
        for part in [
            "default-src 'none'",
            "style-src 'self'",
            "script-src 'self'",
            "frame-ancestors 'none'",
            "form-action 'self'",
            "base-uri 'none'",
        ] {
            assert!(policy.contains(part), "{policy}");
        }
        assert!(!policy.contains("unsafe"), "{policy}");
        assert_eq!(reply.header("x-content-type-options"), "nosniff");
        assert_eq!(reply.header("referrer-policy"), "same-origin");
        assert_eq!(reply.header("cache-control"), "no-store");
        assert_eq!(reply.header("x-frame-options"), "DENY");
        assert_eq!(reply.header("set-cookie"), "");
    }
}

#[test]
fn pages_hold_nothing_that_the_policy_forbids() {
    let server = Server::start(&[]);
    for path in [
        "/",
        "/customers",
        "/customer?id=C1",
        "/segments",
        "/segment/stale",
        "/sql",
        "/sources",
        "/runs",
    ] {
        let page = server.page(path);
        assert!(!page.contains(" style=") && !page.contains("<style"), "{path}");
        assert!(!page.contains(" onclick=") && !page.contains("javascript:"), "{path}");
        assert_eq!(page.matches("<script").count(), 1, "{path}");
        assert!(page.contains("<script src=\"/script.js\" defer></script>"), "{path}");
    }
}

#[test]
fn a_name_that_was_made_to_point_here_is_refused() {
    let server = Server::start(&[]);
    let asked = |host: &str| http::ask(server.address, "GET", "/", &[("Host", host)], "").status;
    let port = server.address.port();
    for host in [
        format!("localhost:{port}"),
        format!("127.0.0.1:{port}"),
        format!("LOCALHOST:{port}"),
        "[::1]".to_owned(),
    ] {
        assert_eq!(asked(&host), 200, "{host}");
    }
    for host in ["evil.example", "evil.example:80", "localhost.evil.example", "10.1.2.3", ""] {
        assert_eq!(asked(host), 421, "{host}");
    }
}

#[test]
fn forms_of_other_sites_are_refused() {
    let server = Server::start(&[]);
    let asked = |headers: &[(&str, &str)]| {
        let kind = [("Content-Type", "application/x-www-form-urlencoded")];
        http::ask(server.address, "POST", "/sql", &[&kind, headers].concat(), "sql=select+1").status
    };
    assert_eq!(asked(&[("Origin", &format!("http://{}", server.address))]), 200);
    assert_eq!(asked(&[("Sec-Fetch-Site", "same-origin")]), 200);
    for headers in [
        &[][..],
        &[("Origin", "null")],
        &[("Origin", "http://evil.example")],
        &[("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Mode", "navigate")],
        &[("Sec-Fetch-Site", "same-site")],
    ] {
        assert_eq!(asked(headers), 403, "{headers:?}");
    }
    // a page elsewhere may link here, and take nothing from here into itself
    let get = |headers: &[(&str, &str)]| http::ask(server.address, "GET", "/", headers, "").status;
    assert_eq!(get(&[("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Mode", "navigate")]), 200);
    assert_eq!(get(&[("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Mode", "no-cors")]), 403);
}

#[test]
fn what_is_no_request_for_a_page_is_told_so() {
    let server = Server::start(&[]);
    let origin = format!("http://{}", server.address);
    let asked = |method: &str, path: &str| {
        http::ask(server.address, method, path, &[("Origin", &origin)], "").status
    };
    assert_eq!(asked("GET", "/nothing"), 404);
    assert_eq!(asked("GET", "/../../etc/passwd"), 404);
    assert_eq!(asked("GET", "/style.css/x"), 404);
    assert_eq!(asked("POST", "/"), 405);
    assert_eq!(asked("DELETE", "/customers"), 405);
    let huge = "x".repeat(2 << 20);
    assert_eq!(server.post("/sql", &[("sql", &huge)]).status, 413);
    // what is no HTTP at all ends its connection, and no more than that
    let mut socket = TcpStream::connect(server.address).unwrap();
    socket.write_all(b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n").unwrap();
    let mut told = Vec::new();
    let _ = socket.read_to_end(&mut told);
    assert!(!told.starts_with(b"HTTP/1.1 200"));
    server.page("/");
}

#[test]
fn other_machines_need_a_password_and_a_certificate() {
    let enrichment = Enrichment::published();
    enrichment.write("password", "secret\n");
    for arguments in [&[][..], &["--password-file", "password"]] {
        let arguments = [&["serve", "--http", "0.0.0.0:0"], arguments].concat();
        let error = rapport(enrichment.folder(), &arguments).failed(1);
        assert!(error.contains("needs a password and TLS"), "{error}");
    }
    let error = rapport(enrichment.folder(), &["serve"]).failed(2);
    assert!(error.contains("--http") && error.contains("--postgres"), "{error}");
}

#[test]
fn connections_beyond_the_limit_are_refused() {
    let server = Server::start(&["--connections", "1"]);
    let mut first = TcpStream::connect(server.address).unwrap();
    first.write_all(b"GET / HTTP/1.1\r\n").unwrap();
    std::thread::sleep(Duration::from_millis(300));
    assert!(http::try_ask(server.address, "GET", "/", &[], "").is_err());
    drop(first);
    let begun = Instant::now();
    while http::try_ask(server.address, "GET", "/", &[], "").is_err() {
        assert!(begun.elapsed() < Duration::from_secs(60), "its place is never free again");
    }
}

#[test]
fn the_server_ends_when_it_is_told_to() {
    let mut server = Server::start(&[]);
    server.page("/");
    let idle = TcpStream::connect(server.address).unwrap();
    let pid = server.process.id().to_string();
    let begun = Instant::now();
    assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
    assert!(server.process.wait().unwrap().success());
    assert!(begun.elapsed() < Duration::from_secs(20));
    drop(idle);
}

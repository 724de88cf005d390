//! The password: what it opens, what it leaves open, and what guessing costs.

use std::process::Command;

use super::super::certify;
use super::{Server, links, text};
use crate::support::Enrichment;
use crate::support::http::{self, Reply};

fn guarded() -> Server {
    let enrichment = Enrichment::published();
    enrichment.write("password", "secret\n");
    Server::over(enrichment, &["--password-file", "password"])
}

/// The cookie that an answer sets, as a browser sends it back.
fn cookie(reply: &Reply) -> String {
    reply.header("set-cookie").split(';').next().unwrap().to_owned()
}

#[test]
fn without_the_password_nothing_is_told() {
    let server = guarded();
    for path in [
        "/",
        "/customers",
        "/customer?id=C1",
        "/segments",
        "/sql",
        "/sources",
        "/runs",
        "/runs/state",
        "/nothing",
    ] {
        let reply = server.get(path);
        assert_eq!(reply.status, 303, "{path}");
        assert!(reply.header("location").starts_with("/login"), "{path}");
        assert_eq!(reply.body, "", "{path}");
    }
    let reply = server.post("/sql", &[("sql", "select CustomerId from customer")]);
    assert_eq!((reply.status, reply.header("location")), (303, "/login"));
    let login = server.page("/login?next=%2Fcustomers%3Fq%3DC");
    assert!(login.contains("value=\"/customers?q=C\"") && !login.contains("C1"), "{login}");
    for forged in [
        "rapport=x",
        &format!("rapport-{}=", server.address.port()),
        &format!("rapport-{}=AAAA", server.address.port()),
    ] {
        assert_eq!(http::ask(server.address, "GET", "/", &[("Cookie", forged)], "").status, 303);
    }
}

#[test]
fn the_password_opens_the_pages_until_one_leaves() {
    let server = guarded();
    let wrong = server.post("/login", &[("password", "Secret"), ("next", "/customers")]);
    assert_eq!((wrong.status, wrong.header("set-cookie")), (401, ""));
    assert!(text(&wrong.body).contains("This is not the password"));
    let right = server.post("/login", &[("password", "secret"), ("next", "/customers?q=C")]);
    assert_eq!((right.status, right.header("location")), (303, "/customers?q=C"));
    let set = right.header("set-cookie");
    for part in ["HttpOnly", "SameSite=Strict", "Path=/", "Max-Age="] {
        assert!(set.contains(part), "{set}");
    }
    assert!(!set.contains("Secure"), "a browser would drop it: {set}");
    let cookie = cookie(&right);
    let page = |path: &str| http::ask(server.address, "GET", path, &[("Cookie", &cookie)], "");
    assert!(page("/customers").ok().contains("C1"));
    assert!(text(&page("/").ok()).contains("Sign out"));
    // where one is sent afterwards is a page of this server
    let elsewhere = server.post("/login", &[("password", "secret"), ("next", "//evil.example/")]);
    assert_eq!(elsewhere.header("location"), "/");
    let left = server.post_with("/logout", &[], &[("Cookie", &cookie)]);
    assert_eq!(left.status, 303);
    assert!(left.header("set-cookie").contains("Max-Age=0"));
    assert_eq!(page("/customers").status, 303);
}

#[test]
fn guessing_has_to_wait() {
    let server = guarded();
    let mut wrong = 0;
    let reply = loop {
        let reply = server.post("/login", &[("password", &format!("guess {wrong}"))]);
        if reply.status == 429 {
            break reply;
        }
        assert_eq!(reply.status, 401);
        wrong += 1;
        assert!(wrong < 50, "guessing never has to wait");
    };
    assert!(reply.header("retry-after").parse::<u64>().unwrap() > 0);
    // not even the right one is looked at now
    assert_eq!(server.post("/login", &[("password", "secret")]).status, 429);
}

#[test]
fn over_tls_the_cookie_is_secure() {
    let enrichment = Enrichment::published();
    enrichment.write("password", "secret\n");
    let has_certificate = certify(&enrichment);
    let has_curl = Command::new("curl").arg("--version").output().is_ok();
    if !has_certificate || !has_curl {
        eprintln!("SKIPPED: openssl or curl is not installed");
        return;
    }
    let tls = ["--tls-certificate", "certificate.pem", "--tls-key", "key.pem"];
    let server = Server::over(enrichment, &[&["--password-file", "password"], &tls[..]].concat());
    let base = format!("https://{}", server.address);
    let curl = |path: &str, more: &[&str]| {
        let output = Command::new("curl")
            .args([
                "-sS",
                "-i",
                "--noproxy",
                "*",
                "--cacert",
                "certificate.pem",
                &format!("{base}{path}"),
            ])
            .args(more)
            .current_dir(server.enrichment.folder())
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    assert!(curl("/", &[]).starts_with("HTTP/1.1 303"));
    let origin = format!("Origin: {base}");
    let entered = curl("/login", &["-d", "password=secret", "-H", &origin]).to_ascii_lowercase();
    assert!(
        entered.contains("set-cookie: __host-rapport-") && entered.contains("; secure"),
        "{entered}"
    );
    // without encryption there is no answer
    assert!(http::try_ask(server.address, "GET", "/", &[], "").is_err());
}

#[test]
fn without_a_password_there_is_nothing_to_sign_in_to() {
    let server = Server::start(&[]);
    assert_eq!(server.get("/login").header("location"), "/");
    assert!(!links(&server.page("/")).contains(&"/login".to_owned()));
    assert!(!server.page("/").contains("Sign out"));
}

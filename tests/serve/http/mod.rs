//! `rapport serve --http`: the server as a process, asked by a plain client and by a browser.

mod browser;
mod console;
mod driver;
mod gate;
mod look;
mod sign_in;

use std::net::SocketAddr;
use std::process::Child;

use super::serve;
use crate::support::Enrichment;
use crate::support::http::{self, Reply, form};

/// A server over an enrichment, ended when it is dropped.
struct Server {
    enrichment: Enrichment,
    process: Child,
    address: SocketAddr,
}

impl Server {
    fn start(arguments: &[&str]) -> Server {
        Server::over(Enrichment::accounts(), arguments)
    }

    fn over(enrichment: Enrichment, arguments: &[&str]) -> Server {
        let arguments = [&["--http", "127.0.0.1:0"], arguments].concat();
        let (process, address) = serve(&enrichment, &arguments);
        let address = address.trim_end_matches('/').rsplit_once('/').unwrap().1.parse().unwrap();
        Server { enrichment, process, address }
    }

    /// What is at this address.
    fn get(&self, path: &str) -> Reply {
        http::ask(self.address, "GET", path, &[], "")
    }

    /// The page at this address, if there is one.
    #[track_caller]
    fn page(&self, path: &str) -> String {
        self.get(path).ok()
    }

    /// The answer to a form that a page of the server has sent.
    fn post(&self, path: &str, fields: &[(&str, &str)]) -> Reply {
        self.post_with(path, fields, &[])
    }

    fn post_with(&self, path: &str, fields: &[(&str, &str)], headers: &[(&str, &str)]) -> Reply {
        let origin = format!("http://{}", self.address);
        let usual =
            [("Origin", origin.as_str()), ("Content-Type", "application/x-www-form-urlencoded")];
        http::ask(self.address, "POST", path, &[&usual, headers].concat(), &form(fields))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The addresses that a page links to.
fn links(page: &str) -> Vec<String> {
    let parts = page.split("href=\"").skip(1);
    let address = |part: &str| part.split('"').next().unwrap().replace("&amp;", "&");
    parts.map(address).collect()
}

/// The text of a page between tags, blanks once.
fn text(page: &str) -> String {
    let mut text = String::new();
    let mut is_tag = false;
    for c in page.chars() {
        match c {
            '<' => is_tag = true,
            '>' => {
                is_tag = false;
                text.push(' ');
            }
            c if !is_tag => text.push(c),
            _ => {}
        }
    }
    let text = text
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&amp;", "&");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

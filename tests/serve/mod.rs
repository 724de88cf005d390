//! `rapport serve --postgres`: the server as a process, asked over the wire and by the clients that people have.

mod client;
mod guard;
mod limit;
mod wire;

use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::process::{Child, Stdio};

use crate::support::{Enrichment, start};

/// A server over a published enrichment, ended when it is dropped.
struct Server {
    enrichment: Enrichment,
    process: Child,
    address: SocketAddr,
}

impl Server {
    fn start(arguments: &[&str]) -> Server {
        Server::over(Enrichment::published(), arguments)
    }

    fn over(enrichment: Enrichment, arguments: &[&str]) -> Server {
        let arguments = [&["serve", "--postgres", "127.0.0.1:0"], arguments].concat();
        let mut process =
            start(enrichment.folder(), &arguments).stderr(Stdio::piped()).spawn().unwrap();
        let mut told = BufReader::new(process.stderr.take().unwrap());
        let mut seen = String::new();
        let address = loop {
            let from = seen.len();
            assert!(told.read_line(&mut seen).unwrap() > 0, "the server ended: {seen}");
            if let Some(address) = seen[from..].trim().strip_prefix("listening on ") {
                break address.parse().unwrap();
            }
        };
        // what it still has to say must not block it
        std::thread::spawn(move || told.read_to_string(&mut String::new()));
        Server { enrichment, process, address }
    }

    fn connect(&self) -> wire::Client {
        wire::Client::connect(self.address)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

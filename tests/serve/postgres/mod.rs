//! `rapport serve --postgres`: the server as a process, asked over the wire and by the clients that people have.

mod catalogue;
mod client;
mod guard;
mod limit;
mod wire;

use std::net::SocketAddr;
use std::process::Child;

use super::serve;
use crate::support::Enrichment;

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
        let arguments = [&["--postgres", "127.0.0.1:0"], arguments].concat();
        let (process, address) = serve(&enrichment, &arguments);
        Server { enrichment, process, address: address.parse().unwrap() }
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

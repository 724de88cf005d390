//! `rapport serve`: each server as a process, asked over the wire and by the clients that people have.

#[cfg(feature = "http")]
mod http;
#[cfg(feature = "postgres")]
mod postgres;

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};

use crate::support::{Enrichment, start};

/// Starts `rapport serve` with these arguments; what it says after "listening on", and the process.
fn serve(enrichment: &Enrichment, arguments: &[&str]) -> (Child, String) {
    let arguments = [&["serve"], arguments].concat();
    let mut process =
        start(enrichment.folder(), &arguments).stderr(Stdio::piped()).spawn().unwrap();
    let mut told = BufReader::new(process.stderr.take().unwrap());
    let mut seen = String::new();
    let address = loop {
        let from = seen.len();
        assert!(told.read_line(&mut seen).unwrap() > 0, "the server ended: {seen}");
        if let Some(address) = seen[from..].trim().strip_prefix("listening on ") {
            break address.to_owned();
        }
    };
    // what it still has to say must not block it
    std::thread::spawn(move || told.read_to_string(&mut String::new()));
    (process, address)
}

/// Makes `certificate.pem` and `key.pem` for this machine beside the definition, where openssl is installed.
fn certify(enrichment: &Enrichment) -> bool {
    let made = Command::new("openssl")
        .args(["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"])
        .args(["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"])
        .args(["-keyout", "key.pem", "-out", "certificate.pem"])
        .current_dir(enrichment.folder())
        .output();
    made.is_ok_and(|made| made.status.success())
}

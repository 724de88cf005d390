//! As much of the Postgres protocol as the tests need, so that they need no client.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

pub(super) struct Client {
    stream: TcpStream,
    /// What stops its queries, from another connection.
    key: Vec<u8>,
}

/// What the server has answered to one message.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Answer {
    /// Names of the columns.
    pub(super) columns: Vec<String>,
    /// Values as texts.
    pub(super) rows: Vec<Vec<Option<String>>>,
    /// SQLSTATE and message of the errors.
    pub(super) errors: Vec<(String, String)>,
}

impl Answer {
    /// The SQLSTATE of the only error.
    #[track_caller]
    pub(super) fn code(&self) -> &str {
        assert_eq!(self.errors.len(), 1, "{self:?}");
        &self.errors[0].0
    }

    /// The values of the only column; there was no error.
    #[track_caller]
    pub(super) fn values(&self) -> Vec<&str> {
        assert_eq!(self.errors, []);
        self.rows.iter().map(|row| row[0].as_deref().unwrap_or("null")).collect()
    }
}

impl Client {
    pub(super) fn connect(address: SocketAddr) -> Client {
        let (client, answer) = Client::try_connect(address);
        assert_eq!(answer.errors, []);
        client
    }

    pub(super) fn try_connect(address: SocketAddr) -> (Client, Answer) {
        let stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(120))).unwrap();
        let mut client = Client { stream, key: Vec::new() };
        let body = b"\0\x03\0\0user\0me\0database\0rapport\0\0";
        client.stream.write_all(&(body.len() as u32 + 4).to_be_bytes()).unwrap();
        client.stream.write_all(body).unwrap();
        let answer = client.answer();
        (client, answer)
    }

    /// Asks by the simple protocol.
    pub(super) fn ask(&mut self, sql: &str) -> Answer {
        self.begin(sql);
        self.answer()
    }

    /// Asks, and waits for no answer.
    pub(super) fn begin(&mut self, sql: &str) {
        self.send(b'Q', &[sql.as_bytes(), b"\0"].concat());
    }

    /// Asks the server to stop what this client has begun.
    pub(super) fn cancel(&self) {
        let mut stream = TcpStream::connect(self.stream.peer_addr().unwrap()).unwrap();
        let request = [&80_877_102_u32.to_be_bytes()[..], &self.key].concat();
        stream.write_all(&(request.len() as u32 + 4).to_be_bytes()).unwrap();
        stream.write_all(&request).unwrap();
    }

    /// Asks by the extended protocol, without parameters.
    pub(super) fn ask_prepared(&mut self, sql: &str) -> Answer {
        self.send(b'P', &[b"\0", sql.as_bytes(), b"\0\0\0"].concat());
        self.send(b'B', b"\0\0\0\0\0\0\0\0");
        self.send(b'E', b"\0\0\0\0\0");
        self.send(b'S', b"");
        self.answer()
    }

    fn send(&mut self, kind: u8, body: &[u8]) {
        let mut message = vec![kind];
        message.extend((body.len() as u32 + 4).to_be_bytes());
        message.extend(body);
        self.stream.write_all(&message).unwrap();
    }

    /// Reads until the server is ready for more, or asks for a password, or has closed.
    pub(super) fn answer(&mut self) -> Answer {
        let mut answer = Answer::default();
        loop {
            let mut head = [0; 5];
            if self.stream.read_exact(&mut head).is_err() {
                return answer;
            }
            let length = u32::from_be_bytes(head[1..].try_into().unwrap()) as usize - 4;
            let mut body = vec![0; length];
            self.stream.read_exact(&mut body).unwrap();
            match head[0] {
                b'T' => answer.columns = columns(&body[2..]),
                b'D' => answer.rows.push(row(&body[2..])),
                b'K' => self.key = body,
                b'E' => answer.errors.push(error(&body)),
                b'Z' => return answer,
                // a password is asked for, other than by "nothing more is needed"
                b'R' if body[..4] != [0; 4] => {
                    answer.errors.push(("password".to_owned(), String::new()));
                    return answer;
                }
                _ => {}
            }
        }
    }
}

/// Each name ends with a zero, and numbers about its type follow.
fn columns(mut body: &[u8]) -> Vec<String> {
    let mut names = Vec::new();
    while let Some(end) = body.iter().position(|byte| *byte == 0) {
        names.push(String::from_utf8(body[..end].to_vec()).unwrap());
        body = &body[end + 19..];
    }
    names
}

fn row(mut body: &[u8]) -> Vec<Option<String>> {
    let mut values = Vec::new();
    while let Some((length, rest)) = body.split_first_chunk::<4>() {
        let length = i32::from_be_bytes(*length);
        let (value, rest) = rest.split_at(usize::try_from(length).unwrap_or(0));
        values.push((length >= 0).then(|| String::from_utf8(value.to_vec()).unwrap()));
        body = rest;
    }
    values
}

fn error(body: &[u8]) -> (String, String) {
    let fields = body.split(|byte| *byte == 0).filter(|field| !field.is_empty());
    let field = |kind: u8| {
        let found = fields.clone().find(|field| field[0] == kind);
        String::from_utf8(found.map_or(vec![], |field| field[1..].to_vec())).unwrap()
    };
    (field(b'C'), field(b'M'))
}

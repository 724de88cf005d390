//! Whether a client is still there while it is not being read.

use std::io;
use std::time::Duration;

use tokio::io::Interest;
use tokio::net::TcpStream;

/// How often it is looked.
pub(super) const TICK: Duration = Duration::from_millis(250);

/// The other end of a socket.
pub(super) struct Peer(TcpStream);

impl Peer {
    /// The socket, and an eye on it.
    pub(super) fn watch(socket: TcpStream) -> io::Result<(TcpStream, Peer)> {
        let socket = socket.into_std()?;
        let watched = TcpStream::from_std(socket.try_clone()?)?;
        Ok((TcpStream::from_std(socket)?, Peer(watched)))
    }

    /// Returns once the client has closed its end.
    pub(super) async fn gone(&self) {
        loop {
            match self.0.ready(Interest::READABLE).await {
                Ok(ready) if !ready.is_read_closed() => tokio::time::sleep(TICK).await,
                _ => return,
            }
        }
    }
}

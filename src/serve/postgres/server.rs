//! What all connections share, and how they are taken and let go.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use datafusion_postgres::datafusion_pg_catalog::sql::PostgresCompatibilityParser;
use std::net::SocketAddr;
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsAcceptor;

use super::Request;
use super::cancel::Registry;
use super::catalog::Catalog;
use super::connection::Connection;
use super::password::Known;
use crate::query::Source;

/// Sockets beyond the connections, for those that are told that there is no place or wish to cancel.
const SPARE: usize = 16;
/// What clients negotiate directly, without asking in plain text first.
const ALPN: &[u8] = b"postgresql";
/// How long connections may take to end when the server stops.
const FAREWELL: Duration = Duration::from_secs(3);

pub(super) struct Server {
    pub(super) request: Request,
    pub(super) source: Source,
    pub(super) tls: Option<TlsAcceptor>,
    /// The certificate, to which clients can bind their password.
    pub(super) certificate: Option<Vec<u8>>,
    pub(super) password: Option<Arc<Known>>,
    /// Places of connections.
    pub(super) places: Arc<Semaphore>,
    pub(super) registry: Arc<Registry>,
    pub(super) catalog: Catalog,
    pub(super) parser: PostgresCompatibilityParser,
    /// Turns true when the server stops.
    pub(super) stopping: watch::Receiver<bool>,
}

/// Answers Postgres clients until `shutdown`; `on_ready` is told the address once they can come.
pub async fn serve(
    request: Request,
    source: Source,
    on_ready: impl FnOnce(SocketAddr),
    shutdown: impl Future<Output = ()>,
) -> Result<()> {
    request.access.check(request.listen)?;
    let (stop, stopping) = watch::channel(false);
    let certificate = request.access.tls.as_ref().map(|tls| {
        let path = &tls.certificate;
        std::fs::read(path).with_context(|| format!("cannot read `{}`", path.display()))
    });
    let server = Arc::new(Server {
        tls: request.access.acceptor(ALPN)?,
        certificate: certificate.transpose()?,
        password: request.access.password.as_deref().map(Known::new).map(Arc::new),
        places: Arc::new(Semaphore::new(request.limits.connections)),
        registry: Arc::default(),
        catalog: Catalog::open(&source).await?,
        parser: PostgresCompatibilityParser::new(),
        stopping,
        request,
        source,
    });
    let address = server.request.listen;
    let listener = TcpListener::bind(address)
        .await
        .with_context(|| format!("cannot listen on `{address}`"))?;
    on_ready(listener.local_addr()?);

    let sockets = Arc::new(Semaphore::new(server.request.limits.connections + SPARE));
    let mut connections = JoinSet::new();
    let mut shutdown = std::pin::pin!(shutdown);
    loop {
        tokio::select! {
            () = &mut shutdown => break,
            Some(_) = connections.join_next() => {}
            accepted = listener.accept() => match (accepted, sockets.clone().try_acquire_owned()) {
                (Ok((socket, _)), Ok(place)) => {
                    let connection = Connection::new(&server);
                    connections.spawn(async move {
                        // a client that has gone is no concern of the server's
                        let _ = connection.converse(socket).await;
                        drop(place);
                    });
                }
                (Ok(_), Err(_)) => {}
                // out of file descriptors, most likely
                (Err(_), _) => sleep(Duration::from_millis(100)).await,
            },
        }
    }
    drop(listener);
    let _ = stop.send(true);
    let _ = timeout(FAREWELL, async { while connections.join_next().await.is_some() {} }).await;
    connections.abort_all();
    Ok(())
}

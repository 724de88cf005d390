//! What all requests share, and how connections are taken and let go.

use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use axum::{Extension, Router};
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsAcceptor;

use super::published::Current;
use super::sign_in::SignIn;
use super::{Request, routes};
use crate::page::{Links, Page, SetFacts};
use crate::store::Set;

/// How long a client may take to agree on encryption, and to send the head of a request.
const PATIENCE: Duration = Duration::from_secs(15);
/// How long answers under way may take when the server stops.
const FAREWELL: Duration = Duration::from_secs(3);
/// How often it is looked whether something was published, so that nobody has to wait until it is read.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// Bytes of the head of a request.
const HEAD: usize = 64 << 10;
/// What clients negotiate.
const ALPN: &[u8] = b"http/1.1";

pub(super) type Shared = Arc<Server>;

pub(super) struct Server {
    pub(super) request: Request,
    /// Where it listens.
    pub(super) address: SocketAddr,
    pub(super) sign_in: Option<SignIn>,
    pub(super) current: Current,
}

/// Who is at the other end.
#[derive(Debug, Clone, Copy)]
pub(super) struct Peer(pub(super) SocketAddr);

impl Server {
    /// What a page over `set` is told.
    pub(super) fn page<'a>(&'a self, set: Option<&'a Set>) -> Page<'a> {
        Page {
            links: Links::Live,
            enrichment: &self.request.definition.name,
            set: set.map(|set| SetFacts { run: &set.run, as_of: set.as_of }),
            numbers: &self.request.numbers,
            can_sign_out: self.sign_in.is_some(),
        }
    }
}

/// Answers browsers until `shutdown`; `on_ready` is told the address once they can come.
pub async fn serve(
    request: Request,
    on_ready: impl FnOnce(SocketAddr),
    shutdown: impl Future<Output = ()>,
) -> Result<()> {
    request.access.check(request.listen)?;
    let tls = request.access.acceptor(ALPN)?;
    let listener = TcpListener::bind(request.listen)
        .await
        .with_context(|| format!("cannot listen on `{}`", request.listen))?;
    let address = listener.local_addr()?;
    let places = Arc::new(Semaphore::new(request.limits.connections));
    let sign_in = request
        .access
        .password
        .as_deref()
        .map(|password| SignIn::new(password, address.port(), request.access.tls.is_some()));
    let current = Current::default();
    let server = Arc::new(Server { request, address, sign_in, current });
    // what cannot be read is told on the pages
    let _ = server.current.get(&server.request.source).await;
    let watching = server.clone();
    let watch = tokio::spawn(async move {
        loop {
            sleep(LOOK_EVERY).await;
            let _ = watching.current.get(&watching.request.source).await;
        }
    });
    let routes = routes(server);
    on_ready(address);

    let (stop, stopping) = watch::channel(false);
    let mut connections = JoinSet::new();
    let mut shutdown = pin!(shutdown);
    loop {
        tokio::select! {
            () = &mut shutdown => break,
            Some(_) = connections.join_next() => {}
            accepted = listener.accept() => match (accepted, places.clone().try_acquire_owned()) {
                (Ok((socket, peer)), Ok(place)) => {
                    let routes = routes.clone().layer(Extension(Peer(peer)));
                    let (tls, stopping) = (tls.clone(), stopping.clone());
                    connections.spawn(async move {
                        converse(socket, tls, routes, stopping).await;
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
    watch.abort();
    let _ = stop.send(true);
    let _ = timeout(FAREWELL, async { while connections.join_next().await.is_some() {} }).await;
    connections.abort_all();
    Ok(())
}

/// Reads and answers the requests of one connection; a client that has gone is no concern of the server's.
async fn converse(
    socket: TcpStream,
    tls: Option<TlsAcceptor>,
    routes: Router,
    stopping: watch::Receiver<bool>,
) {
    let _ = socket.set_nodelay(true);
    match tls {
        None => answer(socket, routes, stopping).await,
        Some(tls) => {
            if let Ok(Ok(socket)) = timeout(PATIENCE, tls.accept(socket)).await {
                answer(socket, routes, stopping).await;
            }
        }
    }
}

async fn answer(
    socket: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    routes: Router,
    mut stopping: watch::Receiver<bool>,
) {
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(PATIENCE)
        .max_buf_size(HEAD)
        .serve_connection(TokioIo::new(socket), TowerToHyperService::new(routes));
    let mut connection = pin!(connection);
    tokio::select! {
        _ = connection.as_mut() => return,
        _ = stopping.wait_for(|stopping| *stopping) => {}
    }
    connection.as_mut().graceful_shutdown();
    let _ = connection.await;
}

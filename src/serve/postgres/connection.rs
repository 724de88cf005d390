//! One connection: its state, and its messages in turn.

use std::collections::{HashMap, HashSet};
use std::io;
use std::ops::Deref;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use datafusion_postgres::pgwire::api::auth::DefaultServerParameterProvider;
use datafusion_postgres::pgwire::api::auth::sasl::SASLAuthStartupHandler;
use datafusion_postgres::pgwire::api::auth::sasl::scram::ScramAuth;
use datafusion_postgres::pgwire::api::{ClientInfo, NoopHandler};
use datafusion_postgres::pgwire::error::{PgWireError, PgWireResult};
use datafusion_postgres::pgwire::messages::PgWireFrontendMessage;
use datafusion_postgres::pgwire::messages::extendedquery::TARGET_TYPE_BYTE_STATEMENT;
use datafusion_postgres::pgwire::tokio::server::{negotiate_tls, process_error, process_message};
use futures::StreamExt;
use tokio::net::TcpStream;
use tokio::sync::{OnceCell, OwnedSemaphorePermit};
use tokio::time::{Instant, sleep, timeout_at};

use super::cancel::{Active, Keys};
use super::cursor::Cursor;
use super::error::{error, fatal, inside, told};
use super::peer::{Peer, TICK};
use super::run::Run;
use super::server::Server;
use super::statement::Prepared;
use super::{catalog, setting, startup};
use crate::query::Session;

/// How long a client may take until it is let in.
const STARTUP: Duration = Duration::from_secs(10);
/// Bytes of a message of which the end has not come: before and after it is let in.
const UNREAD: [usize; 2] = [64 << 10, 16 << 20];
/// Prepared statements and portals with a name.
const NAMES: usize = 1_000;
/// How long a client may leave the end of its query unread.
const PATIENCE: Duration = Duration::from_secs(5);

/// A connection, as all its handlers see it.
#[derive(Clone)]
pub(super) struct Connection(Arc<State>);

pub(super) struct State {
    pub(super) server: Arc<Server>,
    pub(super) sasl: Option<SASLAuthStartupHandler<DefaultServerParameterProvider>>,
    pub(super) keys: Arc<Keys>,
    pub(super) active: Arc<Active>,
    pub(super) is_authenticated: AtomicBool,
    pub(super) place: Mutex<Option<OwnedSemaphorePermit>>,
    /// Names of prepared statements.
    pub(super) names: Mutex<HashSet<String>>,
    portals: Mutex<HashSet<String>>,
    cursors: Mutex<HashMap<String, Cursor>>,
    session: OnceCell<Session>,
    /// The queries of a connection need one permit between them.
    permit: Mutex<Weak<OwnedSemaphorePermit>>,
}

impl Deref for Connection {
    type Target = State;

    fn deref(&self) -> &State {
        &self.0
    }
}

impl Connection {
    pub(super) fn new(server: &Arc<Server>) -> Self {
        let active = Arc::<Active>::default();
        let keys = Arc::new(Keys { registry: server.registry.clone(), active: active.clone() });
        let sasl = server.password.as_ref().map(|password| {
            let mut scram = ScramAuth::new(password.clone());
            // a certificate with another signature than clients can bind to does without
            if let Some(certificate) = &server.certificate {
                let _ = scram.configure_certificate(certificate);
            }
            SASLAuthStartupHandler::new(Arc::new(startup::told()))
                .with_scram(scram)
                .with_pid_secret_key_generator(keys.clone())
        });
        Self(Arc::new(State {
            server: server.clone(),
            sasl,
            keys,
            active,
            is_authenticated: AtomicBool::new(false),
            place: Mutex::default(),
            names: Mutex::default(),
            portals: Mutex::default(),
            cursors: Mutex::default(),
            session: OnceCell::new(),
            permit: Mutex::default(),
        }))
    }

    /// Reads and answers messages until either side has had enough.
    pub(super) async fn converse(&self, socket: TcpStream) -> io::Result<()> {
        let admission = Instant::now() + STARTUP;
        let (socket, peer) = Peer::watch(socket)?;
        let negotiated = negotiate_tls::<Prepared>(socket, self.server.tls.clone());
        let Some(mut socket) = timeout_at(admission, negotiated).await?? else { return Ok(()) };
        let handler = Arc::new(self.clone());
        let (no_copy, registry) = (Arc::new(NoopHandler), self.server.registry.clone());
        let mut stopping = self.server.stopping.clone();
        loop {
            let message = tokio::select! {
                message = socket.next() => message,
                () = async { drop(stopping.wait_for(|stopping| *stopping).await) } => {
                    let text = "terminating connection due to administrator command";
                    return process_error(&mut socket, fatal("57P01", text), false).await;
                }
                () = sleep(TICK) => {
                    let is_in = self.is_authenticated.load(Ordering::Relaxed);
                    if !is_in && Instant::now() > admission {
                        return Ok(());
                    }
                    if socket.read_buffer().len() > UNREAD[usize::from(is_in)] {
                        return process_error(&mut socket, fatal("54000", "the message is too long"), false).await;
                    }
                    continue;
                }
            };
            let message = match message {
                None | Some(Ok(PgWireFrontendMessage::Terminate(_))) => return Ok(()),
                Some(Ok(message)) => message,
                Some(Err(error)) => return process_error(&mut socket, error, false).await,
            };
            let is_extended = message.is_extended_query();
            let is_last = matches!(message, PgWireFrontendMessage::CancelRequest(_));
            let result = match self.admit(&message) {
                Err(error) => Err(error),
                Ok(()) => {
                    let (startup, simple) = (handler.clone(), handler.clone());
                    let (extended, copy) = (handler.clone(), no_copy.clone());
                    let answered = process_message(
                        message,
                        &mut socket,
                        startup,
                        simple,
                        extended,
                        copy,
                        registry.clone(),
                    );
                    tokio::select! {
                        result = answered => result,
                        () = peer.gone() => return Ok(()),
                        () = self.stuck() => return Ok(()),
                    }
                }
            };
            if let Err(error) = result {
                let mut error = told(error);
                // whoever fails to get in is not let try other messages
                if !self.is_authenticated.load(Ordering::Relaxed) {
                    error.severity = "FATAL".to_owned();
                }
                let is_fatal = error.is_fatal();
                let error = PgWireError::UserError(Box::new(error));
                process_error(&mut socket, error, is_extended).await?;
                if is_fatal {
                    return Ok(());
                }
            }
            if is_last {
                return Ok(());
            }
        }
    }

    /// Returns once the client has long not read the end of its query.
    async fn stuck(&self) {
        loop {
            sleep(TICK).await;
            let ended = self.active.get().and_then(|run| run.ended_for());
            if ended.is_some_and(|ended| ended > PATIENCE) {
                return;
            }
        }
    }

    /// Whether `message` may come now.
    fn admit(&self, message: &PgWireFrontendMessage) -> PgWireResult<()> {
        use PgWireFrontendMessage::{
            Bind, CancelRequest, Close, Parse, PasswordMessageFamily, SslNegotiation, Startup,
        };
        let name = |names: &Mutex<HashSet<String>>, name: &Option<String>| {
            let mut names = names.lock().unwrap_or_else(PoisonError::into_inner);
            let Some(name) = name else { return Ok(()) };
            if names.len() >= NAMES && !names.contains(name) {
                return Err(error("53400", &format!("a session may name {NAMES} statements")));
            }
            names.insert(name.clone());
            Ok(())
        };
        match message {
            Startup(_) | PasswordMessageFamily(_) | CancelRequest(_) | SslNegotiation(_) => Ok(()),
            _ if !self.is_authenticated.load(Ordering::Relaxed) => {
                Err(fatal("28000", "authentication comes first"))
            }
            Parse(parse) => name(&self.names, &parse.name),
            Bind(bind) => name(&self.portals, &bind.portal_name),
            Close(close) => {
                let is_statement = close.target_type == TARGET_TYPE_BYTE_STATEMENT;
                let names = if is_statement { &self.names } else { &self.portals };
                if let Some(name) = &close.name {
                    names.lock().unwrap_or_else(PoisonError::into_inner).remove(name);
                    if !is_statement {
                        self.cursors().remove(name);
                    }
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// The session, opened for the first question.
    pub(super) async fn session(&self) -> PgWireResult<&Session> {
        let open = || async {
            let session = Session::open(self.server.source.clone()).await?;
            catalog::share(&session, &self.server.catalog).await?;
            Ok(session)
        };
        self.0.session.get_or_try_init(open).await.map_err(inside)
    }

    /// Begins a query: it may take what the server allows, or less where the client has said so.
    pub(super) fn begin(&self, client: &impl ClientInfo) -> Arc<Run> {
        let most = self.server.request.limits.time;
        let run = Run::start(setting::timeout(client).map_or(most, |time| time.min(most)));
        self.active.set(&run);
        run
    }

    /// Waits until a query may run.
    pub(super) async fn permit(&self) -> PgWireResult<Arc<OwnedSemaphorePermit>> {
        let held = self.permit.lock().unwrap_or_else(PoisonError::into_inner).upgrade();
        if let Some(permit) = held {
            return Ok(permit);
        }
        let permit = self.server.request.limits.queries.clone().acquire_owned().await;
        let permit = Arc::new(permit.map_err(|_| error("57P01", "the server stops"))?);
        *self.permit.lock().unwrap_or_else(PoisonError::into_inner) = Arc::downgrade(&permit);
        Ok(permit)
    }

    pub(super) fn cursors(&self) -> MutexGuard<'_, HashMap<String, Cursor>> {
        self.cursors.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

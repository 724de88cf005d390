//! The start of a connection: encryption, a place, the password.

use std::fmt::Debug;
use std::sync::PoisonError;
use std::sync::atomic::Ordering;

use async_trait::async_trait;
use datafusion_postgres::pgwire::api::auth::{
    DefaultServerParameterProvider, StartupHandler, finish_authentication, protocol_negotiation,
    save_startup_parameters_to_metadata,
};
use datafusion_postgres::pgwire::api::{ClientInfo, PgWireConnectionState, PidSecretKeyGenerator};
use datafusion_postgres::pgwire::error::{PgWireError, PgWireResult};
use datafusion_postgres::pgwire::messages::{PgWireBackendMessage, PgWireFrontendMessage};
use futures::Sink;

use super::connection::Connection;
use super::error::fatal;
use super::setting;

/// What clients are told at the start.
pub(super) fn told() -> DefaultServerParameterProvider {
    let mut told = DefaultServerParameterProvider::default();
    told.server_version = setting::SERVER_VERSION.to_owned();
    told.is_superuser = false;
    told.default_transaction_read_only = true;
    told
}

#[async_trait]
impl StartupHandler for Connection {
    async fn on_startup<C>(
        &self,
        client: &mut C,
        message: PgWireFrontendMessage,
    ) -> PgWireResult<()>
    where
        C: ClientInfo + Sink<PgWireBackendMessage> + Unpin + Send + Sync,
        C::Error: Debug,
        PgWireError: From<<C as Sink<PgWireBackendMessage>>::Error>,
    {
        if let PgWireFrontendMessage::Startup(_) = &message {
            if self.server.tls.is_some() && !client.is_secure() {
                let text = "this server takes encrypted connections alone\nhint: sslmode=require";
                return Err(fatal("28000", text));
            }
            self.take_place()?;
        }
        match (&self.sasl, message) {
            (Some(sasl), message) => sasl.on_startup(client, message).await?,
            (None, PgWireFrontendMessage::Startup(startup)) => {
                protocol_negotiation(client, &startup).await?;
                save_startup_parameters_to_metadata(client, &startup);
                let (number, key) = self.keys.generate(client);
                client.set_pid_and_secret_key(number, key);
                finish_authentication(client, &told()).await?;
            }
            (None, _) => return Err(fatal("08P01", "a startup message was expected")),
        }
        if matches!(client.state(), PgWireConnectionState::ReadyForQuery) {
            setting::at_startup(client.metadata_mut());
            self.is_authenticated.store(true, Ordering::Relaxed);
        }
        Ok(())
    }
}

impl Connection {
    /// One of so many connections.
    fn take_place(&self) -> PgWireResult<()> {
        let place = self.server.places.clone().try_acquire_owned();
        let place = place.map_err(|_| fatal("53300", "sorry, too many clients already"))?;
        *self.place.lock().unwrap_or_else(PoisonError::into_inner) = Some(place);
        Ok(())
    }
}

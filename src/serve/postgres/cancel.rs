//! A client's wish, told on a connection of its own, that its running query ends.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use async_trait::async_trait;
use datafusion_postgres::pgwire::api::cancel::CancelHandler;
use datafusion_postgres::pgwire::api::{
    ClientInfo, PidSecretKeyGenerator, RandomPidSecretKeyGenerator,
};
use datafusion_postgres::pgwire::messages::cancel::CancelRequest;
use datafusion_postgres::pgwire::messages::startup::SecretKey;

use super::run::{Ended, Run};

/// What a connection is doing now: nothing once the run has gone.
#[derive(Default)]
pub(super) struct Active(Mutex<Weak<Run>>);

impl Active {
    pub(super) fn set(&self, run: &Arc<Run>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Arc::downgrade(run);
    }

    pub(super) fn get(&self) -> Option<Arc<Run>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).upgrade()
    }
}

/// Connections by number, each with the secret that its client was given.
#[derive(Default)]
pub(super) struct Registry {
    numbers: RandomPidSecretKeyGenerator,
    connections: Mutex<HashMap<i32, (SecretKey, Weak<Active>)>>,
}

#[async_trait]
impl CancelHandler for Registry {
    async fn on_cancel_request(&self, request: CancelRequest) {
        let connections = self.connections.lock().unwrap_or_else(PoisonError::into_inner);
        let Some((key, active)) = connections.get(&request.pid) else { return };
        if key.eq_value(&request.secret_key)
            && let Some(run) = active.upgrade().and_then(|active| active.get())
        {
            run.end(Ended::Asked);
        }
    }
}

/// Gives a connection its number and secret.
pub(super) struct Keys {
    pub(super) registry: Arc<Registry>,
    pub(super) active: Arc<Active>,
}

impl PidSecretKeyGenerator for Keys {
    fn generate(&self, client: &dyn ClientInfo) -> (i32, SecretKey) {
        let (number, key) = self.registry.numbers.generate(client);
        let mut connections =
            self.registry.connections.lock().unwrap_or_else(PoisonError::into_inner);
        connections.retain(|_, (_, active)| active.strong_count() > 0);
        connections.insert(number, (key.clone(), Arc::downgrade(&self.active)));
        (number, key)
    }
}

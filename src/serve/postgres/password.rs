//! The one password, as SCRAM-SHA-256 has it: salted, never sent.

use std::fmt;

use async_trait::async_trait;
use datafusion_postgres::pgwire::api::auth::sasl::scram::{SCRAM_ITERATIONS, gen_salted_password};
use datafusion_postgres::pgwire::api::auth::{AuthSource, LoginInfo, Password};
use datafusion_postgres::pgwire::error::PgWireResult;

/// The same for every user name.
pub(super) struct Known {
    salt: [u8; 16],
    salted: Vec<u8>,
}

impl Known {
    pub(super) fn new(password: &str) -> Self {
        let salt = rand::random();
        Self { salt, salted: gen_salted_password(password, &salt, SCRAM_ITERATIONS) }
    }
}

impl fmt::Debug for Known {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Known")
    }
}

#[async_trait]
impl AuthSource for Known {
    async fn get_password(&self, _login: &LoginInfo) -> PgWireResult<Password> {
        Ok(Password::new(Some(self.salt.to_vec()), self.salted.clone()))
    }
}

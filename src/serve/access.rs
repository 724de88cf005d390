//! Who may ask: on this machine anybody, from elsewhere those who know a password, over an encrypted connection.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::{ServerConfig, crypto};

/// What is asked of whoever connects.
#[derive(Debug, Clone, Default)]
pub struct Access {
    /// What clients have to know; without it anyone on this machine may ask.
    pub password: Option<String>,
    /// With it every connection has to be encrypted.
    pub tls: Option<Tls>,
}

/// The server's certificate.
#[derive(Debug, Clone)]
pub struct Tls {
    /// PEM file with the certificate, and those between it and the root.
    pub certificate: PathBuf,
    /// PEM file with the private key: PKCS#8, PKCS#1 or SEC1.
    pub key: PathBuf,
}

impl Access {
    /// Whoever reaches an address beyond this machine has to know a password, and nobody may read along.
    pub(super) fn check(&self, listen: SocketAddr) -> Result<()> {
        if !listen.ip().is_loopback() && (self.password.is_none() || self.tls.is_none()) {
            bail!(
                "`{listen}` can be reached from other machines, which needs a password and TLS\n\
                 hint: add --password-file, --tls-certificate and --tls-key, or listen on 127.0.0.1"
            );
        }
        Ok(())
    }

    /// What encrypts connections over which `protocol` is spoken, where there is a certificate.
    ///
    /// Fails where the files cannot be read or do not belong together.
    pub(super) fn acceptor(&self, protocol: &[u8]) -> Result<Option<TlsAcceptor>> {
        self.tls.as_ref().map(|tls| acceptor(tls, protocol)).transpose()
    }
}

fn acceptor(tls: &Tls, protocol: &[u8]) -> Result<TlsAcceptor> {
    let certificates = certificates(&tls.certificate)?;
    let key = PrivateKeyDer::from_pem_file(&tls.key).with_context(|| {
        format!(
            "`{}` has no private key that can be read\nhint: --tls-key takes a PEM file without a passphrase",
            tls.key.display()
        )
    })?;
    let mut config =
        ServerConfig::builder_with_provider(Arc::new(crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(certificates, key)
            .with_context(|| {
                format!(
                    "the key `{}` does not fit the certificate `{}`",
                    tls.key.display(),
                    tls.certificate.display()
                )
            })?;
    config.alpn_protocols = vec![protocol.to_owned()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>> {
    let read = || -> Result<Vec<_>> {
        let found = CertificateDer::pem_file_iter(path)?.collect::<Result<Vec<_>, _>>()?;
        anyhow::ensure!(!found.is_empty(), "no certificate in it");
        Ok(found)
    };
    read().with_context(|| {
        format!(
            "`{}` cannot be read as certificate\nhint: --tls-certificate takes a PEM file",
            path.display()
        )
    })
}

//! TLS from a certificate and a key on disk, or an error that names the file.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::{ServerConfig, crypto};

use super::Tls;

/// What clients negotiate directly, without asking in plain text first.
const ALPN: &[u8] = b"postgresql";

/// Reads both files and checks that they belong together.
pub(super) fn acceptor(tls: &Tls) -> Result<TlsAcceptor> {
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
    config.alpn_protocols = vec![ALPN.to_owned()];
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

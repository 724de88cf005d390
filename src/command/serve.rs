//! `rapport serve`: the published set over the network, until it is told to stop.

use anyhow::Result;

use crate::cli::Serve;

#[cfg(not(feature = "postgres"))]
pub(super) fn serve(_arguments: &Serve) -> Result<()> {
    anyhow::bail!(
        "this `rapport` was built without the Postgres protocol\n\
         hint: build it with `cargo install --path . --features postgres`"
    )
}

#[cfg(feature = "postgres")]
pub(super) fn serve(arguments: &Serve) -> Result<()> {
    served::serve(arguments)
}

#[cfg(feature = "postgres")]
mod served {
    use std::fs;
    use std::io::{self, Write};
    use std::os::unix::fs::PermissionsExt;
    use std::path::Path;
    use std::time::Duration;

    use anyhow::{Context, Result, bail};
    use tokio::signal::unix::{SignalKind, signal};

    use super::super::STACK_BYTES;
    use super::super::sql::source;
    use crate::cli::Serve;
    use crate::definition;
    use crate::query::Source;
    use crate::serve::postgres::{self, Request, Tls};

    pub(super) fn serve(arguments: &Serve) -> Result<()> {
        let definition = definition::load(&arguments.definition.definition)?;
        let tls = arguments.tls_certificate.clone().zip(arguments.tls_key.clone());
        let request = Request {
            listen: arguments.postgres,
            password: arguments.password_file.as_deref().map(password).transpose()?,
            tls: tls.map(|(certificate, key)| Tls { certificate, key }),
            concurrent_queries: arguments.concurrent_queries.into(),
            connections: arguments.connections.into(),
            time: Duration::from_secs(arguments.query_time.into()),
        };
        let memory = usize::try_from(arguments.query_memory.as_u64()).unwrap_or(usize::MAX);
        let source = Source { memory, ..source(&definition, None)? };
        // a query keeps as many threads busy as there are cores, and someone has to keep the time
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let threads = cores.saturating_mul(request.concurrent_queries).clamp(4, 256) + 2;
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(threads)
            .enable_all()
            .thread_stack_size(STACK_BYTES)
            .build()?;
        let served = runtime.block_on(async {
            let mut terminate = signal(SignalKind::terminate())?;
            let mut interrupt = signal(SignalKind::interrupt())?;
            let shutdown = async move {
                tokio::select! {
                    _ = terminate.recv() => {}
                    _ = interrupt.recv() => {}
                }
            };
            let ready = |address| say(&format!("listening on {address}"));
            // the connections' work is done by threads with a stack for it
            tokio::spawn(postgres::serve(request, source, ready, shutdown)).await?
        });
        // what still computes has nobody to tell
        runtime.shutdown_background();
        served
    }

    /// The first line of the file.
    fn password(path: &Path) -> Result<String> {
        let cannot = || format!("cannot read the password file `{}`", path.display());
        let text = fs::read_to_string(path).with_context(cannot)?;
        let mode = fs::metadata(path).with_context(cannot)?.permissions().mode();
        if mode & 0o077 != 0 {
            say(&format!(
                "warning: `{}` can be read by others\nhint: chmod 600 `{}`",
                path.display(),
                path.display()
            ));
        }
        match text.lines().next() {
            Some(password) if !password.is_empty() => Ok(password.to_owned()),
            _ => bail!("the password file `{}` has no password on its first line", path.display()),
        }
    }

    /// Tells the operator, if anyone listens.
    fn say(text: &str) {
        let _ = writeln!(io::stderr(), "{text}");
    }
}

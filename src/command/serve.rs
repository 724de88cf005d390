//! `rapport serve`: the published set over the network, until it is told to stop.

use anyhow::Result;

use crate::cli::Serve;

pub(super) fn serve(arguments: &Serve) -> Result<()> {
    for (asked, is_built, what, feature) in [
        (arguments.http.is_some(), cfg!(feature = "http"), "pages for browsers", "http"),
        (
            arguments.postgres.is_some(),
            cfg!(feature = "postgres"),
            "the Postgres protocol",
            "postgres",
        ),
    ] {
        anyhow::ensure!(
            !asked || is_built,
            "this `rapport` was built without {what}\n\
             hint: build it with `cargo install --path . --features {feature}`"
        );
    }
    #[cfg(feature = "serve")]
    served::serve(arguments)?;
    Ok(())
}

#[cfg(feature = "serve")]
mod served {
    use std::fs;
    use std::io::{self, Write};
    use std::os::unix::fs::PermissionsExt;
    use std::path::Path;
    use std::sync::Arc;
    use std::time::Duration;

    use anyhow::{Context, Result, bail};
    use tokio::signal::unix::{SignalKind, signal};
    use tokio::sync::{Semaphore, watch};
    use tokio::task::JoinSet;

    use super::super::STACK_BYTES;
    use super::super::sql::source;
    use crate::cli::Serve;
    use crate::definition;
    use crate::query::Source;
    use crate::serve::{Access, Limits, Tls};

    pub(super) fn serve(arguments: &Serve) -> Result<()> {
        let definition = definition::load(&arguments.definition.definition)?;
        let tls = arguments.tls_certificate.clone().zip(arguments.tls_key.clone());
        let access = Access {
            password: arguments.password_file.as_deref().map(password).transpose()?,
            tls: tls.map(|(certificate, key)| Tls { certificate, key }),
        };
        let concurrent = usize::from(arguments.concurrent_queries);
        let limits = Limits {
            queries: Arc::new(Semaphore::new(concurrent)),
            connections: arguments.connections.into(),
            time: Duration::from_secs(arguments.query_time.into()),
        };
        let memory = usize::try_from(arguments.query_memory.as_u64()).unwrap_or(usize::MAX);
        let source = Source { memory, ..source(&definition, None)? };
        // a query keeps as many threads busy as there are cores, and someone has to keep the time
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let threads = cores.saturating_mul(concurrent).clamp(4, 256) + 2;
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(threads)
            .enable_all()
            .thread_stack_size(STACK_BYTES)
            .build()?;
        let served = runtime.block_on(async {
            let mut terminate = signal(SignalKind::terminate())?;
            let mut interrupt = signal(SignalKind::interrupt())?;
            let (stop, stopping) = watch::channel(false);
            let stopped = || {
                let mut stopping = stopping.clone();
                async move { drop(stopping.wait_for(|stopping| *stopping).await) }
            };
            // the connections' work is done by threads with a stack for it
            let mut servers: JoinSet<Result<()>> = JoinSet::new();
            #[cfg(feature = "http")]
            if let Some(listen) = arguments.http {
                let (access, limits) = (access.clone(), limits.clone());
                let scheme = if access.tls.is_some() { "https" } else { "http" };
                let source = source.clone();
                let numbers = super::super::card::numbers(&arguments.locale)?;
                let request = crate::serve::http::Request {
                    listen,
                    access,
                    limits,
                    source,
                    definition,
                    numbers,
                };
                let ready = move |address| say(&format!("listening on {scheme}://{address}/"));
                servers.spawn(crate::serve::http::serve(request, ready, stopped()));
            }
            #[cfg(feature = "postgres")]
            if let Some(listen) = arguments.postgres {
                let (access, limits) = (access.clone(), limits.clone());
                let request = crate::serve::postgres::Request { listen, access, limits };
                let ready = |address| say(&format!("listening on {address}"));
                let source = source.clone();
                servers.spawn(crate::serve::postgres::serve(request, source, ready, stopped()));
            }
            // one that cannot serve takes the other with it
            let first = tokio::select! {
                _ = terminate.recv() => Ok(()),
                _ = interrupt.recv() => Ok(()),
                Some(ended) = servers.join_next() => ended?,
            };
            let _ = stop.send(true);
            let mut ended = vec![first];
            while let Some(other) = servers.join_next().await {
                ended.push(other?);
            }
            ended.into_iter().collect::<Result<()>>()
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

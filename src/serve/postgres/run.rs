//! A query while it runs: its deadline, its end before time, and its permit to run at all.

use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, Weak};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use datafusion_postgres::pgwire::error::{PgWireError, PgWireResult};
use futures::future::poll_fn;
use futures::stream::BoxStream;
use futures::task::AtomicWaker;
use futures::{FutureExt, Stream, StreamExt};
use tokio::sync::OwnedSemaphorePermit;
use tokio::task::AbortHandle;

use super::error;

/// Why a query ends before its last row.
#[derive(Debug, Clone, Copy)]
pub(super) enum Ended {
    /// The client asked for it.
    Asked,
    /// Its time is over.
    OutOfTime,
}

impl From<Ended> for PgWireError {
    fn from(ended: Ended) -> Self {
        match ended {
            Ended::Asked => error::error("57014", "canceling statement due to user request"),
            Ended::OutOfTime => error::error(
                "57014",
                "canceling statement due to statement timeout\n\
                 hint: ask for less, or have the server started with a longer --query-time",
            ),
        }
    }
}

/// One query, or the several of one message, until the last row is sent.
pub(super) struct Run {
    ended: OnceLock<(Ended, Instant)>,
    waker: AtomicWaker,
    held: Mutex<Vec<Weak<dyn Hold>>>,
    permit: Mutex<Option<Arc<OwnedSemaphorePermit>>>,
    timer: OnceLock<AbortHandle>,
}

impl Run {
    /// It may take so long from now.
    pub(super) fn start(time: Duration) -> Arc<Self> {
        let run = Arc::new(Self {
            ended: OnceLock::new(),
            waker: AtomicWaker::new(),
            held: Mutex::default(),
            permit: Mutex::default(),
            timer: OnceLock::new(),
        });
        let timed = Arc::downgrade(&run);
        let timer = tokio::spawn(async move {
            tokio::time::sleep(time).await;
            if let Some(run) = timed.upgrade() {
                run.end(Ended::OutOfTime);
            }
        });
        let _ = run.timer.set(timer.abort_handle());
        run
    }

    /// Keeps `permit` until the run is over.
    pub(super) fn keep(&self, permit: Arc<OwnedSemaphorePermit>) {
        *self.permit.lock().unwrap_or_else(PoisonError::into_inner) = Some(permit);
    }

    /// Ends it: what it holds is freed now, whether or not anyone still waits for its rows.
    pub(super) fn end(&self, why: Ended) {
        let _ = self.ended.set((why, Instant::now()));
        let held = std::mem::take(&mut *self.held.lock().unwrap_or_else(PoisonError::into_inner));
        held.iter().filter_map(Weak::upgrade).for_each(|rows| rows.free());
        drop(self.permit.lock().unwrap_or_else(PoisonError::into_inner).take());
        self.waker.wake();
    }

    /// How long ago it was ended before its last row.
    pub(super) fn ended_for(&self) -> Option<Duration> {
        self.ended.get().map(|(_, at)| at.elapsed())
    }

    fn check(&self) -> PgWireResult<()> {
        self.ended.get().map_or(Ok(()), |(why, _)| Err((*why).into()))
    }

    /// Does `work` as long as the run lasts.
    pub(super) async fn limit<T>(
        &self,
        work: impl Future<Output = PgWireResult<T>>,
    ) -> PgWireResult<T> {
        let mut work = pin!(work);
        poll_fn(|context| {
            self.waker.register(context.waker());
            match self.check() {
                // planning computes for long without a pause, and others must not wait for it
                Ok(()) => tokio::task::block_in_place(|| work.poll_unpin(context)),
                Err(ended) => Poll::Ready(Err(ended)),
            }
        })
        .await
    }

    /// The same rows as long as the run lasts, which is at least until their end.
    pub(super) fn rows<T: Send + 'static>(
        self: &Arc<Self>,
        rows: BoxStream<'static, PgWireResult<T>>,
    ) -> Rows<T> {
        let held = Arc::new(Held(Mutex::new(Some(rows))));
        let weak: Weak<Held<T>> = Arc::downgrade(&held);
        self.held.lock().unwrap_or_else(PoisonError::into_inner).push(weak);
        Rows { run: Some(self.clone()), held }
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        if let Some(timer) = self.timer.get() {
            timer.abort();
        }
    }
}

/// What can be freed from outside.
trait Hold: Send + Sync {
    fn free(&self);
}

struct Held<T>(Mutex<Option<BoxStream<'static, PgWireResult<T>>>>);

impl<T> Hold for Held<T> {
    fn free(&self) {
        // whoever polls it now sees that the run has ended, and frees it
        if let Ok(mut rows) = self.0.try_lock() {
            rows.take();
        }
    }
}

/// Rows of a run.
pub(super) struct Rows<T> {
    run: Option<Arc<Run>>,
    held: Arc<Held<T>>,
}

impl<T> Stream for Rows<T> {
    type Item = PgWireResult<T>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let Some(run) = self.run.clone() else { return Poll::Ready(None) };
        run.waker.register(context.waker());
        let mut held = self.held.0.lock().unwrap_or_else(PoisonError::into_inner);
        let polled = match (run.check(), held.as_mut()) {
            (Ok(()), Some(rows)) => rows.poll_next_unpin(context),
            (Ok(()), None) => Poll::Ready(None),
            (Err(ended), _) => Poll::Ready(Some(Err(ended))),
        };
        // the client is told no row that comes too late
        let polled = match (polled, run.check()) {
            (Poll::Ready(Some(Ok(_))) | Poll::Pending, Err(ended)) => Poll::Ready(Some(Err(ended))),
            (polled, _) => polled,
        };
        let is_over = matches!(polled, Poll::Ready(None | Some(Err(_))));
        if is_over {
            held.take();
        }
        drop(held);
        // one that was ended says so to whoever asks again
        if is_over && run.check().is_ok() {
            self.run = None;
        }
        polled
    }
}

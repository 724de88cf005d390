//! Keeps the record of the run under way.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use anyhow::Result;
use chrono::{DateTime, Utc};
use twox_hash::XxHash3_128;

use super::cancel::{self, Cancel, Cancelled, Watch};
use super::{
    How, Process, Record, State, Step, StepRecord, Versions, path, plain, records, seconds, settle,
};
use crate::definition::Definition;
use crate::progress::Progress;
use crate::run::{Report, Request};
use crate::span;
use crate::store::{self, Output};

/// How often progress is written at most.
const WRITE_EVERY: Duration = Duration::from_secs(1);

/// Who starts a run, and how.
pub struct Start<'a> {
    /// Who.
    pub who: String,
    /// How.
    pub how: How,
    /// The clock.
    pub now: fn() -> DateTime<Utc>,
    /// By which the run can be asked to end.
    pub cancel: Cancel,
    /// Who else listens to its progress.
    pub progress: &'a dyn Progress,
}

/// The steps of one run, from being queued to the end; each change is written to the run's record.
pub struct Steps<'a> {
    root: PathBuf,
    start: Start<'a>,
    live: Mutex<Live>,
    id: String,
    _watch: Watch,
}

struct Live {
    record: Record,
    written: Instant,
}

impl<'a> Steps<'a> {
    /// Queues the run: gives it an id and writes its record.
    ///
    /// Fails, with nothing written, where the output is another enrichment's.
    pub fn queue(request: &Request<'_>, start: Start<'a>) -> Result<Self> {
        let definition = request.definition;
        let root = definition.output.clone();
        store::claim(&root, &definition.name)?;
        let now = (start.now)();
        let id = reserve(&root, now)?;
        let step = |step| StepRecord {
            step,
            state: State::Queued,
            why: None,
            began_at: None,
            seconds: None,
            rows: None,
            done: None,
            total: None,
            errors: Vec::new(),
            warnings: Vec::new(),
        };
        let record = Record {
            id: id.clone(),
            enrichment: definition.name.clone(),
            state: State::Queued,
            who: start.who.clone(),
            how: start.how,
            as_of: request.as_of,
            versions: Versions {
                rapport: env!("CARGO_PKG_VERSION").to_owned(),
                functions: span::VERSION,
                definition: format!("{:032x}", XxHash3_128::oneshot(definition.text.as_bytes())),
            },
            process: Process::own(),
            queued_at: now,
            began_at: None,
            ended_at: None,
            cancelled_by: None,
            customers: None,
            steps: Step::ALL.map(step).to_vec(),
        };
        record.write(&root)?;
        let _watch = Watch::begin(&root, Some(&id), &start.cancel)?;
        let live = Mutex::new(Live { record, written: Instant::now() });
        Ok(Self { root, start, live, id, _watch })
    }

    /// Id of the run.
    pub fn run(&self) -> &str {
        &self.id
    }

    /// By which the run can be asked to end.
    pub fn cancel(&self) -> &Cancel {
        &self.start.cancel
    }

    /// Ends the step under way and begins `step`.
    pub(in crate::run) fn enter(&self, step: Step) -> Result<()> {
        let now = (self.start.now)();
        let mut live = self.live();
        let record = &mut live.record;
        record.state = State::Running;
        record.began_at.get_or_insert(now);
        for other in record.steps.iter_mut().filter(|step| step.state == State::Running) {
            let has_warnings = !other.warnings.is_empty();
            other.state =
                if has_warnings { State::SucceededWithWarnings } else { State::Succeeded };
            other.seconds = other.began_at.map(|began| seconds(began, now));
        }
        for entered in record.steps.iter_mut().filter(|entered| entered.step == step) {
            entered.state = State::Running;
            entered.began_at = Some(now);
        }
        live.write(&self.root)
    }

    /// Locks the output and writes down what became of earlier runs.
    pub(in crate::run) fn lock(&self, definition: &Definition) -> Result<Output> {
        let output = match Output::open(&self.root, &definition.name) {
            Err(store::Error::Locked { root, .. }) => {
                let run = other_run(&self.root, &self.id);
                return Err(store::Error::Locked { root, run }.into());
            }
            output => output?,
        };
        settle(&self.root, &self.id, (self.start.now)())?;
        Ok(output)
    }

    /// Rows of the step under way.
    pub(in crate::run) fn rows(&self, rows: u64) {
        self.change(|step| step.rows = Some(rows));
    }

    /// What should be looked at of the step under way.
    pub(in crate::run) fn warn(&self, warnings: &[String]) {
        let warnings = warnings.iter().map(|warning| plain::text(warning));
        self.change(|step| step.warnings.extend(warnings));
    }

    fn change(&self, change: impl FnOnce(&mut StepRecord)) {
        let mut live = self.live();
        if let Some(step) = live.record.steps.iter_mut().find(|step| step.state == State::Running) {
            change(step);
        }
    }

    /// The schedule leaves the work to whoever is at it: there was no run, and its record goes.
    pub(in crate::run) fn withdraw(&self) -> Result<()> {
        let path = path(&self.root, &self.id);
        Ok(fs::remove_file(&path).map_err(store::Error::write(&path))?)
    }

    /// It was started by the schedule.
    pub(in crate::run) fn is_by_schedule(&self) -> bool {
        self.start.how == How::Schedule
    }

    /// Ends the run, and notes it in the history. An error of a run that was asked to end is that it was.
    pub(in crate::run) fn close(&self, result: Result<Report>) -> Result<Report> {
        let result = self.cancel().told(&format!("run `{}`", self.id), result);
        let now = (self.start.now)();
        let written = self.write_close(&result, now);
        match result {
            Ok(report) => written.map(|()| report),
            // its own error tells more than that it could not be written down
            Err(error) => Err(error),
        }
    }

    fn write_close(&self, result: &Result<Report>, now: DateTime<Utc>) -> Result<()> {
        let mut live = self.live();
        let record = &mut live.record;
        let event = match result {
            Ok(report) => {
                record.customers = u64::try_from(report.figures.coverage.customers_enriched).ok();
                record.close(State::Succeeded, Some(now), None);
                store::Event::Published
            }
            Err(error) => match error.downcast_ref::<Cancelled>() {
                Some(cancelled) => {
                    record.cancelled_by = Some(cancelled.by.clone());
                    record.close(State::Cancelled, Some(now), None);
                    store::Event::Cancelled
                }
                None => {
                    record.close(State::Failed, Some(now), Some(plain::error(error)));
                    store::Event::Failed
                }
            },
        };
        record.write_end(&self.root, now, event)?;
        Ok(cancel::clear(&self.root, &self.id)?)
    }

    fn live(&self) -> MutexGuard<'_, Live> {
        self.live.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Live {
    fn write(&mut self, root: &Path) -> Result<()> {
        self.written = Instant::now();
        self.record.write(root)
    }
}

impl Progress for Steps<'_> {
    fn begin(&self, task: &str, total: u64) {
        self.change(|step| (step.done, step.total) = (Some(0), Some(total)));
        // what cannot be written now is written when the step ends, or its error told then
        let _ = self.live().write(&self.root);
        self.start.progress.begin(task, total);
    }

    fn advance(&self, units: u64) {
        let mut live = self.live();
        if let Some(step) = live.record.steps.iter_mut().find(|step| step.state == State::Running) {
            step.done = Some(step.done.unwrap_or_default() + units);
        }
        if live.written.elapsed() >= WRITE_EVERY {
            let _ = live.write(&self.root);
        }
        drop(live);
        self.start.progress.advance(units);
    }

    fn end(&self) {
        self.start.progress.end();
    }

    fn is_cancelled(&self) -> bool {
        self.cancel().asked_by().is_some()
    }
}

/// The run under way, besides the run `own`.
fn other_run(root: &Path, own: &str) -> Option<String> {
    let records = records(root).ok()?;
    let is_other = |record: &&Record| record.state == State::Running && record.id != own;
    let run = records.iter().find(is_other)?;
    let since = run.began_at?.format("%Y-%m-%d %H:%M:%SZ");
    Some(format!("run `{}` of {} since {since}", run.id, run.who))
}

/// An id that no run has: the time, and a number where several are of one second. It is the new run's from now on.
fn reserve(root: &Path, now: DateTime<Utc>) -> Result<String, store::Error> {
    let wanted = now.format("%Y-%m-%dT%H-%M-%SZ").to_string();
    let mut id = wanted.clone();
    let mut number = 1;
    loop {
        let path = path(root, &id);
        let folder = path.parent().unwrap_or(root);
        fs::create_dir_all(folder).map_err(store::Error::write(folder))?;
        let is_kept = root.join("run").join(&id).exists();
        match File::create_new(&path) {
            Ok(_) if !is_kept => return Ok(id),
            Ok(_) => fs::remove_file(&path).map_err(store::Error::write(&path))?,
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(store::Error::write(&path)(error)),
        }
        number += 1;
        // in digits that sort
        id = format!("{wanted}-{number:03}");
    }
}

//! Progress bars on a terminal; nothing where stderr is none.

use std::sync::Mutex;

use indicatif::{ProgressBar, ProgressStyle};

use crate::progress::Progress;

/// One bar at a time.
#[derive(Default)]
pub(super) struct Bar(Mutex<Option<ProgressBar>>);

impl Bar {
    fn with(&self, act: impl FnOnce(&mut Option<ProgressBar>)) {
        if let Ok(mut bar) = self.0.lock() {
            act(&mut bar);
        }
    }
}

impl Progress for Bar {
    fn begin(&self, task: &str, total: u64) {
        // indicatif hides the bar by itself where stderr is no terminal
        let bar = ProgressBar::new(total).with_message(task.to_owned());
        if let Ok(style) =
            ProgressStyle::with_template("{msg:20} {wide_bar} {percent:>3} %  {eta:>4}")
        {
            bar.set_style(style);
        }
        self.with(|current| *current = Some(bar));
    }

    fn advance(&self, units: u64) {
        self.with(|bar| bar.iter().for_each(|bar| bar.inc(units)));
    }

    fn end(&self) {
        self.with(|bar| {
            if let Some(bar) = bar.take() {
                bar.finish_and_clear();
            }
        });
    }
}

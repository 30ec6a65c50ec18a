//! A thread beside the workers that reports progress and looks at the clock, so that neither costs
//! the workers anything and a time limit also holds inside one long evaluation.

use super::run::Run;
use crate::space::StateSpace;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

/// How often the observer hears of progress.
const INTERVAL: Duration = Duration::from_millis(200);

/// Tells the thread when to end.
#[derive(Default)]
pub(super) struct Monitor {
    ended: Mutex<bool>,
    changed: Condvar,
}

impl Monitor {
    /// Watches over a search until [`Monitor::end`] is called.
    pub fn watch<S: StateSpace>(&self, run: &Run<'_, S>) {
        let mut ended = self.ended.lock().unwrap_or_else(PoisonError::into_inner);
        while !*ended {
            // Late already: the workers know, and only have to come to an end.
            let patience = if run.is_late() { INTERVAL } else { run.patience(INTERVAL) };
            run.pause_if_due();
            let (guard, wait) =
                self.changed.wait_timeout(ended, patience).unwrap_or_else(PoisonError::into_inner);
            ended = guard;
            if wait.timed_out() && !*ended {
                // The observer is the caller's code: it may take long, or panic.
                drop(ended);
                if let Err(payload) = catch_unwind(AssertUnwindSafe(|| run.report())) {
                    run.panicked(&*payload);
                }
                ended = self.ended.lock().unwrap_or_else(PoisonError::into_inner);
            }
        }
    }

    /// Ends the thread.
    pub fn end(&self) {
        *self.ended.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.changed.notify_all();
    }
}

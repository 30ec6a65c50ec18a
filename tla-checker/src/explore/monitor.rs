//! A thread beside the workers that reports progress and looks at the clock, so that neither costs
//! the workers anything and a time limit also holds inside one long evaluation.

use super::run::{bug, lock, patience};
use crate::failure::Failure;
use crate::observer::{Cancel, Observer};
use crate::outcome::Bound;
use crate::space::Progress;
use std::any::Any;
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Condvar, Mutex, PoisonError};
use std::thread::Builder;
use std::time::{Duration, Instant};

/// How often the observer hears of progress.
const INTERVAL: Duration = Duration::from_millis(200);

/// A run that the thread looks after.
pub(super) trait Watched: Sync {
    /// How long to wait until the next look, at most `most`.
    fn patience(&self, most: Duration) -> Duration;

    /// What is to be done before each wait.
    fn prepare(&self) {}

    /// Tells the observer how far the run is, and ends it if that is the answer or the time is up.
    fn report(&self);

    /// The observer panicked.
    fn panicked(&self, payload: &(dyn Any + Send));
}

/// What a search of one thread shares with the monitor.
pub(super) struct Pulse<'r> {
    observer: &'r dyn Observer,
    /// Set when the search is to stop.
    pub halt: Cancel,
    deadline: Option<Instant>,
    progress: Mutex<Progress>,
    bound: Mutex<Option<Bound>>,
    bug: Mutex<Option<Failure>>,
}

impl<'r> Pulse<'r> {
    /// Of a search that begins now.
    pub fn new(observer: &'r dyn Observer, cancel: &Cancel, limit: Option<Duration>) -> Self {
        Pulse {
            observer,
            halt: cancel.child(),
            deadline: limit.and_then(|limit| Instant::now().checked_add(limit)),
            progress: Mutex::default(),
            bound: Mutex::default(),
            bug: Mutex::default(),
        }
    }

    /// The search is so far.
    pub fn beat(&self, progress: Progress) {
        *lock(&self.progress) = progress;
    }

    /// Ends the search early, for this reason unless there was one before.
    pub fn stop(&self, bound: Bound) {
        lock(&self.bound).get_or_insert(bound);
        self.halt.cancel();
    }

    /// Why the search ended early, if it did.
    pub fn bound(&self) -> Option<Bound> {
        let held = *lock(&self.bound);
        held.or_else(|| self.halt.is_cancelled().then_some(Bound::Cancelled))
    }

    /// The panic of the search or its observer, if there was one.
    pub fn bug(&self) -> Option<Failure> {
        lock(&self.bug).take()
    }

    /// Does the search on this thread, watched over; a panic ends it.
    pub fn over(&self, search: impl FnOnce()) {
        let monitor = Monitor::default();
        std::thread::scope(|scope| {
            // Without that thread there is neither progress nor a time limit.
            let _ = Builder::new().name("monitor".into()).spawn_scoped(scope, || monitor.watch(self));
            if let Err(payload) = catch_unwind(AssertUnwindSafe(search)) {
                self.panicked(&*payload);
            }
            monitor.end();
        });
    }
}

impl Watched for Pulse<'_> {
    fn patience(&self, most: Duration) -> Duration {
        patience(self.deadline, most)
    }

    fn report(&self) {
        let progress = *lock(&self.progress);
        if let ControlFlow::Break(()) = self.observer.progress(progress) {
            self.stop(Bound::Observer);
        }
        if self.deadline.is_some_and(|at| Instant::now() >= at) {
            self.stop(Bound::Time);
        }
    }

    fn panicked(&self, payload: &(dyn Any + Send)) {
        lock(&self.bug).get_or_insert(bug(payload));
        self.halt.cancel();
    }
}

/// Tells the thread when to end.
#[derive(Default)]
pub(super) struct Monitor {
    ended: Mutex<bool>,
    changed: Condvar,
}

impl Monitor {
    /// Watches over a run until [`Monitor::end`] is called.
    pub fn watch(&self, run: &dyn Watched) {
        let mut ended = self.ended.lock().unwrap_or_else(PoisonError::into_inner);
        while !*ended {
            let patience = run.patience(INTERVAL);
            run.prepare();
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

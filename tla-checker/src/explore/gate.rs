//! Where the helping threads wait between the parts of a search (stateright's job market).
//!
//! The coordinator opens the gate for a [`Task`], every helper passes once, works, and comes back; the
//! coordinator waits until all are back. Holds: a helper that came back stays until the next opening;
//! after [`Gate::end`] every helper leaves; nobody waits for a helper that was not let in. All that a
//! task's workers wrote is visible to the coordinator once it has waited, and to the helpers of the
//! next task: both pass through the lock.

use super::sync::{Condvar, Mutex, MutexGuard};
use std::sync::PoisonError;

/// What all workers do together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Task {
    /// Expand the states of a level, 1 being the initial ones; level 0 stands for admitting the
    /// initial states, which were generated before.
    Expand(u32),
    /// Settle which candidates of the level after this one are kept.
    Settle(u32),
}

#[derive(Default)]
struct State {
    /// How often the gate was opened.
    openings: u64,
    task: Option<Task>,
    running: usize,
    ended: bool,
}

/// The gate.
#[derive(Default)]
pub(super) struct Gate {
    state: Mutex<State>,
    opened: Condvar,
    returned: Condvar,
}

impl Gate {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How often it was opened: what a new helper has to know.
    pub fn openings(&self) -> u64 {
        self.lock().openings
    }

    /// Lets `helpers` helpers in for a task. All of them must be out.
    pub fn open(&self, task: Task, helpers: usize) {
        let mut state = self.lock();
        debug_assert_eq!(state.running, 0, "the gate is opened once everybody is back");
        state.openings += 1;
        state.task = Some(task);
        state.running = helpers;
        self.opened.notify_all();
    }

    /// Waits until all helpers are back.
    pub fn wait(&self) {
        let mut state = self.lock();
        while state.running > 0 {
            state = self.returned.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Sends all helpers home.
    pub fn end(&self) {
        self.lock().ended = true;
        self.opened.notify_all();
    }

    /// A helper's next task, once there is one it has not had; `None` when it may go home.
    /// `passed` counts the openings it knows of.
    pub fn pass(&self, passed: &mut u64) -> Option<Task> {
        let mut state = self.lock();
        while state.openings == *passed && !state.ended {
            state = self.opened.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        if state.openings == *passed {
            return None;
        }
        *passed = state.openings;
        state.task
    }

    /// A helper is back.
    pub fn back(&self) {
        let mut state = self.lock();
        state.running -= 1;
        if state.running == 0 {
            self.returned.notify_one();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU64, Ordering};

    #[test]
    fn every_helper_takes_part_in_every_task_and_all_go_home() {
        const TASKS: u64 = 2_000;
        let (gate, done) = (Gate::default(), AtomicU64::new(0));
        std::thread::scope(|scope| {
            for _ in 0..6 {
                let mut passed = gate.openings();
                let (gate, done) = (&gate, &done);
                scope.spawn(move || {
                    let mut expected = 0;
                    while let Some(task) = gate.pass(&mut passed) {
                        assert_eq!(task, Task::Expand(expected));
                        expected += 1;
                        done.fetch_add(1, Ordering::Relaxed);
                        gate.back();
                    }
                    assert_eq!(u64::from(expected), TASKS);
                });
            }
            for n in 0..TASKS {
                gate.open(Task::Expand(n as u32), 6);
                gate.wait();
                assert_eq!(done.load(Ordering::Relaxed), 6 * (n + 1));
            }
            gate.end();
        });
    }
}

/// `RUSTFLAGS="--cfg loom" cargo test --release -p tla-checker --lib models`: every interleaving.
#[cfg(all(test, loom))]
mod models {
    use super::*;
    use loom::sync::Arc;
    use loom::sync::atomic::{AtomicU32, Ordering};

    /// Two tasks and the way home, for this many helpers: nobody is lost, nobody works twice, and what
    /// the helpers wrote (Relaxed, as the search's counts) is seen after the wait.
    fn everybody_works_and_goes_home(helpers: usize) {
        let (gate, done) = (Arc::new(Gate::default()), Arc::new(AtomicU32::new(0)));
        let threads: Vec<_> = (0..helpers)
            .map(|_| {
                let (gate, done, mut passed) = (gate.clone(), done.clone(), gate.openings());
                loom::thread::spawn(move || {
                    let mut tasks = 0;
                    while let Some(task) = gate.pass(&mut passed) {
                        assert_eq!(task, Task::Expand(tasks));
                        tasks += 1;
                        done.fetch_add(1, Ordering::Relaxed);
                        gate.back();
                    }
                    tasks
                })
            })
            .collect();
        for task in 0..2 {
            gate.open(Task::Expand(task), helpers);
            gate.wait();
            assert_eq!(done.load(Ordering::Relaxed), (task + 1) * helpers as u32);
        }
        gate.end();
        assert!(threads.into_iter().all(|thread| thread.join().expect("no panic") == 2));
    }

    #[test]
    fn one_helper() {
        loom::model(|| everybody_works_and_goes_home(1));
    }

    #[test]
    fn two_helpers() {
        // All interleavings with at most three preemptions.
        let mut model = loom::model::Builder::new();
        model.preemption_bound = Some(3);
        model.check(|| everybody_works_and_goes_home(2));
    }
}

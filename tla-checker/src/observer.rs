//! How a run speaks while it is under way: events go to an [`Observer`], which can stop it.
//!
//! Holds: the library prints nothing itself; every event has a default that does nothing.

use crate::space::Progress;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Receives events of a run, from any worker thread.
pub trait Observer: Sync {
    /// Called a few times a second and at each level's end; `Break` stops the run.
    fn progress(&self, progress: Progress) -> ControlFlow<()> {
        let _ = progress;
        ControlFlow::Continue(())
    }

    /// The initial states are generated, and nothing is wrong with them.
    fn initial(&self, progress: Progress) {
        let _ = progress;
    }

    /// A check of temporal properties begins, on so many states: all of them, if `complete`.
    fn checking(&self, states: u64, complete: bool) {
        let _ = (states, complete);
    }

    /// A check of temporal properties has come to its end.
    fn checked(&self) {}

    /// Called a few times a second while behaviours are simulated; `Break` stops the run.
    fn simulated(&self, progress: Simulated) -> ControlFlow<()> {
        let _ = progress;
        ControlFlow::Continue(())
    }

    /// A checkpoint is complete in this folder, of a search that is so far.
    fn checkpoint(&self, folder: &Path, progress: Progress) {
        let _ = (folder, progress);
    }

    /// Text that the spec prints (`Print`, `PrintT`), one value or line at a time.
    fn print(&self, text: &str) {
        let _ = text;
    }
}

/// How far a simulation is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Simulated {
    /// Behaviours that have come to their end.
    pub behaviours: u64,
    /// States generated.
    pub generated: u64,
}

/// An observer that ignores everything.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silent;

impl Observer for Silent {}

/// A flag that cancels a run from another thread; it is looked at inside the generation of
/// successors too. Clones share the flag; a [child](Cancel::child) also has one of its own.
#[derive(Clone, Debug, Default)]
pub struct Cancel(Arc<Flag>);

#[derive(Debug, Default)]
struct Flag {
    set: AtomicBool,
    parent: Option<Cancel>,
}

impl Cancel {
    /// A flag that is not set.
    pub fn new() -> Self {
        Self::default()
    }

    /// A flag that is set when this one is, and that can be set without setting this one: a search
    /// ends its own workers with it and leaves the caller's flag alone.
    pub fn child(&self) -> Self {
        Cancel(Arc::new(Flag { set: AtomicBool::new(false), parent: Some(self.clone()) }))
    }

    /// Asks the run to end.
    pub fn cancel(&self) {
        // Relaxed: nothing else is published with the flag; a worker sees it soon, which is all
        // that is promised.
        self.0.set.store(true, Ordering::Relaxed);
    }

    /// Whether the run was asked to end.
    pub fn is_cancelled(&self) -> bool {
        self.0.set.load(Ordering::Relaxed) || self.0.parent.as_ref().is_some_and(Cancel::is_cancelled)
    }
}

#[cfg(test)]
mod tests {
    use super::Cancel;

    #[test]
    fn a_child_follows_its_parent_and_not_the_other_way() {
        let parent = Cancel::new();
        let (first, second) = (parent.child(), parent.child());
        first.cancel();
        assert!(first.is_cancelled() && !parent.is_cancelled() && !second.is_cancelled());
        parent.clone().cancel();
        assert!(second.is_cancelled());
    }
}

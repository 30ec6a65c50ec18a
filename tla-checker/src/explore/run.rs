//! What the workers of one search share.
//!
//! Holds: whoever ends a search early says why before it sets the flag, and the first reason stands.
//! The counts are exact between levels; during one they lag by what the workers have not published.

use super::Options;
use super::candidates::Candidates;
use super::exact::Exact;
use super::finding::{Finding, Findings};
use super::frontier::Frontier;
use super::graph::Graph;
use super::seen::Seen;
use crate::failure::{Failure, FailureKind};
use crate::observer::{Cancel, Observer};
use crate::outcome::{Bound, Phase};
use crate::space::{Progress, SpaceWorker, State, StateSpace};
use std::any::Any;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tla_parser::code;

/// Stands for the key 0; larger than any key that was cut.
const ZERO: u64 = 0x9e37_79b9_7f4a_7c15;

/// One search.
pub(super) struct Run<'r, S> {
    pub space: &'r S,
    pub options: &'r Options,
    pub observer: &'r dyn Observer,
    /// How many workers there are.
    pub workers: usize,
    /// Set when the workers are to stop.
    pub halt: Cancel,
    pub seen: Seen,
    /// Where states that share a key compete; `None` where keys are whole fingerprints.
    pub candidates: Option<Candidates>,
    /// What tells states apart where fingerprints are not trusted.
    pub exact: Option<Exact>,
    /// Where the graph is written, if it is to be dumped.
    pub graph: Option<Graph>,
    /// A new key is a new state, and there is nothing else to do about it.
    pub plain: bool,
    pub frontier: Frontier,
    /// States are visited, and checked, in the order of discovery.
    pub in_order: bool,
    started: Instant,
    deadline: Option<Instant>,
    bound: Mutex<Option<Bound>>,
    findings: Mutex<Findings>,
    actions: Mutex<Vec<ActionCount>>,
    generated: AtomicU64,
    distinct: AtomicU64,
    expanded: AtomicU64,
    level: AtomicU32,
}

/// How often an action instance fired.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct ActionCount {
    pub generated: u64,
    /// Signed: one worker may take back what another counted.
    pub distinct: i64,
}

/// What a worker has counted and not yet published.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub generated: u64,
    pub distinct: u64,
    pub expanded: u64,
}

impl<'r, S: StateSpace> Run<'r, S> {
    /// A search that has not begun.
    pub fn new(space: &'r S, options: &'r Options, observer: &'r dyn Observer, cancel: &Cancel) -> Self {
        let in_order = space.order_dependent().is_some();
        let cores = || std::thread::available_parallelism().map_or(1, usize::from);
        let workers = match (in_order, options.workers) {
            (true, _) => 1,
            (false, 0) => cores(),
            (false, n) => n,
        };
        let keys_are_shared = space.has_view() || options.fingerprint_bits < 64;
        let started = Instant::now();
        Run {
            space,
            options,
            observer,
            workers,
            halt: cancel.child(),
            seen: Seen::new(workers, space.instances().len(), in_order),
            candidates: (keys_are_shared && !in_order).then(|| Candidates::new(workers)),
            exact: options.exact.then(|| Exact::new(workers)),
            plain: !options.exact && options.dump.is_none() && (!keys_are_shared || in_order),
            graph: options.dump.as_ref().and_then(|dump| Graph::begin(dump, space)),
            frontier: Frontier::new(),
            in_order,
            started,
            deadline: options.time_limit.and_then(|limit| started.checked_add(limit)),
            bound: Mutex::default(),
            findings: Mutex::default(),
            actions: Mutex::new(vec![ActionCount::default(); space.instances().len()]),
            generated: AtomicU64::new(0),
            distinct: AtomicU64::new(0),
            expanded: AtomicU64::new(0),
            level: AtomicU32::new(0),
        }
    }

    /// The key under which a state is stored, from the one that the space gives it.
    #[inline]
    pub fn cut(&self, key: u64) -> u64 {
        let key = match self.options.fingerprint_bits {
            bits @ 1..64 => key >> (64 - bits),
            _ => key,
        };
        // No key is 0: that marks free places.
        if key == 0 { ZERO } else { key }
    }

    /// The key of a state that may have been kept; none of one that was not, where that is known.
    pub fn key_of(
        &self,
        worker: &mut S::Worker<'_>,
        state: &State,
        fingerprint: u64,
    ) -> Result<Option<u64>, Failure> {
        let key = self.cut(worker.key(state, fingerprint)?);
        let Some(exact) = &self.exact else { return Ok(Some(key)) };
        Ok(exact.find(key, exact.identity(worker, state)?))
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

    /// Whether the time is up.
    pub fn is_late(&self) -> bool {
        self.deadline.is_some_and(|at| Instant::now() >= at)
    }

    /// How long until the time is up, at most `most`.
    pub fn patience(&self, most: Duration) -> Duration {
        self.deadline.map_or(most, |at| at.saturating_duration_since(Instant::now()).min(most))
    }

    /// Wall time so far.
    pub fn seconds(&self) -> f64 {
        self.started.elapsed().as_secs_f64()
    }

    /// A thread of the search panicked: that is a bug, and the search ends.
    pub fn panicked(&self, payload: &(dyn Any + Send)) {
        let text = payload.downcast_ref::<&str>().copied();
        let text = text.or_else(|| payload.downcast_ref::<String>().map(String::as_str));
        let failure =
            Failure::internal(format!("a worker panicked: {}", text.unwrap_or("without a message")));
        self.offer(Finding::stateless(Phase::Next, failure));
        self.halt.cancel();
    }

    /// There is no memory for more states: the search ends.
    #[cold]
    pub fn out_of_memory(&self) {
        let message = "there is no memory for more states".to_owned();
        let help = Some("bound the search, or make the model smaller".to_owned());
        let (kind, code) = (FailureKind::Limit, code::SET_TOO_LARGE);
        let failure = Failure { kind, code, message, help, ..Failure::internal("") };
        self.offer(Finding::stateless(Phase::Next, failure));
        self.halt.cancel();
    }

    /// Adds a finding that no state is to blame for.
    pub fn offer(&self, finding: Finding) {
        lock(&self.findings).add(finding);
    }

    /// Takes over what a worker found.
    pub fn merge(&self, findings: &mut Findings) {
        if !findings.is_empty() {
            lock(&self.findings).merge(findings);
        }
    }

    /// What was found since the last call, the deciding one first; between levels.
    pub fn findings(&self) -> Vec<Finding> {
        lock(&self.findings).take()
    }

    /// Takes over what a worker counted.
    pub fn publish(&self, tally: &mut Tally) {
        // Relaxed, here and below: mere counts; who needs them exact has met the workers at the gate.
        self.generated.fetch_add(tally.generated, Ordering::Relaxed);
        let distinct = self.distinct.fetch_add(tally.distinct, Ordering::Relaxed) + tally.distinct;
        self.expanded.fetch_add(tally.expanded, Ordering::Relaxed);
        *tally = Tally::default();
        if self.options.max_states.is_some_and(|most| distinct >= most) {
            self.stop(Bound::States);
        }
    }

    /// Takes over a worker's counts of action instances.
    pub fn count_actions(&self, counts: &mut [ActionCount]) {
        for (sum, count) in lock(&self.actions).iter_mut().zip(counts) {
            sum.generated += count.generated;
            sum.distinct += count.distinct;
            *count = ActionCount::default();
        }
    }

    /// The sums of all action instances.
    pub fn actions(&self) -> Vec<ActionCount> {
        lock(&self.actions).clone()
    }

    /// A level's states are being expanded from now on.
    pub fn begin_level(&self, level: u32) {
        self.level.store(level, Ordering::Relaxed);
    }

    /// How far the search is.
    pub fn progress(&self) -> Progress {
        let distinct = self.distinct.load(Ordering::Relaxed);
        Progress {
            generated: self.generated.load(Ordering::Relaxed),
            distinct,
            queue: distinct.saturating_sub(self.expanded.load(Ordering::Relaxed)),
            level: self.level.load(Ordering::Relaxed),
        }
    }

    /// Tells the observer how far the search is, and ends it if that is the answer or the time is up.
    pub fn report(&self) {
        if let ControlFlow::Break(()) = self.observer.progress(self.progress()) {
            self.stop(Bound::Observer);
        }
        if self.is_late() {
            self.stop(Bound::Time);
        }
    }
}

/// Locks, whether or not somebody panicked meanwhile: that ends the run, and is reported.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

//! What the workers of one search share.
//!
//! Holds: whoever ends a search early says why before it sets the flag, and the first reason stands.
//! The counts are exact between levels; during one they lag by what the workers have not published.

use super::Options;
use super::behaviours::Behaviours;
use super::candidates::Candidates;
use super::checkpoint::Saving;
use super::disk::Disk;
use super::exact::Exact;
use super::finding::{Finding, Findings};
use super::frontier::Frontier;
use super::graph::Graph;
use super::monitor::Watched;
use super::seen::{Debt, Seen, spread};
use crate::failure::{Failure, FailureKind};
use crate::observer::{Cancel, Observer};
use crate::outcome::{Bound, Phase};
use crate::space::{Progress, SpaceWorker, State, StateSpace};
use std::any::Any;
use std::io;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
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
    /// The graph for temporal properties, if there are any to check.
    pub behaviours: Option<Behaviours>,
    /// A new key is a new state, and there is nothing else to do about it.
    pub plain: bool,
    pub frontier: Frontier,
    /// States are visited, and checked, in the order of discovery.
    pub in_order: bool,
    /// Where files go, and how much may be in memory, if that is bounded.
    spill: Option<Spill>,
    /// Where checkpoints go, if there are to be any.
    pub saving: Option<Saving>,
    /// Set when the workers are to come back between two states and go on later.
    pause: AtomicBool,
    /// Set when a state's successors may have been lost: no checkpoint of this can be written.
    torn: AtomicBool,
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

/// A bound on memory.
struct Spill {
    disk: Arc<Disk>,
    /// How many candidates are looked for on disk at a time.
    batch: usize,
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
    /// A search that has not begun. `scratch` is where its files go if memory is bounded.
    pub fn new(
        space: &'r S,
        options: &'r Options,
        observer: &'r dyn Observer,
        cancel: &Cancel,
        scratch: Option<Arc<Disk>>,
        saving: Option<Saving>,
    ) -> Self {
        let in_order = space.order_dependent().is_some();
        let cores = || std::thread::available_parallelism().map_or(1, usize::from);
        let workers = match (in_order, options.workers) {
            (true, _) => 1,
            (false, 0) => cores(),
            (false, n) => n,
        };
        let keys_are_shared = space.shares_keys() || options.fingerprint_bits < 64;
        let temporal = &space.properties().temporal;
        let lively = !temporal.duties.is_empty() && options.liveness != super::Liveness::Off;
        let started = Instant::now();
        let seen = Seen::new(workers, space.instances().len(), in_order);
        let (seen, frontier, spill) = match (scratch, options.room()) {
            (Some(disk), Some(room)) => (
                seen.bounded(room.keys),
                Frontier::bounded(disk.clone(), room.waiting),
                Some(Spill { disk, batch: (room.keys / 16).max(1) }),
            ),
            _ => (seen, Frontier::new(), None),
        };
        Run {
            space,
            options,
            observer,
            workers,
            halt: cancel.child(),
            seen,
            candidates: (keys_are_shared && !in_order).then(|| Candidates::new(workers)),
            exact: options.exact.then(|| Exact::new(workers)),
            behaviours: lively.then(|| Behaviours::new(temporal)),
            plain: !lively && !options.exact && options.dump.is_none() && (!keys_are_shared || in_order),
            graph: options.dump.as_ref().and_then(|dump| Graph::begin(dump, space)),
            frontier,
            in_order,
            spill,
            saving,
            pause: AtomicBool::new(false),
            torn: AtomicBool::new(false),
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

    /// Wall time so far.
    pub fn seconds(&self) -> f64 {
        self.started.elapsed().as_secs_f64()
    }

    /// A thread of the search panicked: that is a bug, and the search ends.
    pub fn panicked(&self, payload: &(dyn Any + Send)) {
        self.offer(Finding::stateless(Phase::Next, bug(payload)));
        self.halt.cancel();
    }

    /// There is no memory for more states: the search ends.
    #[cold]
    pub fn out_of_memory(&self) {
        let message = "there is no memory for more states".to_owned();
        let help = Some("let states go to disk with --memory, or make the model smaller".to_owned());
        let (kind, code) = (FailureKind::System, code::OUT_OF_MEMORY);
        let failure = Failure { kind, code, message, help, ..Failure::internal("") };
        self.offer(Finding::stateless(Phase::Next, failure));
        self.halt.cancel();
    }

    /// A file of the search could not be written or read: it ends.
    #[cold]
    pub fn disk_failed(&self, error: &io::Error) {
        self.tear();
        let failure = self.disk_failure(error);
        self.offer(Finding::stateless(Phase::Next, failure));
        self.halt.cancel();
    }

    /// What there is to say when a file cannot be written or read.
    pub fn disk_failure(&self, error: &io::Error) -> Failure {
        let full = matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded);
        let what = if full { "there is no room on the disk" } else { "a file cannot be written or read" };
        let checkpoint = self.saving.as_ref().and_then(Saving::complete);
        let note = checkpoint.map(|folder| format!("the last checkpoint is in {}", folder.display()));
        let go_on = checkpoint.map(|folder| format!("go on with --recover {}", folder.display()));
        let go_on = go_on.unwrap_or_else(|| "check again".to_owned());
        let mend = if full { "make room, or name another disk with --metadir" } else { "mend that" };
        Failure {
            kind: FailureKind::System,
            code: code::DISK,
            message: format!("{what}: {error}"),
            notes: note.into_iter().collect(),
            help: Some(format!("{mend}; then {go_on}")),
            ..Failure::internal("")
        }
    }

    /// Does something with files; an error ends the search.
    pub fn on_disk<T>(&self, result: io::Result<T>) -> Option<T> {
        result.inspect_err(|error| self.disk_failed(error)).ok()
    }

    /// Whether the workers are to come back, and will go on later.
    #[inline]
    pub fn is_pausing(&self) -> bool {
        // Relaxed: they come back soon, which is all that is wanted.
        self.pause.load(Ordering::Relaxed) || self.seen.is_crowded()
    }

    /// Calls the workers back for a checkpoint, if it is time for one.
    pub fn pause_if_due(&self) {
        // States that compete for a key are settled at the end of the level only.
        if self.candidates.is_none() && self.saving.as_ref().is_some_and(Saving::is_due) {
            self.pause.store(true, Ordering::Relaxed);
        }
    }

    /// The workers may go on.
    pub fn go_on(&self) {
        self.pause.store(false, Ordering::Relaxed);
    }

    /// Says that a state's successors may have been lost.
    pub fn tear(&self) {
        self.torn.store(true, Ordering::Relaxed);
    }

    /// Whether a checkpoint of the search as it is now would be one to go on with. Not if what was found
    /// ends the search.
    pub fn can_be_saved(&self) -> bool {
        let go_on = self.options.continue_after_violation;
        let ends = |finding: &Finding| finding.is_failure() || !go_on;
        !self.torn.load(Ordering::Relaxed) && !lock(&self.findings).all().any(ends)
    }

    /// Whether memory is bounded.
    pub fn spills(&self) -> bool {
        self.spill.is_some()
    }

    /// Between two parts of a level, or after it: finds out which of the new states are old, and makes
    /// room in memory if it is used up.
    ///
    /// # Errors
    /// A file cannot be written or read.
    pub fn settle(&self, level: u32) -> io::Result<()> {
        let Some(Spill { disk, batch }) = &self.spill else { return Ok(()) };
        if self.seen.has_spilled() {
            let mut debt = Debt::default();
            self.frontier.settle(level + 1, *batch, |keys, old| {
                keys.iter_mut().for_each(|entry| entry.0 = spread(entry.0));
                keys.sort_unstable();
                self.seen.settle(keys, old, &mut debt)
            })?;
            // Relaxed: the workers wait.
            self.distinct.fetch_sub(debt.old, Ordering::Relaxed);
            let mut actions = lock(&self.actions);
            debt.instances.iter().for_each(|&instance| actions[instance as usize].distinct -= 1);
        } else {
            self.frontier.all_new(level + 1);
        }
        if self.seen.is_crowded() {
            self.seen.spill(level + 1, disk)?;
            self.seen.clear();
        }
        if self.options.max_states.is_some_and(|most| self.distinct.load(Ordering::Relaxed) >= most) {
            self.stop(Bound::States);
        }
        Ok(())
    }

    /// Takes over the counts of a checkpoint.
    pub fn restore(&self, generated: u64, distinct: u64, expanded: u64, actions: Vec<ActionCount>) {
        self.generated.store(generated, Ordering::Relaxed);
        self.distinct.store(distinct, Ordering::Relaxed);
        self.expanded.store(expanded, Ordering::Relaxed);
        *lock(&self.actions) = actions;
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

    /// What was found since the last call of [`Run::findings`]; it stays.
    pub fn pending(&self) -> Vec<Finding> {
        lock(&self.findings).all().cloned().collect()
    }

    /// Takes over what a worker counted.
    pub fn publish(&self, tally: &mut Tally) {
        // Relaxed, here and below: mere counts; who needs them exact has met the workers at the gate.
        self.generated.fetch_add(tally.generated, Ordering::Relaxed);
        let distinct = self.distinct.fetch_add(tally.distinct, Ordering::Relaxed) + tally.distinct;
        self.expanded.fetch_add(tally.expanded, Ordering::Relaxed);
        *tally = Tally::default();
        if self.options.max_states.is_some_and(|most| distinct >= most) {
            // Some of them may be old.
            if self.seen.has_spilled() {
                self.pause.store(true, Ordering::Relaxed);
            } else {
                self.stop(Bound::States);
            }
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

impl<S: StateSpace> Watched for Run<'_, S> {
    fn patience(&self, most: Duration) -> Duration {
        patience(self.deadline, most)
    }

    fn prepare(&self) {
        self.pause_if_due();
    }

    fn report(&self) {
        Run::report(self);
    }

    fn panicked(&self, payload: &(dyn Any + Send)) {
        Run::panicked(self, payload);
    }
}

/// How long until a deadline, at most `most`; that is also the answer when it has passed: the workers
/// know, and only have to come to an end.
pub(super) fn patience(deadline: Option<Instant>, most: Duration) -> Duration {
    let left = deadline.and_then(|at| at.checked_duration_since(Instant::now()));
    left.filter(|left| !left.is_zero()).map_or(most, |left| left.min(most))
}

/// A panic of a worker, as a failure.
pub(super) fn bug(payload: &(dyn Any + Send)) -> Failure {
    let text = payload.downcast_ref::<&str>().copied();
    let text = text.or_else(|| payload.downcast_ref::<String>().map(String::as_str));
    Failure::internal(format!("a worker panicked: {}", text.unwrap_or("without a message")))
}

/// Locks, whether or not somebody panicked meanwhile: that ends the run, and is reported.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

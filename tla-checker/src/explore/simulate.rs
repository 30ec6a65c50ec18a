//! Simulation: random behaviours, one after the other, on all cores.
//!
//! Enters: a [`StateSpace`]. Leaves: an [`Outcome`] with the violation of the behaviour with the least
//! number that shows one. Holds: behaviours are numbered, and what a behaviour is follows from the seed and
//! its number alone: its random choices are a stream of their own (ChaCha with 8 rounds; the key is the
//! seed, the stream is the number). They are counted in the order of their numbers (`ledger`). So
//! verdict, counts, trace and statistics do not depend on the number of workers, unless the run was ended
//! early. A spec whose meaning depends on the order of evaluation is simulated by one worker.
//!
//! The choice is in two steps, as in TLC: first an action instance, each that has a successor inside the
//! constraints with the same probability; then one of its different successors there, each with the same
//! probability. All successors of the instance that is tried are checked, not only the one that is taken.
//! A behaviour ends at its depth, where no successor lies inside the constraints, or with a violation.
//! Temporal properties are checked on the graph of each behaviour by itself, as TLC does: its states, its steps,
//! and stuttering at each state; so only a behaviour that comes back to a state, or may stop, can violate one.
//! (TLC's choice of actions is not quite even, it counts equal successors severally, and takes a last step
//! out of the constraints.)

mod behaviour;
mod file;
mod ledger;

use super::finding::{Finding, Findings, Subject, Tail};
use super::judge::{self, Generated};
use super::liveness;
use super::monitor::{Monitor, Watched};
use super::packed::Packed;
use super::run::{bug, lock, patience};
use super::successors::Successors;
use super::trace::Behaviour;
use super::{order_warning, refused};
use crate::failure::{Failure, FailureKind};
use crate::observer::{Cancel, Observer, Simulated};
use crate::outcome::{Bound, Method, Outcome, Phase, Simulation, Verdict};
use crate::space::{Progress, SpaceWorker, StateSpace};
use behaviour::Walker;
use ledger::{Found, Lasso, Ledger, Report};
use std::any::Any;
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::Builder;
use std::time::{Duration, Instant};
use tla_parser::code;

/// What a simulation needs to know besides [`super::Options`], of which hold: `workers`,
/// `check_deadlock`, `continue_after_violation`, `max_depth` ([`DEPTH`] without it), `time_limit` and
/// `seed`.
#[derive(Clone, Debug)]
pub struct Options {
    /// The number of the first behaviour (TLC's `-aril`).
    pub first: u64,
    /// How many behaviours; without it, until the run is ended.
    pub behaviours: Option<u64>,
    /// Whether anything is checked; without it, behaviours are only generated.
    pub check: bool,
    /// Where to write each behaviour, as a TLA+ module: `_` and its number are added to the name.
    pub files: Option<PathBuf>,
}

/// How many steps a behaviour has at most where that is not said, as in TLC.
pub const DEPTH: u32 = 100;

impl Default for Options {
    fn default() -> Self {
        Options { first: 0, behaviours: None, check: true, files: None }
    }
}

/// Generates behaviours and checks them.
///
/// The calling thread takes part in the work; the function returns when all threads it started ended.
pub fn simulate<S: StateSpace>(
    space: &S,
    search: &super::Options,
    options: &Options,
    observer: &dyn Observer,
    cancel: &Cancel,
) -> Outcome {
    if let Some(failure) = search.has_files("simulation").or(search.is_exact("simulation")) {
        return refused(failure);
    }
    if let Some(path) = &options.files
        && let Err(failure) = file::try_out(path)
    {
        return refused(failure);
    }
    let run = Run::new(space, search, options, observer, cancel);
    let monitor = Monitor::default();
    std::thread::scope(|scope| {
        let _home = Home(&monitor);
        // Without that thread, there is no progress, and the time limit is looked at between behaviours.
        let _ = Builder::new().name("monitor".into()).spawn_scoped(scope, || monitor.watch(&run));
        let mut first = None;
        run.guarded(|| first.insert(Walker::new(&run, 0)).begin());
        if run.has_a_start() {
            std::thread::scope(|crew| {
                for index in 1..run.workers {
                    let run = &run;
                    let work = move || run.guarded(|| Walker::new(run, index).walk());
                    // Fewer than asked for if the system has no more threads.
                    let _ = Builder::new().name(format!("worker {index}")).spawn_scoped(crew, work);
                }
                run.guarded(|| {
                    if let Some(first) = &mut first {
                        first.walk();
                    }
                });
            });
        }
        monitor.end();
        outcome(&run, first)
    })
}

/// Ends the monitor when the coordinator leaves, however it leaves.
struct Home<'a>(&'a Monitor);

impl Drop for Home<'_> {
    fn drop(&mut self) {
        self.0.end();
    }
}

/// What the workers share.
struct Run<'r, S> {
    space: &'r S,
    search: &'r super::Options,
    options: &'r Options,
    observer: &'r dyn Observer,
    workers: usize,
    /// Behaviours, states and registers come in one order.
    in_order: bool,
    /// Set when the workers are to stop.
    halt: Cancel,
    /// The initial states inside the constraints, in an order that depends on nothing.
    initial: OnceLock<Vec<Packed>>,
    /// How many behaviours were begun.
    begun: AtomicU64,
    /// The place of the first behaviour that is known to end the run.
    last: AtomicU64,
    ledger: Mutex<Ledger>,
    bound: Mutex<Option<Bound>>,
    started: Instant,
    deadline: Option<Instant>,
    /// For progress only.
    generated: AtomicU64,
    done: AtomicU64,
}

impl<'r, S: StateSpace> Run<'r, S> {
    fn new(
        space: &'r S,
        search: &'r super::Options,
        options: &'r Options,
        observer: &'r dyn Observer,
        cancel: &Cancel,
    ) -> Self {
        let in_order = space.order_dependent().is_some();
        let cores = || std::thread::available_parallelism().map_or(1, usize::from);
        let started = Instant::now();
        Run {
            space,
            search,
            options,
            observer,
            workers: match (in_order, search.workers) {
                (true, _) => 1,
                (false, 0) => cores(),
                (false, n) => n,
            },
            in_order,
            halt: cancel.child(),
            initial: OnceLock::new(),
            begun: AtomicU64::new(0),
            last: AtomicU64::new(u64::MAX),
            ledger: Mutex::new(Ledger::new(space.instances().len(), search, options)),
            bound: Mutex::default(),
            started,
            deadline: search.time_limit.and_then(|limit| started.checked_add(limit)),
            generated: AtomicU64::new(0),
            done: AtomicU64::new(0),
        }
    }

    /// Ends the run early, for this reason unless there was one before.
    fn stop(&self, bound: Bound) {
        lock(&self.bound).get_or_insert(bound);
        self.halt.cancel();
    }

    /// Whether there is a state to begin with, and nothing was wrong so far.
    fn has_a_start(&self) -> bool {
        !self.halt.is_cancelled() && self.initial.get().is_some_and(|states| !states.is_empty())
    }

    /// The place of the next behaviour; none when there is to be no more.
    fn next(&self) -> Option<u64> {
        // Relaxed, here and below: counts that publish nothing.
        let place = self.begun.fetch_add(1, Ordering::Relaxed);
        let wanted = self.options.behaviours.is_none_or(|most| place < most);
        (wanted && !self.is_over(place)).then_some(place)
    }

    /// Whether nobody asks for the behaviour at this place any more.
    fn is_over(&self, place: u64) -> bool {
        self.halt.is_cancelled() || place > self.last.load(Ordering::Relaxed)
    }

    /// Takes over a behaviour.
    fn post(&self, place: u64, report: Report) {
        self.generated.fetch_add(report.generated, Ordering::Relaxed);
        self.done.fetch_add(1, Ordering::Relaxed);
        if report.ends(self.search.continue_after_violation) {
            self.last.fetch_min(place, Ordering::Relaxed);
        }
        // The ledger is let go of before anything is done about the answer.
        let posted = lock(&self.ledger).post(place, report);
        match posted {
            Ok(true) => {}
            Ok(false) => self.halt.cancel(),
            Err(error) => self.failed(file::failure(&error)),
        }
    }

    /// Something that no behaviour is to blame for ends the run.
    fn failed(&self, failure: Failure) {
        lock(&self.ledger).failed(Finding::stateless(Phase::Next, failure));
        self.halt.cancel();
    }

    /// Does something that may panic; a panic ends the run.
    fn guarded(&self, work: impl FnOnce()) {
        if let Err(payload) = catch_unwind(AssertUnwindSafe(work)) {
            self.failed(bug(&*payload));
        }
    }
}

impl<S: StateSpace> Watched for Run<'_, S> {
    fn patience(&self, most: Duration) -> Duration {
        patience(self.deadline, most)
    }

    fn report(&self) {
        let generated = self.generated.load(Ordering::Relaxed);
        let progress = Simulated { behaviours: self.done.load(Ordering::Relaxed), generated };
        if let ControlFlow::Break(()) = self.observer.simulated(progress) {
            self.stop(Bound::Observer);
        }
        if self.deadline.is_some_and(|at| Instant::now() >= at) {
            self.stop(Bound::Time);
        }
    }

    fn panicked(&self, payload: &(dyn Any + Send)) {
        self.failed(bug(payload));
    }
}

impl<S: StateSpace> Walker<'_, S> {
    /// Generates and checks the initial states, once for all workers.
    fn begin(&mut self) {
        let run = self.run;
        self.worker.at(Progress::default());
        self.worker.reseed(run.search.seed as u64);
        let mut successors = Successors::default();
        let result = self.worker.initial(&mut |successor| {
            successors.push(0, successor);
            if run.halt.is_cancelled() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        let generated = successors.len() as u64 + self.worker.take_intermediate();
        let mut findings = Findings::default();
        if let Err(failure) = result {
            if failure.kind == FailureKind::Cancelled {
                return run.stop(Bound::Cancelled);
            }
            findings.add(Finding::stateless(Phase::Initial, failure));
        }
        let mut initial = Vec::new();
        for at in successors.distinct() {
            if run.halt.is_cancelled() {
                return;
            }
            let mut state = successors.packed(at);
            state.fit(&mut self.worker);
            let mut faults = Vec::new();
            let new = Generated { from: None, judged: None, state: &state.words };
            let inside = judge::is_inside(run.space, &mut self.worker, new);
            if run.options.check && inside.is_ok() {
                judge::state_faults(run.space, &mut self.worker, new, &mut faults);
            }
            match inside {
                Ok(true) => initial.push(state.clone()),
                Ok(false) => {}
                Err(fault) => faults.push(fault),
            }
            if judge::was_cancelled(&faults) {
                return run.stop(Bound::Cancelled);
            }
            let fingerprint = successors.get(at).fingerprint;
            for (subject, failure) in faults {
                let (failure, tail) = (failure.map(Box::new), Tail::Initial);
                let finding =
                    Finding { length: 1, subject, failure, fingerprint, tail, last: Packed::default() };
                findings.offer(finding, state.layout, &state.words);
            }
        }
        run.generated.fetch_add(generated, Ordering::Relaxed);
        let found = Found::new(findings, Behaviour::default());
        if !lock(&run.ledger).begin(generated, found) {
            run.halt.cancel();
        }
        // The only one who begins.
        let _ = run.initial.set(initial);
    }
}

/// What a run leaves.
fn outcome<S: StateSpace>(run: &Run<'_, S>, first: Option<Walker<'_, S>>) -> Outcome {
    let closed = lock(&run.ledger).close();
    if let Err(error) = closed {
        run.failed(file::failure(&error));
    }
    let ledger = std::mem::take(&mut *lock(&run.ledger));
    let mut warnings = order_warning(run.space, run.search);
    let mut worker = first.map(|walker| walker.worker);
    let mut violations = ledger.followed().violations(run.space, &mut worker, &mut warnings);
    if let (Some(Lasso { met, states }), Some(worker)) = (ledger.lasso(), &mut worker) {
        let state = |number: u32| states[number as usize].clone();
        violations.push(met.violation(run.space, worker, state, &mut warnings));
    }
    if run.options.check {
        liveness::is_checked(run.space, run.search, &mut warnings);
    }
    let bound = lock(&run.bound).or_else(|| run.halt.is_cancelled().then_some(Bound::Cancelled));
    let verdict = match (violations.first(), bound) {
        (Some(violation), _) => violation.verdict.clone(),
        (None, Some(bound)) => Verdict::Bounded(bound),
        // No state to begin with: there are no behaviours.
        (None, None) if ledger.behaviours() == 0 && run.options.behaviours != Some(0) => Verdict::Success,
        (None, None) => Verdict::Bounded(Bound::Behaviours),
    };
    let statistics = ledger.statistics();
    let names = run.space.instances().iter().map(ToString::to_string);
    Outcome {
        verdict,
        violations,
        states_generated: ledger.generated(),
        depth: statistics.longest.max(1),
        seconds: run.started.elapsed().as_secs_f64(),
        actions: names.zip(ledger.actions()).map(|(name, (tried, taken))| (name, tried, taken)).collect(),
        method: Method::Simulation(Simulation { seed: run.search.seed, ..statistics }),
        warnings,
        ..Outcome::of(Verdict::Success)
    }
}

/// A failure to write a behaviour, before the first is generated.
fn unwritable(message: String) -> Box<Failure> {
    let (kind, code) = (FailureKind::System, code::DISK);
    let help = Some("name another file, or make its folder".to_owned());
    Box::new(Failure { kind, code, message, help, ..Failure::internal("") })
}

/// What violates something at the end of a behaviour that was followed so far.
fn finding(length: u32, subject: Subject, failure: Option<Failure>, fingerprint: u64, tail: Tail) -> Finding {
    Finding { length, subject, failure: failure.map(Box::new), fingerprint, tail, last: Packed::default() }
}

//! The one-machine explorer: breadth-first, level by level, on all cores.
//!
//! Enters: a [`StateSpace`]. Leaves: an [`Outcome`]. Holds: verdict, counts, depth and counterexample
//! are the same for any number of workers, because a level is completed before a result is chosen from
//! it, and every choice (of a state's predecessor, of what decides, of the state that stands for its
//! VIEW) is a minimum over the level. Exceptions, each of them reported: a run that ended early
//! ([`Verdict::Bounded`]), and a spec whose meaning depends on the order of evaluation, which is
//! searched by one worker. A panic ends the search as a bug; it never hangs it.
//!
//! The calling thread is the first worker and the coordinator. Helpers are threads that live until the
//! end; they are started when a level first has work for them, and small levels are done by the
//! coordinator alone. What does not happen here: evaluation, fingerprints, printing.
//!
//! Between two states of a level the workers can be called back to the gate and sent on: to make room in
//! memory ([`Options::memory`]), and to write a checkpoint ([`Options::checkpoint`]).
//!
//! The counts follow TLC (Yu, Manolios, Lamport: *Model Checking TLA+ Specifications*, CHARME 1999);
//! [`reference`](mod@reference) says the same as plainly as possible.

mod agent;
mod behaviours;
mod candidates;
mod checkpoint;
pub mod depth_first;
mod disk;
mod exact;
mod files;
mod finding;
mod followed;
mod frontier;
mod gate;
mod graph;
mod judge;
mod liveness;
mod monitor;
mod packed;
pub mod reference;
mod run;
mod seen;
pub mod simulate;
mod successors;
mod sync;
mod trace;
pub mod validate;

use crate::dump::Dump;
use crate::failure::{Failure, FailureKind};
use crate::liveness::Lasso;
use crate::observer::{Cancel, Observer};
use crate::outcome::{Bound, Method, Outcome, Phase, Verdict, Violation};
use crate::space::{SpaceWorker, StateSpace};
use agent::Agent;
pub use checkpoint::Identity;
use checkpoint::{Place, Saving};
use files::Files;
pub use files::default_scratch;
use finding::{Finding, Record};
use gate::{Gate, Task};
use monitor::Monitor;
use run::Run;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::thread::{Builder, Scope};
use std::time::{Duration, Instant};
use tla_parser::code;
use tla_parser::diagnostic::Diagnostic;

/// How to search.
#[derive(Clone, Debug)]
pub struct Options {
    /// How many workers; 0 for one a core.
    pub workers: usize,
    /// Whether a state without successors is a violation.
    pub check_deadlock: bool,
    /// Whether to go on after a violation: each violated property is then recorded once. A failed
    /// evaluation ends the search all the same.
    pub continue_after_violation: bool,
    /// The last level to be generated: its states are kept, but not expanded. In a simulation, how many steps
    /// a behaviour has at most.
    pub max_depth: Option<u32>,
    /// Ends the search when so many states are kept; a few more may be.
    pub max_states: Option<u64>,
    /// Ends the search after so much time.
    pub time_limit: Option<Duration>,
    /// Where the random choices of the spec (RandomElement…) and of a simulation begin.
    pub seed: i64,
    /// How many bits of a fingerprint tell states apart. 64, except to see that fewer lose states.
    pub fingerprint_bits: u32,
    /// Whether whole states are kept and compared, so that no two are ever taken for one. Slower, and
    /// takes more memory.
    pub exact: bool,
    /// Where to write the state graph.
    pub dump: Option<Dump>,
    /// How many bytes of memory the process is to take, more or less: states go to disk beyond that.
    pub memory: Option<u64>,
    /// Writes a checkpoint so often, one at the start and one when the search ends early.
    pub checkpoint: Option<Duration>,
    /// The folder for checkpoints, and for states that go to disk; where the system keeps such files if it
    /// is not said.
    pub folder: Option<PathBuf>,
    /// Goes on with the checkpoint in this folder, in place of beginning. Checkpoints are written there.
    pub recover: Option<PathBuf>,
    /// When temporal properties are checked.
    pub liveness: Liveness,
    /// Whether what weakens the answer about temporal properties is refused: a VIEW, and constraints that
    /// cut off behaviours.
    pub strict: bool,
    /// What the space was made of: a checkpoint is gone on with only if that is the same.
    pub identity: Identity,
    /// Has states go to disk when so many are in memory: to test that with few.
    #[doc(hidden)]
    pub spill_after: Option<usize>,
    /// How many bytes may be written to disk: to test what happens then.
    #[doc(hidden)]
    pub disk_room: Option<u64>,
    /// Has all workers take part in every level, however small: to test that they agree.
    #[doc(hidden)]
    pub all_hands: bool,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            workers: 0,
            check_deadlock: true,
            continue_after_violation: false,
            max_depth: None,
            max_states: None,
            time_limit: None,
            seed: 0,
            fingerprint_bits: 64,
            exact: false,
            dump: None,
            memory: None,
            checkpoint: None,
            folder: None,
            recover: None,
            liveness: Liveness::Default,
            strict: false,
            identity: Identity::default(),
            spill_after: None,
            disk_room: None,
            all_hands: false,
        }
    }
}

/// When temporal properties are checked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Liveness {
    /// At the end, and each time the graph has doubled before.
    #[default]
    Default,
    /// At the end.
    Final,
    /// Not at all.
    Off,
}

impl Options {
    /// Why a search cannot do what needs files: states on disk, checkpoints, the state graph.
    fn has_files(&self, search: &str) -> Option<Box<Failure>> {
        let asked = [
            ("--memory", self.memory.is_some()),
            ("--checkpoint", self.checkpoint.is_some()),
            ("--recover", self.recover.is_some()),
            ("--dump", self.dump.is_some()),
        ];
        asked.into_iter().find(|(_, asked)| *asked).map(|(option, _)| not_built(option, search))
    }

    /// Why a search that keeps no state graph cannot check temporal properties.
    fn has_temporal<S: StateSpace>(&self, space: &S, search: &str) -> Option<Box<Failure>> {
        if space.properties().temporal.duties.is_empty() || self.liveness == Liveness::Off {
            return None;
        }
        let mut failure = not_built("a temporal property", search);
        failure.help =
            Some("check it with a search of its own; `--lncheck off` leaves it out here".to_owned());
        Some(failure)
    }

    /// Why a search that keeps no states cannot compare them.
    fn is_exact(&self, search: &str) -> Option<Box<Failure>> {
        self.exact.then(|| not_built("--exact", search))
    }
}

/// An option that a search does not know.
fn not_built(option: &str, search: &str) -> Box<Failure> {
    let message = format!("{option} with {search} is not implemented");
    let (kind, code) = (FailureKind::System, code::NOT_IMPLEMENTED);
    Box::new(Failure { kind, code, message, help: None, ..Failure::internal("") })
}

/// Searches a space and checks everything it has to check.
///
/// The calling thread takes part in the work; the function returns when all threads it started ended.
pub fn explore<S: StateSpace>(
    space: &S,
    options: &Options,
    observer: &dyn Observer,
    cancel: &Cancel,
) -> Outcome {
    let files = match Files::open(space, options) {
        Ok(files) => files,
        Err(failure) => return refused(failure),
    };
    let Files { scratch, saving, source } = files;
    let run = Run::new(space, options, observer, cancel, scratch, saving);
    let mut record = Record::default();
    let place = match source.map(|disk| checkpoint::read(&run, &disk)).transpose() {
        Ok(read) => read.map(|(place, recorded)| {
            record = recorded;
            place
        }),
        Err(failure) => return refused(failure),
    };
    let outcome = search(&run, record, place);
    if let Some(saving) = &run.saving
        && !matches!(&outcome.verdict, Verdict::Bounded(_))
        && !matches!(&outcome.verdict, Verdict::Failure(_, failure) if failure.is_no_answer())
    {
        saving.remove();
    }
    outcome
}

/// Searches, from the beginning or from the place of a checkpoint.
fn search<S: StateSpace>(run: &Run<'_, S>, mut record: Record, place: Option<Place>) -> Outcome {
    let (gate, monitor) = (Gate::default(), Monitor::default());
    std::thread::scope(|scope| {
        let _home = Home { gate: &gate, monitor: &monitor };
        // Without that thread, progress and time limit are looked at between levels only.
        let _ = Builder::new().name("monitor".into()).spawn_scoped(scope, || monitor.watch(run));
        let mut crew = Crew { run, gate: &gate, first: None, helpers: None, cost: 1e-5, met: Vec::new() };
        let (depth, bound) = crew.search(scope, &mut record, place);
        monitor.end();
        let mut warnings = order_warning(run.space, run.options);
        warnings.extend(crew.close_graph());
        let mut violations = crew.violations(&record, &mut warnings);
        crew.lively(&mut violations, &mut warnings);
        outcome(run, depth, bound, violations, warnings)
    })
}

/// Sends all threads home when the coordinator leaves, however it leaves.
struct Home<'a> {
    gate: &'a Gate,
    monitor: &'a Monitor,
}

impl Drop for Home<'_> {
    fn drop(&mut self) {
        self.gate.end();
        self.monitor.end();
    }
}

/// Levels that the coordinator does faster alone than it wakes the others.
const ALONE: f64 = 100e-6;

/// The coordinator's side of the search.
struct Crew<'r, S: StateSpace> {
    run: &'r Run<'r, S>,
    gate: &'r Gate,
    /// The coordinator's own worker; `None` before the start and after a panic.
    first: Option<Agent<'r, S>>,
    /// How many helping threads there are; `None` until they are needed.
    helpers: Option<usize>,
    /// Seconds of work a state, as last measured.
    cost: f64,
    /// Behaviours that violate temporal properties: which duty each meets. With `--continue` one a property.
    met: Vec<(usize, Lasso)>,
}

impl<'r, S: StateSpace> Crew<'r, S> {
    /// The whole search, or the rest of it. Answers the depth and why it ended early, if it did.
    fn search<'s>(
        &mut self,
        scope: &'s Scope<'s, 'r>,
        record: &mut Record,
        place: Option<Place>,
    ) -> (u32, Option<Bound>) {
        let run = self.run;
        self.guarded(|crew| {
            let first = crew.first.insert(Agent::new(run, 0));
            if place.is_none() {
                first.generate();
            }
        });
        let mut place = place.unwrap_or_else(|| {
            let start = Place { level: 0, depth: 1 };
            // From here on there is always one to go on with.
            self.save(start, record);
            start
        });
        loop {
            run.begin_level(place.level);
            self.level(scope, place, record);
            self.guarded(|_| {
                if let Some(graph) = &run.graph {
                    graph.end_level(run.space, run.exact.as_ref(), place.level);
                }
            });
            self.guarded(|_| {
                if let Some(behaviours) = &run.behaviours {
                    behaviours.end_level(run.exact.as_ref(), place.level);
                }
            });
            let next = place.level + 1;
            let waiting = run.frontier.len(next);
            let depth = if waiting > 0 { next } else { place.depth };
            let complete = waiting == 0 && !run.halt.is_cancelled();
            self.guarded(|_| run.report());
            // States that compete for a key are lost when a level is left early.
            if !complete && run.bound().is_some() && run.candidates.is_none() {
                self.save(place, record);
            }
            let found = run.findings();
            if place.level == 0 && found.is_empty() {
                self.guarded(|_| run.observer.initial(run.progress()));
            }
            let on = record.add(found, run.options.continue_after_violation);
            if !on {
                return (depth, None);
            }
            let last = run.options.max_depth.is_some_and(|most| next >= most);
            let checked = if complete || run.bound().is_none() { self.check(complete || last) } else { None };
            if checked == Some(true) || complete && checked == Some(false) {
                return (depth, None);
            }
            if let Some(bound) = run.bound() {
                return (depth, Some(bound));
            }
            place = Place { level: next, depth };
            if last {
                self.save(place, record);
                return (depth, Some(Bound::Depth));
            }
        }
    }

    /// Expands a level and settles what comes next.
    fn level<'s>(&mut self, scope: &'s Scope<'s, 'r>, place: Place, record: &Record) {
        let (run, level) = (self.run, place.level);
        loop {
            if run.saving.as_ref().is_some_and(Saving::is_due) {
                self.save(place, record);
            }
            run.go_on();
            let (size, start) = (run.frontier.len(level), Instant::now());
            let workers = self.together(scope, Task::Expand(level), size);
            if let Some(candidates) = &run.candidates
                && !run.halt.is_cancelled()
            {
                candidates.reset();
                self.together(scope, Task::Settle(level), size);
            }
            self.guarded(|_| {
                run.on_disk(run.settle(level));
            });
            let rest = run.frontier.len(level);
            if size > rest {
                let cost = start.elapsed().as_secs_f64() * workers as f64 / (size - rest) as f64;
                self.cost = (self.cost + cost) / 2.0;
            }
            if rest == 0 || run.halt.is_cancelled() {
                return;
            }
        }
    }

    /// Writes a checkpoint, if there are to be any and this would be one to go on with. The workers wait,
    /// and the candidates are settled.
    fn save(&mut self, place: Place, record: &Record) {
        let run = self.run;
        if let Some(saving) = run.saving.as_ref().filter(|_| run.can_be_saved()) {
            self.guarded(|_| {
                run.on_disk(checkpoint::write(run, saving, place, record));
            });
        }
    }

    /// Has a task on `size` states done, by all workers if it is large enough. Answers how many
    /// workers took part.
    fn together<'s>(&mut self, scope: &'s Scope<'s, 'r>, task: Task, size: usize) -> usize {
        let small = size <= 1 || size as f64 * self.cost < ALONE;
        let alone = self.run.workers == 1 || (small && !self.run.options.all_hands);
        let helpers = if alone { 0 } else { self.hire(scope) };
        if helpers > 0 {
            if let Task::Expand(level) = task {
                self.run.on_disk(self.run.frontier.share(level, helpers + 1));
            }
            self.gate.open(task, helpers);
        }
        self.guarded(|crew| {
            if let Some(first) = &mut crew.first {
                first.work(task);
            }
        });
        self.gate.wait();
        helpers + 1
    }

    /// Starts the helpers, once; fewer than asked for if the system has no more threads.
    fn hire<'s>(&mut self, scope: &'s Scope<'s, 'r>) -> usize {
        *self.helpers.get_or_insert_with(|| {
            let (run, gate) = (self.run, self.gate);
            let passed = gate.openings();
            let start = |index: usize| {
                let builder = Builder::new().name(format!("worker {index}"));
                builder.spawn_scoped(scope, move || help(run, gate, index, passed)).is_ok()
            };
            (1..run.workers).take_while(|&index| start(index)).count()
        })
    }

    /// Does something that may panic; a panic ends the search.
    fn guarded(&mut self, work: impl FnOnce(&mut Self)) {
        if let Err(payload) = catch_unwind(AssertUnwindSafe(|| work(&mut *self))) {
            self.first = None;
            self.run.panicked(&*payload);
        }
    }

    /// Writes the rest of the graph; a warning where it is not whole.
    fn close_graph(&mut self) -> Option<Diagnostic> {
        let run = self.run;
        let graph = run.graph.as_ref()?;
        let mut end = Ok(());
        self.guarded(|_| end = graph.end(run.space));
        let warning = |message: String| Diagnostic::warning(code::DUMP_INCOMPLETE, message);
        match (end, run.progress().queue) {
            (Err(error), _) => {
                let message = "the state graph could not be written to its end".to_owned();
                Some(warning(message).note(error.to_string()).note("the search itself is not affected"))
            }
            (Ok(()), 0) => None,
            (Ok(()), left) => Some(
                warning(format!("the state graph ends where the search ended: {left} states have no steps"))
                    .note("they are in the graph, but they were not expanded"),
            ),
        }
    }

    /// The record with its traces.
    fn violations(&mut self, record: &Record, warnings: &mut Vec<Diagnostic>) -> Vec<Violation> {
        let mut violations = Vec::new();
        for finding in record.findings() {
            let mut violation = None;
            self.guarded(|crew| violation = Some(crew.violation(finding, warnings)));
            // What is found after the search is a panic while a trace was rebuilt.
            let bug = self.run.findings().into_iter().next();
            let properties = self.run.space.properties();
            violations.extend(match (violation, bug) {
                (_, Some(bug)) => Some(Violation::bare(bug.verdict(properties))),
                (violation, None) => violation,
            });
        }
        violations
    }

    fn violation(&mut self, finding: &Finding, warnings: &mut Vec<Diagnostic>) -> Violation {
        let run = self.run;
        let verdict = finding.verdict(run.space.properties());
        let Some(first) = self.first.as_mut().filter(|_| finding.length > 0) else {
            return Violation::bare(verdict);
        };
        let worker = &mut first.worker;
        // A trace is also due after a cancellation: whoever cancels does not wait for long.
        worker.watch(&Cancel::new());
        worker.replaying(true);
        let violation = match trace::replay(run, worker, finding) {
            Ok(behaviour) => {
                let trace = trace::display(run.space, worker, behaviour, warnings);
                Violation { verdict, trace, cycle: None }
            }
            Err(failure) if run.in_order || failure.kind == FailureKind::Cancelled => {
                warnings.push(
                    Diagnostic::warning(code::NOT_REPLAYED, "the trace could not be repeated")
                        .note(failure.message)
                        .note("only its last state is shown"),
                );
                let trace = trace::last_alone(run.space, worker, finding, warnings);
                Violation { verdict, trace, cycle: None }
            }
            Err(mut failure) => {
                failure.notes.push(format!("it was to be the trace of: {:?}", finding.subject));
                Violation::bare(Verdict::Failure(Phase::Next, Box::new(failure)))
            }
        };
        worker.replaying(false);
        violation
    }
}

/// A helping thread: its own worker for the whole search, a task at a time.
fn help<S: StateSpace>(run: &Run<'_, S>, gate: &Gate, index: usize, mut passed: u64) {
    let mut agent = None;
    let mut broken = false;
    while let Some(task) = gate.pass(&mut passed) {
        if !broken {
            let work = || agent.get_or_insert_with(|| Agent::new(run, index)).work(task);
            if let Err(payload) = catch_unwind(AssertUnwindSafe(work)) {
                run.panicked(&*payload);
                broken = true;
                // It may hold the table that others wait for; its destructor may panic too.
                let _ = catch_unwind(AssertUnwindSafe(|| drop(agent.take())));
            }
        }
        gate.back();
    }
    // The scope must not see a panic of the worker's destructor either.
    let _ = catch_unwind(AssertUnwindSafe(move || drop(agent)));
}

/// Says so when a space is searched by one worker because of what it is.
fn order_warning<S: StateSpace>(space: &S, options: &Options) -> Vec<Diagnostic> {
    let why = space.order_dependent().filter(|_| options.workers != 1);
    let warning = |why| {
        Diagnostic::warning(code::ORDER_DEPENDENT, "the spec is checked by one worker, in order")
            .note(format!("its meaning depends on the order of evaluation: {why}"))
    };
    why.into_iter().map(warning).collect()
}

/// What is left of a search that cannot begin.
fn refused(failure: Box<Failure>) -> Outcome {
    Outcome::of(Verdict::Failure(Phase::Setup, failure))
}

fn outcome<S: StateSpace>(
    run: &Run<'_, S>,
    depth: u32,
    bound: Option<Bound>,
    violations: Vec<Violation>,
    warnings: Vec<Diagnostic>,
) -> Outcome {
    let end = run.progress();
    let verdict = match (violations.first(), bound) {
        (Some(violation), _) => violation.verdict.clone(),
        (None, Some(bound)) => Verdict::Bounded(bound),
        (None, None) => Verdict::Success,
    };
    let counts = run.actions();
    let counts = counts.iter().map(|c| (c.generated, c.distinct.max(0) as u64));
    let names = run.space.instances().iter().map(ToString::to_string);
    Outcome {
        verdict,
        violations,
        states_generated: end.generated,
        distinct_states: end.distinct,
        depth,
        queue: end.queue,
        seconds: run.seconds(),
        collision_probability: match run.options.exact {
            true => 0.0,
            false => collision_probability(end.generated, end.distinct, run.options.fingerprint_bits),
        },
        exact: run.options.exact,
        actions: names.zip(counts).map(|(name, (generated, distinct))| (name, generated, distinct)).collect(),
        method: Method::BreadthFirst,
        replayed: None,
        warnings,
    }
}

/// TLC's estimate of the chance that two states shared a fingerprint: each of the distinct states
/// against each generated one that was taken for an old one.
fn collision_probability(generated: u64, distinct: u64, bits: u32) -> f64 {
    distinct as f64 * generated.saturating_sub(distinct) as f64 / 2f64.powi(bits as i32)
}

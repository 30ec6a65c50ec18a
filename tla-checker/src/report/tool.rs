//! A run in TLC's messages (`-tool`), for editors and scripts that drive TLC.
//!
//! Enters: the events of an [`Observer`], an [`Outcome`] or diagnostics. Leaves: numbered messages, in TLC's
//! order, with TLC's codes, classes and texts wherever TLC has a text for it. Holds: nothing is
//! decided here; what the spec prints stands between messages, as TLC has it. `fixtures/tool` records what TLC
//! 2.15 says.
//!
//! What TLC says and this does not: the outdegree of the state graph (2268), which the search does not count;
//! how initial states are coming along (2269).

mod message;
mod places;
mod rejected;
mod state;
mod verdict;

pub use places::Places;

use super::words::grouped;
use crate::failure::FailureKind;
use crate::observer::{Observer, Simulated};
use crate::outcome::{Method, Outcome, Phase, Verdict, Violation};
use crate::space::Progress;
use message::{Class, Code, Out};
use std::io::Write;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tla_parser::code;
use tla_parser::diagnostic::Diagnostic;
use tla_parser::source::SourceMap;

/// When progress is told first, and how often after that; TLC's.
const FIRST: Duration = Duration::from_secs(3);
const EVERY: Duration = Duration::from_secs(60);

/// In which way states are visited, as the second message says it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Level by level.
    BreadthFirst {
        /// How many threads search.
        workers: usize,
    },
    /// Depth-first, at once or a level deeper each time.
    DepthFirst,
    /// Random behaviours.
    Simulation {
        /// How many threads simulate.
        workers: usize,
    },
}

/// What is written with.
#[derive(Clone, Copy, Debug)]
pub struct ToolOptions<'a> {
    /// Where actions and modules stand.
    pub places: &'a Places,
    /// The texts.
    pub sources: &'a SourceMap,
    /// Show only the variables that changed (`-difftrace`).
    pub difftrace: bool,
    /// Show warnings (off with `-nowarning`).
    pub warnings: bool,
}

/// Writes a run in TLC's messages.
pub struct ToolWriter<W> {
    inner: Mutex<Inner<W>>,
}

struct Inner<W> {
    out: Out<W>,
    start: Instant,
    /// When progress was told last, and the counts then.
    told: Option<(Instant, Progress)>,
    simulated: Option<Instant>,
    last: Progress,
    /// That initial states are being computed was said, which TLC says of a search in breadth alone.
    computing: bool,
    /// When the last check of temporal properties began.
    checking: Option<Instant>,
    /// That it has ended, to be said after what it found.
    checked: Option<String>,
}

impl<W: Write + Send> ToolWriter<W> {
    /// Writes to `out`; the clock starts now.
    pub fn new(out: W) -> Self {
        let inner = Inner {
            out: Out::new(out),
            start: Instant::now(),
            told: None,
            simulated: None,
            last: Progress::default(),
            computing: false,
            checking: None,
            checked: None,
        };
        ToolWriter { inner: Mutex::new(inner) }
    }

    fn inner(&self) -> MutexGuard<'_, Inner<W>> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The first message. Readers look for `TLC2 Version`.
    pub fn version(&self) {
        let text = format!("TLC2 Version 2.15 as spoken by tlacheck {}", env!("CARGO_PKG_VERSION"));
        self.inner().out.say(Code::VERSION, Class::Plain, &text);
    }

    /// The second: what is going to be done.
    pub fn mode(&self, mode: &Mode, seed: i64) {
        let threads = |n: &usize| format!("{n} worker{}", if *n == 1 { "" } else { "s" });
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let on = |workers: usize| {
            let (workers, system) = (threads(&workers), std::env::consts::OS);
            let arch = std::env::consts::ARCH;
            format!(
                "with {workers} on {cores} cores ({system} {arch}, tlacheck {})",
                env!("CARGO_PKG_VERSION")
            )
        };
        let (code, text) = match mode {
            Mode::BreadthFirst { workers } => (
                Code::MODE_MC,
                format!(
                    "Running breadth-first search Model-Checking with fp 0 and seed {seed} {}.",
                    on(*workers)
                ),
            ),
            Mode::DepthFirst => (
                Code::MODE_DFS,
                format!("Running depth-first search Model-Checking with fp 0 and seed {seed} {}.", on(1)),
            ),
            Mode::Simulation { workers } => (
                Code::MODE_SIMULATION,
                format!("Running Random Simulation with seed {seed} {}.", on(*workers)),
            ),
        };
        let mut inner = self.inner();
        inner.computing = !matches!(mode, Mode::BreadthFirst { .. });
        inner.out.say(code, Class::Plain, &text);
    }

    /// Text of no code of its own, said before anything else.
    pub fn remark(&self, text: &str) {
        self.inner().out.say(Code::GENERAL, Class::Plain, text);
    }

    /// The arguments are wrong.
    pub fn usage(&self, text: &str) {
        let text = format!("Error: {}\nUsage: tlacheck tlc [-option] inputfile", text.trim_end());
        self.inner().out.say(Code::WRONG_COMMANDLINE, Class::Error, &text);
    }

    /// The spec was parsed and resolved: its modules and the files they stand in, in the order of resolution.
    /// Readers take the first file for the root module's.
    pub fn parsed(&self, modules: &[(String, String)]) {
        let mut inner = self.inner();
        inner.sany_start(modules.last().into_iter().chain(modules).map(|(_, file)| file.as_str()));
        for (module, _) in modules {
            inner.out.line(&format!("Semantic processing of module {module}"));
        }
        inner.out.say(Code::SANY_END, Class::Plain, "SANY finished.");
    }

    /// The model is ready: the search begins. `duties` is in how many ways temporal properties can be
    /// violated.
    pub fn starting(&self, warnings: &[Diagnostic], duties: usize, options: &ToolOptions<'_>) {
        let mut inner = self.inner();
        inner.starting();
        inner.warn(warnings, options);
        if duties > 0 {
            let text = format!("Implied-temporal checking--satisfiability problem has {duties} branches.");
            inner.out.say(Code::LIVE_IMPLIED, Class::Plain, &text);
        }
    }

    /// What the run found, and its end.
    pub fn outcome(&self, outcome: &Outcome, warnings: &[Diagnostic], options: &ToolOptions<'_>) {
        let mut inner = self.inner();
        inner.warn(warnings, options);
        let alone;
        let violations = match (&outcome.verdict, outcome.violations.as_slice()) {
            (Verdict::Success | Verdict::Bounded(_), []) => &[],
            (verdict, []) => {
                alone = [Violation::bare(verdict.clone())];
                alone.as_slice()
            }
            (_, violations) => violations,
        };
        if !violations.iter().any(of_assumptions) {
            inner.computing();
        }
        if violations.is_empty() && outcome.depth == 0 {
            inner.initial(Progress::default());
        }
        if !violations.iter().any(|v| matches!(v.verdict, Verdict::Liveness { .. })) {
            inner.flush_checked();
        }
        for violation in violations {
            for (code, class, text) in verdict::messages(violation, options) {
                inner.out.say(code, class, &text);
            }
            inner.flush_checked();
        }
        if violations.is_empty()
            && let Some((code, class, text)) = verdict::success(outcome)
        {
            inner.out.say(code, class, &text);
        }
        inner.statistics(outcome);
        inner.finished();
    }

    /// Nothing was searched: the spec or the model is wrong. `files` are those that were read; `parsing` if
    /// it is the spec.
    pub fn rejected(
        &self,
        diagnostics: &[Diagnostic],
        files: &[String],
        parsing: bool,
        options: &ToolOptions<'_>,
    ) {
        let mut inner = self.inner();
        if parsing {
            inner.sany_start(files.iter().map(String::as_str));
            inner.out.line(rejected::parser(diagnostics, options).trim_end_matches('\n'));
            inner.out.line("");
            inner.out.say(Code::SANY_END, Class::Plain, "SANY finished.");
            inner.starting();
            inner.out.say(Code::PARSING_FAILED, Class::Error, "Parsing or semantic analysis failed.");
        } else {
            inner.starting();
            let (errors, warnings): (Vec<_>, Vec<_>) = diagnostics.iter().partition(|d| d.is_error());
            inner.warn(&warnings.into_iter().cloned().collect::<Vec<_>>(), options);
            for error in errors {
                inner.out.say(rejected::code(error), Class::Error, &rejected::text(error, options));
            }
        }
        inner.finished();
    }
}

impl<W: Write> Inner<W> {
    fn sany_start<'f>(&mut self, files: impl Iterator<Item = &'f str>) {
        self.out.say(Code::SANY_START, Class::Plain, "Starting SANY...");
        let mut seen = Vec::new();
        for file in files {
            if !seen.contains(&file) {
                self.out.line(&format!("Parsing file {file}"));
                seen.push(file);
            }
        }
    }

    /// Initial states are being computed, once the assumptions hold.
    fn computing(&mut self) {
        if !std::mem::replace(&mut self.computing, true) {
            self.out.say(Code::COMPUTING_INIT, Class::Plain, "Computing initial states...");
        }
    }

    fn initial(&mut self, Progress { generated, distinct, .. }: Progress) {
        let (code, what) = if generated == distinct {
            let states = if distinct == 1 { "state" } else { "states" };
            (Code::INIT_GENERATED1, format!("{distinct} distinct {states} generated"))
        } else {
            (Code::INIT_GENERATED2, format!("{generated} states generated, with {distinct} of them distinct"))
        };
        let text = format!("Finished computing initial states: {what} at {}.", now());
        self.out.say(code, Class::Plain, &text);
    }

    fn starting(&mut self) {
        self.out.say(Code::STARTING, Class::Plain, &format!("Starting... ({})", now()));
    }

    fn warn(&mut self, warnings: &[Diagnostic], options: &ToolOptions<'_>) {
        if !options.warnings {
            return;
        }
        for warning in warnings {
            let code =
                if warning.code == code::LIVENESS_CUT { Code::LIVENESS_CONSTRAINTS } else { Code::GENERAL };
            self.out.say(code, Class::Warning, &format!("Warning: {}", rejected::text(warning, options)));
        }
    }

    fn flush_checked(&mut self) {
        if let Some(text) = self.checked.take() {
            self.out.say(Code::CHECKING_TEMPORAL_END, Class::Plain, &text);
        }
    }

    /// How far a search is; `since` is what the rates are about.
    fn progress(&mut self, progress: Progress, since: Option<(Duration, Progress)>) {
        self.flush_checked();
        let minute = |count: u64, before: u64, time: Duration| {
            let rate = count.saturating_sub(before) as f64 / time.as_secs_f64().max(1e-3) * 60.0;
            grouped(rate as u64)
        };
        let [mut states, mut distinct] = [String::new(), String::new()];
        if let Some((time, before)) = since {
            states = format!(" ({} s/min)", minute(progress.generated, before.generated, time));
            distinct = format!(" ({} ds/min)", minute(progress.distinct, before.distinct, time));
        }
        let text = format!(
            "Progress({}) at {}: {} states generated{states}, {} distinct states found{distinct}, {} states left on queue.",
            progress.level.max(1),
            now(),
            grouped(progress.generated),
            grouped(progress.distinct),
            grouped(progress.queue)
        );
        self.out.say(Code::PROGRESS, Class::Plain, &text);
    }

    /// The counts at the end.
    fn statistics(&mut self, outcome: &Outcome) {
        let Outcome { states_generated: generated, distinct_states: distinct, queue, depth, .. } = *outcome;
        let initial = |v: &Violation| match &v.verdict {
            Verdict::Invariant { initial: true, .. } => v.trace.len() <= 1,
            Verdict::InitialProperty { .. } => true,
            Verdict::Failure(Phase::Initial, failure) => failure.kind == FailureKind::Unassigned,
            _ => of_assumptions(v),
        };
        // As TLC, which has not begun to search then.
        if outcome.violations.first().is_some_and(initial) {
            return;
        }
        let counts = format!("{generated} states generated, {distinct} distinct states found");
        match &outcome.method {
            Method::Simulation(simulation) => {
                let mut text = format!(
                    "Progress: {generated} states checked, {} traces generated (trace length: mean={:.0}, var(x)={:.0}, sd={:.0})",
                    simulation.behaviours,
                    simulation.mean,
                    simulation.variance,
                    simulation.variance.sqrt()
                );
                self.out.say(Code::PROGRESS_SIMULATION, Class::Plain, &text);
                text = format!(
                    "The number of states generated: {generated}\nSimulation using seed {} and aril {}",
                    simulation.seed,
                    simulation.violating.unwrap_or(simulation.first)
                );
                self.out.say(Code::STATS_SIMULATION, Class::Plain, &text);
            }
            Method::DepthFirst | Method::Deepening => {
                let text = format!("Progress({depth}) at {}: {counts}, {queue} states left on queue.", now());
                self.out.say(Code::PROGRESS_DFID, Class::Plain, &text);
                self.out.say(Code::STATS_DFID, Class::Plain, &format!("{counts}."));
            }
            Method::BreadthFirst | Method::Log(_) | Method::Replay(_) => {
                let progress = Progress { generated, distinct, queue, level: depth };
                self.progress(progress, Some((self.start.elapsed(), Progress::default())));
                self.out.say(Code::STATS, Class::Plain, &format!("{counts}, {queue} states left on queue."));
                if verdict::tells_depth(&outcome.verdict) {
                    let text = format!("The depth of the complete state graph search is {}.", depth.max(1));
                    self.out.say(Code::SEARCH_DEPTH, Class::Plain, &text);
                }
            }
        }
    }

    fn finished(&mut self) {
        let text = format!("Finished in {}ms at ({})", self.start.elapsed().as_millis(), now());
        self.out.say(Code::FINISHED, Class::Plain, &text);
    }
}

impl<W: Write + Send> Observer for ToolWriter<W> {
    fn progress(&self, progress: Progress) -> ControlFlow<()> {
        let mut inner = self.inner();
        inner.computing();
        inner.last = progress;
        let (since, before) = inner.told.unwrap_or((inner.start, Progress::default()));
        let wait = if inner.told.is_none() { FIRST } else { EVERY };
        if since.elapsed() >= wait && progress.level > 0 {
            inner.progress(progress, Some((since.elapsed(), before)));
            inner.told = Some((Instant::now(), progress));
        }
        ControlFlow::Continue(())
    }

    fn initial(&self, progress: Progress) {
        let mut inner = self.inner();
        inner.computing();
        inner.initial(progress);
    }

    fn checking(&self, states: u64, complete: bool) {
        let mut inner = self.inner();
        let last = inner.last;
        inner.progress(last, None);
        let which = if complete { "complete" } else { "current" };
        let text = format!(
            "Checking temporal properties for the {which} state space with {states} total distinct states at ({})",
            now()
        );
        inner.out.say(Code::CHECKING_TEMPORAL, Class::Plain, &text);
        inner.checking = Some(Instant::now());
    }

    fn checked(&self) {
        let mut inner = self.inner();
        let took = inner.checking.take().map_or(0, |start| start.elapsed().as_secs());
        let took =
            if took < 60 { format!("{took:02}s") } else { format!("{:02}min {:02}s", took / 60, took % 60) };
        inner.checked = Some(format!("Finished checking temporal properties in {took} at {}", now()));
    }

    fn simulated(&self, progress: Simulated) -> ControlFlow<()> {
        let mut inner = self.inner();
        let wait = if inner.simulated.is_none() { FIRST } else { EVERY };
        if inner.simulated.unwrap_or(inner.start).elapsed() >= wait {
            let Simulated { behaviours, generated } = progress;
            let text = format!("Progress: {generated} states checked, {behaviours} traces generated");
            inner.out.say(Code::PROGRESS_SIMULATION, Class::Plain, &text);
            inner.simulated = Some(Instant::now());
        }
        ControlFlow::Continue(())
    }

    fn checkpoint(&self, folder: &Path, _: Progress) {
        let mut inner = self.inner();
        let text = format!("Checkpointing of run {}", folder.display());
        inner.out.say(Code::CHECKPOINT_START, Class::Plain, &text);
        inner.out.say(Code::CHECKPOINT_END, Class::Plain, &format!("Checkpointing completed at ({})", now()));
    }

    fn print(&self, text: &str) {
        self.inner().out.line(text);
    }
}

/// Whether an assumption is false or cannot be evaluated.
fn of_assumptions(violation: &Violation) -> bool {
    matches!(violation.verdict, Verdict::Assumption { .. } | Verdict::Failure(Phase::Assumption, _))
}

/// The local time, as TLC writes it.
fn now() -> String {
    jiff::ZonedDateTime::now().strftime("%Y-%m-%d %H:%M:%S").to_string()
}

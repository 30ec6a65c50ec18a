//! Making a model ready and searching it, within bounds, watched.
//!
//! Enters: a spec, a model, limits, and who watches. Leaves: an [`Outcome`] and what was printed. Holds: there are
//! bounds whether or not they are given; a spec reaches nothing outside itself; a run that is cancelled ends soon, in
//! making ready as well.

use super::data::Message;
use super::failure::{Failure, Kind};
use super::source::Loaded;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::ops::ControlFlow;
use std::sync::Mutex;
use std::time::Duration;
use tla_checker::check::{self, Options, Prepared, Strategy};
use tla_checker::eval::Bounds;
use tla_checker::explore;
use tla_checker::model::Model;
use tla_checker::observer::{Cancel, Observer, Simulated};
use tla_checker::outcome::Outcome;
use tla_checker::space;
use tla_parser::code;
use tla_parser::diagnostic::Diagnostic;

/// How long a search goes on where that is not said.
const SECONDS: f64 = 60.0;
/// How many states it keeps where that is not said.
const STATES: u64 = 2_000_000;
/// How long it may go on at all.
const MOST_SECONDS: f64 = 86_400.0;
/// How many lines that a spec prints are kept, and how long they may be.
const LINES: usize = 50;
const LINE: usize = 500;

/// What evaluations may use.
pub(super) const BOUNDS: Bounds = Bounds { max_set: 1_000_000, max_recursion: 50_000, outside: false };

/// How far a run is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// A search.
    Search {
        /// States generated.
        generated: u64,
        /// States kept.
        distinct: u64,
        /// States that wait to be expanded.
        queue: u64,
        /// The level that is being expanded.
        level: u32,
    },
    /// A simulation.
    Simulation {
        /// Behaviours that have come to their end.
        behaviours: u64,
        /// States generated.
        generated: u64,
    },
    /// Mutants, one after the other.
    Mutants {
        /// How many were tried.
        done: u64,
        /// How many are to be tried.
        of: u64,
    },
}

impl Progress {
    /// A number that grows.
    pub fn value(&self) -> u64 {
        match *self {
            Progress::Search { generated, .. } | Progress::Simulation { generated, .. } => generated,
            Progress::Mutants { done, .. } => done,
        }
    }

    /// What that number will be in the end, where it is known.
    pub fn total(&self) -> Option<u64> {
        match *self {
            Progress::Mutants { of, .. } => Some(of),
            _ => None,
        }
    }
}

impl std::fmt::Display for Progress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Progress::Search { generated, distinct, queue, level } => {
                write!(
                    f,
                    "level {level}: {distinct} different states, {generated} generated, {queue} waiting"
                )
            }
            Progress::Simulation { behaviours, generated } => {
                write!(f, "{behaviours} behaviours, {generated} states generated")
            }
            Progress::Mutants { done, of } => write!(f, "{done} of {of} mutants tried"),
        }
    }
}

/// Who watches a run: it hears how far it is, and can end it.
#[derive(Clone)]
pub struct Watch<'w> {
    cancel: Cancel,
    progress: Option<&'w (dyn Fn(Progress) + Sync)>,
}

impl<'w> Watch<'w> {
    /// Nobody.
    pub fn silent() -> Watch<'w> {
        Watch { cancel: Cancel::new(), progress: None }
    }

    /// Somebody who can end it.
    pub fn cancelled_by(cancel: &Cancel) -> Watch<'w> {
        Watch { cancel: cancel.clone(), progress: None }
    }

    /// Has `progress` called a few times a second, from any thread.
    pub fn hearing(mut self, progress: &'w (dyn Fn(Progress) + Sync)) -> Watch<'w> {
        self.progress = Some(progress);
        self
    }

    /// The flag that ends the run.
    pub fn cancel(&self) -> &Cancel {
        &self.cancel
    }

    /// Says how far it is.
    pub(super) fn tell(&self, progress: Progress) {
        if let Some(hear) = self.progress {
            hear(progress);
        }
    }

    /// A failure, if the run was cancelled.
    pub(super) fn check(&self) -> Result<(), Failure> {
        match self.cancel.is_cancelled() {
            true => Err(Failure::new(Kind::Cancelled, "the call was cancelled")),
            false => Ok(()),
        }
    }
}

/// How far a search goes. It is bounded whether or not this says so; a bound that was reached is said, and such a
/// search never counts as complete.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Limits {
    /// Ends the search after so many seconds (60 unless said).
    pub seconds: Option<f64>,
    /// Ends the search when so many states are kept (2,000,000 unless said).
    pub states: Option<u64>,
    /// The last level to be generated, the initial states being 1 (no limit unless said).
    pub depth: Option<u32>,
    /// How many threads search (1 unless said; 0 for one a core).
    pub workers: Option<u32>,
}

impl Limits {
    /// As the search takes them.
    ///
    /// # Errors
    /// One of them means nothing.
    pub fn options(&self) -> Result<explore::Options, Failure> {
        let seconds = self.seconds.unwrap_or(SECONDS);
        if !(seconds > 0.0 && seconds <= MOST_SECONDS) {
            return Err(Failure::argument(
                "seconds",
                format!("{seconds} is not between 0 and {MOST_SECONDS}"),
            ));
        }
        if self.states == Some(0) {
            return Err(Failure::argument("states", "a search without states says nothing"));
        }
        if self.depth == Some(0) {
            return Err(Failure::argument("depth", "the initial states are level 1: give 1 or more"));
        }
        let workers = self.workers.unwrap_or(1) as usize;
        // How many cores there are is asked of the system, which costs a turn of the loop more than it is worth.
        let most = || 4 * std::thread::available_parallelism().map_or(1, usize::from);
        Ok(explore::Options {
            workers: if workers <= 1 { workers } else { workers.min(most()) },
            time_limit: Some(Duration::from_secs_f64(seconds)),
            max_states: Some(self.states.unwrap_or(STATES)),
            max_depth: self.depth,
            ..explore::Options::default()
        })
    }
}

/// Makes a model ready.
///
/// # Errors
/// It does not fit the spec.
pub(super) fn prepare(loaded: &mut Loaded, model: &Model, watch: &Watch<'_>) -> Result<Prepared, Failure> {
    watch.check()?;
    let Loaded { spec, text, .. } = loaded;
    check::prepare_until(spec, model, &text.library, BOUNDS, watch.cancel()).map_err(|errors| {
        let what = "the model does not fit the spec";
        Failure::rejected(what, &errors, &loaded.spec.sources)
    })
}

/// A model that has behaviours.
///
/// # Errors
/// It has none.
pub(super) fn with_behaviour(prepared: Prepared, what: &str) -> Result<Prepared, Failure> {
    if prepared.has_behaviour() {
        return Ok(prepared);
    }
    let message = format!("the model says nothing about behaviours that {what}");
    let error = Diagnostic::error(code::NO_BEHAVIOUR, message);
    let sources = tla_parser::source::SourceMap::new();
    Err(Failure::rejected("the model is incomplete", &[error], &sources)
        .help("give `specification`, or `init` and `next`, or a `config` that has them"))
}

/// What a run left.
pub(super) struct Ran {
    pub outcome: Outcome,
    /// What the spec printed, as far as it is kept.
    pub printed: Vec<String>,
    /// How many lines were printed besides.
    pub unkept: u64,
}

/// Searches.
pub(super) fn search(
    prepared: &Prepared,
    search: explore::Options,
    strategy: Strategy,
    coverage: bool,
    watch: &Watch<'_>,
) -> Ran {
    let options = Options { search, strategy, coverage, ..Options::default() };
    let listener = Listener { watch, printed: Mutex::default() };
    let outcome = check::run(prepared, &options, &listener, watch.cancel());
    let (printed, unkept) = listener.printed.into_inner().unwrap_or_else(|poisoned| poisoned.into_inner());
    Ran { outcome, printed, unkept }
}

/// Warnings of a spec, a model and a run.
pub(super) fn warnings(
    loaded: &Loaded,
    of_model: Vec<Message>,
    prepared: &Prepared,
    outcome: &Outcome,
) -> Vec<Message> {
    let mut all = loaded.warnings.clone();
    all.extend(of_model);
    let of_run = prepared.warnings.iter().chain(&outcome.warnings);
    all.extend(Message::all(of_run, &loaded.spec.sources));
    all
}

/// Hears of a run for its watcher, and keeps what is printed.
struct Listener<'l, 'w> {
    watch: &'l Watch<'w>,
    printed: Mutex<(Vec<String>, u64)>,
}

impl Observer for Listener<'_, '_> {
    fn progress(&self, progress: space::Progress) -> ControlFlow<()> {
        let space::Progress { generated, distinct, queue, level } = progress;
        self.watch.tell(Progress::Search { generated, distinct, queue, level });
        ControlFlow::Continue(())
    }

    fn simulated(&self, progress: Simulated) -> ControlFlow<()> {
        let Simulated { behaviours, generated } = progress;
        self.watch.tell(Progress::Simulation { behaviours, generated });
        ControlFlow::Continue(())
    }

    fn print(&self, text: &str) {
        let mut printed = self.printed.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        if printed.0.len() < LINES {
            printed.0.push(super::page::cut_at(text.to_owned(), LINE));
        } else {
            printed.1 += 1;
        }
    }
}

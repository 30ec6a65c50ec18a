//! What a run leaves: the verdict, the counts and the trace, as data.
//!
//! Enters: nothing (data only); the search fills it in. Leaves: [`Outcome`], rendered as text or
//! JSON by others. Holds: `exit_code` follows from the verdict alone ([`Verdict::exit_code`]).

use crate::explanation::Explanation;
use crate::failure::{Failure, FailureKind};
use crate::log::matching::Mismatch;
use crate::value::Datum;
use tla_parser::diagnostic::Diagnostic;
use tla_parser::source::Span;

/// Why a run that found nothing wrong ended before the whole space was searched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Bound {
    /// `--depth`
    Depth,
    /// `--max-states`
    States,
    /// `--seconds`
    Time,
    /// A cancellation token, or Ctrl-C.
    Cancelled,
    /// The observer asked to stop.
    Observer,
    /// `TLCSet("exit", TRUE)`
    Spec,
    /// `--simulate num=N`
    Behaviours,
}

/// In which way the states were visited.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Method {
    /// Level by level: traces are shortest.
    #[default]
    BreadthFirst,
    /// One behaviour to its end before the next: traces need not be shortest.
    DepthFirst,
    /// Depth-first again and again, each time a level deeper: traces are shortest.
    Deepening,
    /// Random behaviours.
    Simulation(Simulation),
    /// The behaviours that match a log.
    Log(LogMatch),
    /// The behaviour that a trace says: its states are the events.
    Replay(LogMatch),
}

impl Method {
    /// One word for JSON.
    pub fn name(&self) -> &'static str {
        match self {
            Method::BreadthFirst => "breadth_first",
            Method::DepthFirst => "depth_first",
            Method::Deepening => "iterative_deepening",
            Method::Simulation(_) => "simulation",
            Method::Log(_) => "trace_validation",
            Method::Replay(_) => "trace_replay",
        }
    }
}

/// What a simulation has done.
#[derive(Clone, Copy, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Simulation {
    /// With this seed the same behaviours come out again, for any number of workers.
    pub seed: i64,
    /// The number of the first behaviour.
    pub first: u64,
    /// How many behaviours there are, the one that shows a violation included.
    pub behaviours: u64,
    /// The number of the behaviour that decides the verdict.
    pub violating: Option<u64>,
    /// How many states a behaviour has, on average.
    pub mean: f64,
    /// The variance of that.
    pub variance: f64,
    /// How many states the longest has.
    pub longest: u32,
    /// Whether invariants, properties and deadlock were looked at.
    pub checked: bool,
}

/// How far a log was matched.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct LogMatch {
    /// How many events the log has.
    pub events: u64,
    /// How many of them the longest prefix has that the spec admits.
    pub matched: u64,
    /// How many steps that are not in the log may lie between two events.
    pub between: u32,
}

/// Where an evaluation failed; in the order in which they decide a verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// While making ready: constants, overrides, the files of the search.
    Setup,
    /// In an ASSUME.
    Assumption,
    /// While generating initial states.
    Initial,
    /// While generating successors.
    Next,
    /// In an invariant.
    Invariant,
    /// In a step property.
    ActionProperty,
    /// In a property of initial states.
    InitialProperty,
    /// In a temporal property, or in fairness.
    Temporal,
    /// In a constraint.
    Constraint,
    /// In VIEW.
    View,
    /// In POSTCONDITION.
    Postcondition,
}

/// What a run found.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    /// Everything holds on the whole space.
    Success,
    /// Nothing was found wrong up to a bound.
    Bounded(Bound),
    /// An assumption is false.
    Assumption {
        /// Its name or `line 12`.
        name: String,
        /// Where it stands.
        span: Option<Span>,
    },
    /// The postcondition is false.
    Postcondition {
        /// Its name.
        name: String,
    },
    /// A state without successors.
    Deadlock,
    /// No behaviour matches a log beyond some event.
    LogNotAdmitted(Box<Rejection>),
    /// An invariant is false.
    Invariant {
        /// Its name.
        name: String,
        /// Where it is defined.
        span: Option<Span>,
        /// It is also false of an initial state.
        initial: bool,
    },
    /// A step property is false.
    ActionProperty {
        /// Its name.
        name: String,
        /// Where it is defined.
        span: Option<Span>,
    },
    /// A property of initial states is false.
    InitialProperty {
        /// Its name.
        name: String,
        /// Where it is defined.
        span: Option<Span>,
    },
    /// A behaviour violates a temporal property.
    Liveness {
        /// Its name.
        name: String,
        /// Where it, or the part of it that is violated, is stated.
        span: Option<Span>,
    },
    /// An evaluation failed.
    Failure(Phase, Box<Failure>),
}

impl Verdict {
    /// The exit status (DESIGN, "Semantics to match TLC").
    pub fn exit_code(&self) -> i32 {
        match self {
            Verdict::Success | Verdict::Bounded(_) => 0,
            Verdict::Assumption { .. } | Verdict::Postcondition { .. } | Verdict::LogNotAdmitted(_) => 10,
            Verdict::Deadlock => 11,
            Verdict::Invariant { .. } => 12,
            Verdict::ActionProperty { .. } | Verdict::InitialProperty { .. } | Verdict::Liveness { .. } => 13,
            Verdict::Failure(phase, failure) => match (failure.kind, phase) {
                (FailureKind::Cancelled, _) => 0,
                // What was asked for cannot be done with this model, or this folder.
                (_, Phase::Setup) => 151,
                (FailureKind::Internal | FailureKind::System, _) => 255,
                // As in TLC, an assumption that cannot be evaluated does not hold.
                (_, Phase::Assumption) => 10,
                // As in TLC, an assertion inside an invariant counts as the invariant's failure.
                (_, Phase::Invariant) => 76,
                (FailureKind::Assert, _) => 14,
                _ => 75,
            },
        }
    }

    /// One word for JSON: `success`, `deadlock`, `invariant`…
    pub fn name(&self) -> &'static str {
        match self {
            Verdict::Success => "success",
            Verdict::Bounded(_) => "bounded",
            Verdict::Assumption { .. } => "assumption",
            Verdict::Postcondition { .. } => "postcondition",
            Verdict::Deadlock => "deadlock",
            Verdict::LogNotAdmitted(_) => "log_not_admitted",
            Verdict::Invariant { .. } => "invariant",
            Verdict::ActionProperty { .. } => "action_property",
            Verdict::InitialProperty { .. } => "initial_property",
            Verdict::Liveness { .. } => "liveness",
            Verdict::Failure(..) => "failure",
        }
    }
}

/// The event of a log that no step matches, and why.
#[derive(Clone, Debug, PartialEq)]
pub struct Rejection {
    /// Which event, from 1.
    pub event: u64,
    /// The line it stands in.
    pub line: u32,
    /// Its place in the log.
    pub span: Span,
    /// The line.
    pub text: String,
    /// The action that it names.
    pub action: Option<String>,
    /// The events are the states of a trace: this is how many it has.
    pub trace: Option<u64>,
    /// How many different states match the log up to there; the trace leads to the first that was found,
    /// and the reasons are about that one.
    pub states: u64,
    /// Why it is not a step of the actions that it may be, those that come nearest first.
    pub candidates: Vec<Candidate>,
}

/// Why an event is not a step of an action.
#[derive(Clone, Debug, PartialEq)]
pub struct Candidate {
    /// The action.
    pub action: String,
    /// Where it is defined; none of the initial predicate.
    pub span: Option<Span>,
    /// Why not.
    pub why: WhyNot,
}

/// Why an event is not a step of an action.
#[derive(Clone, Debug, PartialEq)]
pub enum WhyNot {
    /// The action has no step there.
    Disabled(Explanation),
    /// The state before the step is another: variables, and how they differ.
    Before(Vec<(String, Mismatch)>),
    /// It has steps, but they lead to other states: how the nearest differs.
    After(Vec<(String, Mismatch)>),
}

/// A state of a trace.
#[derive(Clone, Debug, PartialEq)]
pub struct TraceState {
    /// The action that led here: `Init`, `Prepare(r1)`.
    pub action: String,
    /// Where that action is defined.
    pub span: Option<Span>,
    /// The variables (or ALIAS fields) and their values, in order of declaration.
    pub state: Vec<(String, Datum)>,
    /// The variables and their values, where `state` has the fields of ALIAS.
    pub variables: Option<Vec<(String, Datum)>>,
}

impl TraceState {
    /// The variables and their values, whatever is shown.
    pub fn values(&self) -> &[(String, Datum)] {
        self.variables.as_deref().unwrap_or(&self.state)
    }
}

/// A violation with its trace; more than one only with `--continue`.
#[derive(Clone, Debug, PartialEq)]
pub struct Violation {
    /// What is violated.
    pub verdict: Verdict,
    /// From an initial state to the state that shows it; empty where no state is involved.
    pub trace: Vec<TraceState>,
    /// How the trace goes on for ever, where that is what shows it.
    pub cycle: Option<Cycle>,
}

/// How a trace goes on after its last state.
#[derive(Clone, Debug, PartialEq)]
pub struct Cycle {
    /// The place in the trace of the state that comes after the last; the last state's own where the trace
    /// ends with stuttering.
    pub back: usize,
    /// The action that leads there, and where it is defined; `None` for stuttering, or where it is not known.
    pub action: Option<(String, Span)>,
    /// Its states agree only in their VIEW: it need not be a behaviour.
    pub modulo_view: bool,
}

impl Violation {
    /// One without a trace.
    pub fn bare(verdict: Verdict) -> Violation {
        Violation { verdict, trace: Vec::new(), cycle: None }
    }
}

/// Everything a run found.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// The first violation's verdict, or success.
    pub verdict: Verdict,
    /// The violations, the one that decides first.
    pub violations: Vec<Violation>,
    /// Initial states and successors, duplicates and those outside the constraints included.
    pub states_generated: u64,
    /// States kept.
    pub distinct_states: u64,
    /// The last level that holds a kept state, the initial states being 1; 1 also when none is kept
    /// (as in TLC), and 0 when there is no behaviour to search.
    pub depth: u32,
    /// States left unexpanded when the run ended.
    pub queue: u64,
    /// Wall time.
    pub seconds: f64,
    /// The chance that two states shared a fingerprint, from the counts; 0 where whole states were
    /// compared.
    pub collision_probability: f64,
    /// Whether whole states were compared, and not their fingerprints.
    pub exact: bool,
    /// How often each action instance fired: (instance, generated, distinct), for reports. A state
    /// counts as distinct for the instance by which traces reach it. In a simulation the second count is
    /// how often the instance was taken.
    pub actions: Vec<(String, u64, u64)>,
    /// In which way the states were visited.
    pub method: Method,
    /// A trace that was replayed, where nothing is wrong with it.
    pub replayed: Option<(Vec<TraceState>, Option<Cycle>)>,
    /// What deserves attention without being wrong.
    pub warnings: Vec<Diagnostic>,
}

impl Outcome {
    /// What is left of a run that searched nothing.
    pub fn of(verdict: Verdict) -> Outcome {
        let violations = match &verdict {
            Verdict::Success | Verdict::Bounded(_) => Vec::new(),
            _ => vec![Violation::bare(verdict.clone())],
        };
        Outcome {
            verdict,
            violations,
            states_generated: 0,
            distinct_states: 0,
            depth: 0,
            queue: 0,
            seconds: 0.0,
            collision_probability: 0.0,
            exact: false,
            actions: Vec::new(),
            method: Method::default(),
            replayed: None,
            warnings: Vec::new(),
        }
    }

    /// The trace that decides the verdict, if there is one.
    pub fn trace(&self) -> &[TraceState] {
        self.violations.first().map_or(&[], |v| &v.trace)
    }

    /// The exit status.
    pub fn exit_code(&self) -> i32 {
        self.verdict.exit_code()
    }
}

//! The one JSON object that ends a run's output with `--json`.
//!
//! Enters: an [`Outcome`] or diagnostics. Leaves: [`Report`], to be written or read with serde. Holds:
//! the same shape whatever happened, so that a reader needs no cases: a spec that cannot be parsed has
//! an outcome, an exit code and empty counts too. Values keep their kind (see
//! [`crate::value::Datum`]). Fields are added, never renamed; a change of meaning changes
//! [`VERSION`].

use super::rejection::reasons;
use super::words::{headline, phase};
use crate::outcome::{Bound, Cycle, LogMatch, Method, Outcome, Simulation, TraceState, Verdict, Violation};
use crate::value::Datum;
use serde::{Deserialize, Serialize};
use tla_parser::code;
use tla_parser::diagnostic::Diagnostic;
use tla_parser::source::{SourceMap, Span};

pub use super::state::Bindings;

/// The version of the shape.
pub const VERSION: u32 = 1;

/// Everything a run says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// One word: `success`, `bounded`, `assumption`, `postcondition`, `deadlock`, `invariant`,
    /// `action_property`, `initial_property`, `liveness`, `failure`; where nothing was run, `parse_error`,
    /// `config_error`, `refused` or `error`.
    pub outcome: String,
    /// The exit status.
    pub exit_code: i32,
    /// Initial states and successors, duplicates and those outside the constraints included.
    pub states_generated: u64,
    /// States kept.
    pub distinct_states: u64,
    /// Levels, the initial states being 1.
    pub depth: u32,
    /// Wall time.
    pub seconds: f64,
    /// What is wrong, if something is.
    pub violation: Option<Fault>,
    /// The states that lead there.
    pub trace: Vec<State>,
    /// How the trace goes on for ever, where a temporal property is violated.
    pub cycle: Option<Lap>,
    /// What deserves attention without being wrong.
    pub warnings: Vec<Message>,
    /// The chance that two states shared a fingerprint.
    pub collision_probability: f64,
    /// Whether whole states were compared, and not their fingerprints.
    pub exact: bool,
    /// States left unexpanded.
    pub queue: u64,
    /// Why a bounded run stopped: `depth`, `states`, `time`, `cancelled`, `observer`, `spec`,
    /// `behaviours`.
    pub bound: Option<String>,
    /// Errors of the spec or the configuration.
    pub diagnostics: Vec<Message>,
    /// With `--continue`, the violations after the first.
    pub further_violations: Vec<FurtherViolation>,
    /// In which way states were visited: `breadth_first`, `depth_first`, `iterative_deepening`,
    /// `simulation`, `trace_validation`, `trace_replay`.
    pub search: String,
    /// What a simulation has done.
    pub simulation: Option<Simulation>,
    /// How far a log was matched.
    pub log: Option<LogMatch>,
    /// Why no step matches an event of a log: a message for each action that it may be.
    pub reasons: Vec<Message>,
    /// Of a simulation: how often each action was taken.
    pub actions: Vec<Taken>,
    /// The version of this shape.
    pub version: u32,
}

/// How often an action was taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Taken {
    /// The action, with its parameters where they are constant.
    pub action: String,
    /// How often it was taken.
    pub taken: u64,
    /// How many successors by it were generated.
    pub generated: u64,
}

/// What is wrong.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Fault {
    /// As [`Report::outcome`].
    pub kind: String,
    /// The invariant, property or assumption.
    pub name: Option<String>,
    /// One line for people.
    pub message: String,
    /// Where it is defined, or the expression that failed.
    pub span: Option<Place>,
    /// The code of a failed evaluation, e.g. `E0501`.
    pub code: Option<String>,
    /// When an evaluation failed: `while evaluating an invariant`.
    pub phase: Option<String>,
    /// Facts that explain a failed evaluation.
    pub notes: Vec<String>,
    /// What to do.
    pub help: Option<String>,
    /// The operator calls under way, innermost first.
    pub calls: Vec<Call>,
}

/// A violation after the first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FurtherViolation {
    /// What is wrong.
    pub violation: Fault,
    /// The states that lead there.
    pub trace: Vec<State>,
    /// How the trace goes on for ever, where a temporal property is violated.
    pub cycle: Option<Lap>,
}

/// How a trace goes on after its last state.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Lap {
    /// The number, from 1, of the state that comes after the last; the last's own where it stutters.
    pub back_to: usize,
    /// It ends with stuttering.
    pub stuttering: bool,
    /// The action that leads back.
    pub action: Option<String>,
    /// Where that is defined.
    pub span: Option<Place>,
    /// The states agree in their VIEW only: it need not be a behaviour.
    pub modulo_view: bool,
}

impl Lap {
    pub(super) fn of(violation: &Violation, sources: &SourceMap) -> Option<Lap> {
        violation.cycle.as_ref().map(|cycle| Lap::after(&violation.trace, cycle, sources))
    }

    fn after(trace: &[TraceState], cycle: &Cycle, sources: &SourceMap) -> Lap {
        Lap {
            back_to: cycle.back + 1,
            stuttering: cycle.back + 1 == trace.len(),
            action: cycle.action.as_ref().map(|action| action.0.clone()),
            span: cycle.action.as_ref().map(|action| Place::of(action.1, sources)),
            modulo_view: cycle.modulo_view,
        }
    }
}

/// An operator call that was under way.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Call {
    /// The operator.
    pub name: String,
    /// Where it was called.
    pub span: Place,
}

/// A state of a trace.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct State {
    /// The action that led here.
    pub action: String,
    /// Where it is defined.
    pub span: Option<Place>,
    /// The variables, or the fields of ALIAS.
    pub state: Bindings,
}

/// A place in a text; lines and columns from 1, columns in characters, the end exclusive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// The file's name.
    pub file: String,
    /// First line.
    pub line: u32,
    /// First column.
    pub column: u32,
    /// Last line.
    pub end_line: u32,
    /// The column after the last.
    pub end_column: u32,
}

/// A diagnostic.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Message {
    /// Its code, for `tlacheck explain`.
    pub code: String,
    /// `error` or `warning`.
    pub severity: String,
    /// The headline.
    pub message: String,
    /// Where.
    pub span: Option<Place>,
    /// What is there.
    pub label: Option<String>,
    /// Other places that matter.
    pub related: Vec<Related>,
    /// Facts that explain.
    pub notes: Vec<String>,
    /// What to do.
    pub help: Option<String>,
}

/// Another place of a diagnostic.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Related {
    /// Where.
    pub span: Place,
    /// What is there.
    pub label: String,
}

impl Report {
    /// What a run found.
    pub fn of_outcome(outcome: &Outcome, sources: &SourceMap) -> Report {
        let fault = |v: &Violation| Fault::of_verdict(&v.verdict, sources);
        let mut violations = outcome.violations.iter();
        let first = violations.next();
        let violation = match (first, &outcome.verdict) {
            (Some(violation), _) => Some(fault(violation)),
            (None, Verdict::Success | Verdict::Bounded(_)) => None,
            (None, verdict) => Some(Fault::of_verdict(verdict, sources)),
        };
        Report {
            outcome: outcome.verdict.name().into(),
            exit_code: outcome.exit_code(),
            states_generated: outcome.states_generated,
            distinct_states: outcome.distinct_states,
            depth: outcome.depth,
            seconds: outcome.seconds,
            violation,
            trace: match (first, &outcome.replayed) {
                (Some(v), _) => states(&v.trace, sources),
                (None, Some((trace, _))) => states(trace, sources),
                (None, None) => Vec::new(),
            },
            cycle: match (first, &outcome.replayed) {
                (Some(v), _) => Lap::of(v, sources),
                (None, Some((trace, cycle))) => cycle.as_ref().map(|cycle| Lap::after(trace, cycle, sources)),
                (None, None) => None,
            },
            warnings: Message::all(&outcome.warnings, sources),
            collision_probability: outcome.collision_probability,
            exact: outcome.exact,
            queue: outcome.queue,
            bound: match outcome.verdict {
                Verdict::Bounded(bound) => Some(bound_name(bound).into()),
                _ => None,
            },
            diagnostics: Vec::new(),
            further_violations: violations
                .map(|v| FurtherViolation {
                    violation: fault(v),
                    trace: states(&v.trace, sources),
                    cycle: Lap::of(v, sources),
                })
                .collect(),
            search: outcome.method.name().into(),
            simulation: match &outcome.method {
                Method::Simulation(simulation) => Some(*simulation),
                _ => None,
            },
            log: match &outcome.method {
                Method::Log(log) | Method::Replay(log) => Some(*log),
                _ => None,
            },
            reasons: match &outcome.verdict {
                Verdict::LogNotAdmitted(rejection) => Message::all(&reasons(rejection, sources), sources),
                _ => Vec::new(),
            },
            actions: match &outcome.method {
                Method::Simulation(_) => outcome.actions.iter().map(taken).collect(),
                _ => Vec::new(),
            },
            version: VERSION,
        }
    }

    /// A run that could not begin: `outcome` is `parse_error`, `config_error`, `refused` or `error`.
    /// Warnings among the diagnostics go to [`Report::warnings`].
    pub fn of_diagnostics(
        outcome: &str,
        exit_code: i32,
        diagnostics: &[Diagnostic],
        sources: &SourceMap,
    ) -> Report {
        let (errors, warnings): (Vec<_>, Vec<_>) =
            Message::all(diagnostics, sources).into_iter().partition(|m| m.severity == "error");
        Report {
            outcome: outcome.into(),
            exit_code,
            states_generated: 0,
            distinct_states: 0,
            depth: 0,
            seconds: 0.0,
            violation: None,
            trace: Vec::new(),
            cycle: None,
            warnings,
            collision_probability: 0.0,
            exact: false,
            queue: 0,
            bound: None,
            diagnostics: errors,
            further_violations: Vec::new(),
            search: Method::default().name().into(),
            simulation: None,
            log: None,
            reasons: Vec::new(),
            actions: Vec::new(),
            version: VERSION,
        }
    }
}

fn taken((action, generated, taken): &(String, u64, u64)) -> Taken {
    Taken { action: action.clone(), taken: *taken, generated: *generated }
}

fn bound_name(bound: Bound) -> &'static str {
    match bound {
        Bound::Depth => "depth",
        Bound::States => "states",
        Bound::Time => "time",
        Bound::Cancelled => "cancelled",
        Bound::Observer => "observer",
        Bound::Spec => "spec",
        Bound::Behaviours => "behaviours",
    }
}

fn states(trace: &[TraceState], sources: &SourceMap) -> Vec<State> {
    let state = |s: &TraceState| State {
        action: s.action.clone(),
        span: s.span.map(|span| Place::of(span, sources)),
        state: Bindings(s.state.iter().map(|(n, v): &(String, Datum)| (n.clone(), v.clone())).collect()),
    };
    trace.iter().map(state).collect()
}

impl Fault {
    /// What a verdict other than success says.
    pub fn of_verdict(verdict: &Verdict, sources: &SourceMap) -> Fault {
        let mut fault = Fault {
            kind: verdict.name().into(),
            name: None,
            message: headline(verdict),
            span: None,
            code: None,
            phase: None,
            notes: Vec::new(),
            help: None,
            calls: Vec::new(),
        };
        match verdict {
            Verdict::Success | Verdict::Bounded(_) | Verdict::Deadlock => {}
            Verdict::LogNotAdmitted(rejection) => {
                fault.name = rejection.action.clone();
                fault.span = Some(Place::of(rejection.span, sources));
                fault.code = Some(code::LOG_NOT_ADMITTED.to_string());
            }
            Verdict::Postcondition { name } => fault.name = Some(name.clone()),
            Verdict::Assumption { name, span }
            | Verdict::Invariant { name, span, .. }
            | Verdict::ActionProperty { name, span }
            | Verdict::InitialProperty { name, span }
            | Verdict::Liveness { name, span } => {
                fault.name = Some(name.clone());
                fault.span = span.map(|s| Place::of(s, sources));
            }
            Verdict::Failure(at, failure) => {
                fault.span = failure.span.map(|s| Place::of(s, sources));
                fault.code = Some(failure.code.to_string());
                fault.phase = Some(phase(*at).into());
                fault.notes = failure.notes.clone();
                fault.help = failure.help.clone();
                fault.calls = failure
                    .calls
                    .iter()
                    .map(|c| Call { name: c.name.clone(), span: Place::of(c.span, sources) })
                    .collect();
            }
        }
        fault
    }
}

impl Place {
    /// The place of a span.
    pub fn of(span: Span, sources: &SourceMap) -> Place {
        let file = sources.file(span.file);
        let (start, end) = (file.line_column(span.start), file.line_column(span.end));
        Place {
            file: file.name.clone(),
            line: start.line,
            column: start.column,
            end_line: end.line,
            end_column: end.column,
        }
    }
}

impl Message {
    /// A diagnostic with its places resolved.
    pub fn of(diagnostic: &Diagnostic, sources: &SourceMap) -> Message {
        let label = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        Message {
            code: diagnostic.code.to_string(),
            severity: if diagnostic.is_error() { "error" } else { "warning" }.into(),
            message: diagnostic.message.clone(),
            span: diagnostic.primary.as_ref().map(|l| Place::of(l.span, sources)),
            label: diagnostic.primary.as_ref().and_then(|l| label(&l.text)),
            related: diagnostic
                .secondary
                .iter()
                .map(|l| Related { span: Place::of(l.span, sources), label: l.text.clone() })
                .collect(),
            notes: diagnostic.notes.clone(),
            help: diagnostic.help.clone(),
        }
    }

    /// Several of them.
    pub fn all(diagnostics: &[Diagnostic], sources: &SourceMap) -> Vec<Message> {
        diagnostics.iter().map(|d| Message::of(d, sources)).collect()
    }
}

//! `check` and `simulate`: a search, or random behaviours, and what they find.
//!
//! Enters: a spec, a model, limits. Leaves: the verdict, counts, and for a violation the trace, the part of the formula
//! that is false and the values it read. Holds: a search that stopped at a bound is `bounded`, never `success`; a
//! violation is a result. What is wrong with the spec or the model is a failure ([`Failure`]).

use super::data::{Lap, Message, State, drawn, tell_state};
use super::failure::{Failure, Kind};
use super::model::ModelInput;
use super::page;
use super::run::{self, Limits, Ran, Watch};
use super::source::{Loaded, SpecInput};
use super::store::Kept;
use super::violation::{Violated, violated};
use super::{Told, Workbench};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tla_checker::check::{Prepared, Strategy};
use tla_checker::explore::simulate;
use tla_checker::outcome::{self, Bound, Method, Outcome};

/// How many states of a trace are handed out with the verdict; `trace_get` has the others.
const SHOWN: usize = 40;

/// What to check.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct CheckInput {
    /// The spec.
    #[serde(flatten)]
    pub spec: SpecInput,
    /// The model.
    #[serde(flatten)]
    pub model: ModelInput,
    /// How far to go.
    #[serde(flatten)]
    pub limits: Limits,
    /// In which order states are visited.
    pub search: Search,
    /// Whether to go on after a violation, to find all violated properties.
    pub keep_going: bool,
}

/// In which order states are visited.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Search {
    /// Level by level: traces are shortest.
    #[default]
    BreadthFirst,
    /// One behaviour to its end before the next.
    DepthFirst,
}

/// What to simulate.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct SimulateInput {
    /// The spec.
    #[serde(flatten)]
    pub spec: SpecInput,
    /// The model.
    #[serde(flatten)]
    pub model: ModelInput,
    /// How many behaviours (1,000 unless said).
    pub behaviours: Option<u64>,
    /// How many steps a behaviour has at most (100 unless said).
    pub depth: Option<u32>,
    /// Ends the simulation after so many seconds (60 unless said).
    pub seconds: Option<f64>,
    /// How many threads simulate (1 unless said; 0 for one a core).
    pub workers: Option<u32>,
    /// Where random choices begin (0 unless said): the same seed gives the same behaviours.
    pub seed: i64,
}

/// What a run found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Everything holds on the whole space.
    Success,
    /// Nothing was found wrong as far as the search went.
    Bounded,
    /// An assumption is false.
    Assumption,
    /// The postcondition is false.
    Postcondition,
    /// A state without successors.
    Deadlock,
    /// No behaviour matches the log.
    LogNotAdmitted,
    /// An invariant is false of a state.
    Invariant,
    /// A property of steps is false of a step.
    ActionProperty,
    /// A property of initial states is false of one.
    InitialProperty,
    /// A behaviour violates a temporal property.
    Liveness,
    /// An evaluation failed.
    Failure,
}

impl Verdict {
    pub(super) fn of(verdict: &outcome::Verdict) -> Verdict {
        use outcome::Verdict as Of;
        match verdict {
            Of::Success => Verdict::Success,
            Of::Bounded(_) => Verdict::Bounded,
            Of::Assumption { .. } => Verdict::Assumption,
            Of::Postcondition { .. } => Verdict::Postcondition,
            Of::Deadlock => Verdict::Deadlock,
            Of::LogNotAdmitted(_) => Verdict::LogNotAdmitted,
            Of::Invariant { .. } => Verdict::Invariant,
            Of::ActionProperty { .. } => Verdict::ActionProperty,
            Of::InitialProperty { .. } => Verdict::InitialProperty,
            Of::Liveness { .. } => Verdict::Liveness,
            Of::Failure(..) => Verdict::Failure,
        }
    }

    /// One word.
    pub fn as_str(self) -> &'static str {
        match self {
            Verdict::Success => "success",
            Verdict::Bounded => "bounded",
            Verdict::Assumption => "assumption",
            Verdict::Postcondition => "postcondition",
            Verdict::Deadlock => "deadlock",
            Verdict::LogNotAdmitted => "log_not_admitted",
            Verdict::Invariant => "invariant",
            Verdict::ActionProperty => "action_property",
            Verdict::InitialProperty => "initial_property",
            Verdict::Liveness => "liveness",
            Verdict::Failure => "failure",
        }
    }

    /// Whether something is wrong.
    pub fn is_violation(self) -> bool {
        !matches!(self, Verdict::Success | Verdict::Bounded)
    }
}

/// What a run found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CheckOutput {
    /// The verdict.
    pub outcome: Verdict,
    /// The verdict in one line.
    pub summary: String,
    /// Whether everything was searched: only then does `success` say something of all behaviours. Not where the model
    /// has no behaviours, as nothing says how they begin (`Spec`, or `Init` and `Next`).
    pub complete: bool,
    /// Why a search that found nothing stopped before its end: `depth`, `states`, `time`, `behaviours`, `spec`.
    pub bound: Option<String>,
    /// Initial states and successors generated, duplicates included.
    pub states_generated: u64,
    /// Different states kept.
    pub distinct_states: u64,
    /// Levels, the initial states being 1; of a simulation, the states of the longest behaviour.
    pub depth: u32,
    /// States left unexpanded.
    pub queue: u64,
    /// Behaviours simulated, of a simulation.
    pub behaviours: Option<u64>,
    /// What is violated.
    pub violation: Option<Violated>,
    /// With `keep_going`, what else is violated.
    pub further_violations: Vec<Violated>,
    /// The behaviour that leads there.
    pub trace: Option<Trace>,
    /// How often each action led to a state, and to a new one (of a simulation: how often it was taken).
    pub actions: Vec<Taken>,
    /// What deserves attention.
    pub warnings: Vec<Message>,
    /// What the spec printed, the first lines.
    pub printed: Vec<String>,
    /// The model that was checked, as the text of a `.cfg`.
    pub model: String,
}

/// How often an action was taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Taken {
    /// The action, with its parameters where they are constant.
    pub action: String,
    /// How many states it led to.
    pub generated: u64,
    /// How many of them were new; of a simulation, how often it was taken.
    pub distinct: u64,
}

/// A behaviour, or the first part of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Trace {
    /// What `trace_get` and `trace_diff` call it.
    pub id: String,
    /// How many states it has.
    pub length: u64,
    /// The states.
    pub states: Vec<State>,
    /// Where `trace_get` goes on, if not all states are here.
    pub next_cursor: Option<String>,
    /// How it goes on after its last state, where that is what shows the violation.
    pub cycle: Option<Lap>,
}

impl Workbench {
    /// Checks a model of a spec.
    ///
    /// # Errors
    /// There is no verdict: an argument, the spec or the model is wrong, or the call was cancelled.
    pub fn check(&self, input: &CheckInput, watch: &Watch<'_>) -> Result<CheckOutput, Failure> {
        let mut options = input.limits.options()?;
        options.continue_after_violation = input.keep_going;
        let strategy = match input.search {
            Search::BreadthFirst => Strategy::BreadthFirst,
            Search::DepthFirst => Strategy::DepthFirst,
        };
        let mut loaded = self.load(&input.spec)?;
        let modelled = self.model(&input.model, &mut loaded)?;
        let prepared = run::prepare(&mut loaded, &modelled.model, watch)?;
        watch.check()?;
        let ran = run::search(&prepared, options, strategy, false, watch);
        let mut output = self.told(&loaded, modelled, &prepared, ran, watch)?;
        if !prepared.has_behaviour() && output.outcome == Verdict::Success {
            // No state was looked at, and nothing of what the caller may have meant.
            output.complete = false;
            output.summary =
                "the assumptions hold; the model has no behaviours, and nothing else was checked".into();
        }
        Ok(output)
    }

    /// Simulates behaviours of a model of a spec.
    ///
    /// # Errors
    /// There is no verdict: an argument, the spec or the model is wrong, or the call was cancelled.
    pub fn simulate(&self, input: &SimulateInput, watch: &Watch<'_>) -> Result<CheckOutput, Failure> {
        let SimulateInput { seconds, workers, depth, .. } = *input;
        let mut options = Limits { seconds, workers, depth, states: None }.options()?;
        options.max_states = None;
        options.seed = input.seed;
        let behaviours = input.behaviours.unwrap_or(1_000);
        if behaviours == 0 {
            return Err(Failure::argument("behaviours", "a simulation without behaviours says nothing"));
        }
        let how = simulate::Options { behaviours: Some(behaviours), ..simulate::Options::default() };
        let mut loaded = self.load(&input.spec)?;
        let modelled = self.model(&input.model, &mut loaded)?;
        let prepared =
            run::with_behaviour(run::prepare(&mut loaded, &modelled.model, watch)?, "could be simulated")?;
        watch.check()?;
        let ran = run::search(&prepared, options, Strategy::Simulation(how), false, watch);
        self.told(&loaded, modelled, &prepared, ran, watch)
    }

    /// What a run says.
    pub(super) fn told(
        &self,
        loaded: &Loaded,
        modelled: super::model::Modelled,
        prepared: &Prepared,
        ran: Ran,
        watch: &Watch<'_>,
    ) -> Result<CheckOutput, Failure> {
        let Ran { outcome, mut printed, unkept } = ran;
        let sources = &loaded.spec.sources;
        if let outcome::Verdict::Bounded(Bound::Cancelled) = outcome.verdict {
            let what = format!(
                "the call was cancelled after {} different states; nothing was found wrong until then",
                outcome.distinct_states
            );
            return Err(Failure::new(Kind::Cancelled, what));
        }
        if unkept > 0 {
            printed.push(format!("({unkept} more lines were printed)"));
        }
        let simulation = match &outcome.method {
            Method::Simulation(simulation) => Some(*simulation),
            _ => None,
        };
        let mut violations =
            outcome.violations.iter().map(|v| violated(v, prepared, sources, watch.cancel()));
        let violation = violations.next();
        let further_violations = violations.collect();
        let behaviour = match (outcome.violations.first(), &outcome.replayed) {
            (Some(violation), _) => Some((&violation.trace, violation.cycle.as_ref())),
            (None, Some((trace, cycle))) => Some((trace, cycle.as_ref())),
            (None, None) => None,
        };
        let trace = behaviour
            .filter(|(trace, _)| !trace.is_empty())
            .map(|(trace, cycle)| self.first_page(Kept::of(trace, cycle, sources)));
        let verdict = Verdict::of(&outcome.verdict);
        Ok(CheckOutput {
            outcome: verdict,
            summary: summary(&outcome),
            complete: verdict == Verdict::Success && simulation.is_none(),
            bound: bound(&outcome.verdict),
            states_generated: outcome.states_generated,
            distinct_states: outcome.distinct_states,
            depth: simulation.map_or(outcome.depth, |simulation| simulation.longest),
            queue: outcome.queue,
            behaviours: simulation.map(|simulation| simulation.behaviours),
            violation,
            further_violations,
            trace,
            actions: outcome
                .actions
                .iter()
                .map(|(action, generated, distinct)| Taken {
                    action: action.clone(),
                    generated: *generated,
                    distinct: *distinct,
                })
                .collect(),
            warnings: run::warnings(loaded, modelled.warnings, prepared, &outcome),
            printed,
            model: modelled.shown,
        })
    }

    /// The first states of a trace, which is kept.
    pub(super) fn first_page(&self, kept: Kept) -> Trace {
        let length = kept.states.len();
        let fitting = page::fitting(&kept.shown[..length.min(SHOWN)]);
        let states = kept.shown[..fitting].to_vec();
        let cycle = kept.cycle.clone();
        let id = self.store.keep(kept);
        Trace {
            id,
            length: length as u64,
            states,
            next_cursor: (length > fitting).then(|| page::name(fitting)),
            cycle,
        }
    }
}

fn bound(verdict: &outcome::Verdict) -> Option<String> {
    let outcome::Verdict::Bounded(bound) = verdict else { return None };
    let name = match bound {
        Bound::Depth => "depth",
        Bound::States => "states",
        Bound::Time => "time",
        Bound::Cancelled => "cancelled",
        Bound::Observer => "observer",
        Bound::Spec => "spec",
        Bound::Behaviours => "behaviours",
    };
    Some(name.to_owned())
}

fn summary(outcome: &Outcome) -> String {
    let mut line = tla_checker::report::headline(&outcome.verdict);
    let (distinct, depth) = (outcome.distinct_states, outcome.depth);
    match &outcome.method {
        Method::Simulation(simulation) => {
            line += &format!(" ({} behaviours simulated)", simulation.behaviours);
        }
        _ if depth > 0 => line += &format!(" ({distinct} different states, depth {depth})"),
        _ => {}
    }
    line
}

impl Told for CheckOutput {
    fn text(&self) -> String {
        let mut text = format!("{}\n", self.summary);
        if self.outcome == Verdict::Bounded {
            text += "This is no proof: the search stopped before its end. Raise the limits or make the model smaller.\n";
        }
        for violated in self.violation.iter().chain(&self.further_violations) {
            violated.tell(&mut text);
        }
        if let Some(trace) = &self.trace {
            text += &format!("\nThe trace, {} ({} states):\n", trace.id, trace.length);
            trace.states.iter().for_each(|state| tell_state(&mut text, state));
            if let Some(next) = &trace.next_cursor {
                text += &format!("… tla_trace_get with trace_id {} and cursor {next} goes on\n", trace.id);
            }
            if let Some(cycle) = &trace.cycle {
                match cycle.stuttering {
                    true => text += "and then nothing happens any more (stuttering)\n",
                    false => text += &format!("and then back to state {}\n", cycle.back_to),
                }
            }
        }
        if !self.warnings.is_empty() {
            text += &format!("\n{}\n", drawn(&self.warnings));
        }
        for line in &self.printed {
            text += &format!("printed: {line}\n");
        }
        text += &format!("\nThe model:\n{}", self.model);
        text
    }
}

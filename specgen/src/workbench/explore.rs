//! `explore`: initial states and successors, a step at a time.
//!
//! Enters: a spec, a model, and where to stand: at the beginning, in a state that is given, or at the end of a path of
//! choices. Leaves: the states along the path and those that follow, each numbered, so that the next call can choose.
//! Holds: numbers are those of the order of evaluation, the same in every run; states that the constraints exclude are
//! shown and marked. Where a state has no successor, it is said of each action why.

use super::data::{Message, Place, State, changed, tell_state, values};
use super::failure::{Failure, Kind};
use super::model::ModelInput;
use super::page::Page;
use super::run::{self, Watch};
use super::source::SpecInput;
use super::violation::{Disabled, parts};
use super::{Told, Workbench};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::time::Duration;
use tla_checker::check::browse::{self, Found};
use tla_checker::check::{self, Prepared};
use tla_checker::observer::Cancel;
use tla_checker::value::Datum;
use tla_parser::source::SourceMap;

/// How many states are found at one place at most.
const MOST: usize = 10_000;
/// How long it may take to find them.
const LONGEST_TIME: Duration = Duration::from_secs(60);
/// How long a path of choices may be.
const LONGEST: usize = 1_000;

/// Where to look around.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct ExploreInput {
    /// The spec.
    #[serde(flatten)]
    pub spec: SpecInput,
    /// The model.
    #[serde(flatten)]
    pub model: ModelInput,
    /// A state to stand in: every variable and its value as TLA+ text, as traces show it.
    pub state: Option<BTreeMap<String, String>>,
    /// Numbers of choices: first of an initial state (unless `state` or a trace is given), then of a successor, and so on.
    pub choices: Vec<u64>,
    /// A trace that a run has told, to stand in a state of it.
    pub trace_id: Option<String>,
    /// Which state of the trace: its number from 1, or from -1 for the last (the last unless said).
    pub index: Option<i64>,
    /// Only successors by actions whose name contains this text.
    pub action: Option<String>,
    /// Which states.
    #[serde(flatten)]
    pub page: Page,
}

/// What follows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ExploreOutput {
    /// The states along the path, the last is the one that is stood in; none at the beginning.
    pub path: Vec<State>,
    /// Whether the states are initial states, and not successors.
    pub initial: bool,
    /// The states that follow; `number` is what `choices` takes.
    pub states: Vec<Next>,
    /// How many there are.
    pub total: u64,
    /// Whether there are more than were looked for.
    pub more: bool,
    /// Where there are no successors: why not.
    pub disabled: Vec<Disabled>,
    /// Invariants of the model that are false in the state that is stood in.
    pub violated: Vec<String>,
    /// What deserves attention.
    pub warnings: Vec<Message>,
    /// Where the next call goes on.
    pub next_cursor: Option<String>,
}

/// A state that follows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Next {
    /// The state.
    #[serde(flatten)]
    pub state: State,
    /// Whether the constraints allow it: a search does not go on from a state that they exclude.
    pub allowed: bool,
}

/// Looks around in a model.
struct Around<'a> {
    prepared: &'a Prepared,
    sources: &'a SourceMap,
    cancel: &'a Cancel,
}

type Named = Vec<(String, Datum)>;

impl Around<'_> {
    fn named(&self, state: &[Datum]) -> Named {
        self.prepared.variables().iter().cloned().zip(state.iter().cloned()).collect()
    }

    /// A state as it is shown, and the one before it.
    fn shown(&self, number: usize, found: &Found, before: Option<&Named>) -> State {
        let named = self.named(&found.state);
        State {
            number: number as u64,
            action: found.action.as_ref().map_or("Init".to_owned(), ToString::to_string),
            place: found.action.as_ref().map(|action| Place::of(action.span, self.sources)),
            changed: changed(&named, before.map(Vec::as_slice)),
            values: values(&named),
        }
    }

    /// What follows a state, or begins.
    fn after(&self, state: Option<&[Datum]>) -> Result<browse::States, Failure> {
        let states = match state {
            None => browse::initial_states(self.prepared, MOST, self.cancel),
            Some(state) => browse::successors(self.prepared, state, MOST, self.cancel),
        };
        states.map_err(|failure| {
            if self.cancel.is_cancelled() {
                return Failure::new(Kind::Cancelled, "the call was cancelled");
            }
            let what = "the states cannot be found";
            let mut failed = Failure::rejected(what, &[failure.diagnostic()], self.sources);
            failed.kind = Kind::Evaluation;
            failed
        })
    }

    /// The state that is given by its values.
    fn given(&self, given: &BTreeMap<String, String>) -> Result<Vec<Datum>, Failure> {
        let variables = self.prepared.variables();
        if let Some(unknown) = given.keys().find(|name| !variables.contains(name)) {
            let what = format!("the spec has no variable `{unknown}`");
            return Err(
                Failure::argument("state", what).help(format!("its variables are {}", variables.join(", ")))
            );
        }
        let value = |name: &String| match given.get(name) {
            Some(text) => super::value::read(&format!("state, {name}"), text),
            None => Err(Failure::argument("state", format!("the variable `{name}` has no value"))),
        };
        variables.iter().map(value).collect()
    }
}

impl Workbench {
    /// Looks around in a model.
    ///
    /// # Errors
    /// The spec, the model or an argument is wrong, or an evaluation failed.
    pub fn explore(&self, input: &ExploreInput, watch: &Watch<'_>) -> Result<ExploreOutput, Failure> {
        let found = check::within(Some(LONGEST_TIME), watch.cancel(), |cancel| {
            self.look_around(input, &Watch::cancelled_by(cancel))
        });
        match found {
            Err(failure) if failure.kind == Kind::Cancelled && !watch.cancel().is_cancelled() => {
                let what = format!("the states are not found after {} s", LONGEST_TIME.as_secs());
                Err(Failure::new(Kind::Evaluation, what)
                    .help("make the sets smaller that the action chooses from"))
            }
            found => found,
        }
    }

    fn look_around(&self, input: &ExploreInput, watch: &Watch<'_>) -> Result<ExploreOutput, Failure> {
        if input.choices.len() > LONGEST {
            return Err(Failure::argument("choices", format!("a path has at most {LONGEST} choices")));
        }
        let mut loaded = self.load(&input.spec)?;
        let modelled = self.model(&input.model, &mut loaded)?;
        let prepared =
            run::with_behaviour(run::prepare(&mut loaded, &modelled.model, watch)?, "could be explored")?;
        let sources = &loaded.spec.sources;
        let around = Around { prepared: &prepared, sources, cancel: watch.cancel() };
        let mut here = self.start(input, &around)?;
        let mut path = Vec::new();
        if let Some(state) = &here {
            let found = Found { action: None, state: state.clone(), allowed: true };
            let mut shown = around.shown(1, &found, None);
            shown.action = "(given)".into();
            path.push(shown);
        }
        for &choice in &input.choices {
            watch.check()?;
            let next = around.after(here.as_deref())?;
            let chosen =
                usize::try_from(choice).ok().and_then(|n| n.checked_sub(1)).and_then(|at| next.found.get(at));
            let Some(found) = chosen else {
                let (at, there) = (path.len() + 1, next.found.len());
                let what = format!("for state {at} of the path there is no choice {choice}");
                return Err(
                    Failure::argument("choices", what).help(format!("there are {there}, numbered from 1"))
                );
            };
            let before = here.as_ref().map(|state| around.named(state));
            path.push(around.shown(path.len() + 1, found, before.as_ref()));
            here = Some(found.state.clone());
        }
        let next = around.after(here.as_deref())?;
        let before = here.as_ref().map(|state| around.named(state));
        let numbered = next.found.iter().enumerate().map(|(at, found)| Next {
            state: around.shown(at + 1, found, before.as_ref()),
            allowed: found.allowed,
        });
        let wanted = input.action.as_deref().unwrap_or("");
        let states: Vec<Next> = numbered.filter(|next| next.state.action.contains(wanted)).collect();
        let mut disabled = Vec::new();
        let mut violated = Vec::new();
        if let Some(state) = &here {
            if states.is_empty() {
                let why = check::explain(&prepared, state, watch.cancel()).into_iter();
                let why = why.filter(|(action, _)| action.to_string().contains(wanted)).take(50);
                disabled = why
                    .map(|(action, why)| Disabled {
                        action: action.to_string(),
                        because: parts(&why, sources),
                    })
                    .collect();
            }
            for invariant in prepared.invariants() {
                let why = browse::blame(&prepared, &invariant.name, state, None, watch.cancel());
                if why.is_some_and(|why| why.steps == 0) {
                    violated.push(invariant.name.clone());
                }
            }
        }
        let part = input.page.of(states)?;
        let mut warnings = loaded.warnings.clone();
        warnings.extend(modelled.warnings);
        warnings.extend(Message::all(&prepared.warnings, sources));
        Ok(ExploreOutput {
            path,
            initial: here.is_none(),
            states: part.items,
            total: part.total,
            more: next.more,
            disabled,
            violated,
            warnings,
            next_cursor: part.next,
        })
    }

    /// Where the path begins: in a state that is given, or nowhere yet.
    fn start(&self, input: &ExploreInput, around: &Around<'_>) -> Result<Option<Vec<Datum>>, Failure> {
        match (&input.state, &input.trace_id) {
            (Some(_), Some(_)) => {
                Err(Failure::argument("trace_id", "`state` is given too: give one of them"))
            }
            (Some(state), None) => around.given(state).map(Some),
            (None, Some(trace)) => self.state_of(trace, input.index, around.prepared.variables()).map(Some),
            (None, None) if input.index.is_some() => {
                Err(Failure::argument("index", "it is a state of a trace: give `trace_id` too"))
            }
            (None, None) => Ok(None),
        }
    }
}

impl Told for ExploreOutput {
    fn text(&self) -> String {
        let mut text = String::new();
        if !self.path.is_empty() {
            text += "The path:\n";
            self.path.iter().for_each(|state| tell_state(&mut text, state));
        }
        for name in &self.violated {
            text += &format!("here the invariant {name} is false\n");
        }
        let what = if self.initial { "initial states" } else { "successors" };
        text += &format!("{} {what}{}:\n", self.total, if self.more { ", and more" } else { "" });
        for next in &self.states {
            let mark = if next.allowed { "" } else { "  (excluded by the constraints)" };
            let State { number, action, .. } = &next.state;
            text += &format!("{number}: {action}{mark}\n");
            for (name, value) in &next.state.values {
                if self.initial || next.state.changed.contains(name) {
                    text += &format!("  /\\ {name} = {value}\n");
                }
            }
        }
        for disabled in &self.disabled {
            disabled.tell(&mut text);
        }
        if let Some(next) = &self.next_cursor {
            text += &format!("… cursor {next} goes on\n");
        }
        text
    }
}

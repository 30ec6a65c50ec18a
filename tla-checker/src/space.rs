//! The seam between what a model means and how it is searched (LTSmin's PINS).
//!
//! Enters: a model made ready by [`crate::spec`]. Leaves: [`StateSpace`], on which every search
//! stands; reductions (VIEW, symmetry) are wrappers that map one space to another.
//! Holds: a state is a vector of `u32` words, laid out as the space sees fit; all workers agree on what
//! a layout means: two states of one layout are equal exactly when their vectors are equal.
//! Fingerprints are of values, never of indices. A worker is confined to its thread.

use crate::explanation::Explanation;
use crate::failure::Failure;
use crate::observer::Cancel;
use crate::temporal::Temporal;
use crate::value::{Datum, Numbers};
use std::ops::ControlFlow;
use tla_parser::source::Span;

/// A packed state: the words of a layout.
pub type State = [u32];

/// An action instance: a disjunct of Next with its constant parameters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActionInstance {
    /// The action's name, e.g. `Prepare`; `Next` where nothing has a name.
    pub name: String,
    /// The parameters' values as TLA+ text, e.g. `["r1"]`.
    pub arguments: Vec<String>,
    /// The definition's or the disjunct's place.
    pub span: Span,
}

impl std::fmt::Display for ActionInstance {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.name)?;
        if !self.arguments.is_empty() {
            write!(f, "({})", self.arguments.join(", "))?;
        }
        Ok(())
    }
}

/// A definition that an action instance lies in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Definition {
    /// Its name.
    pub name: String,
    /// Its parameters.
    pub parameters: Vec<Parameter>,
}

/// A parameter of a definition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// Its value, where that is the same in every state.
    pub value: Option<Datum>,
}

/// A property to check: what to call it and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Property {
    /// Its name in the model.
    pub name: String,
    /// The definition's place, unless it came as text.
    pub span: Option<Span>,
}

/// What a space has to check.
#[derive(Clone, Debug, Default)]
pub struct Properties {
    /// Predicates of each state (INVARIANT, and `[]P` properties).
    pub invariants: Vec<Property>,
    /// Predicates of each step (`[][A]_v` properties).
    pub actions: Vec<Property>,
    /// Predicates of initial states only (state-level properties).
    pub initial: Vec<Property>,
    /// Everything else: liveness.
    pub temporal: Temporal,
}

/// A successor as it is handed out; the slice is only valid during the call.
#[derive(Clone, Copy, Debug)]
pub struct Successor<'a> {
    /// The packed state.
    pub state: &'a State,
    /// The fingerprint of the whole state: of its values, the same in every run.
    pub fingerprint: u64,
    /// The layout that it is packed in: the worker's at that moment.
    pub layout: u32,
}

/// Receives states; `Break` ends the generation early (without an error).
pub type Emit<'e> = dyn FnMut(Successor<'_>) -> ControlFlow<()> + 'e;

/// Receives states with the definitions they were found through; `Break` ends the generation early.
pub type EmitDerived<'e> = dyn FnMut(Successor<'_>, &[u32]) -> ControlFlow<()> + 'e;

/// A successor of which enough is known to tell whether it is new, before it is built.
#[derive(Clone, Copy, Debug)]
pub struct Known {
    /// The fingerprint of the whole state.
    pub fingerprint: u64,
    /// The action instance it comes from.
    pub instance: u32,
    /// What the worker needs to build it.
    pub effect: u32,
}

/// A state space: initial states, successors by action instance, properties.
pub trait StateSpace: Sync {
    /// What one thread evaluates with: its own caches; need not be `Send`.
    type Worker<'s>: SpaceWorker
    where
        Self: 's;

    /// A worker for the calling thread. `index` numbers workers from 0.
    fn worker(&self, index: usize) -> Self::Worker<'_>;
    /// The names of the variables, in the order of [`SpaceWorker::values`].
    fn variables(&self) -> &[String];
    /// The action instances.
    fn instances(&self) -> &[ActionInstance];
    /// What is to be checked.
    fn properties(&self) -> &Properties;
    /// Whether states are told apart by a VIEW instead of by their values.
    fn has_view(&self) -> bool;
    /// Whether states are told apart up to a symmetry.
    fn has_symmetry(&self) -> bool {
        false
    }
    /// Whether several states may be stored under one key.
    fn shares_keys(&self) -> bool {
        self.has_view() || self.has_symmetry()
    }
    /// Whether there are state or action constraints.
    fn has_constraints(&self) -> bool;
    /// Whether what constraints and invariants say of a state depends on that state alone: not on the step
    /// to it, nor on when it is asked.
    fn judges_states_alone(&self) -> bool {
        !self.has_constraints()
    }
    /// Why the spec's meaning depends on the order of evaluation (registers, randomness…), if it
    /// does: such a space is searched by one worker.
    fn order_dependent(&self) -> Option<String>;

    /// What packed states mean, for another process: everything that a layout refers to, by value. Only
    /// called while no worker is at work.
    fn save(&self) -> Vec<u8> {
        Vec::new()
    }

    /// Makes packed states mean what they meant when `saved` was saved. Only called before there is a
    /// worker.
    ///
    /// # Errors
    /// It is not what was saved, or was saved by another space.
    fn restore(&self, saved: &[u8]) -> Result<(), String> {
        if saved.is_empty() { Ok(()) } else { Err("the space has nothing to restore".to_owned()) }
    }
}

/// One thread's evaluator of a space.
///
/// States are packed in a *layout*, which may change in the middle of a search when a state turns up
/// that does not fit: layouts are numbered, each one holds whatever the ones before it hold, and a
/// worker takes and emits states of its own layout only. It changes its layout in
/// [`initial`](Self::initial), [`successors`](Self::successors) and [`convert`](Self::convert), nowhere
/// else.
pub trait SpaceWorker {
    /// The number of the worker's layout.
    fn layout(&self) -> u32 {
        0
    }

    /// How many words a state has in the worker's layout.
    fn width(&self) -> usize;

    /// A state that was packed in layout `from`, by any worker, in this worker's layout; the worker
    /// first changes to layout `from` when its own is older. `into` is overwritten.
    fn convert(&mut self, from: u32, state: &State, into: &mut Vec<u32>) {
        debug_assert_eq!(from, 0, "a space with a single layout");
        into.clear();
        into.extend_from_slice(state);
    }

    /// Emits every initial state, duplicates included, in the order of evaluation.
    ///
    /// # Errors
    /// The evaluation failed.
    fn initial(&mut self, emit: &mut Emit<'_>) -> Result<(), Failure>;

    /// Emits every successor of `state` by one instance, duplicates included, in the order of
    /// evaluation: the position in that order is the *choice*.
    ///
    /// # Errors
    /// The evaluation failed; what was emitted before it stands.
    fn successors(&mut self, state: &State, instance: usize, emit: &mut Emit<'_>) -> Result<(), Failure>;

    /// The successors of `state` by all instances of which they are known without an evaluation; `rest`
    /// gets the other instances, in order, for [`successors`](Self::successors). The layout does not
    /// change.
    fn known_successors(&mut self, state: &State, rest: &mut Vec<usize>, found: &mut Vec<Known>);

    /// Builds a successor of `state` that [`known_successors`](Self::known_successors) has found, before
    /// the next call of [`successors`](Self::successors) or [`convert`](Self::convert). `into` is as long
    /// as a state.
    fn build(&mut self, state: &State, known: Known, into: &mut State) {
        let _ = (state, into);
        unreachable!("no successor was found that is not built: {known:?}");
    }

    /// How many intermediate states (of `A \cdot B`) were generated since the last call; they count
    /// as generated.
    fn take_intermediate(&mut self) -> u64 {
        0
    }

    /// The key under which a state is stored: its fingerprint, that of its VIEW, or the key of its orbit.
    ///
    /// # Errors
    /// The VIEW cannot be evaluated.
    fn key(&mut self, state: &State, fingerprint: u64) -> Result<u64, Failure>;

    /// What tells the state (or where there is a VIEW, its value, or with symmetry the orbit) from all others:
    /// exactly, whatever the layout and the worker, as long as the numbers are the same. Only searches with
    /// `--exact` ask.
    ///
    /// # Errors
    /// The VIEW cannot be evaluated, or there are too many different values.
    fn identity(&mut self, state: &State, numbers: &Numbers) -> Result<u64, Failure> {
        if let Some(view) = self.view_value(state)? {
            return Ok(numbers.value(&view)?.into());
        }
        identity_of(&self.representative(state)?, numbers)
    }

    /// Whether the state constraints hold. `from` may be given where the state is a successor of one of
    /// which all constraints and invariants were found to hold, in the same layout, by any worker.
    ///
    /// # Errors
    /// One cannot be evaluated.
    fn constraint(&mut self, from: Option<&State>, state: &State) -> Result<bool, Failure>;

    /// Whether the action constraints hold.
    ///
    /// # Errors
    /// One cannot be evaluated.
    fn action_constraint(&mut self, from: &State, to: &State) -> Result<bool, Failure>;

    /// Whether invariant `index` of [`Properties::invariants`] holds. `from` may be given where the
    /// state is a successor of one of which all constraints and invariants were found to hold, in the
    /// same layout, by any worker.
    ///
    /// # Errors
    /// It cannot be evaluated.
    fn invariant(&mut self, index: usize, from: Option<&State>, state: &State) -> Result<bool, Failure>;

    /// Whether step property `index` of [`Properties::actions`] holds.
    ///
    /// # Errors
    /// It cannot be evaluated.
    fn action_property(&mut self, index: usize, from: &State, to: &State) -> Result<bool, Failure>;

    /// Whether initial-state property `index` of [`Properties::initial`] holds.
    ///
    /// # Errors
    /// It cannot be evaluated.
    fn initial_property(&mut self, index: usize, state: &State) -> Result<bool, Failure>;

    /// Whether atom `index` of [`Temporal::atoms`] is true of a state, or of the step to `next`.
    ///
    /// # Errors
    /// It cannot be evaluated.
    fn atom(&mut self, index: usize, state: &State, next: Option<&State>) -> Result<bool, Failure> {
        let _ = (state, next);
        unreachable!("a space without temporal properties has no atom {index}");
    }

    /// The value of the VIEW, `None` where the space has none. The searches ask that tell states apart
    /// by values, not by fingerprints.
    ///
    /// # Errors
    /// The VIEW cannot be evaluated.
    fn view_value(&mut self, state: &State) -> Result<Option<Datum>, Failure> {
        let _ = state;
        Ok(None)
    }

    /// What tells states with different keys apart, as values: those of the variables or of the VIEW, with
    /// symmetry the least of their orbit. Searches ask that keep whole values.
    ///
    /// # Errors
    /// The VIEW cannot be evaluated.
    fn representative(&mut self, state: &State) -> Result<Vec<Datum>, Failure> {
        match self.view_value(state)? {
            Some(view) => Ok(vec![view]),
            None => Ok(self.values(state)),
        }
    }

    /// The fingerprint of the whole state.
    fn fingerprint(&mut self, state: &State) -> u64;

    /// The variables' values.
    fn values(&mut self, state: &State) -> Vec<Datum>;

    /// What a trace shows for a state: the variables, or the fields of ALIAS evaluated on the
    /// state, its successor in the trace (itself for the last) and the trace itself.
    ///
    /// # Errors
    /// ALIAS cannot be evaluated.
    fn display(&mut self, trace: &[Vec<u32>], position: usize) -> Result<Vec<(String, Datum)>, Failure>;

    /// Tells the evaluator where the search is, for `TLCGet("level")` and its kin. The level is that
    /// of the state being expanded, and 0 while initial states are generated; a predicate of a single
    /// state is evaluated at the next level, which is that of the state it is about. The other counts
    /// are exact with one worker.
    fn at(&mut self, progress: Progress);

    /// Hands over the flag to look at inside long evaluations, before anything else is asked; another
    /// one takes its place when a trace is to be rebuilt.
    /// When it is set, because the caller cancelled or the search is to end for another reason, an
    /// evaluation should end soon with a failure of kind `Cancelled`.
    fn watch(&mut self, halt: &Cancel) {
        let _ = halt;
    }

    /// Says whether what follows repeats evaluations of the search, to rebuild a trace: side effects
    /// (printing, registers) are then unwanted.
    fn replaying(&mut self, on: bool) {
        let _ = on;
    }

    /// As [`successors`](Self::successors), with the definitions that each one was found through, by
    /// numbers that only the maker of the space knows.
    ///
    /// # Errors
    /// The evaluation failed; what was emitted before it stands.
    fn derived(&mut self, state: &State, instance: usize, emit: &mut EmitDerived<'_>) -> Result<(), Failure> {
        self.successors(state, instance, &mut |successor| emit(successor, &[]))
    }

    /// Why an instance has no step in a state, or how many it has.
    fn explain(&mut self, state: &State, instance: usize) -> Explanation {
        let _ = (state, instance);
        Explanation::default()
    }

    /// Where the random choices of the spec (RandomElement…) begin from now on: what follows then depends
    /// on the seed and on what is evaluated.
    fn reseed(&mut self, seed: u64) {
        let _ = seed;
    }

    /// Whether the spec asked the search to end (`TLCSet("exit", TRUE)`). Only asked of spaces that
    /// are [order-dependent](StateSpace::order_dependent).
    fn exit_requested(&mut self) -> bool {
        false
    }
}

/// What tells a state with these values from all others.
pub(crate) fn identity_of(values: &[Datum], numbers: &Numbers) -> Result<u64, Failure> {
    let variables: Result<Vec<u32>, _> = values.iter().map(|value| numbers.value(value)).collect();
    Ok(numbers.root(&variables?)?)
}

/// How far a search is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// States generated.
    pub generated: u64,
    /// States kept.
    pub distinct: u64,
    /// States that wait to be expanded.
    pub queue: u64,
    /// The level whose states are being expanded; initial states are level 1, and while they are
    /// generated this is 0.
    pub level: u32,
}

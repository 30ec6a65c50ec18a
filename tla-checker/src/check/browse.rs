//! Looking around in a model: initial states, the steps from a state, and why a state violates a property.
//!
//! Enters: a [`Prepared`], and states as traces have them. Leaves: states as values. For whoever explores a model a
//! step at a time (`specgen`, its MCP server). Holds: it is the one evaluator that finds the states, with nothing
//! kept in front of it, and in the order of evaluation; equal states by one action are one. States outside the
//! constraints are found too, and marked. Nothing is printed.

use super::Prepared;
use crate::eval::{Evaluator, Registers};
use crate::explanation::Explanation;
use crate::failure::Failure;
use crate::ir::OpId;
use crate::observer::{Cancel, Silent};
use crate::space::{ActionInstance, Property};
use crate::value::Datum;
use rustc_hash::FxHashSet;
use std::ops::ControlFlow;

/// A state that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The action instance that leads there; none of an initial state.
    pub action: Option<ActionInstance>,
    /// The values of the variables, in the order of [`Prepared::variables`].
    pub state: Vec<Datum>,
    /// Whether the constraints allow it: a search does not go on from a state that they exclude.
    pub allowed: bool,
}

/// States that were found, at most as many as asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct States {
    /// The states, in the order of evaluation.
    pub found: Vec<Found>,
    /// Whether there are more.
    pub more: bool,
}

impl Prepared {
    /// The names of the variables, in the order in which states have their values.
    pub fn variables(&self) -> &[String] {
        &self.ir.variables
    }

    /// The action instances of Next.
    pub fn actions(&self) -> impl Iterator<Item = ActionInstance> + '_ {
        self.roles.instances.iter().map(|instance| ActionInstance {
            name: instance.name.clone(),
            arguments: instance.arguments.clone(),
            span: instance.span,
        })
    }

    /// The invariants and the properties of each state.
    pub fn invariants(&self) -> &[Property] {
        &self.properties.invariants
    }
}

/// The first `most` initial states.
///
/// # Errors
/// The evaluation failed.
pub fn initial_states(prepared: &Prepared, most: usize, cancel: &Cancel) -> Result<States, Box<Failure>> {
    let Some(init) = prepared.roles.init else { return Ok(States::default()) };
    looking(prepared, cancel, |evaluator| {
        let mut found = Gathering::new(most);
        evaluator.starts(init, &mut |state| found.add(state))?;
        let mut states = found.states;
        mark(prepared, evaluator, None, &mut states)?;
        Ok(states)
    })
}

/// The first `most` steps from a state, by all action instances in their order.
///
/// # Errors
/// The evaluation failed.
pub fn successors(
    prepared: &Prepared,
    state: &[Datum],
    most: usize,
    cancel: &Cancel,
) -> Result<States, Box<Failure>> {
    looking(prepared, cancel, |evaluator| {
        let actions: Vec<ActionInstance> = prepared.actions().collect();
        let mut found = Gathering::new(most);
        for (instance, action) in prepared.roles.instances.iter().zip(&actions) {
            found.by(action);
            evaluator.steps(state, instance, &mut |next| found.add(next))?;
        }
        let mut states = found.states;
        mark(prepared, evaluator, Some(state), &mut states)?;
        Ok(states)
    })
}

/// Why an invariant is false of a state, or a property of steps of a step to `next`: the part of it that is false,
/// and what that part reads. Nothing where the model has no such property; an [`Explanation`] with a step where it
/// holds.
pub fn blame(
    prepared: &Prepared,
    property: &str,
    state: &[Datum],
    next: Option<&[Datum]>,
    cancel: &Cancel,
) -> Option<Explanation> {
    let (properties, roles) = (&prepared.properties, &prepared.roles);
    let find = |named: &[Property], ops: &[OpId]| {
        named.iter().position(|p| p.name == property).and_then(|at| ops.get(at).copied())
    };
    let op = match next {
        None => find(&properties.invariants, &roles.invariants)
            .or_else(|| find(&properties.initial, &roles.initial)),
        Some(_) => find(&properties.actions, &roles.actions),
    }?;
    Some(looking(prepared, cancel, |evaluator| evaluator.explain_predicate(state, next, op)))
}

fn looking<T>(prepared: &Prepared, cancel: &Cancel, look: impl FnOnce(&mut Evaluator<'_>) -> T) -> T {
    let registers = Registers::new(prepared.facts.clone());
    let setting = prepared.setting(&Silent, cancel, &registers);
    let mut evaluator = Evaluator::new(&setting);
    evaluator.quiet = true;
    look(&mut evaluator)
}

/// Says which states the constraints allow.
fn mark(
    prepared: &Prepared,
    evaluator: &mut Evaluator<'_>,
    from: Option<&[Datum]>,
    states: &mut States,
) -> Result<(), Box<Failure>> {
    let roles = &prepared.roles;
    for found in &mut states.found {
        for &constraint in &roles.constraints {
            found.allowed &= evaluator.truth_in(&found.state, None, constraint)?;
        }
        let Some(from) = from else { continue };
        for &constraint in &roles.action_constraints {
            found.allowed &= evaluator.truth_in(from, Some(&found.state), constraint)?;
        }
    }
    Ok(())
}

/// Gathers states, each once.
struct Gathering<'g> {
    states: States,
    /// What was found by the action that is tried.
    seen: FxHashSet<Vec<Datum>>,
    action: Option<&'g ActionInstance>,
    most: usize,
}

impl<'g> Gathering<'g> {
    fn new(most: usize) -> Self {
        Gathering { states: States::default(), seen: FxHashSet::default(), action: None, most }
    }

    /// What follows is found by this action.
    fn by(&mut self, action: &'g ActionInstance) {
        self.action = Some(action);
        self.seen.clear();
    }

    fn add(&mut self, state: Vec<Datum>) -> ControlFlow<()> {
        if self.seen.contains(&state) {
            return ControlFlow::Continue(());
        }
        if self.states.found.len() >= self.most {
            self.states.more = true;
            return ControlFlow::Break(());
        }
        self.seen.insert(state.clone());
        self.states.found.push(Found { action: self.action.cloned(), state, allowed: true });
        ControlFlow::Continue(())
    }
}

//! What a generated state shows, asked one predicate at a time.
//!
//! Enters: a state, and the one before it. Leaves: whether it is inside the constraints, and everything
//! that is wrong with it. Holds: the order is that of the explorer's agent: constraints, then invariants,
//! then step properties. For searches that follow single behaviours; where every state of a level is
//! judged, the agent does the same with what it knows of their keys.

use super::finding::Subject;
use crate::failure::{Failure, FailureKind};
use crate::outcome::Phase;
use crate::space::{SpaceWorker, State, StateSpace};

/// Something wrong with a state or a step.
pub(super) type Fault = (Subject, Option<Failure>);

/// A generated state.
#[derive(Clone, Copy)]
pub(super) struct Generated<'a> {
    /// The state before it; none of an initial one.
    pub from: Option<&'a State>,
    /// The state before it, where that was found to be in order in the same layout.
    pub judged: Option<&'a State>,
    /// The state.
    pub state: &'a State,
}

/// Whether a state is inside the constraints; a fault where that cannot be evaluated.
pub(super) fn is_inside<S: StateSpace>(
    space: &S,
    worker: &mut S::Worker<'_>,
    new: Generated<'_>,
) -> Result<bool, Fault> {
    if !space.has_constraints() {
        return Ok(true);
    }
    let inside = worker.constraint(new.judged, new.state).and_then(|inside| match new.from {
        Some(from) if inside => worker.action_constraint(from, new.state),
        _ => Ok(inside),
    });
    inside.map_err(|failure| (Subject::Failure(Phase::Constraint, 0), Some(failure)))
}

/// Adds what is wrong with a state: invariants, and the properties of initial states if it is one.
pub(super) fn state_faults<S: StateSpace>(
    space: &S,
    worker: &mut S::Worker<'_>,
    new: Generated<'_>,
    faults: &mut Vec<Fault>,
) {
    let properties = space.properties();
    for index in 0..properties.invariants.len() {
        let holds = worker.invariant(index, new.judged, new.state);
        add(holds, Subject::Invariant(index as u32), Phase::Invariant, index, faults);
    }
    if new.from.is_none() {
        for index in 0..properties.initial.len() {
            let holds = worker.initial_property(index, new.state);
            add(holds, Subject::InitialProperty(index as u32), Phase::InitialProperty, index, faults);
        }
    }
}

/// Adds what is wrong with the step that leads to a state.
pub(super) fn step_faults<S: StateSpace>(
    space: &S,
    worker: &mut S::Worker<'_>,
    new: Generated<'_>,
    faults: &mut Vec<Fault>,
) {
    let Some(from) = new.from else { return };
    for index in 0..space.properties().actions.len() {
        let holds = worker.action_property(index, from, new.state);
        add(holds, Subject::ActionProperty(index as u32), Phase::ActionProperty, index, faults);
    }
}

fn add(holds: Result<bool, Failure>, violated: Subject, phase: Phase, index: usize, faults: &mut Vec<Fault>) {
    match holds {
        Ok(true) => {}
        Ok(false) => faults.push((violated, None)),
        Err(failure) => faults.push((Subject::Failure(phase, index as u32), Some(failure))),
    }
}

/// Whether an evaluation was ended from outside: then nothing was found.
pub(super) fn was_cancelled(faults: &[Fault]) -> bool {
    faults.iter().any(|(_, failure)| failure.as_ref().is_some_and(|f| f.kind == FailureKind::Cancelled))
}

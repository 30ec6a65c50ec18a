//! From a finding to the trace that shows it.
//!
//! Enters: a [`Finding`] and the links of the seen states. Leaves: the states from an initial one to
//! the one that shows the finding, with the actions between them. Holds: a trace is shown only after it
//! was repeated by the evaluator: the links are followed back to an initial state, then every step is
//! generated anew, its key and constraints compared, and the violation checked again. A trace that
//! cannot be repeated is a bug of ours, except where the spec's meaning depends on the order of
//! evaluation.

use super::finding::{Finding, Subject, Tail};
use super::run::Run;
use super::seen::Link;
use crate::failure::Failure;
use crate::outcome::{Phase, TraceState};
use crate::space::{Progress, SpaceWorker, State, StateSpace};
use std::ops::ControlFlow;
use tla_parser::code;
use tla_parser::diagnostic::{Diagnostic, Severity};

/// A behaviour: each state with the action instance that led to it (`None` for the first).
pub(super) type Behaviour = Vec<(Option<usize>, Vec<u32>)>;

/// Rebuilds a finding's trace, step by step.
///
/// # Errors
/// A step, or the finding itself, did not come out as in the search.
pub(super) fn replay<S: StateSpace>(
    run: &Run<'_, S>,
    worker: &mut S::Worker<'_>,
    finding: &Finding,
) -> Result<Behaviour, Failure> {
    let steps = steps(run, finding)?;
    let mut behaviour: Behaviour = Vec::with_capacity(steps.len());
    for (position, &(link, key)) in steps.iter().enumerate() {
        let place = || format!("state {} of a trace of {}", position + 1, steps.len());
        let from = behaviour.last().map(|(_, state)| state.as_slice());
        worker.at(Progress { level: position as u32, ..Progress::default() });
        let Some((state, fingerprint)) = generate(worker, from, link)? else {
            return Err(Failure::internal(format!("{} was not generated again", place())));
        };
        if let Some(key) = key {
            if run.cut(worker.key(&state, fingerprint)?) != key {
                return Err(Failure::internal(format!("{} came out differently the second time", place())));
            }
            let inside = worker.constraint(&state)?
                && from.map_or(Ok(true), |from| worker.action_constraint(from, &state))?;
            if !inside {
                return Err(Failure::internal(format!("{} is outside the constraints", place())));
            }
        }
        behaviour.push(((!link.is_initial()).then_some(link.instance as usize), state));
    }
    if behaviour.last().map_or(&[][..], |(_, state)| state) != &*finding.last {
        return Err(Failure::internal("a trace ends in another state than the one found"));
    }
    if behaviour.len() != finding.length as usize {
        let lengths = format!("{} states instead of {}", behaviour.len(), finding.length);
        return Err(Failure::internal(format!("a trace has {lengths}")));
    }
    if !shows(run.space, worker, &behaviour, finding) {
        let subject = finding.subject;
        return Err(Failure::internal(format!("what was found is not so the second time: {subject:?}")));
    }
    Ok(behaviour)
}

/// The links from an initial state to the finding's last state, each with the key of the state it leads
/// to where that state was kept.
fn steps<S: StateSpace>(run: &Run<'_, S>, finding: &Finding) -> Result<Vec<(Link, Option<u64>)>, Failure> {
    let (mut steps, mut kept) = match finding.tail {
        Tail::Nowhere => return Ok(Vec::new()),
        Tail::Kept(key) => (Vec::new(), Some(key)),
        Tail::Step(link) => (vec![(link, None)], (!link.is_initial()).then_some(link.parent)),
    };
    while let Some(key) = kept {
        let Some((link, _)) = run.seen.link(key) else {
            return Err(Failure::internal(format!("the state with key {key:#018x} was lost")));
        };
        steps.push((link, Some(key)));
        if steps.len() > finding.length as usize {
            return Err(Failure::internal("a trace does not lead back to an initial state"));
        }
        kept = (!link.is_initial()).then_some(link.parent);
    }
    steps.reverse();
    Ok(steps)
}

/// Generates the state that a link names, from the one before it.
fn generate<W: SpaceWorker>(
    worker: &mut W,
    from: Option<&State>,
    link: Link,
) -> Result<Option<(Vec<u32>, u64)>, Failure> {
    let (mut position, mut found) = (0, None);
    let mut emit = |successor: crate::space::Successor<'_>| {
        if position == link.choice {
            found = Some((successor.state.to_vec(), successor.fingerprint));
            return ControlFlow::Break(());
        }
        position += 1;
        ControlFlow::Continue(())
    };
    let result = match from {
        None => worker.initial(&mut emit),
        Some(from) => worker.successors(from, link.instance as usize, &mut emit),
    };
    // What was emitted before a failure stands.
    if found.is_none() {
        result?;
    }
    Ok(found)
}

/// Whether the behaviour shows what was found.
pub(super) fn shows<S: StateSpace>(
    space: &S,
    worker: &mut S::Worker<'_>,
    behaviour: &Behaviour,
    finding: &Finding,
) -> bool {
    let Some((_, last)) = behaviour.last() else { return finding.length == 0 };
    let before = behaviour.len().checked_sub(2).map(|at| behaviour[at].1.as_slice());
    let level = behaviour.len() as u32;
    worker.at(Progress { level: level - 1, ..Progress::default() });
    let mut successors = || {
        let mut any = false;
        worker.at(Progress { level, ..Progress::default() });
        for instance in 0..space.instances().len() {
            worker.successors(last, instance, &mut |_| {
                any = true;
                ControlFlow::Continue(())
            })?;
        }
        Ok::<bool, Failure>(any)
    };
    match finding.subject {
        Subject::Invariant(index) => worker.invariant(index as usize, last) == Ok(false),
        Subject::InitialProperty(index) => worker.initial_property(index as usize, last) == Ok(false),
        Subject::ActionProperty(index) => {
            before.is_some_and(|from| worker.action_property(index as usize, from, last) == Ok(false))
        }
        Subject::Deadlock => successors() == Ok(false),
        Subject::Failure(phase, index) => match phase {
            Phase::Next => successors().is_err(),
            Phase::Invariant => worker.invariant(index as usize, last).is_err(),
            Phase::InitialProperty => worker.initial_property(index as usize, last).is_err(),
            Phase::ActionProperty => {
                before.is_some_and(|from| worker.action_property(index as usize, from, last).is_err())
            }
            Phase::Constraint => {
                worker.constraint(last).is_err()
                    || before.is_some_and(|from| worker.action_constraint(from, last).is_err())
            }
            Phase::View => {
                let fingerprint = worker.fingerprint(last);
                worker.key(last, fingerprint).is_err() || worker.view_value(last).is_err()
            }
            _ => true,
        },
    }
}

/// What a behaviour looks like: the variables, or ALIAS.
pub(super) fn display<S: StateSpace>(
    space: &S,
    worker: &mut S::Worker<'_>,
    behaviour: &Behaviour,
    warnings: &mut Vec<Diagnostic>,
) -> Vec<TraceState> {
    let states: Vec<Vec<u32>> = behaviour.iter().map(|(_, state)| state.clone()).collect();
    let mut shown = Vec::with_capacity(states.len());
    for (position, (instance, packed)) in behaviour.iter().enumerate() {
        let state = worker.display(&states, position).unwrap_or_else(|failure| {
            let mut warning = failure.diagnostic();
            (warning.code, warning.severity) = (code::ALIAS_FAILED, Severity::Warning);
            warning.message = format!("ALIAS cannot be evaluated: {}", warning.message);
            if warnings.iter().all(|w| w.code != code::ALIAS_FAILED) {
                warnings.push(warning);
            }
            space.variables().iter().cloned().zip(worker.values(packed)).collect()
        });
        let instance = instance.map(|at| &space.instances()[at]);
        shown.push(TraceState {
            action: instance.map_or_else(|| "Init".to_owned(), ToString::to_string),
            span: instance.map(|i| i.span),
            state,
        });
    }
    shown
}

/// The finding's last state, where the way to it could not be repeated.
pub(super) fn last_alone<S: StateSpace>(
    space: &S,
    worker: &mut S::Worker<'_>,
    finding: &Finding,
    warnings: &mut Vec<Diagnostic>,
) -> Vec<TraceState> {
    let mut trace = display(space, worker, &vec![(None, finding.last.to_vec())], warnings);
    trace.iter_mut().for_each(|state| state.action = "?".to_owned());
    trace
}

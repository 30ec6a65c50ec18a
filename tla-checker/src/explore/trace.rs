//! From a finding to the trace that shows it.
//!
//! Enters: a [`Finding`] and the links of the seen states. Leaves: the states from an initial one to
//! the one that shows the finding, with the actions between them. Holds: a trace is shown only after it
//! was repeated by the evaluator: the links are followed back to an initial state, then every step is
//! generated anew, its key and constraints compared, and the violation checked again. A trace that
//! cannot be repeated is a bug of ours, except where the spec's meaning depends on the order of
//! evaluation.

use super::finding::{Finding, Subject, Tail};
use super::packed::{Packed, fit_all};
use super::run::Run;
use super::seen::Link;
use crate::failure::Failure;
use crate::outcome::{Phase, TraceState};
use crate::space::{Progress, SpaceWorker, StateSpace};
use std::ops::ControlFlow;
use tla_parser::code;
use tla_parser::diagnostic::{Diagnostic, Severity};

/// A behaviour: states, each with the action instance that led to it (`None` for the first).
#[derive(Debug, Default)]
pub(super) struct Behaviour {
    states: Vec<Packed>,
    instances: Vec<Option<usize>>,
}

impl Behaviour {
    /// Adds a state at the end.
    pub fn push(&mut self, instance: Option<usize>, state: Packed) {
        self.instances.push(instance);
        self.states.push(state);
    }

    /// The same, from the last state to the first.
    pub fn reverse(&mut self) {
        self.instances.reverse();
        self.states.reverse();
    }
}

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
    let mut behaviour = Behaviour::default();
    for (position, &(link, key)) in steps.iter().enumerate() {
        let place = || format!("state {} of a trace of {}", position + 1, steps.len());
        let mut from = behaviour.states.last_mut();
        worker.at(Progress { level: position as u32, ..Progress::default() });
        let Some((state, fingerprint)) = generate(worker, from.as_deref_mut(), link)? else {
            return Err(Failure::internal(format!("{} was not generated again", place())));
        };
        if let Some(key) = key {
            if run.cut(worker.key(&state.words, fingerprint)?) != key {
                return Err(Failure::internal(format!("{} came out differently the second time", place())));
            }
            let inside = worker.constraint(&state.words)?
                && match from {
                    Some(from) => {
                        let from = from.fit(worker);
                        worker.action_constraint(from, &state.words)?
                    }
                    None => true,
                };
            if !inside {
                return Err(Failure::internal(format!("{} is outside the constraints", place())));
            }
        }
        behaviour.push((!link.is_initial()).then_some(link.instance as usize), state);
    }
    let length = behaviour.states.len();
    if length != finding.length as usize {
        return Err(Failure::internal(format!("a trace has {length} states instead of {}", finding.length)));
    }
    if let Some(last) = behaviour.states.last_mut() {
        let mut ends = [std::mem::take(last), finding.last.clone()];
        fit_all(worker, &mut ends);
        if ends[0] != ends[1] {
            return Err(Failure::internal("a trace ends in another state than the one found"));
        }
        [*last, _] = ends;
    }
    if !shows(run.space, worker, &mut behaviour, finding) {
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
    from: Option<&mut Packed>,
    link: Link,
) -> Result<Option<(Packed, u64)>, Failure> {
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
        Some(from) => {
            let from = from.fit(worker);
            worker.successors(from, link.instance as usize, &mut emit)
        }
    };
    // What was emitted before a failure stands.
    if found.is_none() {
        result?;
    }
    Ok(found.map(|(words, fingerprint)| (Packed { layout: worker.layout(), words }, fingerprint)))
}

/// Whether the behaviour shows what was found.
pub(super) fn shows<S: StateSpace>(
    space: &S,
    worker: &mut S::Worker<'_>,
    behaviour: &mut Behaviour,
    finding: &Finding,
) -> bool {
    let level = behaviour.states.len() as u32;
    fit_all(worker, &mut behaviour.states);
    let Some((last, before)) = behaviour.states.split_last() else { return finding.length == 0 };
    let (last, before) = (&last.words, before.last().map(|state| &state.words));
    worker.at(Progress { level: level - 1, ..Progress::default() });
    match finding.subject {
        Subject::Invariant(index) => worker.invariant(index as usize, last) == Ok(false),
        Subject::InitialProperty(index) => worker.initial_property(index as usize, last) == Ok(false),
        Subject::ActionProperty(index) => {
            before.is_some_and(|from| worker.action_property(index as usize, from, last) == Ok(false))
        }
        Subject::Deadlock => has_successors(space, worker, behaviour) == Ok(false),
        Subject::Failure(phase, index) => match phase {
            Phase::Next => has_successors(space, worker, behaviour).is_err(),
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

/// Whether the behaviour's last state has successors.
fn has_successors<S: StateSpace>(
    space: &S,
    worker: &mut S::Worker<'_>,
    behaviour: &mut Behaviour,
) -> Result<bool, Failure> {
    worker.at(Progress { level: behaviour.states.len() as u32, ..Progress::default() });
    let mut any = false;
    for instance in 0..space.instances().len() {
        let Some(last) = behaviour.states.last_mut() else { break };
        let last = last.fit(worker);
        worker.successors(last, instance, &mut |_| {
            any = true;
            ControlFlow::Continue(())
        })?;
    }
    Ok(any)
}

/// What a behaviour looks like: the variables, or ALIAS.
pub(super) fn display<S: StateSpace>(
    space: &S,
    worker: &mut S::Worker<'_>,
    behaviour: Behaviour,
    warnings: &mut Vec<Diagnostic>,
) -> Vec<TraceState> {
    let Behaviour { mut states, instances } = behaviour;
    fit_all(worker, &mut states);
    let states: Vec<Vec<u32>> = states.into_iter().map(|state| state.words).collect();
    let mut shown = Vec::with_capacity(states.len());
    for (position, instance) in instances.into_iter().enumerate() {
        let state = worker.display(&states, position).unwrap_or_else(|failure| {
            let mut warning = failure.diagnostic();
            (warning.code, warning.severity) = (code::ALIAS_FAILED, Severity::Warning);
            warning.message = format!("ALIAS cannot be evaluated: {}", warning.message);
            if warnings.iter().all(|w| w.code != code::ALIAS_FAILED) {
                warnings.push(warning);
            }
            space.variables().iter().cloned().zip(worker.values(&states[position])).collect()
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
    let behaviour = Behaviour { states: vec![finding.last.clone()], instances: vec![None] };
    let mut trace = display(space, worker, behaviour, warnings);
    trace.iter_mut().for_each(|state| state.action = "?".to_owned());
    trace
}
